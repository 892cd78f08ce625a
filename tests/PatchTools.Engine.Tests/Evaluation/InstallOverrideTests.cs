using PatchTools.Families;
using PatchTools.Model;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Reports of an Install that goes by an override list (reference 05 §2.4, 09 §6).</summary>
public sealed class InstallOverrideTests
{
    private static readonly PatchBaseline _security = Ubuntu(Rule(ComplianceLevel.HIGH));

    /// <summary>One entry each: <c>id</c> or <c>id|title</c>.</summary>
    public static InstallOverrideList List(params string[] entries) =>
        new()
        {
            Location = "list.yaml",
            ReportedAs = "s3://bucket/list.yaml",
            Entries =
            [
                .. entries.Select(
                    (e, i) =>
                        e.Split('|') is [var id, var title]
                            ? new OverrideEntry(id, title, i + 2)
                            : new OverrideEntry(e, null, i + 2)
                ),
            ],
        };

    internal static ComplianceReport Install(MadeUpHost host, PatchBaseline baseline, params string[] entries) =>
        BaselineEvaluator.Evaluate(
            host.Request(baseline) with
            {
                Operation = PatchOperation.Install,
                OperationText = "Install",
                InstallOverrideList = List(entries),
            }
        );

    [Theory]
    [InlineData("a", "1.2")]
    [InlineData("A", "1.2")]
    [InlineData("a.amd64", "1.2")]
    [InlineData("a*", "1.2")]
    [InlineData("a.*|*1.1", "1.1")]
    [InlineData("a|a.amd64:1.1", "1.1")]
    [InlineData("a|1.?", "1.2")]
    [InlineData("a-1.1", "1.1")]
    [InlineData("1.1", "1.1")]
    [InlineData("a|", null)]
    [InlineData("a|b", null)]
    [InlineData("a ", null)]
    [InlineData("a|1.0", null)]
    [InlineData("a|0.9", null)]
    public void An_entry_names_versions_by_its_id_and_its_title_in_the_identity_language(string entry, string? edition)
    {
        var report = Install(MadeUpHost.Apt().Package("a", "1.2 UPD", "1.1 UPD", "1.0*", "0.9 REL"), _security, entry);
        Assert.Equal(
            edition is null ? [] : [edition],
            report.Findings.Where(f => f.State == PatchState.Failed).Select(f => f.AvailableVersion)
        );
    }

    [Fact]
    public void A_listed_package_that_is_rejected_is_failed_and_one_that_is_only_missing_stays_missing()
    {
        var host = MadeUpHost
            .Apt()
            .Package("listed", "1.1 UPD", "1.0*")
            .Package("missing", "1.1 SEC", "1.0*")
            .Package("rejected", "1.1 SEC", "1.0*")
            .Package("current", "1.1* SEC");
        var report = Install(
            host,
            _security.Rejecting(RejectedPatchesAction.BLOCK, "rejected"),
            "listed",
            "rejected",
            "current"
        );
        Assert.Equal(
            [
                ("current", PatchState.Installed),
                ("missing", PatchState.Missing),
                ("listed", PatchState.Failed),
                ("rejected", PatchState.Failed),
            ],
            report.Findings.Select(f => (f.Name, f.State))
        );
        Assert.Equal((1, 2), (report.Counts.Missing, report.Counts.Failed));
        Assert.Equal("s3://bucket/list.yaml", report.InstallOverrideList);
    }

    [Fact]
    public void Quirk_what_an_override_list_failed_to_bring_has_the_level_that_the_baseline_gives_it()
    {
        var host = MadeUpHost.Apt().Package("approved", "1.1 SEC", "1.0*").Package("other", "1.1 UPD", "1.0*");
        var report = Install(host, _security, "approved", "other");
        Assert.Equal(
            [(ComplianceLevel.HIGH, "Security"), (ComplianceLevel.UNSPECIFIED, "")],
            report.Findings.Select(f => (f.ComplianceLevel, f.Classification))
        );
        Assert.Equal(ComplianceLevel.HIGH, report.NonCompliantSeverity);
    }

    [Theory]
    [InlineData("a|1.1", "Missing 1.2, Failed 1.1")]
    [InlineData("a|1.2", "Failed 1.2")]
    [InlineData("a", "Failed 1.3")]
    public void On_apt_a_package_is_missing_beside_failed_only_where_the_baseline_wants_a_newer_version(
        string entry,
        string states
    )
    {
        var report = Install(MadeUpHost.Apt().Package("a", "1.3 UPD", "1.2 SEC", "1.1 UPD", "1.0*"), _security, entry);
        Assert.Equal(states, string.Join(", ", report.Findings.Select(f => $"{f.State} {f.AvailableVersion}")));
    }

    [Fact]
    public void Quirk_versions_that_a_list_names_are_compared_as_Debian_does()
    {
        var report = Install(MadeUpHost.Apt().Package("a", "1.9 UPD", "1.10 UPD", "1.8*"), _security, "a");
        Assert.Equal("1.10", Assert.Single(report.Findings).AvailableVersion);
    }

    [Fact]
    public void A_package_that_is_not_installed_is_never_brought_by_a_list()
    {
        var report = Install(MadeUpHost.Apt().Package("a", "1.1 SEC"), _security, "a");
        Assert.Empty(report.Findings);
        Assert.Equal(1, report.Counts.NotApplicable);
    }

    [Fact]
    public void A_finding_that_a_list_decides_names_the_entry_its_line_and_what_the_baseline_saw()
    {
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 UPD", "1.0*"],
                    IsHeld = true,
                    Candidate = "1.0",
                    PolicyNote = "pin 1001",
                }
            );
        var finding = Assert.Single(Install(host, _security, "b", "a|1.*").Findings);
        var why = finding.Explanation;
        Assert.Equal(
            (DecisionKind.InstallOverrideList, "the override list names 'a', held", "a"),
            (why.Decision, finding.Why, why.ListEntry)
        );
        Assert.Equal("install override list, line 3: 'a' with title '1.*' matches 1.1", why.Observations[0]);
        Assert.Contains("rule 1: would approve a security update only", why.Observations);
        Assert.Equal(
            ["held by the administrator", "apt would stay at 1.0, the override list names 1.1", "pin 1001"],
            why.HostPolicy
        );
    }

    [Fact]
    public void An_entry_that_matches_nothing_is_warned_about_by_name_and_line()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 UPD", "1.0*").Package("old", "1.1*").Package("absent", "1.1 SEC");
        Assert.Equal(
            [
                "install override list, line 3: 'absent' matches only packages that are not installed, and a "
                    + "list only upgrades",
                "install override list, line 4: 'opnessl*' matches no package known to this host",
                "install override list, line 5: 'a' with title '9*' matches no package known to this host",
            ],
            Install(host, _security, "a", "absent", "opnessl*", "a|9*", "old", "1.?").Warnings
        );
        Assert.Equal(
            ["the install override list has no entries, so nothing is to be installed"],
            Install(host, _security).Warnings
        );
    }

    [Fact]
    public void A_scan_ignores_the_list()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 UPD", "1.0*");
        var report = BaselineEvaluator.Evaluate(
            host.Request(_security) with
            {
                InstallOverrideList = List("a", "nothing"),
            }
        );
        Assert.Equal(PatchState.InstalledOther, Assert.Single(report.Findings).State);
        Assert.Empty(report.Warnings);
        Assert.Equal("", report.InstallOverrideList);
    }

    [Theory]
    [InlineData(PackageFamily.Dnf, "a.x86_64", "Failed 1.2-1")]
    [InlineData(PackageFamily.Dnf, "a|1.1-1", "Failed 1.1-1")]
    [InlineData(PackageFamily.Yum, "a", "Failed 1.2-1")]
    [InlineData(PackageFamily.Yum, "a|1.1-1", "Missing 1.2-1, Failed 1.1-1")]
    [InlineData(PackageFamily.Zypper, "a", "Failed 1.2-1")]
    [InlineData(PackageFamily.Zypper, "a|a.x86_64:0:1.1-1", "Failed 1.1-1")]
    [InlineData(PackageFamily.Dnf, "a|1.0-1", "Missing 1.2-1")]
    public void On_rpm_families_the_highest_named_edition_is_wanted(PackageFamily family, string entry, string states)
    {
        var host = family switch
        {
            PackageFamily.Dnf => MadeUpHost.Dnf(),
            PackageFamily.Yum => MadeUpHost.Yum(),
            _ => MadeUpHost.Zypper(),
        };
        host.Advisory("A", "security", "Important", "2026-01-01", "CVE-1")
            .Package("a", "1.2-1 BASE adv=A", "1.1-1 BASE", "1.0-1* BASE");
        var report = Install(host, Of("REDHAT_ENTERPRISE_LINUX", Rule(ComplianceLevel.HIGH)), entry);
        Assert.Equal(states, string.Join(", ", report.Findings.Select(f => $"{f.State} {f.AvailableVersion}")));
    }

    [Theory]
    [InlineData(PackageFamily.Dnf)]
    [InlineData(PackageFamily.Yum)]
    [InlineData(PackageFamily.Zypper)]
    public void On_rpm_families_an_entry_that_can_bring_nothing_is_warned_about(PackageFamily family)
    {
        var host = MadeUpHost.Of(family).Package("a", "1.1-1 BASE", "1.0-1*").Package("absent", "1.1-1 BASE");
        Assert.Equal(
            [
                "install override list, line 3: 'absent' matches only packages that are not installed, and a "
                    + "list only upgrades",
                "install override list, line 4: 'unknown' matches no package known to this host",
            ],
            Install(host, RedHat(Rule(ComplianceLevel.LOW).WithNonSecurity()), "a", "absent", "unknown").Warnings
        );
    }

    /// <summary>An install goes by its list: that the baseline could approve nothing is beside the point.</summary>
    [Theory]
    [InlineData(PackageFamily.Apt, "1.1 REL|1.0*")]
    [InlineData(PackageFamily.Dnf, "1.1-1 BASE|1.0-1*")]
    public void What_a_list_wants_is_judged_though_the_baseline_wants_nothing(PackageFamily family, string versions)
    {
        var host = MadeUpHost.Of(family).Package("a", versions.Split('|')).Package("b", versions.Split('|'));
        Assert.Null(Install(host, RedHat(), "a").NothingJudgedBecause);
        Assert.NotNull(host.Evaluate(RedHat()).NothingJudgedBecause);
    }

    [Fact]
    public void Quirk_on_dnf_a_list_that_hits_what_is_not_installed_ignores_it()
    {
        var host = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Important", "2026-01-01")
            .Package("a", "1.1-1 BASE adv=A")
            .Package("b", "1.1-1 BASE", "1.0-1*");
        var report = Install(host, RedHat(Rule(ComplianceLevel.HIGH)), "*");
        Assert.Equal(("b", PatchState.Failed), (Assert.Single(report.Findings).Name, report.Findings[0].State));
        Assert.Equal(1, report.Counts.NotApplicable);
    }

    [Fact]
    public void Quirk_on_dnf_and_zypper_what_a_list_failed_to_bring_has_one_state()
    {
        var dnf = Install(MadeUpHost.Dnf().Package("a", "1.1-1 BASE", "1.0-1*"), RedHat(), "a");
        Assert.Equal(
            (PatchState.Failed, "a.x86_64:0:1.1-1"),
            (Assert.Single(dnf.Findings).State, dnf.Findings[0].Title)
        );
        var zypper = Install(MadeUpHost.Zypper().Package("a", "1:1.1-1 BASE", "1:1.0-1*"), Suse(), "a|*:0:1.1-1");
        Assert.Equal(
            (PatchState.Failed, "a.x86_64:0:1.1-1"),
            (Assert.Single(zypper.Findings).State, zypper.Findings[0].Title)
        );
    }

    [Fact]
    public void On_yum_a_list_cannot_bring_what_the_baseline_rejects_elsewhere_it_can()
    {
        Assert.Equal(
            PatchState.InstalledOther,
            Assert
                .Single(
                    Install(
                        MadeUpHost.Yum().Package("a", "1.1-1 BASE", "1.0-1*"),
                        Amazon2().Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "a"),
                        "a"
                    ).Findings
                )
                .State
        );
        Assert.Equal(
            PatchState.Failed,
            Assert
                .Single(
                    Install(
                        MadeUpHost.Dnf().Package("a", "1.1-1 BASE", "1.0-1*"),
                        RedHat().Rejecting(RejectedPatchesAction.BLOCK, "a"),
                        "a"
                    ).Findings
                )
                .State
        );
    }
}
