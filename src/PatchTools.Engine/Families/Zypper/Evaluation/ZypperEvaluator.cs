using PatchTools.Evaluation;
using PatchTools.Families.Rpm.Evaluation;

namespace PatchTools.Families.Zypper.Evaluation;

/// <summary>
/// zypper (reference 12 §§5–7): the installed version and every newer one that repositories offer are candidates, once
/// for each patch that fixes in that version. Packages that are not installed have no patch data.
/// </summary>
internal sealed class ZypperEvaluator(EvaluationRequest request)
    : RpmEvaluator(request, ZypperLanguage.Instance, _settings)
{
    private static readonly RpmRuleSettings _settings = new()
    {
        FilterComparison = StringComparison.OrdinalIgnoreCase,
        GlobalFiltersRestrictIds = false,
        ApprovedNamesNeedAdvisory = false,
    };

    protected override IEnumerable<RpmCandidate> Candidates(RpmLine line)
    {
        foreach (var candidate in Described(line.Current, line.Edition, 0))
            yield return candidate;
        var newest = line.Edition;
        foreach (var (version, edition) in line.Versions)
        {
            if (!version.IsOffered || Compare(edition, line.Edition) <= 0)
                continue;
            if (Compare(edition, newest) > 0)
                newest = edition;
            foreach (var candidate in Described(version, edition, 1))
                yield return candidate;
        }

        foreach (var candidate in NeededInVain(line, newest).Concat(NeededByLeftover(line)))
            yield return candidate;
    }

    /// <summary>
    /// A patch that only an older version needs which is installed next to this one. Nothing is to be installed for it:
    /// somebody must find out which of the two works, and remove the other.
    /// </summary>
    private IEnumerable<RpmCandidate> NeededByLeftover(RpmLine line)
    {
        if (line.Package.Installed?.LeftoverEdition is not { } leftover)
            yield break;
        foreach (var (version, edition) in line.Versions)
        {
            if (Compare(edition, leftover) <= 0 || Compare(edition, line.Edition) > 0)
                continue;
            foreach (var advisory in version.Advisories)
                yield return Candidate(line.Current, line.Edition, advisory, 1) with
                {
                    IsOffered = false,
                    Leftover = leftover,
                    Supersedes = edition == line.Edition ? null : edition,
                };
        }
    }

    /// <summary>
    /// What a patch needs and nobody offers, and nothing newer either: zypper calls the patch needed all the same.
    /// </summary>
    /// <param name="line">The package.</param>
    /// <param name="newest">The newest version that is offered or installed.</param>
    private IEnumerable<RpmCandidate> NeededInVain(RpmLine line, string newest)
    {
        foreach (var (version, edition) in line.Versions)
        {
            if (Compare(edition, newest) <= 0)
                continue;
            foreach (var advisory in version.Advisories)
                yield return Candidate(version, edition, advisory, 1) with
                {
                    IsOffered = false,
                };
        }
    }

    protected override IEnumerable<RpmCandidate> Candidates(PackageEntry package)
    {
        PackageVersion? newest = null;
        foreach (var version in package.Versions)
        {
            if (version.IsOffered && (newest is null || Compare(version.Edition, newest.Value.Edition) > 0))
                newest = version;
        }

        if (newest is { } offered)
            yield return Candidate(offered, offered.Edition, null, 1);
    }

    protected override IReadOnlyList<string> KnownClassifications =>
        ["security", "recommended", "optional", "feature", "document", "yast"];

    /// <summary>Every edition up to the reported one adds its CVEs, approved or not (reference 03 §5).</summary>
    protected override IEnumerable<RpmCandidate> Fixing(
        IReadOnlyList<RpmCandidate> candidates,
        IReadOnlyList<RpmCandidate> reported
    ) => candidates.Where(c => c.IsNewer && Compare(c.Edition, reported[0].Edition) <= 0);

    /// <summary>Category and severity as zypper prints them: in small letters, whatever the patch says.</summary>
    protected override string Classification(Advisory? advisory) => advisory?.Classification.ToLowerInvariant() ?? "";

    protected override string Severity(Advisory? advisory) => advisory?.Severity.ToLowerInvariant() ?? "";

    /// <summary>
    /// What is not approved is reported at the installed edition, with the patch that fixed it there.
    /// </summary>
    protected override RpmCandidate? Described(IReadOnlyList<RpmCandidate> candidates) =>
        MostSevere([.. candidates.Where(c => !c.IsNewer)]);

    /// <summary>
    /// AWS-RunPatchBaseline locks what is rejected while it installs, by bare name, and an interrupted run leaves the
    /// locks (reference 12 §9, 20 §6). Only the administrator knows whose they are.
    /// </summary>
    protected override IEnumerable<string> FamilyWarnings()
    {
        foreach (var package in Catalog)
        {
            if (
                package.Installed is not { IsHeld: true, PolicyNote: { } note }
                || !note.StartsWith($"lock '{package.Name}' in ", StringComparison.Ordinal)
            )
                continue;
            if (package.Versions.ToList().Exists(v => Rejected.FirstMatch(v) >= 0))
                yield return $"The lock on {package.Name}, which the baseline rejects, may be one that an interrupted "
                    + $"run of AWS-RunPatchBaseline left: if nobody wants it, zypper removelock {package.Name}";
        }
    }

    /// <summary>zypper's titles always say 0 (reference 13.7).</summary>
    protected override ReadOnlySpan<char> TitleEpoch(string edition) => "0";
}
