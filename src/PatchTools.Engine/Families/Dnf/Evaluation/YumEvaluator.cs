using PatchTools.Evaluation;
using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Model;

namespace PatchTools.Families.Dnf.Evaluation;

/// <summary>
/// yum (reference 11 §§4–6): whatever repositories offer is a candidate, also what is older than the installed version;
/// the newest approved one says whether the package is in scope. Filter values compare exactly, in Title Case.
/// </summary>
internal sealed class YumEvaluator : RpmEvaluator
{
    private static readonly RpmRuleSettings _settings = new()
    {
        FilterComparison = StringComparison.Ordinal,
        GlobalFiltersRestrictIds = true,
        ApprovedNamesNeedAdvisory = true,
    };

    private readonly LivePatches? _livePatches;

    public YumEvaluator(EvaluationRequest request)
        : base(request, RpmLanguage.Instance, _settings)
    {
        _livePatches = LivePatches.Of(request);
    }

    public override LivePatching? LivePatching => _livePatches?.Result;

    protected override bool ReportsRejected => Blocks;

    protected override bool OverrideBringsRejected => false;

    protected override bool ReportsMissingBesideFailed => true;

    protected override IEnumerable<RpmCandidate> Candidates(RpmLine line)
    {
        foreach (var (version, edition) in line.Versions)
        {
            var order = Compare(edition, line.Edition);
            if (!version.IsOffered || (order <= 0 && version.Package != line.Package))
                continue;
            foreach (var candidate in Described(version, edition, order))
                yield return candidate;
        }
    }

    protected override IEnumerable<RpmCandidate> Candidates(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            if (!version.IsOffered)
                continue;
            foreach (var candidate in Described(version, version.Edition, 1))
                yield return candidate;
        }
    }

    protected override IReadOnlyList<string> KnownClassifications =>
        ["Security", "Bugfix", "Enhancement", "Recommended", "Newpackage"];

    /// <summary>
    /// Only the reported edition's own advisories: intermediate ones do not add theirs (reference 11 §6).
    /// </summary>
    protected override IEnumerable<RpmCandidate> Fixing(
        IReadOnlyList<RpmCandidate> candidates,
        IReadOnlyList<RpmCandidate> reported
    ) => reported;

    protected override string Classification(Advisory? advisory) =>
        advisory is null ? "" : TitleCase(advisory.Classification);

    /// <summary>An advisory without severity is reported as <c>None</c> (reference 11 §3).</summary>
    protected override string Severity(Advisory? advisory) =>
        advisory switch
        {
            null => "",
            { Severity.Length: 0 } => "None",
            _ => TitleCase(advisory.Severity),
        };

    protected override string FilteredSeverity(Advisory? advisory) => TitleCase(advisory?.Severity ?? "");

    /// <summary>Python's title(): a capital after everything that is not a letter.</summary>
    private static string TitleCase(string text) =>
        string.Create(
            text.Length,
            text,
            (result, source) =>
            {
                for (var i = 0; i < source.Length; i++)
                    result[i] =
                        i > 0 && char.IsLetter(source[i - 1])
                            ? char.ToLowerInvariant(source[i])
                            : char.ToUpperInvariant(source[i]);
            }
        );

    protected override bool LeavesOut(PackageEntry package) => _livePatches?.IsOfAnotherKernel(package.Name) ?? false;

    protected override void Settle(List<PatchFinding> findings)
    {
        if (_livePatches is null)
            return;
        var settled = _livePatches.Settle([.. findings]).ToList();
        findings.Clear();
        findings.AddRange(settled);
    }

    protected override IEnumerable<string> FamilyWarnings() => _livePatches?.Warnings ?? [];
}
