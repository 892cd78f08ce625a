using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>What a finding of the rpm families says of itself, to the last line.</summary>
public sealed class RpmExplanationTests
{
    private const string Excluded = "excluded by 'tool' in /etc/dnf/dnf.conf";
    private const string Locked = "locked to 'tool-1.0' in /etc/dnf/versionlock.toml";
    private const string Retracted = "P-9" + PackageOrigin.Retracted;

    private static readonly ApprovalRule _security = Rule(ComplianceLevel.HIGH, Classification("Security"));

    private static readonly ApprovalRule _anything = Rule(ComplianceLevel.LOW).WithNonSecurity();

    [Fact]
    public void An_update_tells_what_it_carries_and_what_is_held_back_beyond_it() =>
        Explains(
            """
            Missing 1.0-1 → 1.4-1: rule 1 approves A, superseded by 1.4-1
            decided: ApprovalRule, rule 1
            held back: 1.5-1 until 2026-07-07
            saw: judged 1.4-1 as A describes 1.1-1, which is superseded by it
            saw: rule 1, CLASSIFICATION: wants Security; saw Security: matches
            saw: rule 1, release date: wants 7 days old; saw 2026-01-01
            saw: rule 1: approves it, level HIGH
            saw: rule 2, CLASSIFICATION: wants Bugfix; saw Security: does not match
            saw: rule 2: its filters do not match
            saw: B names 1.2-1, superseded by 1.4-1
            saw: E names 1.0.5-1, which no repository offers any more; superseded by 1.4-1, which has its fix
            saw: C names 1.3-1, which no repository offers any more; superseded by 1.4-1, which has its fix
            """,
            Known(MadeUpHost.Dnf())
                .Package(
                    "tool",
                    "1.0-1* BASE",
                    "1.0.5-1 GONE adv=E",
                    "1.1-1 BASE adv=A,B",
                    "1.2-1 BASE adv=B",
                    "1.3-1 GONE adv=C",
                    "1.4-1 BASE",
                    "1.5-1 BASE adv=NEW"
                ),
            RedHat(_security.After(7), Rule(ComplianceLevel.LOW, Classification("Bugfix")).After(7))
        );

    [Theory]
    [InlineData("1.1-1 GONE adv=A", "1.2-1 GONE adv=B")]
    [InlineData("1.2-1 GONE adv=B", "1.1-1 GONE adv=A")]
    public void Of_several_fixes_that_nobody_offers_the_newest_is_named(string first, string second) =>
        Explains(
            """
            InstalledOther 1.0-1: B names 1.2-1, which no repository offers
            decided: NoRule
            saw: judged 1.0-1, which no advisory names
            saw: rule 1, CLASSIFICATION: wants Security; saw none: does not match
            saw: rule 1: its filters do not match
            saw: A names 1.1-1, which no repository offers any more
            saw: B names 1.2-1, which no repository offers any more
            """,
            Known(MadeUpHost.Dnf()).Package("tool", "1.0-1* BASE", first, second, "1.3-1 GONE"),
            RedHat(_security)
        );

    [Fact]
    public void A_newer_version_has_the_fixes_of_older_ones_and_not_of_newer_ones() =>
        Explains(
            """
            InstalledOther 1.0-1: C names 1.3-1, which no repository offers
            decided: NoRule
            held back: 1.2-1
            saw: judged 1.2-1 as BUG describes it
            saw: rule 1, CLASSIFICATION: wants Enhancement; saw Bugfix: does not match
            saw: rule 1: its filters do not match
            saw: A names 1.1-1, which no repository offers any more; superseded by 1.2-1, which has its fix
            saw: C names 1.3-1, which no repository offers any more
            """,
            Known(MadeUpHost.Dnf())
                .Package("tool", "1.0-1* BASE", "1.1-1 GONE adv=A", "1.2-1 BASE adv=BUG", "1.3-1 GONE adv=C"),
            RedHat(Rule(ComplianceLevel.LOW, Classification("Enhancement")))
        );

    [Fact]
    public void What_is_offered_for_another_architecture_is_not_gone() =>
        Explains(
            """
            Missing 1.0-1 → 1.1-1: rule 1 approves A
            decided: ApprovalRule, rule 1
            saw: judged 1.1-1 as A describes it
            saw: rule 1, CLASSIFICATION: wants Security; saw Security: matches
            saw: rule 1, release date: wants 0 days old; saw 2026-01-01
            saw: rule 1: approves it, level HIGH
            """,
            Known(MadeUpHost.Dnf())
                .Package(
                    new MadeUpPackage
                    {
                        Name = "tool",
                        Architecture = "noarch",
                        Versions = ["1.0-1* BASE", "1.1-1 GONE adv=A"],
                    }
                )
                .Package("tool", "1.1-1 BASE"),
            RedHat(_security)
        );

    [Fact]
    public void An_installed_version_that_is_approved_tells_of_the_newest_fix_that_the_host_hides() =>
        Explains(
            $"""
            Installed 1.0-1: rule 1 approves the installed version; 1.2-1 (B) is hidden from dnf: {Locked}
            decided: ApprovalRule, rule 1
            host: 1.3-1 is hidden from dnf: {Excluded}
            host: 1.2-1 (B) is hidden from dnf: {Locked}
            saw: judged 1.0-1 as A describes it
            saw: rule 1, CLASSIFICATION: wants Security; saw Security: matches
            saw: rule 1, release date: wants 0 days old; saw 2026-01-01
            saw: rule 1: approves it, level HIGH
            """,
            Known(MadeUpHost.Dnf())
                .Package(
                    "tool",
                    "1.0-1* BASE adv=A",
                    "1.1-1 EXCLUDED adv=C",
                    "1.2-1 LOCKED adv=B",
                    "1.3-1 EXCLUDED",
                    "1.1-2 LOCKED adv=C"
                ),
            RedHat(_security)
        );

    [Fact]
    public void An_update_tells_of_what_the_host_hides_beyond_it_only() =>
        Explains(
            $"""
            Missing 1.0-1 → 1.2-1: rule 1 approves A
            decided: ApprovalRule, rule 1
            host: 1.3-1 (B) is hidden from dnf: {Excluded}
            saw: judged 1.2-1 as A describes it
            saw: rule 1, CLASSIFICATION: wants Security; saw Security: matches
            saw: rule 1, release date: wants 0 days old; saw 2026-01-01
            saw: rule 1: approves it, level HIGH
            """,
            Known(MadeUpHost.Dnf())
                .Package(
                    "tool",
                    "1.0-1*",
                    "1.1-1 LOCKED",
                    "1.2-1 BASE adv=A",
                    "1.2-1 LOCKED meta=7",
                    "1.3-1 EXCLUDED adv=B"
                ),
            RedHat(_security)
        );

    [Theory]
    [InlineData("1.1-1 EXCLUDED|1.2-1 GONE adv=A", "A names 1.2-1, which no repository offers")]
    [InlineData("1.1-1 GONE adv=A|1.2-1 EXCLUDED", "1.2-1 is hidden from dnf: " + Excluded)]
    [InlineData("1.2-1 EXCLUDED|1.1-1 EXCLUDED adv=A", "1.2-1 is hidden from dnf: " + Excluded)]
    [InlineData("1.1-1 EXCLUDED adv=A|1.1-1 LOCKED meta=7", "1.1-1 (A) is hidden from dnf: " + Excluded)]
    [InlineData("0.9-1 BASE", "newer than any repository offers")]
    [InlineData("0.9-1 EXCLUDED", "what repositories offer of it is hidden from dnf: " + Excluded)]
    [InlineData("0.9-1 GONE adv=A", "no repository offers it")]
    [InlineData("0.9-1 RETRACTED", Retracted)]
    [InlineData("1.1-1 RETRACTED", Retracted)]
    [InlineData("1.1-1 RETRACTED|0.9-1 EXCLUDED", Retracted)]
    public void Where_nothing_is_offered_the_reason_is_the_nearest_to_an_update(string versions, string why)
    {
        var finding = Known(MadeUpHost.Dnf())
            .Package("tool", ["1.0-1*", .. versions.Split('|')])
            .Finding(RedHat(_security), "tool");

        Assert.Equal(
            (PatchState.InstalledOther, DecisionKind.NotOffered, why),
            (finding.State, finding.Explanation.Decision, finding.Why)
        );
    }

    [Theory]
    [InlineData("1.1-1 BASE", "repositories offer it for i686 only")]
    [InlineData("1.0-1*|1.1-1 BASE", "repositories offer it for i686 only")]
    [InlineData("1.0-1* BASE", "repositories offer it for i686 only")]
    [InlineData("1.1-1 EXCLUDED", "repositories offer it for i686 only")]
    [InlineData("1.0-1*", "no repository offers it")]
    [InlineData("1.1-1 GONE", "no repository offers it")]
    public void Another_architecture_is_named_where_a_repository_has_it(string versions, string why)
    {
        var report = Known(MadeUpHost.Dnf())
            .Package("tool", "1.0-1*")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Architecture = "i686",
                    Versions = versions.Split('|'),
                }
            )
            .Evaluate(RedHat(_security));

        Assert.Equal(why, Assert.Single(report.Findings, f => f.Architecture == "x86_64").Why);
    }

    [Fact]
    public void What_the_vendor_took_back_is_said_once_for_each_reason_and_named_nowhere() =>
        Explains(
            $"""
            InstalledOther 1.0-1: {Retracted}
            decided: NotOffered
            host: {Retracted}
            host: {PackageOrigin.TemporaryFix}
            saw: judged 1.0-1, which no advisory names
            saw: rule 1, CLASSIFICATION: wants Security; saw none: does not match
            saw: rule 1: its filters do not match
            """,
            Known(MadeUpHost.Zypper())
                .Hides("PTF", PackageOrigin.TemporaryFix)
                .Package("tool", "1.0-1*", "1.1-1 RETRACTED", "1.2-1 RETRACTED", "1.3-1 PTF"),
            RedHat(_security)
        );

    [Theory]
    [InlineData("", "no repository offers it", "")]
    [InlineData("0.9-1 BASE adv=A", "newer than any repository offers", "")]
    [InlineData(
        "1.1-1 GONE adv=A",
        "A names 1.1-1, which no repository offers",
        "\nsaw: A names 1.1-1, which no repository offers any more"
    )]
    public void On_yum_there_may_be_no_version_to_judge(string version, string why, string also) =>
        Explains(
            $"""
            InstalledOther 1.0-1: {why}
            decided: NotOffered
            saw: judged the installed 1.0-1, repositories offer nothing as new{also}
            """,
            Known(MadeUpHost.Yum()).Package("tool", ["1.0-1*", .. version.Length == 0 ? [] : new[] { version }]),
            Amazon2(Rule(ComplianceLevel.LOW, Classification("Enhancement")))
        );

    [Fact]
    public void A_rejected_package_tells_what_is_newer_and_what_the_host_does() =>
        Explains(
            """
            InstalledRejected 1.0-1: rejected by 'tool'
            decided: RejectedList, entry 'tool'
            held back: 1.1-1
            host: held by the administrator
            host: versionlock: tool-0:1.0-1.*
            saw: judged the installed 1.0-1
            saw: rejected list: 'tool' matches
            saw: judged 1.1-1 as A describes it
            saw: rejected list: 'tool' matches
            """,
            Known(MadeUpHost.Dnf())
                .Package(
                    new MadeUpPackage
                    {
                        Name = "tool",
                        Versions = ["1.0-1* BASE", "1.1-1 BASE adv=A"],
                        IsHeld = true,
                        PolicyNote = "versionlock: tool-0:1.0-1.*",
                    }
                ),
            RedHat(_security).Rejecting(RejectedPatchesAction.BLOCK, "other", "tool")
        );

    [Fact]
    public void On_yum_a_rejected_package_that_nobody_offers_has_nothing_else_to_tell() =>
        Explains(
            """
            InstalledRejected 1.0-1: rejected by 'tool'
            decided: RejectedList, entry 'tool'
            saw: judged the installed 1.0-1
            saw: rejected list: 'tool' matches
            """,
            MadeUpHost.Yum().Package("tool", "1.0-1*"),
            Amazon2(_security).Rejecting(RejectedPatchesAction.BLOCK, "tool")
        );

    [Theory]
    [InlineData("BUG,NEWSEC")]
    [InlineData("NEWSEC,BUG")]
    public void Of_several_advisories_on_a_version_the_nearest_to_approval_speaks(string advisories) =>
        Explains(
            """
            InstalledOther 1.0-1: rule 2 approves it from 2026-07-07
            decided: HeldBackByDate, rule 2
            held back: 1.2-1 until 2026-07-07
            saw: judged 1.2-1 as NEWSEC describes it
            saw: rule 1, CLASSIFICATION: wants Enhancement; saw Security: does not match
            saw: rule 1: its filters do not match
            saw: rule 2, CLASSIFICATION: wants Security; saw Security: matches
            saw: rule 2, release date: wants 7 days old; saw 2026-06-30
            saw: rule 2: does not approve it at this date
            """,
            Known(MadeUpHost.Dnf())
                .Package("tool", "1.0-1* BASE", $"1.2-1 BASE adv={advisories}", "1.1-1 BASE adv=BUG"),
            RedHat(Rule(ComplianceLevel.LOW, Classification("Enhancement")), _security.After(7))
        );

    /// <summary>The first of its advisories lets a version through; of several versions the newest tells.</summary>
    [Theory]
    [InlineData("1.1-1 BASE adv=NEWSEC,LATER", "2026-07-07")]
    [InlineData("1.1-1 BASE adv=LATER,NEWSEC", "2026-07-07")]
    [InlineData("1.1-1 BASE adv=LATER", "2026-07-08")]
    [InlineData("1.0.5-1 BASE adv=NEWSEC|1.1-1 BASE adv=LATER", "2026-07-08")]
    public void A_version_that_waits_tells_the_earliest_day_of_its_advisories(string versions, string day)
    {
        var explanation = Known(MadeUpHost.Dnf())
            .Advisory("LATER", "security", "Low", "2026-07-01")
            .Package("tool", ["1.0-1* BASE", .. versions.Split('|')])
            .Finding(RedHat(_security.After(7)), "tool")
            .Explanation;

        Assert.Equal(
            ($"rule 1 approves it from {day}", "1.1-1", MadeUpHost.Instant(day)),
            (explanation.Summary, explanation.HeldBackEdition, explanation.ApprovedFrom!.Value)
        );
    }

    [Theory]
    [InlineData("1.1-1 BASE adv=NEWSEC|1.2-1 BASE adv=BUG")]
    [InlineData("1.2-1 BASE adv=BUG|1.1-1 BASE adv=NEWSEC")]
    public void What_waits_speaks_before_what_is_newer_and_never_comes(string versions)
    {
        var finding = Known(MadeUpHost.Dnf())
            .Package("tool", ["1.0-1* BASE", .. versions.Split('|')])
            .Finding(RedHat(_security.After(7)).Rejecting(RejectedPatchesAction.BLOCK, "other"), "tool");

        Assert.Equal("rule 1 approves it from 2026-07-07", finding.Why);
        Assert.Equal("1.2-1", finding.Explanation.HeldBackEdition);
    }

    /// <summary>dnf's and zypper's own choice is a matter of an update; a hold is told of every package.</summary>
    [Theory]
    [InlineData(
        "1.1-1 BASE adv=A",
        "held by the administrator|dnf would stay at 1.0-1, the baseline approves 1.1-1|a note"
    )]
    [InlineData("1.1-1 BASE adv=BUG", "held by the administrator|a note")]
    public void What_the_tool_would_do_is_told_of_an_update(string version, string lines)
    {
        var finding = Known(MadeUpHost.Dnf())
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Versions = ["1.0-1* BASE", version],
                    IsHeld = true,
                    Candidate = "1.0-1",
                    PolicyNote = "a note",
                }
            )
            .Finding(RedHat(_security), "tool");

        Assert.Equal(lines, string.Join('|', finding.Explanation.HostPolicy));
    }

    [Theory]
    [InlineData("1.2-1 BASE adv=BUG|1.1-1 BASE adv=BUG2")]
    [InlineData("1.1-1 BASE adv=BUG2|1.2-1 BASE adv=BUG")]
    public void Of_several_versions_alike_the_newest_speaks(string versions)
    {
        var finding = Known(MadeUpHost.Dnf())
            .Package("tool", ["1.0-1* BASE", .. versions.Split('|')])
            .Finding(RedHat(_security), "tool");

        Assert.Equal(
            ("no rule matches BUG", "1.2-1", "judged 1.2-1 as BUG describes it"),
            (finding.Why, finding.Explanation.HeldBackEdition, finding.Explanation.Observations[0])
        );
    }

    [Fact]
    public void An_installed_version_names_the_rule_and_the_day_of_a_newer_one() =>
        Explains(
            """
            Installed 1.0-1: rule 2 approves it; newer from 2026-07-07
            decided: ApprovalRule, rule 2
            held back: 1.1-1 until 2026-07-07
            saw: judged 1.0-1 as A describes it
            saw: rule 1, CLASSIFICATION: wants Enhancement; saw Security: does not match
            saw: rule 1: its filters do not match
            saw: rule 2, CLASSIFICATION: wants Security; saw Security: matches
            saw: rule 2, release date: wants 7 days old; saw 2026-01-01
            saw: rule 2: approves it, level HIGH
            """,
            Known(MadeUpHost.Dnf()).Package("tool", "1.0-1* BASE adv=A", "1.1-1 BASE adv=NEWSEC"),
            RedHat(Rule(ComplianceLevel.LOW, Classification("Enhancement")), _security.After(7))
        );

    [Fact]
    public void An_update_that_no_advisory_names_is_approved_by_the_rule_that_takes_such() =>
        Explains(
            """
            Missing 1.0-1 → 1.1-1: rule 3 approves the update
            decided: ApprovalRule, rule 3
            saw: judged 1.1-1, which no advisory names
            saw: rule 1, CLASSIFICATION: wants Security; saw none: does not match
            saw: rule 1: its filters do not match
            saw: rule 2, release date: wants 0 days old; saw no date, which is approved
            saw: rule 2: would approve only what an advisory names
            saw: rule 3, release date: wants 0 days old; saw no date, which is approved
            saw: rule 3: approves it, level LOW
            """,
            MadeUpHost.Dnf().Package("tool", "1.0-1* BASE", "1.1-1 BASE"),
            RedHat(_security, Rule(ComplianceLevel.LOW), _anything)
        );

    [Theory]
    [InlineData("1.0-1* built=2026-06-30", DecisionKind.HeldBackByDate, "rule 1 approves it from 2026-07-07")]
    [InlineData("1.0-1*", DecisionKind.ApprovalRule, "rule 1 approves the installed version")]
    public void A_version_that_nobody_offers_is_judged_by_the_day_of_its_build(
        string version,
        DecisionKind decision,
        string why
    )
    {
        var finding = MadeUpHost.Dnf().Package("tool", version).Finding(RedHat(_anything.After(7)), "tool");

        Assert.Equal((decision, why), (finding.Explanation.Decision, finding.Why));
    }

    [Fact]
    public void On_zypper_an_installed_version_that_nobody_offers_is_judged_by_its_patch()
    {
        var finding = Known(MadeUpHost.Zypper()).Package("tool", "1.0-1* adv=BUG").Finding(RedHat(_security), "tool");

        Assert.Equal((DecisionKind.NoRule, "no rule matches BUG"), (finding.Explanation.Decision, finding.Why));
    }

    [Theory]
    [InlineData("1.0-1* BASE adv=A", "Installed 1.0-1: approved by 'tool'")]
    [InlineData("1.0-1*|1.1-1 BASE adv=A", "Missing 1.0-1 → 1.1-1: approved by 'tool', held")]
    [InlineData(
        "1.0-1*|1.1-1 GONE adv=A|1.2-1 BASE adv=BUG",
        "Missing 1.0-1 → 1.2-1: approved by 'tool', A, superseded by 1.2-1, held"
    )]
    public void What_the_approved_list_wants_and_the_host_holds_is_said_to_be_held(string versions, string first)
    {
        var finding = Known(MadeUpHost.Dnf())
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Versions = versions.Split('|'),
                    IsHeld = true,
                }
            )
            .Finding(RedHat().Approving(ComplianceLevel.LOW, nonSecurity: false, "tool"), "tool");

        Assert.StartsWith(first + "\n", Explained.Of(finding), StringComparison.Ordinal);
    }

    /// <summary>Advisories by what they are, and archives by why they show nothing.</summary>
    private static MadeUpHost Known(MadeUpHost host) =>
        host.Advisory("A", "security", "Critical", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Low", "2026-01-02", "CVE-2")
            .Advisory("C", "security", "Low", "2026-01-03", "CVE-3")
            .Advisory("E", "security", "Low", "2026-01-03", "CVE-4")
            .Advisory("BUG", "bugfix", "None", "2026-01-04")
            .Advisory("BUG2", "bugfix", "None", "2026-01-04")
            .Advisory("NEW", "bugfix", "None", "2026-06-30")
            .Advisory("NEWSEC", "security", "Low", "2026-06-30")
            .RemembersGone()
            .Hides("EXCLUDED", Excluded)
            .Hides("LOCKED", Locked)
            .Hides("RETRACTED", Retracted);

    private static void Explains(string text, MadeUpHost host, PatchBaseline baseline) =>
        Assert.Equal(text, Explained.Of(host.Finding(baseline, "tool")));
}
