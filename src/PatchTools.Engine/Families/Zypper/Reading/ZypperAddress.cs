using System.Text.RegularExpressions;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// What of an image's addresses libzypp would take for an order about this host. It reads options of the connection
/// out of the query: <c>http://host/?credentials=/etc/zypp/credentials.d/SCCcredentials</c> sends the name and password
/// in that file to whoever asks, and <c>ssl_clientkey</c> names a key. It replaces variables first, in the whole
/// address.
/// </summary>
internal static partial class ZypperAddress
{
    /// <summary>Options whose value is a path on this host.</summary>
    private static readonly HashSet<string> s_paths = new(StringComparer.OrdinalIgnoreCase)
    {
        "ssl_capath",
        "ssl_clientcert",
        "ssl_clientkey",
        "cookies",
        "mediahandler",
        "iso",
        "device",
        "mountoptions",
    };

    /// <summary>Why zypper is not given an address; null when it is.</summary>
    /// <param name="address">As the image has it, with variables.</param>
    public static string? RefusalOf(string address)
    {
        if (Alternative().IsMatch(address))
            return "its address has a variable with a text for the case that it is not set";
        var begin = address.IndexOfAny(['?', '#', ';']);
        if (begin < 0)
            return null;
        var query = address[(begin + 1)..];
        if (query.Contains('$', StringComparison.Ordinal))
            return "its address has a variable in the query";
        foreach (var part in query.Split(['&', '?', '#', ';']))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? part : part[..equals]);
            var value = equals < 0 ? "" : Uri.UnescapeDataString(part[(equals + 1)..]);
            if (s_paths.Contains(name) || (IsCredentials(name) && !FileName().IsMatch(value)))
                return $"its address names a file of this host ({name})";
        }

        return null;
    }

    /// <summary>A value of a variable that cannot bring a query into an address.</summary>
    public static bool IsPlainValue(string text) => PlainValue().IsMatch(text);

    private static bool IsCredentials(string name) => name.Equals("credentials", StringComparison.OrdinalIgnoreCase);

    // ${name:-text} and ${name:+text}
    [GeneratedRegex(@"\$\{[A-Za-z0-9_]*[^A-Za-z0-9_}]", RegexOptions.CultureInvariant)]
    private static partial Regex Alternative();

    /// <summary>Below <c>/etc/zypp/credentials.d</c>, of which PatchTools hands on a copy.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();

    [GeneratedRegex(@"^[A-Za-z0-9._~+:/@,-]*\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainValue();
}
