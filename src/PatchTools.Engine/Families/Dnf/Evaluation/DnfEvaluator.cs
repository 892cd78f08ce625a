using PatchTools.Evaluation;
using PatchTools.Families.Rpm.Evaluation;

namespace PatchTools.Families.Dnf.Evaluation;

/// <summary>
/// dnf (reference 10 §7): what repositories offer and is not older than the installed version is a candidate, once for
/// each advisory that names it; the installed version is one too, without an advisory, and reported when nothing else
/// is approved.
/// </summary>
internal sealed class DnfEvaluator(EvaluationRequest request) : RpmEvaluator(request, RpmLanguage.Instance, _settings)
{
    private static readonly RpmRuleSettings _settings = new()
    {
        FilterComparison = StringComparison.OrdinalIgnoreCase,
        GlobalFiltersRestrictIds = false,
        ApprovedNamesNeedAdvisory = true,
        KeepsToBestArchitecture = true,
    };

    protected override IEnumerable<RpmCandidate> Candidates(RpmLine line)
    {
        foreach (var (version, edition) in line.Versions)
        {
            var order = Compare(edition, line.Edition);
            if (order < 0 || !version.IsOffered || (order == 0 && version.Package != line.Package))
                continue;
            foreach (var candidate in Described(version, edition, order))
                yield return candidate;
        }

        yield return Candidate(line.Current, line.Edition, null, 0);
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
    /// Approved editions between the installed and the reported one add their CVEs (reference 10 §7.5).
    /// </summary>
    protected override IEnumerable<RpmCandidate> Fixing(
        IReadOnlyList<RpmCandidate> candidates,
        IReadOnlyList<RpmCandidate> reported
    ) => candidates.Where(c => c.IsNewer && c.Decision.IsApproved);

    /// <summary>The advisory's type with a capital: <c>Security</c>, <c>Newpackage</c> (reference 10 §6.2).</summary>
    protected override string Classification(Advisory? advisory) =>
        advisory is not { Classification: { Length: > 0 } type }
            ? ""
            : char.ToUpperInvariant(type[0]) + type[1..].ToLowerInvariant();

    protected override string Severity(Advisory? advisory) => advisory?.Severity ?? "";

    /// <summary>By name, epoch, version, release and architecture in one text (reference 10 §7.5).</summary>
    protected override int TieOrder(PatchFinding x, PatchFinding y) => string.CompareOrdinal(Taxonomy(x), Taxonomy(y));

    private static string Taxonomy(PatchFinding finding) =>
        $"{finding.Name}-{finding.Title.AsSpan(finding.Id.Length + 1)}.{finding.Architecture}";
}
