using System.Globalization;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>
/// Which of several rules and of both lists decides about an update of the rpm families, and at which level.
/// </summary>
public sealed class RpmDecisionTests
{
    public static TheoryData<PackageFamily> Families => [PackageFamily.Dnf, PackageFamily.Yum, PackageFamily.Zypper];

    /// <summary>
    /// Rules, separated by blanks: a level, then <c>+</c> for one that takes other updates too, <c>@30</c> for one that
    /// waits 30 days. The update is of 2026-06-30; the list is LEVEL:ENTRY.
    /// </summary>
    [Theory]
    [InlineData("HIGH", "", "HIGH ApprovalRule 1 -")]
    [InlineData("LOW HIGH", "", "HIGH ApprovalRule 2 -")]
    [InlineData("HIGH LOW", "", "HIGH ApprovalRule 1 -")]
    [InlineData("HIGH HIGH", "", "HIGH ApprovalRule 1 -")]
    [InlineData("LOW HIGH@30", "", "LOW ApprovalRule 1 -")]
    [InlineData("HIGH@30 LOW", "", "LOW ApprovalRule 2 -")]
    [InlineData("HIGH@30 HIGH@9", "", "- HeldBackByDate 2 -")]
    [InlineData("HIGH@9 HIGH@30", "", "- HeldBackByDate 1 -")]
    [InlineData("HIGH<2026-01-01 HIGH<2026-02-01", "", "- HeldBackByDate 1 -")]
    [InlineData("HIGH<2026-01-01 HIGH@9", "", "- HeldBackByDate 2 -")]
    [InlineData("HIGH@9 HIGH<2026-01-01", "", "- HeldBackByDate 1 -")]
    [InlineData("", "LOW:tool", "LOW ApprovedList - tool")]
    [InlineData("", "LOW:CVE-1", "LOW ApprovedList - CVE-1")]
    [InlineData("", "LOW:CVE-1,tool", "LOW ApprovedList - tool")]
    [InlineData("HIGH", "CRITICAL:tool", "CRITICAL ApprovedList - tool")]
    [InlineData("HIGH", "CRITICAL:CVE-1", "CRITICAL ApprovedList - CVE-1")]
    [InlineData("HIGH", "HIGH:tool", "HIGH ApprovalRule 1 -")]
    [InlineData("HIGH", "LOW:CVE-1", "HIGH ApprovalRule 1 -")]
    [InlineData("HIGH@30", "LOW:tool", "LOW ApprovedList - tool")]
    public void Of_a_security_update_the_highest_level_decides_and_else_the_nearest_day(
        string rules,
        string list,
        string decided
    )
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-06-30", "CVE-1")
            .Package("tool", "1.0-1* BASE", "1.1-1 BASE adv=A")
            .Finding(Baseline(rules, list), "tool");

        Assert.Equal(decided, Decided(finding));
        if (list.Length > 0)
            Assert.Contains(
                finding.Explanation.Observations,
                line => line.StartsWith("approved list: '", StringComparison.Ordinal)
            );
    }

    [Theory]
    [InlineData("HIGH", "", "- NotSecurity 1 -", "no advisory names the newer version")]
    [InlineData("HIGH LOW", "", "- NotSecurity 1 -", "no advisory names the newer version")]
    [InlineData("HIGH LOW+@30", "", "- HeldBackByDate 2 -", "rule 2 approves it from 2026-07-30")]
    [InlineData("LOW+@30 HIGH", "", "- HeldBackByDate 1 -", "rule 1 approves it from 2026-07-30")]
    [InlineData("HIGH LOW+", "", "LOW ApprovalRule 2 -", "rule 2 approves the update")]
    [InlineData("LOW+ HIGH", "", "LOW ApprovalRule 1 -", "rule 1 approves the update")]
    [InlineData("", "LOW:tool", "- NotSecurity - tool", "approved by 'tool', but no security update")]
    [InlineData("HIGH", "LOW:tool", "- NotSecurity - tool", "approved by 'tool', but no security update")]
    [InlineData("LOW+@30", "LOW:tool", "- HeldBackByDate 1 -", "rule 1 approves it from 2026-07-30")]
    [InlineData("LOW+", "LOW:tool", "LOW ApprovalRule 1 -", "rule 1 approves the update")]
    public void An_update_that_no_advisory_names_is_decided_by_who_takes_such(
        string rules,
        string list,
        string decided,
        string why
    )
    {
        var finding = MadeUpHost
            .Dnf()
            .Package("tool", "1.0-1* BASE built=2026-06-30", "1.1-1 BASE built=2026-06-30")
            .Finding(Baseline(rules, list), "tool");

        Assert.Equal((decided, why), (Decided(finding), finding.Why));
        Assert.Equal(
            list.Length > 0,
            finding.Explanation.Observations.Contains("approved list: 'tool' matches, level LOW")
        );
    }

    [Theory]
    [InlineData("CVE-1", "left out by the global filters", "approved list: 'CVE-1' matches, level LOW")]
    [InlineData("other", "left out by the global filters", "approved list: no entry matches")]
    public void On_yum_an_id_does_not_pass_the_global_filters_and_the_explanation_names_it(
        string entry,
        string why,
        string saw
    )
    {
        var finding = MadeUpHost
            .Yum()
            .Advisory("A", "security", "Low", "2026-06-30", "CVE-1")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(Baseline("HIGH", $"LOW:{entry}").Globally(Classification("Bugfix")), "tool");

        Assert.Equal((PatchState.InstalledOther, why), (finding.State, finding.Why));
        Assert.Contains(saw, finding.Explanation.Observations);
    }

    /// <summary>A rejected list knows packages, and zypper's knows patches by their names; it knows no CVE.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, "CVE-1", false)]
    [InlineData(PackageFamily.Dnf, "A", false)]
    [InlineData(PackageFamily.Yum, "CVE-1", false)]
    [InlineData(PackageFamily.Yum, "A", false)]
    [InlineData(PackageFamily.Zypper, "CVE-1", false)]
    [InlineData(PackageFamily.Zypper, "1000001", false)]
    [InlineData(PackageFamily.Zypper, "A", true)]
    public void What_a_rejected_list_does_not_know_rejects_nothing_and_is_a_warning(
        PackageFamily family,
        string entry,
        bool isKnown
    )
    {
        var report = MadeUpHost
            .Of(family)
            .Advisory(
                new Advisory
                {
                    Id = "A",
                    Classification = "security",
                    Severity = "Low",
                    CveIds = ["CVE-1"],
                    BugzillaIds = ["1000001"],
                }
            )
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Evaluate(Baseline("HIGH", "").Rejecting(RejectedPatchesAction.BLOCK, entry));

        Assert.Equal(isKnown ? PatchState.InstalledOther : PatchState.Missing, Assert.Single(report.Findings).State);
        Assert.Equal(
            isKnown ? [] : [$"rejected patch '{entry}' matches no package known to this host"],
            report.Warnings
        );
    }

    /// <summary>Also where another entry has named the package first, and where no update of today needs it.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void An_entry_that_names_something_known_is_never_called_useless(PackageFamily family)
    {
        var report = MadeUpHost
            .Of(family)
            .Advisory("A", "security", "Low", "2026-01-01", "CVE-1", "CVE-2")
            .Advisory("B", "security", "Low", "2026-01-01", "CVE-3")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A", "0.9-1 BASE adv=A,B")
            .Evaluate(Baseline("", "LOW:CVE-1,A,CVE-2,nothing,CVE-3,tool,CVE-4"));

        Assert.Equal(
            [
                "approved patch 'nothing' matches no package known to this host",
                "approved patch 'CVE-4' matches no package known to this host",
            ],
            report.Warnings
        );
    }

    /// <summary>With two patches on one version the first that the list names is named.</summary>
    [Theory]
    [InlineData("P1", "rejected by 'P1'")]
    [InlineData("P2", "rejected by 'P2'")]
    [InlineData("P2|P1", "rejected by 'P1'")]
    [InlineData("tool|P1", "rejected by 'tool'")]
    public void On_zypper_whichever_patch_of_the_installed_version_is_rejected_rejects_it(string entries, string why)
    {
        var finding = MadeUpHost
            .Zypper()
            .Advisory("P1", "security", "important", "2026-01-01")
            .Advisory("P2", "recommended", "low", "2026-01-01")
            .Package("tool", "1.0-1* BASE adv=P1,P2")
            .Finding(Suse().Rejecting(RejectedPatchesAction.BLOCK, entries.Split('|')), "tool");

        Assert.Equal((PatchState.InstalledRejected, why), (finding.State, finding.Why));
    }

    /// <summary>Amazon Linux 2023 calls Medium what others call Moderate, and nothing else so.</summary>
    [Theory]
    [InlineData("SEVERITY", "Medium", "security", "Moderate", true)]
    [InlineData("SEVERITY", "Medium", "security", "Medium", true)]
    [InlineData("SEVERITY", "Medium", "security", "Low", false)]
    [InlineData("SEVERITY", "Moderate", "security", "Medium", false)]
    [InlineData("SEVERITY", "Low", "security", "Moderate", false)]
    [InlineData("CLASSIFICATION", "Medium", "moderate", "Low", false)]
    [InlineData("SEVERITY", "", "security", "", false)]
    [InlineData("SEVERITY", "*", "security", "", true)]
    public void On_Amazon_Linux_2023_severities_match_by_their_words(
        string key,
        string value,
        string type,
        string severity,
        bool matches
    ) =>
        Assert.Equal(
            matches ? PatchState.Missing : PatchState.InstalledOther,
            MadeUpHost
                .Dnf()
                .Advisory("A", type, severity, "2026-01-01")
                .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
                .Finding(Of("AMAZON_LINUX_2023", Rule(ComplianceLevel.LOW, Filter(key, value))), "tool")
                .State
        );

    [Fact]
    public void An_unknown_key_of_a_baseline_without_id_is_told_with_its_name()
    {
        var error = Assert.Throws<PatchTools.Errors.PatchToolsException>(() =>
            MadeUpHost
                .Dnf()
                .Package("tool", "1.0-1* BASE")
                .Evaluate(RedHat().Globally(Filter("SECTION", "libs")) with { BaselineId = null, Name = "web" })
        );

        Assert.Contains(
            "The global filters of baseline web filter by SECTION, which packages of dnf do not have.",
            error.Message,
            StringComparison.Ordinal
        );
    }

    private static string Decided(PatchFinding finding)
    {
        var why = finding.Explanation;
        var level = finding.ComplianceLevel == ComplianceLevel.UNSPECIFIED ? "-" : finding.ComplianceLevel.ToString();
        var rule = why.Rule?.ToString(CultureInfo.InvariantCulture) ?? "-";
        return $"{level} {why.Decision} {rule} {why.ListEntry ?? "-"}";
    }

    private static PatchBaseline Baseline(string rules, string list)
    {
        var baseline = RedHat([.. rules.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(RuleOf)]);
        return list.Split(':') is [var level, var entries]
            ? baseline.Approving(Enum.Parse<ComplianceLevel>(level), nonSecurity: false, entries.Split(','))
            : baseline;
    }

    private static ApprovalRule RuleOf(string text)
    {
        var rule = Rule(Enum.Parse<ComplianceLevel>(text.Split('+', '@', '<')[0]));
        if (text.Contains('+', StringComparison.Ordinal))
            rule = rule.WithNonSecurity();
        if (text.Split('<') is [_, var until])
            rule = rule.Until(until);
        return text.Split('@') is [_, var days] ? rule.After(int.Parse(days, CultureInfo.InvariantCulture)) : rule;
    }
}
