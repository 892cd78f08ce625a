using PatchTools.Evaluation;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Patches that zypper calls needed, though nothing is to be had for them.</summary>
public sealed class ZypperNeededTests
{
    private static readonly PatchBaseline _security = RedHat(Rule(ComplianceLevel.HIGH, Classification("Security")));

    [Theory]
    [InlineData("1.0-1*|1.1-1 GONE adv=A", "needed; no repository offers it (A names 1.1-1)")]
    [InlineData("1.0-1* BASE adv=B|1.1-1 GONE adv=A", "needed; no repository offers it (A names 1.1-1)")]
    [InlineData("1.0-1*|1.1-1 GONE adv=B|1.2-1 GONE adv=A", "needed; no repository offers it (A names 1.2-1)")]
    [InlineData("1.0-1*|1.1-1 GONE adv=B,A", "needed; no repository offers it (A names 1.1-1)")]
    public void A_patch_that_nobody_can_fulfil_is_missing_without_a_version(string versions, string why)
    {
        var report = Host(versions).Evaluate(_security);
        var finding = Assert.Single(report.Findings);

        Assert.Equal(
            (PatchState.Missing, "", ComplianceLevel.HIGH, why),
            (finding.State, finding.AvailableVersion, finding.ComplianceLevel, finding.Why)
        );
        Assert.Equal(ComplianceVerdict.NonCompliant, report.Verdict);
        var selection = InstallSelection.Of(report);
        Assert.Empty(selection.Targets);
        Assert.Equal(("tool", why), (selection.NotOffered.Single().Target.Name, selection.NotOffered.Single().Reason));
    }

    [Theory]
    [InlineData("1.0-1*|1.1-1 GONE adv=A|1.2-1 BASE", PatchState.Missing, "1.2-1")]
    [InlineData("1.0-1*|1.2-1 BASE|1.1-1 GONE adv=A", PatchState.Missing, "1.2-1")]
    [InlineData("1.0-1*|1.3-1 BASE|1.2-1 BASE|1.2.5-1 GONE adv=A", PatchState.Missing, "1.3-1")]
    [InlineData("1.0-1*|1.1-1 GONE adv=BUG", PatchState.InstalledOther, "")]
    [InlineData("1.0-1*|0.9-1 GONE adv=A", PatchState.InstalledOther, "")]
    [InlineData("1.0-1* BASE|1.0-1 GONE meta=7 adv=A", PatchState.InstalledOther, "")]
    [InlineData("1.1-1*|1.0-1* adv=A|0.9-1 BASE", PatchState.InstalledOther, "")]
    public void A_patch_that_is_fulfilled_or_not_wanted_or_can_be_had_in_a_newer_version_is_not_needed_in_vain(
        string versions,
        PatchState state,
        string available
    )
    {
        var finding = Assert.Single(Host(versions).Evaluate(_security).Findings);

        Assert.Equal((state, available), (finding.State, finding.AvailableVersion));
    }

    /// <summary>What can be installed meanwhile is installed, and the patch stays needed.</summary>
    [Fact]
    public void An_update_that_does_not_fulfil_the_newest_patch_is_installed_all_the_same()
    {
        var finding = Assert.Single(Host("1.0-1*|1.1-1 BASE adv=B|1.2-1 GONE adv=A").Evaluate(_security).Findings);

        Assert.Equal(
            (PatchState.Missing, "1.1-1", "rule 1 approves B"),
            (finding.State, finding.AvailableVersion, finding.Why)
        );
        Assert.Equal(["B"], finding.AdvisoryIds);
        Assert.Equal(
            ["A names 1.2-1, which no repository offers any more"],
            finding.Explanation.Observations.Where(line => line.Contains("1.2-1", StringComparison.Ordinal))
        );
    }

    [Fact]
    public void A_patch_that_is_needed_in_vain_explains_itself() =>
        Assert.Equal(
            """
            Missing 1.0-1: needed; no repository offers it (A names 1.1-1)
            decided: ApprovalRule, rule 1
            saw: judged 1.1-1 as A describes it
            saw: rule 1, CLASSIFICATION: wants Security; saw security: matches
            saw: rule 1, release date: wants 0 days old; saw 2026-01-01
            saw: rule 1: approves it, level HIGH
            saw: A names 1.1-1, which no repository offers any more
            """,
            Explained.Of(Host("1.0-1*|1.1-1 GONE adv=A").Finding(_security, "tool"))
        );

    [Theory]
    [InlineData("1.0-1", "1.1-1*|1.0-1*", "")]
    [InlineData("1.0-1", "1.1-1* adv=A|1.0-1*", "needed (A); 1.0-1 is installed next to 1.1-1")]
    [InlineData("1.0-1", "1.2-1*|1.0-1*|1.1-1 GONE adv=A", "needed (A); 1.0-1 is installed next to 1.2-1")]
    [InlineData("1.0-1", "1.1-1*|1.0-1* adv=A", "")]
    [InlineData("1.0-1", "1.1-1*|1.0-1*|0.9-1 GONE adv=A", "")]
    [InlineData("1.0-1", "1.1-1* adv=BUG|1.0-1*", "")]
    [InlineData(null, "1.1-1* adv=A|1.0-1*", "")]
    public void A_patch_that_only_an_older_version_beside_the_newest_needs_is_missing_without_a_version(
        string? leftover,
        string versions,
        string why
    )
    {
        var finding = Assert.Single(Host(versions, leftover).Evaluate(_security).Findings);

        Assert.Equal(why.Length > 0 ? PatchState.Missing : finding.State, finding.State);
        Assert.Equal((why.Length > 0, ""), (finding.State == PatchState.Missing, finding.AvailableVersion));
        if (why.Length > 0)
            Assert.Equal(why, finding.Why);
    }

    [Theory]
    [InlineData("1.1-1* adv=A|1.0-1*", "judged 1.1-1 as A describes it")]
    [InlineData("1.2-1*|1.0-1*|1.1-1 GONE adv=A", "judged 1.2-1 as A describes 1.1-1, which is superseded by it")]
    public void The_explanation_of_a_leftover_tells_which_version_the_patch_names(string versions, string saw) =>
        Assert.Equal(
            saw,
            Assert.Single(Host(versions, "1.0-1").Evaluate(_security).Findings).Explanation.Observations[0]
        );

    [Fact]
    public void What_a_patch_fixes_is_told_up_to_the_version_that_is_to_be_installed()
    {
        var finding = MadeUpHost
            .Zypper()
            .Advisory("A", "security", "low", "2026-01-01", "CVE-1")
            .Advisory("B", "recommended", "low", "2026-01-01", "CVE-2")
            .Advisory("C", "recommended", "low", "2026-06-30", "CVE-3")
            .Package("tool", "1.0-1* BASE", "1.1-1 BASE adv=A", "1.2-1 BASE adv=B", "1.3-1 BASE adv=C")
            .Finding(Suse(Rule(ComplianceLevel.HIGH).After(7)), "tool");

        Assert.Equal("1.2-1", finding.AvailableVersion);
        Assert.Equal(["CVE-1", "CVE-2"], finding.CveIds);
    }

    /// <summary>An interrupted run of AWS-RunPatchBaseline leaves its locks, by bare name.</summary>
    [Theory]
    [InlineData("lock 'tool' in /etc/zypp/locks", true, "tool", true)]
    [InlineData("lock 'tool' in /etc/zypp/locks", true, "tool < 1.1", true)]
    [InlineData("lock 'tool' in /etc/zypp/locks", true, "other|tool > 1.0-1", true)]
    [InlineData("lock 'tool' in /etc/zypp/locks", true, "other", false)]
    [InlineData("lock 'tool' in /etc/zypp/locks", false, "tool", false)]
    [InlineData("lock 'to*' in /etc/zypp/locks", true, "tool", false)]
    [InlineData("the system's lock 'tool' in ", true, "tool", false)]
    [InlineData(null, true, "tool", false)]
    public void A_lock_on_what_the_baseline_rejects_may_be_a_leftover(
        string? note,
        bool isHeld,
        string rejected,
        bool isTold
    )
    {
        var warnings = MadeUpHost
            .Zypper()
            .Package("other", "1.0-1* BASE")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Versions = ["1.0-1* BASE", "1.1-1 BASE"],
                    IsHeld = isHeld,
                    PolicyNote = note,
                }
            )
            .Evaluate(Suse(Rule(ComplianceLevel.LOW)).Rejecting(RejectedPatchesAction.BLOCK, rejected.Split('|')))
            .Warnings;

        Assert.Equal(
            isTold
                ?
                [
                    "The lock on tool, which the baseline rejects, may be one that an interrupted run of "
                        + "AWS-RunPatchBaseline left: if nobody wants it, zypper removelock tool",
                ]
                : [],
            warnings
        );
    }

    /// <summary>zypper's own reports say epoch 0, and lists are made from them.</summary>
    [Theory]
    [InlineData("tool|*:1:1.1-1", "1:1.1-1")]
    [InlineData("tool|*:0:1.1-1", "1:1.1-1")]
    [InlineData("tool|*1.1-1", "1:1.1-1")]
    [InlineData("tool|*:2:1.1-1", null)]
    public void A_list_names_a_version_with_its_epoch_or_with_0(string entry, string? available)
    {
        var finding = Assert.Single(
            InstallOverrideTests
                .Install(MadeUpHost.Zypper().Package("tool", "1:1.1-1 BASE", "1:1.0-1*"), Suse(), entry)
                .Findings
        );

        Assert.Equal(available ?? "", finding.AvailableVersion);
    }

    private static MadeUpHost Host(string versions, string? leftover = null) =>
        MadeUpHost
            .Zypper()
            .RemembersGone()
            .Advisory("A", "security", "critical", "2026-01-01")
            .Advisory("B", "security", "low", "2026-01-01")
            .Advisory("BUG", "recommended", "low", "2026-01-01")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Versions = versions.Split('|'),
                    Leftover = leftover,
                }
            );
}
