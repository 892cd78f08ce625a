using PatchTools.Evaluation;
using PatchTools.Families;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class CurrentInstalledTests
{
    private static readonly PatchBaseline _security = Ubuntu(Rule(ComplianceLevel.HIGH))
        .Rejecting(RejectedPatchesAction.BLOCK, "rejected");

    [Fact]
    public void Upgrades_and_new_dependencies_count_whatever_their_state_is()
    {
        var before = MadeUpHost
            .Apt()
            .Package("a", "1.1 SEC", "1.0*")
            .Package("b", "1.0* SEC")
            .Package("other", "1.0*", "1.1 REL")
            .Package("rejected", "1.0*", "1.1 REL")
            .Package("dep", "1.0 REL");
        var after = MadeUpHost
            .Apt()
            .Package("a", "1.1* SEC")
            .Package("b", "1.0* SEC")
            .Package("other", "1.1* REL")
            .Package("rejected", "1.1* REL")
            .Package("dep", "1.0* REL");
        Assert.Equal(
            [
                "a.amd64:1.1 Installed",
                "dep.amd64:1.0 InstalledOther",
                "other.amd64:1.1 InstalledOther",
                "rejected.amd64:1.1 InstalledRejected",
            ],
            Since(before, after)
        );
    }

    [Fact]
    public void Quirk_what_was_upgraded_to_a_version_between_is_installed_by_this_run_although_a_newer_one_is_missing()
    {
        var before = MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1 SEC", "1.0*");
        var after = MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1* SEC", "1.0 REL");
        var request = after.Request(_security) with { Operation = PatchOperation.Install };
        var report = BaselineEvaluator.Evaluate(request);
        Assert.Equal(PatchState.Failed, Assert.Single(report.Findings).State);
        var installed = Assert.Single(CurrentInstalled.Of(before.Inventory(), report));
        Assert.Equal(
            (PatchState.Installed, "a.amd64:1.1", "", ComplianceLevel.HIGH, "Security"),
            (
                installed.State,
                installed.Title,
                installed.AvailableVersion,
                installed.ComplianceLevel,
                installed.Classification
            )
        );
    }

    [Fact]
    public void What_a_list_brought_half_way_counts_once_although_it_is_both_failed_and_missing()
    {
        var before = MadeUpHost.Apt().Package("a", "1.3 SEC", "1.2 UPD", "1.1 UPD", "1.0*");
        var after = MadeUpHost.Apt().Package("a", "1.3 SEC", "1.2 UPD", "1.1* UPD", "1.0 REL");
        var report = InstallOverrideTests.Install(after, _security, "a|1.2");
        Assert.Equal(["Missing 1.3", "Failed 1.2"], report.Findings.Select(f => $"{f.State} {f.AvailableVersion}"));
        Assert.Equal(
            ("a.amd64:1.1", PatchState.InstalledOther),
            (
                Assert.Single(CurrentInstalled.Of(before.Inventory(), report)).Title,
                CurrentInstalled.Of(before.Inventory(), report)[0].State
            )
        );
    }

    [Fact]
    public void Nothing_changed_is_nothing()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Package("b", "1.0*");
        Assert.Empty(Since(host, host));
    }

    [Fact]
    public void Of_a_package_in_two_architectures_the_changed_one_counts()
    {
        MadeUpHost Host(string native, string foreign) =>
            MadeUpHost
                .Apt()
                .Package("lib", native)
                .Package(
                    new MadeUpPackage
                    {
                        Name = "lib",
                        Architecture = "i386",
                        Versions = [foreign],
                    }
                );
        Assert.Equal(
            ["lib:i386.i386:1.1 Installed"],
            Since(Host("1.0* SEC", "1.0* SEC"), Host("1.0* SEC", "1.1* SEC"))
        );
    }

    [Fact]
    public void A_further_kernel_on_rpm_counts_at_its_own_edition()
    {
        var before = MadeUpHost.Dnf().Package("kernel", "5.1-1*", "5.2-1 BASE", "5.3-1 BASE");
        var after = MadeUpHost.Dnf().Package("kernel", "5.1-1*", "5.2-1* BASE", "5.3-1 BASE");
        Assert.Equal(
            ["kernel.x86_64:0:5.2-1 Installed"],
            Since(before, after, RedHat(Rule(ComplianceLevel.HIGH).WithNonSecurity()))
        );
    }

    private static List<string> Since(MadeUpHost before, MadeUpHost after, PatchBaseline? baseline = null) =>
        [
            .. CurrentInstalled
                .Of(
                    before.Inventory(),
                    BaselineEvaluator.Evaluate(
                        after.Request(baseline ?? _security) with
                        {
                            Operation = PatchOperation.Install,
                        }
                    )
                )
                .Select(f => $"{f.Title} {f.State}"),
        ];
}
