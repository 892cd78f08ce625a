using PatchTools.Errors;
using PatchTools.Evaluation;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// apt's rules (reference 09 §§4–5): every version is matched by itself, in Debian's order; holds, pins and phasing
/// change nothing and are shown.
/// </summary>
internal sealed partial class AptEvaluator : FamilyEvaluator
{
    private readonly AptRules _rules;
    private readonly List<AptCandidate> _candidates = [];
    private readonly Comparison<AptCandidate> _newestFirst;

    public AptEvaluator(EvaluationRequest request)
        : base(request, AptLanguage.Instance)
    {
        _rules = new AptRules(request);
        _newestFirst = NewestFirst;
    }

    /// <summary>
    /// Lists are asked last: 60 000 packages are only counted, and for most the rules alone decide. Delays do not
    /// matter to what is not installed.
    /// </summary>
    protected override bool IsInScope(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            var verdict = _rules.Of(version);
            if (!verdict.PassesGlobalFilters)
                continue;
            var approved =
                verdict.Rule is not null
                || (
                    (Baseline.ApprovedPatchesEnableNonSecurity || verdict.IsSecurity)
                    && Approved.FirstMatch(version) >= 0
                );
            if (approved && Rejected.FirstMatch(version) < 0)
                return true;
        }

        return false;
    }

    protected override bool ReportsMissingBesideFailed => true;

    protected override PatchFinding Judge(PackageEntry package, bool asInstalled)
    {
        var installed = package.Installed!;
        var current = Consider(package, installed, asInstalled);
        var missing = _candidates.FindIndex(c => c.IsNewer && c.Decision.IsApproved);
        var approved = _candidates.FindIndex(c => c.Decision.IsApproved);
        var state = (missing, approved) switch
        {
            (>= 0, _) => PatchState.Missing,
            (_, >= 0) => PatchState.Installed,
            _ when Blocks && current.Decision.RejectedEntry is not null => PatchState.InstalledRejected,
            _ => PatchState.InstalledOther,
        };
        var reported = missing >= 0 ? _candidates[missing] : current;

        // Two stanzas may carry the installed version's text: the archive's approves it, the database's is what is
        // reported, without a level (reference 09 §5).
        var decisive = state switch
        {
            PatchState.Missing => reported,
            PatchState.Installed => current.Decision.IsApproved ? current : _candidates[approved],
            PatchState.InstalledRejected => current,
            _ => Nearest(),
        };
        return Finding(
            package,
            ForOperation(state),
            current,
            reported,
            Explain(package, installed, state, reported, decisive)
        );
    }

    /// <summary>
    /// Level and class are the baseline's (the reference gives every such package UNSPECIFIED: QUIRK of reference 09
    /// §6).
    /// </summary>
    protected override PatchFinding? JudgeByOverride(PackageEntry package)
    {
        var installed = package.Installed!;
        var current = Consider(package, installed, asInstalled: false);
        foreach (var candidate in _candidates)
        {
            if (candidate.IsNewer && Override!.FirstMatch(candidate.Version) is var entry and >= 0)
                return Finding(
                    package,
                    PatchState.Failed,
                    current,
                    candidate,
                    ExplainOverride(entry, installed, candidate.Edition, () => Observe(candidate, PatchState.Failed))
                );
        }

        return null;
    }

    private PatchFinding Finding(
        PackageEntry package,
        PatchState state,
        AptCandidate current,
        AptCandidate reported,
        FindingExplanation explanation
    )
    {
        var isForeign = package.Architecture != Catalog.NativeArchitecture;
        var name = isForeign ? $"{package.Name}:{package.Architecture}" : package.Name;
        var id = $"{name}.{package.Architecture}";
        return new PatchFinding
        {
            Name = name,
            Architecture = package.Architecture,
            State = state,
            InstalledVersion = current.Edition,
            AvailableVersion = state is PatchState.Missing or PatchState.Failed ? reported.Edition : "",
            Id = id,
            Title = $"{id}:{reported.Edition}",
            ComplianceLevel = reported.Decision.Level,
            Severity = reported.Version.Priority,
            Classification = reported.Decision.Verdict.IsSecurity ? "Security" : "",
            Section = reported.Version.Section,
            InstalledTime = package.Installed!.InstalledTime,
            Explanation = explanation,
        };
    }

    protected override string? WhyNothingIsApproved()
    {
        var hasSecurityArchive = Catalog.Origins.Any(AptSecurity.IsSecurity);
        var (passes, isAllowed, wantsSecurity) = (false, false, false);
        foreach (var package in Catalog)
        {
            foreach (var version in package.Versions)
            {
                var verdict = _rules.Of(version);
                if (!verdict.PassesGlobalFilters)
                    continue;
                passes = true;
                if (Rejected.FirstMatch(version) >= 0)
                    continue;
                isAllowed = true;
                var isListed = Approved.FirstMatch(version) >= 0;
                if (verdict.Rule is not null || (isListed && Baseline.ApprovedPatchesEnableNonSecurity))
                    return null;
                if (verdict.SecurityOnlyRule is null && !isListed)
                    continue;
                if (hasSecurityArchive)
                    return null;
                wantsSecurity = true;
            }
        }

        if (!passes)
            return Wording.FiltersLeaveOut(
                Baseline.GlobalFilters,
                Request.Snapshot.Product,
                _rules.GlobalFiltersAcceptProduct
            );
        if (!isAllowed)
            return Wording.RejectsEverything;
        return wantsSecurity
            ? "the baseline wants security updates only, and no enabled repository is a trusted security archive"
            : Wording.NoRuleReaches(Baseline, Request.Snapshot.Product, _rules.RulesAcceptProduct);
    }

    protected override int TieOrder(PatchFinding x, PatchFinding y) => string.CompareOrdinal(x.Id, y.Id);

    protected override IEnumerable<string> FamilyWarnings() => _rules.Warnings();

    /// <summary>
    /// Fills the candidates, newest first, equals as the sources gave them; returns the installed one.
    /// </summary>
    private AptCandidate Consider(PackageEntry package, InstalledPackage installed, bool asInstalled)
    {
        _candidates.Clear();
        AptCandidate? current = null;
        foreach (var version in package.Versions)
        {
            if (AptHidden.IsHidden(version))
                continue;
            var edition = version.IsInstalled ? installed.Edition : version.Edition;
            var toInstalled = version.IsInstalled ? 0 : VersionOrder.Compare(edition, installed.Edition);
            if (toInstalled < 0 || (asInstalled && toInstalled > 0))
                continue;
            var candidate = new AptCandidate(version, edition, toInstalled > 0, Decide(version));
            if (version.IsInstalled)
                current = candidate;
            _candidates.Add(candidate);
        }

        _candidates.Sort(_newestFirst);
        return current
            ?? throw new PatchToolsException(
                PatchErrors.InventoryMalformed,
                $"The inventory says that {package} is installed, but none of its versions is.",
                package.ToString()
            );
    }

    /// <summary>Rows are numbered as the sources gave them, which keeps equals in their order.</summary>
    private int NewestFirst(AptCandidate x, AptCandidate y)
    {
        var order = VersionOrder.Compare(y.Edition, x.Edition);
        return order != 0 ? order : x.Version.Index.CompareTo(y.Version.Index);
    }

    /// <summary>Reference 09 §4.3. The lists are asked in any case, because the explanation names the entry.</summary>
    private AptDecision Decide(PackageVersion version)
    {
        var verdict = _rules.Dated(version);
        var rejected = Rejected.FirstMatch(version);
        var approved = Approved.FirstMatch(version);
        var decision = new AptDecision
        {
            Kind = DecisionKind.NoRule,
            Verdict = verdict,
            RejectedEntry = rejected < 0 ? null : Rejected.Entry(rejected),
            ApprovedEntry = approved < 0 ? null : Approved.Entry(approved),
        };
        if (!verdict.PassesGlobalFilters)
            return decision with { Kind = DecisionKind.GlobalFilters };
        if (rejected >= 0)
            return decision with { Kind = DecisionKind.RejectedList };
        var approvedByList = approved >= 0 && (Baseline.ApprovedPatchesEnableNonSecurity || verdict.IsSecurity);
        if (approvedByList && (verdict.Rule is null || Baseline.ApprovedPatchesComplianceLevel > verdict.Level))
            return decision with { Kind = DecisionKind.ApprovedList, Level = Baseline.ApprovedPatchesComplianceLevel };
        if (verdict.Rule is not null)
            return decision with { Kind = DecisionKind.ApprovalRule, Level = verdict.Level };
        if (verdict.HeldBackRule is not null)
            return decision with { Kind = DecisionKind.HeldBackByDate };
        return approved >= 0 || verdict.SecurityOnlyRule is not null
            ? decision with
            {
                Kind = DecisionKind.NotSecurity,
            }
            : decision;
    }

    /// <summary>The candidate that came nearest to approval, the newest of several.</summary>
    private AptCandidate Nearest()
    {
        var nearest = _candidates[0];
        foreach (var candidate in _candidates)
        {
            if (candidate.Decision.Rank > nearest.Decision.Rank)
                nearest = candidate;
        }

        return nearest;
    }
}
