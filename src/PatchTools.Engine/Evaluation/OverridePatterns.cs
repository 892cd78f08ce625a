using PatchTools.Model;
using PatchTools.Patterns;

namespace PatchTools.Evaluation;

/// <summary>
/// An install override list in the identity language, which is its language in every family (reference 04, 05 §2.3).
/// </summary>
internal sealed class OverridePatterns(
    IReadOnlyList<OverrideEntry> entries,
    FamilyLanguage language,
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

    private int First(PatternList patterns, ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition) =>
        patterns.IsEmpty ? -1 : language.FirstMatch(patterns, name, architecture, nativeArchitecture, edition);
}
