using System.Text.RegularExpressions;

namespace PatchTools.Families.Shared;

/// <summary>
/// What of an image's configuration may be handed on to a tool of this host: names and values that mean one thing only,
/// in every syntax that they are written in.
/// </summary>
internal static partial class ImageWords
{
    private static readonly HashSet<string> s_schemes = new(StringComparer.OrdinalIgnoreCase)
    {
        "http",
        "https",
        "ftp",
        "mirror",
        "mirror+http",
        "mirror+https",
        "tor+http",
        "tor+https",
    };

    /// <summary>A word without blanks, quotes, backslashes and control characters.</summary>
    public static bool IsWord(string text) => Word().IsMatch(text);

    /// <summary>One line of text without control characters, quotation marks and backslashes.</summary>
    public static bool IsLine(string text) => Line().IsMatch(text);

    /// <summary>
    /// An absolute path that the configuration of every tool takes literally: no line end, no variable, no macro,
    /// no quotation mark, no blank at its end.
    /// </summary>
    public static bool IsPath(string text) => PlainPath().IsMatch(text);

    public static bool IsNumberOrSwitch(string text) => NumberOrSwitch().IsMatch(text);

    /// <summary>
    /// The address of a repository of the network whose kind is fetched without running or mounting anything.
    /// </summary>
    public static bool IsNetworkAddress(string text) =>
        IsWord(text) && SchemeOf(text) is { } scheme && s_schemes.Contains(scheme);

    /// <summary>What stands before the first colon; null when there is none.</summary>
    public static string? SchemeOf(string address) =>
        address.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 ? address[..colon] : null;

    /// <summary>The address of a proxy, or none.</summary>
    public static bool IsProxy(string text) => Proxy().IsMatch(text);

    [GeneratedRegex(@"^[\x21\x23-\x5b\x5d-\x7e]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"^[^\p{C}\u2028\u2029""\\]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Line();

    [GeneratedRegex(@"^/(?:[^\p{C}\p{Z}""\\$%]|[ ](?!\z))*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainPath();

    [GeneratedRegex(
        @"^(?:[0-9]{1,12}|yes|no|true|false|on|off|with|without|enable|disable)\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex NumberOrSwitch();

    [GeneratedRegex(
        @"^(?:DIRECT|_none_|(?:https?|socks[45][ah]?)://[A-Za-z0-9._~%:@\[\]-]+/?)?\z",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex Proxy();
}
