using PatchTools.Evaluation;
using PatchTools.Model;

namespace PatchTools.Families.Apt.Evaluation;

/// <content>Why a package of apt's has its state.</content>
internal sealed partial class AptEvaluator
{
    private FindingExplanation Explain(
        PackageEntry package,
        InstalledPackage installed,
        PatchState state,
        AptCandidate reported,
        AptCandidate decisive
    )
    {
        var decision = decisive.Decision;
        var isOffered = _candidates.Exists(c => IsOffered(c.Version));
        var notOffered =
            !isOffered
            && state == PatchState.InstalledOther
            && decision.Kind is DecisionKind.NoRule or DecisionKind.NotSecurity;
        var heldBack = HeldBack(reported);
        return new FindingExplanation
        {
            Decision = (state, notOffered) switch
            {
                (PatchState.InstalledRejected, _) => DecisionKind.RejectedList,
                (_, true) => DecisionKind.NotOffered,
                _ => decision.Kind,
            },
            Summary = state switch
            {
                PatchState.Missing => MissingSummary(installed, decision, reported.Edition),
                PatchState.Installed when decision.Kind == DecisionKind.ApprovedList => Wording.Approved(
                    decision.ApprovedEntry!
                ),
                PatchState.Installed when heldBack?.Decision is { ApprovedFrom: { } from, RuleNumber: { } later } =>
                    Wording.NewerFrom(later, from),
                PatchState.Installed => Wording.RuleApproves(decision.RuleNumber!.Value, "the installed version"),
                PatchState.InstalledRejected => Wording.Rejected(decision.RejectedEntry!),
                _ when notOffered => NotOfferedSummary(package, installed),
                _ => OtherSummary(decisive),
            },
            Rule = state == PatchState.InstalledRejected ? null : decision.RuleNumber,
            ListEntry = state == PatchState.InstalledRejected ? decision.RejectedEntry : decision.ListEntry,
            Observations = new LazyLines(() => Observe(decisive, state)),
            HeldBackEdition = heldBack?.Edition,
            ApprovedFrom = heldBack?.Decision.ApprovedFrom,
            HostPolicy =
            [
                .. state == PatchState.Missing
                    ? HostPolicyLines.Of(installed, reported.Edition, Request.Inventory.PackageManager, VersionOrder)
                    : [],
                .. AptHidden.Newer(package, reported.Edition, VersionOrder).Select(h => h.Sentence),
            ],
        };
    }

    private string NotOfferedSummary(PackageEntry package, InstalledPackage installed)
    {
        if (AptHidden.Newer(package, installed.Edition, VersionOrder) is [var newer, ..])
            return newer.Sentence;
        if (HasOffers(package))
            return Wording.NewerThanOffered;
        return AptHidden.Any(package) is { } because
            ? $"its repository is hidden from apt: {because}"
            : Wording.NotOffered;
    }

    /// <summary>
    /// What is newer than the reported version, and so not approved: what a date will approve before what none will,
    /// the newest of several.
    /// </summary>
    private AptCandidate? HeldBack(AptCandidate reported)
    {
        AptCandidate? held = null;
        foreach (var candidate in _candidates.Where(c => VersionOrder.Compare(c.Edition, reported.Edition) > 0))
        {
            if (held is null || (candidate.Decision.ApprovedFrom is not null && held.Decision.ApprovedFrom is null))
                held = candidate;
        }

        return held;
    }

    private static string MissingSummary(InstalledPackage installed, AptDecision decision, string edition)
    {
        var passedOver = HostPolicyLines.PassedOver(installed, edition) is null
            ? ""
            : "; apt would not choose it by itself";
        if (decision.Kind == DecisionKind.ApprovedList)
            return Wording.Approved(decision.ApprovedEntry!) + (installed.IsHeld ? ", held" : "") + passedOver;
        var update = (installed.IsHeld, decision.Verdict.IsSecurity) switch
        {
            (true, _) => "it, the host holds it",
            (_, true) => "the security update",
            _ => "the update",
        };
        return Wording.RuleApproves(decision.RuleNumber!.Value, update) + passedOver;
    }

    private string OtherSummary(AptCandidate decisive)
    {
        var decision = decisive.Decision;
        return decision.Kind switch
        {
            DecisionKind.GlobalFilters => Wording.GlobalFilters,
            DecisionKind.RejectedList => Wording.Rejected(decision.RejectedEntry!),
            DecisionKind.HeldBackByDate => Wording.HeldBack(
                decision.RuleNumber!.Value,
                Baseline.ApprovalRules[decision.RuleNumber.Value - 1],
                decision.ApprovedFrom
            ),
            DecisionKind.NotSecurity when decision.ApprovedEntry is { } entry => Wording.ApprovedButNotSecurity(entry),
            DecisionKind.NotSecurity when decision.Verdict.UntrustedSecurityArchive is not null =>
                "its security archive is not trusted",
            DecisionKind.NotSecurity => decisive.IsNewer
                ? "the newer version is not a security update"
                : "no security archive offers it",
            _ => _rules.Count == 0 ? Wording.NoRules : "no rule matches its priority and section",
        };
    }

    private static bool IsOffered(PackageVersion version) => version.Origins.Any(o => o.IsOffer);

    private static bool HasOffers(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            if (IsOffered(version))
                return true;
        }

        return false;
    }

    private List<string> Observe(AptCandidate candidate, PatchState state)
    {
        var (version, decision) = (candidate.Version, candidate.Decision);
        List<string> lines =
        [
            $"judged {candidate.Edition}, {Offers(version)}",
            .. _rules.ObserveGlobalFilters(version),
            Security(decision.Verdict),
        ];
        if (!Rejected.IsEmpty)
            lines.Add(
                decision.RejectedEntry is { } rejected ? $"rejected list: '{rejected}' matches" : Wording.RejectedNone
            );
        if (decision.RejectedEntry is not null && state is PatchState.InstalledOther)
            lines.Add(
                Blocks
                    ? "rejected action BLOCK: concerns installed versions only"
                    : "rejected action ALLOW_AS_DEPENDENCY: what is installed stays compliant"
            );
        if (decision.Kind is not (DecisionKind.GlobalFilters or DecisionKind.RejectedList))
            lines.AddRange(_rules.ObserveRules(version, decision.Verdict));
        if (!Approved.IsEmpty)
            lines.Add(
                decision.ApprovedEntry is { } approved
                    ? $"approved list: '{approved}' matches, level "
                        + $"{Baseline.ApprovedPatchesComplianceLevel}"
                        + $"{(Baseline.ApprovedPatchesEnableNonSecurity ? "" : ", security updates only")}"
                    : Wording.ApprovedNone
            );
        return lines;
    }

    private static string Offers(PackageVersion version)
    {
        var origins = version.Origins.Where(o => !o.IsLocalDatabase).Select(Describe).Distinct().ToList();
        return origins.Count == 0 ? "which no repository offers" : $"offered by {string.Join(", ", origins)}";
    }

    private static string Security(AptVerdict verdict) =>
        verdict switch
        {
            { SecurityArchive: { } archive } => $"security: yes, {Describe(archive)} offers it",
            { UntrustedSecurityArchive: { } archive } => $"security: no, {Describe(archive)} is not authenticated",
            _ => "security: no, no security archive offers it",
        };

    private static string Describe(PackageOrigin origin) =>
        origin.Site.Length == 0 ? origin.Archive : $"{origin.Archive} ({origin.Site})";
}
