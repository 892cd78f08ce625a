namespace PatchTools.Versions;

/// <summary>A package version as rpm's tools print it: <c>name-[epoch:]version-release.arch</c>.</summary>
/// <param name="Name">Package name, which may hold hyphens and dots.</param>
/// <param name="Edition"><c>[epoch:]version-release</c>, without an epoch of 0.</param>
/// <param name="Architecture">rpm architecture.</param>
internal sealed record Nevra(string Name, string Edition, string Architecture)
{
    // glibc-2.34-100.el9.x86_64 | NetworkManager-1:1.46.0-1.el9.x86_64 | a-0:1.1-1.noarch | a-1.1-1.x86_64.rpm
    // yum 3 writes a package as epoch:name-version-release.arch: 1:mariadb-5.5.68-1.el7.x86_64
    /// <summary>
    /// The word with yum's leading epoch where every other tool has it, before the version; any other word as it is.
    /// </summary>
    public static string WithoutLeadingEpoch(string word)
    {
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !word[..colon].All(char.IsAsciiDigit) || TryParse(word[(colon + 1)..]) is not { } nevra)
            return word;
        return $"{nevra.Name}-{word[..colon]}:{nevra.Edition}.{nevra.Architecture}";
    }

    /// <summary>Null when the text is none. A trailing <c>.rpm</c> is passed over.</summary>
    public static Nevra? TryParse(string text)
    {
        if (text.EndsWith(".rpm", StringComparison.Ordinal))
            text = text[..^4];
        text = WithoutLeadingEpoch(text);
        var dot = text.LastIndexOf('.');
        var release = dot <= 0 ? -1 : text.LastIndexOf('-', dot - 1);
        var version = release <= 0 ? -1 : text.LastIndexOf('-', release - 1);
        if (version <= 0 || dot == text.Length - 1)
            return null;
        var edition = text[(version + 1)..dot];
        return new Nevra(
            text[..version],
            edition.StartsWith("0:", StringComparison.Ordinal) ? edition[2..] : edition,
            text[(dot + 1)..]
        );
    }
}
