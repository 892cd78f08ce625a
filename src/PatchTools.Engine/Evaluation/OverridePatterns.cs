using System.Runtime.CompilerServices;
using PatchTools.Model;
using PatchTools.Patterns;

namespace PatchTools.Evaluation;

/// <summary>
/// An install override list in the identity language, which is its language in every family (reference 04, 05 §2.3).
/// zypper's own reports give every edition the epoch 0, so there an edition is also known without its epoch.
/// </summary>
internal sealed class OverridePatterns(
    IReadOnlyList<OverrideEntry> entries,
    PackageFamily family,
    string nativeArchitecture
)
{
    private readonly PatternList _entries = PatternList.OfConjunctions(
        entries.Select(e => e.Title is null ? new[] { e.Id } : [e.Id, e.Title])
    );
    private readonly PatternList _ids = PatternList.Of(entries.Select(e => e.Id));

    /// <summary>
    /// Index of the first entry that names the version, by its id and, where it has one, its title; -1 when none does.
    /// </summary>
    public int FirstMatch(PackageVersion version) =>
        FirstMatch(version.Package.NameUtf8, version.Package.Architecture, version.EditionUtf8);

    /// <inheritdoc cref="FirstMatch(PackageVersion)"/>
    public int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition) =>
        First(_entries, name, architecture, edition);

    /// <summary>
    /// Index of the first entry whose id names the version, whatever its title says; -1 when none does.
    /// </summary>
    public int FirstMention(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition) =>
        First(_ids, name, architecture, edition);

    [SkipLocalsInit] // Only what has been written to the buffers is ever read, and clearing them would cost as much as the match.
    private int First(PatternList patterns, ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        if (patterns.IsEmpty)
            return -1;
        var strings = new IdentityStrings(
            stackalloc byte[IdentityStrings.UsualBytes],
            stackalloc (int, int)[IdentityStrings.MaxCount]
        );
        if (family == PackageFamily.Apt)
        {
            strings.SetDebian(
                name,
                architecture,
                !string.Equals(architecture, nativeArchitecture, StringComparison.Ordinal),
                edition
            );
            return patterns.FirstMatch(strings);
        }

        strings.SetRpm(name, architecture, edition);
        var found = patterns.FirstMatch(strings);
        if (found >= 0 || family != PackageFamily.Zypper || edition.IndexOf((byte)':') is var colon && colon < 0)
            return found;
        strings.SetRpm(name, architecture, edition[(colon + 1)..]);
        return patterns.FirstMatch(strings);
    }
}
