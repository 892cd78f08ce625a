using System.Runtime.CompilerServices;
using PatchTools.Evaluation;
using PatchTools.Patterns;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>rpm's versions, and the lists of dnf and yum (reference 04 §4).</summary>
internal class RpmLanguage : FamilyLanguage
{
    public static RpmLanguage Instance { get; } = new();

    public sealed override IComparer<string> VersionOrder => RpmVersion.Order;

    public override PatchList Approved(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new RpmPatchList(entries, acceptsIds: true);

    public override PatchList Rejected(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new RpmPatchList(entries, acceptsIds: false);

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
        strings.SetRpm(name, architecture, edition);
        return patterns.FirstMatch(strings);
    }
}

/// <summary>
/// The list of dnf and yum: identity strings; in the approved list also Bugzilla, CVE and advisory ids, exact and
/// case-sensitive (reference 04 §4).
/// </summary>
internal sealed class RpmPatchList(IReadOnlyList<string> entries, bool acceptsIds) : PatchList(entries)
{
    private readonly PatternList _patterns = PatternList.Of(entries);
    private readonly EntryIds _ids = new(acceptsIds ? entries : []);

    public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition) =>
        IsEmpty ? -1 : RpmLanguage.Instance.FirstMatch(_patterns, name, architecture, architecture, edition);

    public override int FirstMatch(Advisory advisory) => _ids.FirstMatch(advisory);

    public override PatchList With(IReadOnlyList<string> entries) => new RpmPatchList(entries, acceptsIds);
}
