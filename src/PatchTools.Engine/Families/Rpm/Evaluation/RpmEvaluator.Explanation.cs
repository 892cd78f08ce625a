using PatchTools.Evaluation;
using PatchTools.Model;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>Why a package of the rpm families has its state.</summary>
internal abstract partial class RpmEvaluator
{
    private FindingExplanation Explain(
        RpmLine line,
        InstalledPackage installed,
        PatchState state,
        string reported,
        RpmCandidate? chosen,
        List<RpmCandidate> candidates,
        string? rejected
    )
    {
        var heldBack = HeldBack(candidates, reported);
        var unseen = new UnseenVersions(line, VersionOrder);
        var hostPolicy = HostPolicy(installed, state, reported, unseen);
        var nearest = Nearest(candidates);
        if (chosen is not null)
        {
            var summary = ApprovedSummary(chosen, installed, heldBack);
            return new FindingExplanation
            {
                Decision = chosen.Decision.Kind,
                Summary = state == PatchState.Missing ? summary : WithHidden(summary, unseen),
                Rule = chosen.Decision.Rule + 1,
                ListEntry = chosen.Decision.ListEntry,
                Observations = new LazyLines(() =>
                    [
                        .. Observe(chosen),
                        .. Carried(candidates, chosen, unseen),
                        .. unseen.RollUp(chosen.IsOffered ? chosen.Edition : ""),
                    ]
                ),
                HeldBackEdition = heldBack?.Edition,
                ApprovedFrom = heldBack?.Decision.ApprovedFrom,
                HostPolicy = hostPolicy,
            };
        }

        if (rejected is not null)
        {
            return new FindingExplanation
            {
                Decision = DecisionKind.RejectedList,
                Summary = Wording.Rejected(rejected),
                ListEntry = rejected,
                Observations = new LazyLines(() =>
                    [
                        $"judged the installed {installed.Edition}",
                        $"rejected list: '{rejected}' matches",
                        .. nearest is null ? [] : Observe(nearest),
                    ]
                ),
                HeldBackEdition = heldBack?.Edition,
                HostPolicy = hostPolicy,
            };
        }

        return IsNothingToJudge(nearest)
            ? ExplainNothingOffered(line, nearest, unseen, hostPolicy)
            : ExplainOther(nearest!, heldBack, unseen, hostPolicy);
    }

    /// <summary>
    /// The installed version is all there is, no repository shows it, and only for want of an advisory does no rule
    /// approve it.
    /// </summary>
    private static bool IsNothingToJudge(RpmCandidate? nearest) =>
        nearest is null
        || (
            !nearest.Version.IsOffered
            && nearest.Decision.Kind is DecisionKind.NoRule or DecisionKind.NotSecurity
            && nearest.Advisory is null
        );

    private FindingExplanation ExplainNothingOffered(
        RpmLine line,
        RpmCandidate? nearest,
        UnseenVersions unseen,
        IReadOnlyList<string> hostPolicy
    )
    {
        var tool = Request.Inventory.PackageManager;
        return new FindingExplanation
        {
            Decision = DecisionKind.NotOffered,
            Summary = unseen.Newest(tool, ofAdvisories: false) ?? WhyNothingIsOffered(line, unseen, tool),
            Observations = nearest is null
                ? [$"judged the installed {line.Edition}, repositories offer nothing as new", .. unseen.RollUp("")]
                : new LazyLines(() => [.. Observe(nearest), .. unseen.RollUp("")]),
            HostPolicy = hostPolicy,
        };
    }

    private static string WhyNothingIsOffered(RpmLine line, UnseenVersions unseen, string tool)
    {
        if (unseen.Fix is { } fix)
            return Wording.FixNotOffered(fix.Advisory, fix.Edition);
        if (line.Versions.Any(v => v.Version.IsOffered))
            return Wording.NewerThanOffered;
        if (unseen.Blacklisted is [var blacklisted, ..])
            return blacklisted;
        return unseen.WhyNothingIsSeen(tool) ?? Wording.NotOffered;
    }

    private FindingExplanation ExplainOther(
        RpmCandidate nearest,
        RpmCandidate? heldBack,
        UnseenVersions unseen,
        IReadOnlyList<string> hostPolicy
    )
    {
        var rollUp = nearest.IsNewer ? nearest.Edition : "";
        return new FindingExplanation
        {
            Decision = nearest.Decision.Kind,
            Summary = WithHidden(SummaryOfOther(nearest, unseen, rollUp), unseen),
            Rule = nearest.Decision.Rule + 1,
            ListEntry = nearest.Decision.ListEntry,
            Observations = new LazyLines(() => [.. Observe(nearest), .. unseen.RollUp(rollUp)]),
            HeldBackEdition = heldBack?.Edition,
            ApprovedFrom = heldBack?.Decision.ApprovedFrom,
            HostPolicy = hostPolicy,
        };
    }

    /// <summary>What became of the nearest candidate; a fix that no repository offers any more goes first.</summary>
    private string SummaryOfOther(RpmCandidate nearest, UnseenVersions unseen, string rollUp)
    {
        if (unseen.Fix is not { } gone)
            return OtherSummary(nearest);
        return Compare(gone.Edition, rollUp) <= 0
            ? Wording.RollUp(rollUp, gone.Advisory, OtherSummary(nearest))
            : Wording.FixNotOffered(gone.Advisory, gone.Edition);
    }

    /// <summary>
    /// Tables and CSV files show the sentence only: an update that the host itself hides is not passed over there.
    /// </summary>
    private string WithHidden(string summary, UnseenVersions unseen) =>
        unseen.Newest(Request.Inventory.PackageManager, ofAdvisories: true) is { } hidden
            ? $"{summary}; {hidden}"
            : summary;

    /// <summary>
    /// What else the reported version carries; advisories whose own version is gone have lines of their own.
    /// </summary>
    private static IEnumerable<string> Carried(
        List<RpmCandidate> candidates,
        RpmCandidate chosen,
        UnseenVersions unseen
    ) =>
        candidates
            .Where(c =>
                c.Supersedes is not null
                && c.Edition == chosen.Edition
                && c.Advisory != chosen.Advisory
                && !unseen.IsGone(c.Supersedes)
            )
            .Select(c => $"{c.Advisory!.Id} names {c.Supersedes}, superseded by {c.Edition}")
            .Distinct(StringComparer.Ordinal);

    /// <summary>What the host's own policy does to this package, and what it does to all.</summary>
    private IReadOnlyList<string> HostPolicy(
        InstalledPackage installed,
        PatchState state,
        string reported,
        UnseenVersions unseen
    )
    {
        var inventory = Request.Inventory;
        List<string> lines = [];
        if (state == PatchState.Missing)
        {
            lines.AddRange(HostPolicyLines.Of(installed, reported, inventory.PackageManager, VersionOrder));
        }
        else
        {
            if (installed.IsHeld)
                lines.Add(HostPolicyLines.Held);
            if (installed.PolicyNote is { } note)
                lines.Add(note);
        }

        lines.AddRange(unseen.Hidden(reported, inventory.PackageManager));
        lines.AddRange(unseen.Blacklisted);
        return lines.Count == 0 ? inventory.HostPolicy : [.. lines, .. inventory.HostPolicy];
    }

    /// <summary>
    /// The newest candidate beyond the reported edition, which is not approved; of several advisories on it the nearest
    /// to approval.
    /// </summary>
    private RpmCandidate? HeldBack(List<RpmCandidate> candidates, string reported)
    {
        RpmCandidate? held = null;
        foreach (var candidate in candidates.Where(c => Compare(c.Edition, reported) > 0))
        {
            var order = held is null ? 1 : Compare(candidate.Edition, held.Edition);
            if (order > 0 || (order == 0 && candidate.Decision.IsNearerThan(held!.Decision)))
                held = candidate;
        }

        return held;
    }

    /// <summary>
    /// The candidate that came nearest to approval, the newest of several; of several advisories on it the nearest.
    /// </summary>
    private RpmCandidate? Nearest(List<RpmCandidate> candidates)
    {
        RpmCandidate? nearest = null;
        foreach (var candidate in candidates)
        {
            if (candidate.ToInstalled < 0)
                continue;
            var order = nearest is null ? 1 : candidate.Decision.Rank - nearest.Decision.Rank;
            if (order == 0)
                order = Compare(candidate.Edition, nearest!.Edition);
            if (order > 0 || (order == 0 && candidate.Decision.IsNearerThan(nearest!.Decision)))
                nearest = candidate;
        }

        return nearest;
    }

    private static string ApprovedSummary(RpmCandidate chosen, InstalledPackage installed, RpmCandidate? heldBack)
    {
        var decision = chosen.Decision;
        var rule = (decision.Rule ?? 0) + 1;
        if (chosen.Leftover is { } leftover)
            return Wording.NeededByLeftover(chosen.Advisory!.Id, leftover, installed.Edition);
        if (!chosen.IsOffered)
            return Wording.NeededInVain(chosen.Advisory!.Id, chosen.Edition);
        if (decision.Kind == DecisionKind.ApprovedList)
            return Wording.Approved(decision.ApprovedEntry!)
                + (chosen.Supersedes is null ? "" : $", {Wording.Superseded(chosen.Advisory!.Id, chosen.Edition)}")
                + (chosen.IsNewer && installed.IsHeld ? ", held" : "");
        if (chosen.ToInstalled < 0)
            return Wording.RuleApproves(rule, "an older version");
        if (!chosen.IsNewer)
            return heldBack?.Decision is { ApprovedFrom: { } from, Rule: { } later }
                ? Wording.NewerFrom(later + 1, from)
                : Wording.RuleApproves(rule, "the installed version");
        var what = chosen.Supersedes is null
            ? chosen.Advisory?.Id ?? "the update"
            : Wording.Superseded(chosen.Advisory!.Id, chosen.Edition);
        return Wording.RuleApproves(rule, installed.IsHeld ? "it, the host holds it" : what);
    }

    private string OtherSummary(RpmCandidate nearest)
    {
        var decision = nearest.Decision;
        return decision.Kind switch
        {
            DecisionKind.GlobalFilters => Wording.GlobalFilters,
            DecisionKind.RejectedList => Wording.Rejected(decision.RejectedEntry!),
            DecisionKind.HeldBackByDate => Wording.HeldBack(
                decision.Rule!.Value + 1,
                Baseline.ApprovalRules[decision.Rule.Value],
                decision.ApprovedFrom
            ),
            DecisionKind.NotSecurity when decision.ListEntry is { } entry => Wording.ApprovedButNotSecurity(entry),
            DecisionKind.NotSecurity => nearest.IsNewer
                ? "no advisory names the newer version"
                : "no advisory names it",
            _ when _rules.Count == 0 => Wording.NoRules,
            _ => nearest.Advisory is { } advisory
                ? $"no rule matches {advisory.Id}"
                : "no advisory names it, and no rule matches",
        };
    }

    private List<string> Observe(RpmCandidate candidate)
    {
        var (version, decision) = (candidate.Version, candidate.Decision);
        List<string> lines =
        [
            candidate switch
            {
                { Advisory: { } carried, Supersedes: { } older } =>
                    $"judged {candidate.Edition} as {carried.Id} describes {older}, which is superseded by it",
                { Advisory: { } advisory } => $"judged {candidate.Edition} as {advisory.Id} describes it",
                _ => $"judged {candidate.Edition}, which no advisory names",
            },
        ];
        if (!Rejected.IsEmpty)
            lines.Add(
                decision.RejectedEntry is { } rejected ? $"rejected list: '{rejected}' matches" : Wording.RejectedNone
            );
        if (decision.Kind == DecisionKind.RejectedList)
            return lines;
        lines.AddRange(_rules.Observe(Properties(version, candidate.Advisory)));
        if (!Approved.IsEmpty)
            lines.Add(
                decision.ApprovedEntry is { } approved
                    ? $"approved list: '{approved}' matches, level {Baseline.ApprovedPatchesComplianceLevel}"
                    : Wording.ApprovedNone
            );
        return lines;
    }
}
