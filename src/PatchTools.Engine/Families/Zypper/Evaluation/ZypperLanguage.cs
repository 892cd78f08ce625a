using PatchTools.Evaluation;
using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Patterns;

namespace PatchTools.Families.Zypper.Evaluation;

/// <summary>
/// zypper's lists. Its own reports give every edition the epoch 0, so that override lists know an edition without its
/// epoch, too.
/// </summary>
internal sealed class ZypperLanguage : RpmLanguage
{
    public static new ZypperLanguage Instance { get; } = new();

    public override PatchList Approved(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new ZypperPatchList(entries, acceptsIds: true);

    public override PatchList Rejected(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new ZypperPatchList(entries, acceptsIds: false);

    public override int FirstMatch(
        PatternList patterns,
        ReadOnlySpan<byte> name,
        string architecture,
        string nativeArchitecture,
        ReadOnlySpan<byte> edition
    )
    {
        var found = base.FirstMatch(patterns, name, architecture, nativeArchitecture, edition);
        return found >= 0
            ? found
            : base.FirstMatch(
                patterns,
                name,
                architecture,
                nativeArchitecture,
                edition[(edition.IndexOf((byte)':') + 1)..]
            );
    }
}

/// <summary>
/// zypper's list: range expressions, patch names and package file names; in the approved list also CVE and Bugzilla ids
/// (reference 04 §5 and 20 §6).
/// </summary>
internal sealed class ZypperPatchList(IReadOnlyList<string> entries, bool acceptsIds) : PatchList(entries)
{
    private readonly RangeExpression[] _expressions = [.. entries.Select(RangeExpression.Parse)];
    private readonly EntryIds _ids = new(acceptsIds ? entries : []);

    public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        for (var i = 0; i < _expressions.Length; i++)
        {
            if (_expressions[i].Matches(name, architecture, edition))
                return i;
        }

        return -1;
    }

    public override int FirstMatch(Advisory advisory)
    {
        var patch = Array.FindIndex(_expressions, e => e.MatchesPatch(advisory.Id));
        var id = _ids.FirstMatch(advisory);
        return patch < 0 || id < 0 ? Math.Max(patch, id) : Math.Min(patch, id);
    }

    public override PatchList With(IReadOnlyList<string> entries) => new ZypperPatchList(entries, acceptsIds);
}
