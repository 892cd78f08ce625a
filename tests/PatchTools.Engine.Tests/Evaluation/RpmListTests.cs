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
    [InlineData("patch first of all", "P1|CVE-1", "approved by 'P1'")]
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
    public void Of_several_kernels_the_newest_lends_version_and_time()
    {
        var host = MadeUpHost
            .Dnf()
            .Package(Kernel("kernel-core", "x86_64", "5.14.0-70*", 1))
            .Package(Kernel("kernel", "aarch64", "5.14.0-70*", 2))
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
        var finding = host.Evaluate(RedHat()).Findings.Single(f => f is { Name: "kernel", Architecture: "x86_64" });
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
            .Advisory("OLD", "security", "Critical", "2026-01-01", "CVE-0")
            .Package("tool", "1.0-1*", "1.0.5-1 BASE adv=OLD", "1.1-1 BASE adv=A,B", "1.2-1 BASE");
        var report = BaselineEvaluator.Evaluate(
            host.Request(RedHat()) with
            {
                Operation = PatchOperation.Install,
                InstallOverrideList = new InstallOverrideList
                {
                    Location = "list",
                    ReportedAs = "list",
                    Entries = [new OverrideEntry("tool", "*1.[01]*", 1)],
                },
            }
        );
        var finding = Assert.Single(report.Findings);
        Assert.Equal((PatchState.Failed, "1.1-1"), (finding.State, finding.AvailableVersion));
        Assert.Equal("CRITICAL", finding.Severity.ToUpperInvariant());
        Assert.Equal(["A", "B", "OLD"], finding.AdvisoryIds);
        Assert.Equal(["CVE-0", "CVE-1", "CVE-2"], finding.CveIds);
        Assert.Empty(report.Warnings);
        Assert.Null(report.NothingJudgedBecause);
    }

    [Theory]
    [InlineData(PackageFamily.Dnf)]
    [InlineData(PackageFamily.Zypper)]
    public void Of_the_installed_version_its_advisory_is_told_whether_it_is_grave_or_not(PackageFamily family)
    {
        var finding = MadeUpHost
            .Of(family)
            .Advisory("A", "recommended", "", "2026-01-01", "CVE-1")
            .Package("tool", "1.0-1* BASE adv=A")
            .Finding(RedHat(Rule(ComplianceLevel.LOW).WithNonSecurity()), "tool");

        Assert.Equal((PatchState.Installed, "RECOMMENDED"), (finding.State, finding.Classification.ToUpperInvariant()));
        Assert.Equal(["A"], finding.AdvisoryIds);
    }

    /// <summary>All advisories that approve it; on zypper, what is not approved has those of its patch.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, "A,B", "A B")]
    [InlineData(PackageFamily.Yum, "A,B", "A B")]
    [InlineData(PackageFamily.Zypper, "A,B", "A B")]
    [InlineData(PackageFamily.Dnf, "BUG", "")]
    [InlineData(PackageFamily.Zypper, "BUG", "BUG")]
    public void An_installed_version_has_the_advisories_that_approve_it(
        PackageFamily family,
        string advisories,
        string told
    )
    {
        var finding = MadeUpHost
            .Of(family)
            .Advisory("A", "security", "Critical", "2026-01-01")
            .Advisory("B", "security", "Low", "2026-01-01")
            .Advisory("BUG", "bugfix", "Low", "2026-01-01")
            .Package("tool", $"1.0-1* BASE adv={advisories}")
            .Finding(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))), "tool");

        Assert.Equal(told, string.Join(' ', finding.AdvisoryIds));
    }

    /// <summary>What is installed has its fixes already.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf)]
    [InlineData(PackageFamily.Yum)]
    [InlineData(PackageFamily.Zypper)]
    public void An_update_has_the_fixes_beyond_the_installed_version(PackageFamily family)
    {
        var finding = MadeUpHost
            .Of(family)
            .Advisory("A", "security", "Critical", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Low", "2026-01-01", "CVE-2")
            .Package("tool", "1.0-1* BASE adv=A", "1.1-1 BASE adv=B")
            .Finding(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))), "tool");

        Assert.Equal((PatchState.Missing, "LOW"), (finding.State, finding.Severity.ToUpperInvariant()));
        Assert.Equal(["B"], finding.AdvisoryIds);
        Assert.Equal(["CVE-2"], finding.CveIds);
    }

    /// <summary>An advisory of the installed version wants nothing of a newer one.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, PatchState.Installed)]
    [InlineData(PackageFamily.Yum, PatchState.Installed)]
    [InlineData(PackageFamily.Zypper, PatchState.Installed)]
    public void A_newer_version_without_an_advisory_is_not_wanted_for_the_fix_that_is_installed(
        PackageFamily family,
        PatchState state
    )
    {
        var finding = MadeUpHost
            .Of(family)
            .Advisory("A", "security", "Critical", "2026-01-01")
            .Package("tool", "1.0-1* BASE adv=A", "1.1-1 BASE")
            .Finding(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))), "tool");

        Assert.Equal((state, ""), (finding.State, finding.AvailableVersion));
    }

    [Fact]
    public void On_dnf_what_nobody_offers_can_be_approved_by_name()
    {
        var finding = MadeUpHost
            .Dnf()
            .Package("tool", "1.0-1*")
            .Finding(RedHat().Approving(ComplianceLevel.HIGH, nonSecurity: true, "tool"), "tool");

        Assert.Equal((PatchState.Installed, "approved by 'tool'"), (finding.State, finding.Why));
    }

    /// <summary>Of the versions that are offered; what only an advisory still names is nothing to install.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, "1.0-1 BASE adv=A|1.1-1 BASE adv=BUG", 1)]
    [InlineData(PackageFamily.Dnf, "1.0-1 BASE adv=BUG|1.1-1 BASE adv=A", 1)]
    [InlineData(PackageFamily.Dnf, "1.0-1 GONE adv=A", 0)]
    [InlineData(PackageFamily.Yum, "1.0-1 BASE adv=A|1.1-1 BASE adv=BUG", 1)]
    [InlineData(PackageFamily.Yum, "1.0-1 GONE adv=A", 0)]
    public void A_package_that_is_not_installed_is_counted_when_one_of_its_versions_is_approved(
        PackageFamily family,
        string versions,
        int count
    ) =>
        Assert.Equal(
            count,
            MadeUpHost
                .Of(family)
                .RemembersGone()
                .Advisory("A", "security", "Low", "2026-01-01")
                .Advisory("BUG", "bugfix", "Low", "2026-01-01")
                .Package("absent", versions.Split('|'))
                .Evaluate(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))))
                .Counts.NotApplicable
        );

    [Theory]
    [InlineData("1.0-1 BASE|2.0-1 BASE", "absent = 2.0-1", 1)]
    [InlineData("2.0-1 BASE|1.0-1 BASE", "absent = 2.0-1", 1)]
    [InlineData("2.0-1 BASE|1.0-1 BASE", "absent = 1.0-1", 0)]
    [InlineData("1.0-1 BASE|2.0-1 GONE", "absent = 2.0-1", 0)]
    [InlineData("1.0-1 BASE|2.0-1 GONE", "absent = 1.0-1", 1)]
    public void On_zypper_a_package_that_is_not_installed_is_counted_by_its_newest_offered_version(
        string versions,
        string entry,
        int count
    ) =>
        Assert.Equal(
            count,
            MadeUpHost
                .Zypper()
                .RemembersGone()
                .Package("absent", versions.Split('|'))
                .Evaluate(Suse().Approving(ComplianceLevel.LOW, nonSecurity: false, entry))
                .Counts.NotApplicable
        );

    /// <summary>dnf orders by name and version in one text, yum and zypper by name and architecture.</summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, "lib.x86_64 lib.i686 tool.x86_64")]
    [InlineData(PackageFamily.Yum, "lib.i686 lib.x86_64 tool.x86_64")]
    [InlineData(PackageFamily.Zypper, "lib.i686 lib.x86_64 tool.x86_64")]
    public void Packages_of_one_name_and_state_are_reported_in_the_order_of_their_family(
        PackageFamily family,
        string order
    )
    {
        var host = MadeUpHost
            .Of(family)
            .Package("tool", "1.0-1* BASE")
            .Package("lib", "1.0-1* BASE")
            .Package(
                new MadeUpPackage
                {
                    Name = "lib",
                    Architecture = "i686",
                    Versions = ["2.0-1* BASE"],
                }
            );

        Assert.Equal(order, string.Join(' ', host.Evaluate(RedHat()).Findings.Select(f => f.Id)));
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

    [Theory]
    [InlineData(PackageFamily.Dnf, "1.0-1 BASE adv=A")]
    [InlineData(PackageFamily.Yum, "1.0-1 BASE adv=A")]
    [InlineData(PackageFamily.Yum, "0.9-1 BASE adv=A")]
    public void The_installed_version_has_nothing_of_what_is_no_newer_for_another_architecture(
        PackageFamily family,
        string version
    )
    {
        var finding = MadeUpHost
            .Of(family)
            .Advisory("A", "security", "Important", "2026-01-01")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Architecture = "noarch",
                    Versions = ["1.0-1*"],
                }
            )
            .Package("tool", version)
            .Finding(RedHat(Rule(ComplianceLevel.HIGH, Classification("Security"))), "tool");
        Assert.Equal(PatchState.InstalledOther, finding.State);
        Assert.Empty(finding.AdvisoryIds);
    }

    private static MadeUpPackage Kernel(string name, string architecture, string version, long installed) =>
        new()
        {
            Name = name,
            Architecture = architecture,
            Versions = [version],
            InstalledTime = new EpochTime(installed, IsFractional: false),
        };
}
