using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>What a finding of apt says of itself, to the last line.</summary>
public sealed class AptExplanationTests
{
    private static readonly PatchBaseline _security = Ubuntu(Rule(ComplianceLevel.HIGH));

    [Fact]
    public void A_rejected_update_tells_whom_the_action_concerns_and_what_the_lists_say() =>
        Explains(
            """
            InstalledOther 1.0: rejected by 'a-1.1'
            decided: RejectedList, entry 'a-1.1'
            held back: 1.1
            saw: judged 1.1, offered by focal-security (archive.ubuntu.com)
            saw: security: yes, focal-security (archive.ubuntu.com) offers it
            saw: rejected list: 'a-1.1' matches
            saw: rejected action BLOCK: concerns installed versions only
            saw: approved list: 'a' matches, level LOW, security updates only
            """,
            MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0* REL"),
            _security
                .Rejecting(RejectedPatchesAction.BLOCK, "a-1.1")
                .Approving(ComplianceLevel.LOW, nonSecurity: false, "a")
        );

    [Fact]
    public void A_rejected_package_that_stays_compliant_says_so() =>
        Explains(
            """
            InstalledOther 1.0: rejected by 'a'
            decided: RejectedList, entry 'a'
            saw: judged 1.0, offered by focal (archive.ubuntu.com)
            saw: security: no, no security archive offers it
            saw: rejected list: 'a' matches
            saw: rejected action ALLOW_AS_DEPENDENCY: what is installed stays compliant
            """,
            MadeUpHost.Apt().Package("a", "1.0* REL"),
            _security.Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "a")
        );

    [Fact]
    public void A_rejected_package_that_does_not_comply_tells_the_entry() =>
        Explains(
            """
            InstalledRejected 1.0: rejected by 'a'
            decided: RejectedList, entry 'a'
            saw: judged 1.0, which no repository offers
            saw: security: no, no security archive offers it
            saw: rejected list: 'a' matches
            saw: approved list: 'a' matches, level LOW
            """,
            MadeUpHost.Apt().Package("a", "1.0*"),
            _security.Rejecting(RejectedPatchesAction.BLOCK, "a").Approving(ComplianceLevel.LOW, nonSecurity: true, "a")
        );

    [Fact]
    public void A_rule_without_delay_has_no_line_of_dates() =>
        Explains(
            """
            Missing 1.0 → 1.1: rule 2 approves the security update
            decided: ApprovalRule, rule 2
            saw: judged 1.1, offered by focal-security (archive.ubuntu.com)
            saw: security: yes, focal-security (archive.ubuntu.com) offers it
            saw: rule 1, SECTION: wants libs; saw utils: does not match
            saw: rule 1: its filters do not match
            saw: rule 2, PRIORITY: wants optional; saw optional: matches
            saw: rule 2: approves security updates, level HIGH
            saw: rule 3, approveUntilDate: ignored, apt's archives date no package; -ApprovalDateSource applies it
            saw: rule 3: approves security and other updates, level LOW
            """,
            MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*"),
            Ubuntu(
                Rule(ComplianceLevel.LOW, Filter("SECTION", "libs")).After(7),
                Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "optional")),
                Rule(ComplianceLevel.LOW).Until("2026-01-01").WithNonSecurity()
            )
        );

    [Theory]
    [InlineData(
        "1.1 UNTRUSTED|1.0*",
        "its security archive is not trusted",
        "vendor-security (example.org) is not authenticated"
    )]
    [InlineData("1.1 UPD|1.0*", "the newer version is not a security update", "no security archive offers it")]
    [InlineData("1.0* UPD", "no security archive offers it", "no security archive offers it")]
    public void Where_no_security_archive_has_it_the_explanation_says_what_there_is(
        string versions,
        string why,
        string security
    )
    {
        var finding = MadeUpHost.Apt().Package("a", versions.Split('|')).Finding(_security, "a");

        Assert.Equal(why, finding.Why);
        Assert.Contains($"security: no, {security}", finding.Explanation.Observations);
        Assert.Contains("rule 1: would approve a security update only", finding.Explanation.Observations);
    }

    /// <summary>The nearest to approval, and of several alike the newest.</summary>
    [Theory]
    [InlineData("1.2 UPD prio=odd|1.1 UPD|1.0*", "the newer version is not a security update", "1.1", "1.2")]
    [InlineData("1.1 UPD|1.2 UPD|1.0*", "the newer version is not a security update", "1.2", "1.2")]
    [InlineData(
        "1.2 UPD prio=odd|1.1 UPD prio=odd|1.0* prio=odd",
        "no rule matches its priority and section",
        "1.2",
        "1.2"
    )]
    public void Of_several_versions_the_nearest_to_approval_speaks(
        string versions,
        string why,
        string judged,
        string heldBack
    )
    {
        var finding = MadeUpHost
            .Apt()
            .Package("a", versions.Split('|'))
            .Finding(Ubuntu(Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "optional"))), "a");

        Assert.Equal((why, heldBack), (finding.Why, finding.Explanation.HeldBackEdition));
        Assert.StartsWith($"judged {judged}, ", finding.Explanation.Observations[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HIGH HIGH", "", 1, ComplianceLevel.HIGH, DecisionKind.ApprovalRule)]
    [InlineData("LOW HIGH", "", 2, ComplianceLevel.HIGH, DecisionKind.ApprovalRule)]
    [InlineData("HIGH LOW", "", 1, ComplianceLevel.HIGH, DecisionKind.ApprovalRule)]
    [InlineData("HIGH", "HIGH", 1, ComplianceLevel.HIGH, DecisionKind.ApprovalRule)]
    [InlineData("HIGH", "CRITICAL", null, ComplianceLevel.CRITICAL, DecisionKind.ApprovedList)]
    [InlineData("", "UNSPECIFIED", null, ComplianceLevel.UNSPECIFIED, DecisionKind.ApprovedList)]
    public void The_first_of_the_highest_level_decides_and_the_rules_before_the_list(
        string rules,
        string list,
        int? rule,
        ComplianceLevel level,
        DecisionKind decision
    )
    {
        var baseline = Ubuntu([
            .. rules
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => Rule(Enum.Parse<ComplianceLevel>(word))),
        ]);
        if (list.Length > 0)
            baseline = baseline.Approving(Enum.Parse<ComplianceLevel>(list), nonSecurity: false, "a");
        var finding = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Finding(baseline, "a");

        Assert.Equal(
            (PatchState.Missing, rule, level, decision),
            (finding.State, finding.Explanation.Rule, finding.ComplianceLevel, finding.Explanation.Decision)
        );
    }

    [Fact]
    public void Of_several_rules_for_security_updates_only_the_first_is_named() =>
        Assert.Equal(
            1,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 UPD", "1.0*")
                .Finding(Ubuntu(Rule(ComplianceLevel.HIGH), Rule(ComplianceLevel.HIGH)), "a")
                .Explanation.Rule
        );

    [Theory]
    [InlineData("1.0*", DecisionKind.ApprovalRule, "rule 1 approves the installed version")]
    [InlineData("2.0*|1.5 REL", DecisionKind.ApprovalRule, "rule 1 approves the installed version")]
    public void What_nobody_offers_can_be_approved(string versions, DecisionKind decision, string why)
    {
        var finding = MadeUpHost
            .Apt()
            .Package("a", versions.Split('|'))
            .Finding(Ubuntu(Rule(ComplianceLevel.HIGH).WithNonSecurity()), "a");

        Assert.Equal((PatchState.Installed, decision, why), (finding.State, finding.Explanation.Decision, finding.Why));
    }

    [Fact]
    public void What_nobody_offers_and_the_filters_leave_out_is_said_to_be_left_out()
    {
        var finding = MadeUpHost
            .Apt()
            .Package("a", "1.0*")
            .Finding(_security.Globally(Filter("PRODUCT", "Other1")), "a");

        Assert.Equal(
            (DecisionKind.GlobalFilters, "left out by the global filters"),
            (finding.Explanation.Decision, finding.Why)
        );
    }

    [Fact]
    public void Two_stanzas_of_the_installed_version_are_explained_by_the_database_s_where_both_are_approved()
    {
        var finding = MadeUpHost
            .Apt()
            .Package("a", "1.0 SEC meta=1 prio=important", "1.0* SEC meta=2 prio=optional")
            .Finding(
                Ubuntu(
                    Rule(ComplianceLevel.LOW, Filter("PRIORITY", "optional")),
                    Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "important"))
                ),
                "a"
            );

        Assert.Equal(
            (PatchState.Installed, ComplianceLevel.LOW, 1),
            (finding.State, finding.ComplianceLevel, finding.Explanation.Rule)
        );
    }

    [Fact]
    public void What_the_sources_hide_is_named_newest_first() =>
        Assert.Equal(
            ["1.3 is hidden from apt: Exclude of the source x", "1.2 is hidden from apt: Exclude of the source x"],
            MadeUpHost
                .Apt()
                .Hides("HIDDEN", "Exclude of the source x")
                .Package("a", "1.0* REL", "1.1 SEC", "1.2 HIDDEN", "1.3 HIDDEN", "1.1 HIDDEN meta=7")
                .Finding(_security, "a")
                .Explanation.HostPolicy
        );

    /// <summary>What the host's own policy says of an approved update.</summary>
    [Theory]
    [InlineData("", false, null, null, null, "not completely installed")]
    [InlineData("unpacked", false, null, null, null, "not completely installed (unpacked)")]
    [InlineData(null, true, null, null, null, "held by the administrator")]
    [InlineData(null, false, "1.0", null, null, "apt would stay at 1.0, the baseline approves 1.1")]
    [InlineData(null, false, "1.0.5", null, null, "apt would take 1.0.5, the baseline approves 1.1")]
    [InlineData(null, false, "1.1", null, null, "")]
    [InlineData(null, false, "1.2", null, null, "")]
    [InlineData(null, false, "1.2", "pin 990", null, "apt would take 1.2, the baseline approves 1.1|pin 990")]
    [InlineData(null, false, "1.1", "pin 990", null, "pin 990")]
    [InlineData(null, false, null, null, 30, "phased to 30 % of hosts; an approval does not wait for it")]
    [InlineData(null, false, "1.1", null, 30, "phased to 30 % of hosts; an approval does not wait for it")]
    [InlineData(null, false, "1.2", null, 30, "")]
    public void An_update_tells_where_the_host_s_own_policy_stands(
        string? broken,
        bool isHeld,
        string? candidate,
        string? note,
        int? phased,
        string lines
    )
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.2 UPD", "1.1 SEC", "1.0*"],
                    IsBroken = broken is not null,
                    Status = broken ?? "",
                    IsHeld = isHeld,
                    Candidate = candidate,
                    PolicyNote = note,
                    Phased = phased,
                }
            )
            .Finding(_security, "a");

        Assert.Equal(lines, string.Join('|', finding.Explanation.HostPolicy));
    }

    [Fact]
    public void What_apt_passes_over_by_itself_is_told_with_its_reason_in_place_of_the_pin()
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    PolicyNote = "pin 1 of /etc/apt/preferences.d/a",
                    Unchosen = [new RefusedEdition("1.2", "another"), new RefusedEdition("1.1", "priority 1")],
                }
            )
            .Finding(_security, "a");

        Assert.Equal(["apt would not choose this by itself: priority 1"], finding.Explanation.HostPolicy);
    }

    [Fact]
    public void A_package_that_the_global_filters_leave_out_is_not_counted() =>
        Assert.Equal(
            0,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 SEC section=games", "1.0 SEC section=games")
                .Evaluate(_security.Globally(Filter("SECTION", "libs")))
                .Counts.NotApplicable
        );

    [Fact]
    public void A_package_that_no_list_names_is_not_counted() =>
        Assert.Equal(
            0,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 SEC")
                .Evaluate(Ubuntu().Approving(ComplianceLevel.LOW, nonSecurity: true, "b"))
                .Counts.NotApplicable
        );

    [Fact]
    public void A_global_filter_without_effect_is_a_warning() =>
        Assert.Equal(
            ["global filter SEVERITY has no effect: apt's packages have PRODUCT, PRIORITY and SECTION"],
            MadeUpHost.Apt().Package("a", "1.0* SEC").Evaluate(_security.Globally(Filter("SEVERITY", "*"))).Warnings
        );

    private static void Explains(string text, MadeUpHost host, PatchBaseline baseline) =>
        Assert.Equal(text, Explained.Of(host.Finding(baseline, "a")));
}
