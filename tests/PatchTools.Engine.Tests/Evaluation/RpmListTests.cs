using PatchTools.Families;
using PatchTools.Model;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Lists, kernels and several advisories on one version of the rpm families, to the last entry.</summary>
public sealed class RpmListTests
{
    [Theory]
    [InlineData("patch first", "nothing|P1|CVE-1", "approved by 'P1'")]
    [InlineData("id first", "CVE-1|P1", "approved by 'CVE-1'")]
    [InlineData("patch alone", "P1", "approved by 'P1'")]
    [InlineData("id alone", "CVE-1", "approved by 'CVE-1'")]
    public void On_zypper_the_first_entry_that_names_a_patch_or_one_of_its_ids_approves(
        string what,
        string entries,
        string why
    )
    {
        var finding = MadeUpHost
            .Zypper()
            .Advisory("P1", "security", "important", "2026-01-01", "CVE-1")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=P1")
            .Finding(Suse().Approving(ComplianceLevel.HIGH, nonSecurity: false, entries.Split('|')), "tool");
        Assert.True(finding.State == PatchState.Missing, what);
        Assert.Equal(why, finding.Why);
    }

    [Fact]
    public void On_zypper_a_rejected_patch_rejects_the_installed_version_that_it_names_by_whichever_of_its_patches()
    {
        var finding = MadeUpHost
            .Zypper()
            .Advisory("P1", "security", "important", "2026-01-01")
            .Advisory("P2", "recommended", "low", "2026-01-01")
            .Package("tool", "1.0-1* BASE adv=P1,P2")
            .Finding(Suse().Rejecting(RejectedPatchesAction.BLOCK, "P2"), "tool");
        Assert.Equal((PatchState.InstalledRejected, "rejected by 'P2'"), (finding.State, finding.Why));
    }

    [Fact]
    public void Of_several_kernels_the_newest_lends_version_and_time()
    {
        var host = MadeUpHost
            .Dnf()
            .Package(
                new MadeUpPackage
                {
                    Name = "kernel",
                    Versions = ["5.14.0-9*", "5.14.0-70* BASE"],
                    InstalledTime = new EpochTime(1_700_000_000, IsFractional: false),
                }
            )
            .Package(
                new MadeUpPackage
                {
                    Name = "kernel",
                    Versions = ["5.14.0-8*"],
                    InstalledTime = new EpochTime(1_600_000_000, IsFractional: false),
                }
            );
        var finding = host.Finding(RedHat(), "kernel");
        Assert.Equal(
            ("5.14.0-70", new EpochTime(1_700_000_000, IsFractional: false)),
            (finding.InstalledVersion, finding.InstalledTime)
        );
    }

    [Theory]
    [InlineData(PackageFamily.Dnf)]
    [InlineData(PackageFamily.Yum)]
    [InlineData(PackageFamily.Zypper)]
    public void Of_two_advisories_on_the_version_that_an_override_list_names_the_graver_describes_it(
        PackageFamily family
    )
    {
        var host = family switch
        {
            PackageFamily.Dnf => MadeUpHost.Dnf(),
            PackageFamily.Yum => MadeUpHost.Yum(),
            _ => MadeUpHost.Zypper(),
        };
        host.Advisory("A", "bugfix", "Low", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Critical", "2026-01-01", "CVE-2")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A,B", "1.2-1 BASE");
        var report = BaselineEvaluator.Evaluate(
            host.Request(RedHat()) with
            {
                Operation = PatchOperation.Install,
                InstallOverrideList = new InstallOverrideList
                {
                    Location = "list",
                    ReportedAs = "list",
                    Entries = [new OverrideEntry("tool", "*1.1-1*", 1)],
                },
            }
        );
        var finding = Assert.Single(report.Findings);
        Assert.Equal((PatchState.Failed, "1.1-1"), (finding.State, finding.AvailableVersion));
        Assert.Equal("CRITICAL", finding.Severity.ToUpperInvariant());
        Assert.Equal(["A", "B"], finding.AdvisoryIds);
        Assert.Equal(["CVE-1", "CVE-2"], finding.CveIds);
    }

    [Fact]
    public void On_dnf_the_advisory_of_the_installed_version_makes_it_Installed()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Important", "2026-01-01")
            .Package("tool", "1.0-1* BASE adv=A", "0.9-1 BASE adv=A")
            .Finding(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))), "tool");
        Assert.Equal((PatchState.Installed, "1.0-1"), (finding.State, finding.InstalledVersion));
        Assert.Equal(["A"], finding.AdvisoryIds);
        Assert.Equal(ComplianceLevel.HIGH, finding.ComplianceLevel);
    }

    [Fact]
    public void On_dnf_the_installed_version_has_nothing_of_the_same_version_for_another_architecture()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Important", "2026-01-01")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Architecture = "noarch",
                    Versions = ["1.0-1*"],
                }
            )
            .Package("tool", "1.0-1 BASE adv=A")
            .Finding(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))), "tool");
        Assert.Equal(PatchState.InstalledOther, finding.State);
        Assert.Empty(finding.AdvisoryIds);
    }
}
