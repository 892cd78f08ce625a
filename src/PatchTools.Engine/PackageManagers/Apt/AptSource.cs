using System.Globalization;
using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>One enabled binary source: a repository, a suite and its components (sources.list(5)).</summary>
internal sealed record AptSource
{
    public required string Uri { get; init; }

    /// <summary>Suite, or an exact path that ends in a slash (flat repository).</summary>
    public required string Suite { get; init; }

    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>Null: the host's architectures.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary><c>trusted=yes</c> or <c>no</c>; null leaves it to the signature.</summary>
    public bool? Trusted { get; init; }

    /// <summary>File and line, for messages.</summary>
    public required string Place { get; init; }

    public bool IsFlat => Suite.EndsWith('/');

    /// <summary>The address without user and password, which must not reach a log.</summary>
    public string SafeUri
    {
        get
        {
            var scheme = Uri.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return Uri;
            var authority = Uri.AsSpan(scheme + 3);
            if (authority.IndexOf('/') is var slash and >= 0)
                authority = authority[..slash];
            return authority.LastIndexOf('@') is var at and >= 0 ? Uri[..(scheme + 3)] + Uri[(scheme + 3 + at + 1)..] : Uri;
        }
    }

    /// <summary>Host name; empty for local schemes.</summary>
    public string Site
    {
        get
        {
            var uri = SafeUri;
            var scheme = uri.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return "";
            var rest = uri[(scheme + 3)..];
            var host = rest[..(rest.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? slash : rest.Length)];
            var port = host.LastIndexOf(':');
            return port > host.LastIndexOf(']') ? host[..port] : host;
        }
    }

    /// <summary>One line for people.</summary>
    public string Name => string.Join(' ', [SafeUri, Suite, .. Components]);

    /// <summary>Base of the names of this source's Release files in the lists directory.</summary>
    public string ReleaseBase => FileName(IsFlat ? $"{Base}{(Suite == "/" ? "" : Suite)}" : $"{Base}dists/{Suite}/");

    public string IndexName(string component, string architecture) =>
        IsFlat ? ReleaseBase + "Packages" : FileName($"{Base}dists/{Suite}/{component}/binary-{architecture}/Packages");

    private string Base => SafeUri.EndsWith('/') ? SafeUri : SafeUri + "/";

    /// <summary>apt's URItoFileName: no scheme, special characters as %xx, slashes as underscores.</summary>
    private static string FileName(string uri)
    {
        const string quoted = "\\|{}[]<>\"^~_=!@#$%^&*";
        var scheme = uri.IndexOf("://", StringComparison.Ordinal);
        var path = scheme >= 0 ? uri[(scheme + 3)..] : uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var name = new StringBuilder(path.Length + 8);
        foreach (var b in Encoding.UTF8.GetBytes(path))
        {
            if (b == '/')
                name.Append('_');
            else if (b <= 0x20 || b >= 0x7f || quoted.Contains((char)b, StringComparison.Ordinal))
                name.Append('%').Append(b.ToString("x2", CultureInfo.InvariantCulture));
            else
                name.Append((char)b);
        }

        return name.ToString();
    }
}
