using System.Runtime.CompilerServices;
using PatchTools.Evaluation;
using PatchTools.Patterns;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>dpkg's versions; lists name packages by their identity strings (reference 04 §4).</summary>
internal sealed class AptLanguage : FamilyLanguage
{
    public static AptLanguage Instance { get; } = new();

    public override IComparer<string> VersionOrder => DebianVersion.Order;

    public override PatchList Approved(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new AptPatchList(entries, nativeArchitecture);

    public override PatchList Rejected(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new AptPatchList(entries, nativeArchitecture);

    /// <inheritdoc/>
    [SkipLocalsInit] // Only what was written to the buffers is read, and clearing them would cost as much as the match.
    public override int FirstMatch(
        PatternList patterns,
        ReadOnlySpan<byte> name,
        string architecture,
        string nativeArchitecture,
        ReadOnlySpan<byte> edition
    )
    {
        var strings = new IdentityStrings(
            stackalloc byte[IdentityStrings.UsualBytes],
            stackalloc (int, int)[IdentityStrings.MaxCount]
        );
        var isForeign = !string.Equals(architecture, nativeArchitecture, StringComparison.Ordinal);
        strings.SetDebian(name, architecture, isForeign, edition);
        return patterns.FirstMatch(strings);
    }
}

/// <summary>apt's list: identity strings only (reference 04 §4).</summary>
internal sealed class AptPatchList(IReadOnlyList<string> entries, string nativeArchitecture) : PatchList(entries)
{
    private readonly PatternList _patterns = PatternList.Of(entries);

    public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition) =>
        IsEmpty ? -1 : AptLanguage.Instance.FirstMatch(_patterns, name, architecture, nativeArchitecture, edition);

    public override PatchList With(IReadOnlyList<string> entries) => new AptPatchList(entries, nativeArchitecture);
}
