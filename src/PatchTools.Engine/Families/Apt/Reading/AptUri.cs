using System.Buffers;
using System.Globalization;
using System.Text;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// A repository's URI taken apart and put together exactly as libapt does (<c>contrib/strutl.cc</c>, class URI),
/// because the names of the files below <c>lists/</c> are made of the result.
/// </summary>
internal sealed record AptUri
{
    /// <summary>
    /// What apt quotes in a file name (<c>URItoFileName</c>), beside everything that is not printable ASCII.
    /// </summary>
    private const string UnsafeInFileName = "\\|{}[]<>\"^~_=!@#$%^&*";

    /// <summary>What apt quotes in a URI that it makes (<c>pkgAcquire::URIEncode</c>).</summary>
    private const string UnsafeInUri = "+~ ";

    private static readonly SearchValues<char> s_endOfAuthority = SearchValues.Create("/ \t\n\"'");

    public required string Access { get; init; }

    public string User { get; private init; } = "";

    public string Password { get; private init; } = "";

    public string Host { get; private init; } = "";

    /// <summary>
    /// The host of the network, for people and for pins on security archives; the name of a CD-ROM is none.
    /// </summary>
    public string Site => Access == "cdrom" ? "" : Host;

    public int Port { get; private init; }

    public required string Path { get; init; }

    /// <summary>Null when there is no scheme, as apt refuses it.</summary>
    public static AptUri? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return null;
        var hasAuthority = text.AsSpan(colon + 1).StartsWith("//", StringComparison.Ordinal);
        var authorityStart = hasAuthority ? colon + 3 : colon + 1;
        var slash = authorityStart;

        // Brackets keep the slashes of IPv6 scopes and of names of CD-ROMs together.
        for (var inBracket = false; slash < text.Length && (text[slash] != '/' || inBracket); slash++)
            inBracket = text[slash] == '[' || (inBracket && text[slash] != ']');

        var authority = text[authorityStart..slash];
        var at = authority.LastIndexOf('@');
        var credentials = at > 0 ? authority[..at] : "";
        var (host, port) = SplitPort(at > 0 ? authority[(at + 1)..] : authority);
        var credentialColon = credentials.IndexOf(':', StringComparison.Ordinal);
        return new AptUri
        {
            Access = text[..colon],
            User = Unquote(credentialColon < 0 ? credentials : credentials[..credentialColon]),
            Password = credentialColon < 0 ? "" : Unquote(credentials[(credentialColon + 1)..]),
            Host = host,
            Port = port,
            Path = slash < text.Length ? text[slash..] : "/",
        };
    }

    /// <summary>With a slash at its end, as apt keeps the URIs of sources.</summary>
    public AptUri AsDirectory() => Path.EndsWith('/') ? this : this with { Path = Path + "/" };

    /// <summary>For people: without credentials and without the slash at the end (<c>URI::ArchiveOnly</c>).</summary>
    public string Display
    {
        get
        {
            var text = Text(withCredentials: false);
            return text.EndsWith('/') ? text[..^1] : text;
        }
    }

    /// <summary>Name of the list file of a URI that begins with this one (<c>URItoFileName</c>).</summary>
    public string FileName(string suffix)
    {
        var text = (this with { Access = "", User = "", Password = "" }).Text(withCredentials: false) + suffix;
        return Quote(text, UnsafeInFileName).Replace('/', '_');
    }

    /// <summary>
    /// Folder of a suite's Release file below the URI: <c>dists/SUITE/</c>, or the suite itself in a flat repository
    /// (<c>./</c>).
    /// </summary>
    public static string SuiteFolder(string suite) =>
        suite switch
        {
            "/" => "",
            [.., '/'] => Quote(suite, UnsafeInUri),
            _ => $"dists/{Quote(suite, UnsafeInUri)}/",
        };

    public override string ToString() => Text(withCredentials: false);

    /// <summary>Text of others (apt's messages) with the credentials of every URL in it cut out.</summary>
    public static string Redact(string text)
    {
        for (
            var start = text.IndexOf("://", StringComparison.Ordinal);
            start >= 0;
            start = text.IndexOf("://", start + 3, StringComparison.Ordinal)
        )
        {
            var authority = start + 3;
            var end = text.AsSpan(authority).IndexOfAny(s_endOfAuthority);
            end = end < 0 ? text.Length : authority + end;
            var at = text.AsSpan(authority, end - authority).LastIndexOf('@');
            if (at >= 0)
                text = text.Remove(authority, at + 1);
        }

        return text;
    }

    private string Text(bool withCredentials)
    {
        var text = new StringBuilder();
        if (Access.Length > 0)
            text.Append(Access).Append(':');
        if (Host.Length > 0)
        {
            if (Access.Length > 0)
                text.Append("//");
            if (withCredentials && User.Length > 0)
                text.Append(User).Append(Password.Length > 0 ? ":" + Password : "").Append('@');
            if (Access.Length > 0 && Host.AsSpan().ContainsAny('/', ':'))
                text.Append('[').Append(Host).Append(']');
            else
                text.Append(Host);
            if (Port != 0)
                text.Append(':').Append(Port.ToString(CultureInfo.InvariantCulture));
        }

        return text.Append(Path.StartsWith('/') ? "" : "/").Append(Path).ToString();
    }

    private static (string Host, int Port) SplitPort(string authority)
    {
        var portAt = authority.LastIndexOf(':');
        if (authority.StartsWith('['))
        {
            var close = authority.IndexOf(']', StringComparison.Ordinal);
            if (close > 0)
                return (authority[1..close], portAt > close ? PortOf(authority[(portAt + 1)..]) : 0);
        }

        return portAt < 0 ? (authority, 0) : (authority[..portAt], PortOf(authority[(portAt + 1)..]));
    }

    private static int PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;

    private static string Quote(string text, string bad)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            if (c is <= ' ' or >= '\x7f' or '%' || bad.Contains(c, StringComparison.Ordinal))
                quoted.Append('%').Append(b.ToString("x2", CultureInfo.InvariantCulture));
            else
                quoted.Append(c);
        }

        return quoted.ToString();
    }

    private static string Unquote(string text) =>
        text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;
}
