using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Model;
using static PatchTools.Baselines.BaselineCheck;

namespace PatchTools.Baselines;

/// <summary>
/// What of a baseline meets nothing on one host: the evaluator itself is asked, once for the whole baseline and once
/// for every rule alone.
/// </summary>
internal static class HostCheck
{
    public static IEnumerable<BaselineIssue> Of(
        PatchBaseline baseline,
        BaselineCheckHost host,
        Family family,
        bool fails
    )
    {
        foreach (var issue in Whole(baseline, host.Inventory, family))
            yield return issue;
        if (fails)
            yield break;
        for (var i = 0; i < baseline.ApprovalRules.Count; i++)
        {
            if (!ApprovesAnything(i, baseline, host, family))
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.MatchesNothingHere,
                    RuleCheck.NameOf(i),
                    "The rule approves nothing that this host has or could get.",
                    "Look at what its filters saw: Test-PatchCompliance -As Detail, Explanation.Observations."
                );
        }

        var evaluator = family.Evaluator(Request(baseline, host));
        evaluator.Run();
        foreach (var entry in evaluator.UselessApproved())
            yield return Useless("ApprovedPatches", entry);
        foreach (var entry in evaluator.UselessRejected())
            yield return Useless("RejectedPatches", entry);
    }

    /// <summary>System, sources and repositories without advisories, before anything is evaluated.</summary>
    private static IEnumerable<BaselineIssue> Whole(PatchBaseline baseline, HostInventory inventory, Family family)
    {
        var identity = OperatingSystemIdentity.TryFrom(inventory.OperatingSystem);
        var product = inventory.Product;
        if (identity is not null && identity.AwsName != baseline.OperatingSystem)
            yield return Issue(
                BaselineIssueLevel.Error,
                BaselineIssueKind.MatchesNothingHere,
                "OperatingSystem",
                $"The baseline is for {baseline.OperatingSystem}, and the host is {identity.AwsName}.",
                "Check it against a host of its own system.",
                baseline.OperatingSystem
            );
        if (
            baseline.Sources.Count > 0
            && !baseline.Sources.Any(source => source.Products.Any(wanted => wanted == "*" || wanted == product))
        )
            yield return Issue(
                BaselineIssueLevel.Error,
                BaselineIssueKind.Fails,
                "Sources",
                $"A run on this host fails: none of the sources is for {product}.",
                "Add the product to a source.",
                product
            );
        List<string> silent =
        [
            .. inventory
                .Repositories.Where(repository => repository.HasAdvisories == false)
                .Select(repository => repository.Name),
        ];
        if (
            silent.Count > 0
            && family.Meaning is { HasAdvisories: true, NonSecurityDecides: true }
            && !baseline.ApprovalRules.Any(rule => rule.EnableNonSecurity)
        )
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Hole,
                "ApprovalRules",
                $"{string.Join(", ", silent)} publish no advisories, so without EnableNonSecurity nothing of "
                    + $"them is approved.",
                "Set EnableNonSecurity on a rule without CLASSIFICATION and SEVERITY."
            );
    }

    /// <summary>
    /// Alone and without its delay: what the rule could ever approve here, whatever the others and the lists say.
    /// </summary>
    private static bool ApprovesAnything(int rule, PatchBaseline baseline, BaselineCheckHost host, Family family)
    {
        var alone = family.Evaluator(
            Request(
                baseline with
                {
                    ApprovalRules =
                    [
                        baseline.ApprovalRules[rule] with
                        {
                            ApproveAfterDays = 0,
                            ApproveUntilDate = null,
                        },
                    ],
                    ApprovedPatches = [],
                    RejectedPatches = [],
                },
                host
            )
        );
        alone.Run();
        var counts = ComplianceCounting.Count(alone.Findings, alone.NotApplicable);
        return counts.Missing + counts.Installed + counts.NotApplicable > 0;
    }

    private static BaselineIssue Useless(string where, string entry) =>
        Issue(
            BaselineIssueLevel.Warning,
            BaselineIssueKind.MatchesNothingHere,
            where,
            $"{Quote(entry)} names no package that this host has or could get.",
            "Check its spelling; the forms are in about_PatchBaselines.",
            entry
        );

    private static EvaluationRequest Request(PatchBaseline baseline, BaselineCheckHost host) =>
        new()
        {
            Snapshot = new PatchSnapshot
            {
                SnapshotId = Guid.Empty.ToString(),
                Origin = SnapshotOrigin.File,
                Baseline = baseline,
                Product = host.Inventory.Product,
                OperationStart = host.Now,
            },
            Inventory = host.Inventory,
            Now = host.Now,
            ExecutionId = Guid.Empty.ToString(),
        };
}
