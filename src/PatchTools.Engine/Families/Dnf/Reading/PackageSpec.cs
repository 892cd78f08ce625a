using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Patterns;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// A package expression as excludes and locks write it (dnf(8), SPECIFYING PACKAGES). It can be read in up to five
/// forms, and the first of them that matches any package is the one that is meant. Excludes try
/// name-epoch:version-release.arch, name.arch, name, name-epoch:version-release, name-epoch:version; the versionlock
/// plugin tries the two of names last.
/// </summary>
internal sealed partial class PackageSpec
{
    private PackageSpec(string text, IReadOnlyList<PackageForm> forms)
    {
        Text = text;
        Forms = forms;
    }

    public string Text { get; }

    /// <summary>In the order in which they are tried; none when the text is not a package expression.</summary>
    public IReadOnlyList<PackageForm> Forms { get; }

    public static PackageSpec Parse(string text) => Parse(text, [Nevra(), NameArchitecture(), Name(), Nevr(), Nev()]);

    public static PackageSpec ParseLock(string text) =>
        Parse(text, [Nevra(), Nevr(), Nev(), NameArchitecture(), Name()]);

    /// <summary>fnmatch(3) over the whole text.</summary>
    public static bool Glob(string pattern, string text) =>
        GlobPattern.Compile(pattern).Matches(Encoding.UTF8.GetBytes(text));

    public override string ToString() => Text;

    private static PackageSpec Parse(string text, ReadOnlySpan<Regex> readings)
    {
        List<PackageForm> forms = [];
        foreach (var form in readings)
        {
            if (form.Match(text) is { Success: true } match)
                forms.Add(new PackageForm(match.Groups["n"].Value, Part("e"), Part("v"), Part("r"), Part("a")));

            string? Part(string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;
        }

        return new PackageSpec(text, forms);
    }

    [GeneratedRegex(
        @"^(?<n>[^:(/=<> ]+)-((?<e>[0-9]+):)?(?<v>[^-:(/=<> ]+)-(?<r>[^-:(/=<> ]+)\.(?<a>[^-:.(/=<> ]+)\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Nevra();

    [GeneratedRegex(@"^(?<n>[^:(/=<> ]+)\.(?<a>[^-:.(/=<> ]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameArchitecture();

    [GeneratedRegex(@"^(?<n>[^:(/=<> ]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(
        @"^(?<n>[^:(/=<> ]+)-((?<e>[0-9]+):)?(?<v>[^-:(/=<> ]+)-(?<r>[^-:(/=<> ]+)\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Nevr();

    [GeneratedRegex(@"^(?<n>[^:(/=<> ]+)-((?<e>[0-9]+):)?(?<v>[^-:(/=<> ]+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Nev();
}

/// <summary>One reading of a package expression.</summary>
internal sealed class PackageForm(string name, string? epoch, string? version, string? release, string? architecture)
{
    private readonly GlobPattern _name = GlobPattern.Compile(name);
    private readonly uint? _epoch = epoch is null ? null : EpochOf(epoch);
    private readonly GlobPattern? _version = version is null ? null : GlobPattern.Compile(version);
    private readonly GlobPattern? _release = release is null ? null : GlobPattern.Compile(release);
    private readonly GlobPattern? _architecture = architecture is null ? null : GlobPattern.Compile(architecture);

    public bool MatchesName(ReadOnlySpan<byte> name) => _name.Matches(name);

    public bool Matches(ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture, ReadOnlySpan<byte> edition)
    {
        if (!_name.Matches(name) || !(_architecture?.Matches(architecture) ?? true))
            return false;
        var colon = edition.IndexOf((byte)':');
        var epoch = 0u;
        if (colon > 0 && !System.Buffers.Text.Utf8Parser.TryParse(edition[..colon], out epoch, out _))
            return false;
        var rest = edition[(colon + 1)..];
        var hyphen = rest.IndexOf((byte)'-');
        return (_epoch is null || _epoch == epoch)
            && (_version?.Matches(hyphen < 0 ? rest : rest[..hyphen]) ?? true)
            && (_release?.Matches(hyphen < 0 ? [] : rest[(hyphen + 1)..]) ?? true);
    }

    private static uint EpochOf(string epoch) =>
        uint.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : uint.MaxValue;
}
