using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class RpmEvaluatorTests
{
    private static readonly ApprovalRule _securityHigh = Rule(ComplianceLevel.HIGH, Classification("Security"));

    /// <summary>AWS's predefined rules: grave security fixes and all bug fixes, after a week.</summary>
    private static readonly ApprovalRule[] _predefined =
    [
        Rule(ComplianceLevel.UNSPECIFIED, Classification("Security"), Severity("Critical", "Important")).After(7),
        Rule(ComplianceLevel.UNSPECIFIED, Classification("Bugfix")).After(7),
    ];

    private static readonly string[] _missingByPredefined =
    [
        "r-bug-missing 1.1-1",
        "r-dep-app 2.0-1",
        "r-dep-lib 2.0-1",
        "r-dotted.name 1.1-1",
        "r-epoch 1:1.1-1",
        "r-epoch-bump 1:1.0-1",
        "r-late 1.2-1",
        "r-lex 1.10-1",
        "r-mod-on 1.1-1.module",
        "r-multiversion 1.2-1",
        "r-noarch 1.1-1",
        "r-rej-missing 1.1-1",
        "r-release 1.0-10.el8",
        "r-sec-missing 1.1-1",
        "r-sec-then-bug 1.2-1",
        "r-sec-two 1.2-1",
        "r-tilde 1.0-1",
        "r-unmet 2.0-1",
    ];

    public static TheoryData<PackageFamily> Families => [PackageFamily.Dnf, PackageFamily.Yum, PackageFamily.Zypper];

    [Fact]
    public void On_dnf_the_recorded_universe_is_judged_as_recorded_but_for_epochs()
    {
        var report = MadeUpUniverse.On(PackageFamily.Dnf).Evaluate(RedHat(_predefined));
        Assert.Equal(_missingByPredefined, Names(report, PatchState.Missing));
        Assert.Equal(
            ["r-rej-current", "r-sec-current"],
            report.Findings.Where(f => f.State == PatchState.Installed).Select(f => f.Name)
        );
        Assert.Equal(
            [
                "r-adv-not-in-repo",
                "r-enh-missing",
                "r-local-newer",
                "r-local-only",
                "r-mod-off",
                "r-nometa-current",
                "r-nometa-missing",
                "r-sec-low",
                "r-sec-noseverity",
            ],
            report.Findings.Where(f => f.State == PatchState.InstalledOther).Select(f => f.Name)
        );
        Assert.Equal(1, report.Counts.NotApplicable);
        Assert.Equal((17, 1), (report.Counts.SecurityNonCompliant, report.Counts.OtherNonCompliant));
        Assert.Equal(ComplianceLevel.INFORMATIONAL, report.NonCompliantSeverity);
        var bug = Single(report, "r-sec-then-bug");
        Assert.Equal(
            ("r-sec-then-bug.x86_64:0:1.2-1", "Security", "Important"),
            (bug.Title, bug.Classification, bug.Severity)
        );
        Assert.Equal(["CVE-2026-0008"], bug.CveIds);
        Assert.Equal(["CVE-2026-0003", "CVE-2026-0004"], Single(report, "r-sec-two").CveIds.Order());
        Assert.Equal("r-epoch.x86_64:1:1.1-1", Single(report, "r-epoch").Title);
        Assert.Equal(
            ("1.1-1", "r-multiversion.x86_64:0:1.2-1"),
            (Single(report, "r-multiversion").InstalledVersion, Single(report, "r-multiversion").Title)
        );
        Assert.Equal("r-noarch.noarch", Single(report, "r-noarch").Id);
        Assert.Equal("", Single(report, "r-enh-missing").Classification);
    }

    [Fact]
    public void On_zypper_the_recorded_universe_is_judged_as_recorded_but_for_epochs_and_reported_editions()
    {
        var report = MadeUpUniverse.On(PackageFamily.Zypper).Evaluate(Suse(_predefined));
        Assert.Equal(
            [.. _missingByPredefined.Append("r-mod-off 1.1-1.module").Order(StringComparer.Ordinal)],
            Names(report, PatchState.Missing)
        );
        Assert.Equal(
            ["r-rej-current", "r-sec-current"],
            report.Findings.Where(f => f.State == PatchState.Installed).Select(f => f.Name)
        );
        Assert.Equal(0, report.Counts.NotApplicable);
        Assert.Equal(["CVE-2026-0002", "CVE-2026-0003", "CVE-2026-0004"], Single(report, "r-sec-two").CveIds.Order());
        Assert.Equal(
            ("security", "critical"),
            (Single(report, "r-sec-two").Classification, Single(report, "r-sec-two").Severity)
        );
        Assert.Equal("r-epoch.x86_64:0:1.1-1", Single(report, "r-epoch").Title);
    }

    [Fact]
    public void On_yum_an_older_approved_version_in_the_repositories_makes_a_newer_installed_one_Installed()
    {
        var report = MadeUpUniverse.On(PackageFamily.Yum).Evaluate(Amazon2(_predefined));
        var newer = Single(report, "r-local-newer");
        Assert.Equal(
            (PatchState.Installed, "r-local-newer.x86_64:0:2.0-1", "Security", "rule 1 approves an older version"),
            (newer.State, newer.Title, newer.Classification, newer.Why)
        );
        Assert.Equal(
            [.. _missingByPredefined.Append("r-mod-off 1.1-1.module").Order(StringComparer.Ordinal)],
            Names(report, PatchState.Missing)
        );
        Assert.Equal(["CVE-2026-0008"], Single(report, "r-sec-then-bug").CveIds);
    }

    [Fact]
    public void On_dnf_approved_entries_may_be_names_and_ids_and_need_an_advisory()
    {
        var baseline = RedHat()
            .Approving(
                ComplianceLevel.HIGH,
                nonSecurity: false,
                "r-sec-low",
                "CVE-2026-0002",
                "FAKE-09",
                "1000007",
                "r-nometa-missing",
                "r-lex-1.10-1",
                "r-epoch*"
            );
        var report = MadeUpUniverse.On(PackageFamily.Dnf).Evaluate(baseline);
        Assert.Equal(
            [
                "r-bug-missing 1.1-1",
                "r-enh-missing 1.1-1",
                "r-epoch 1:1.1-1",
                "r-epoch-bump 1:1.0-1",
                "r-lex 1.10-1",
                "r-sec-low 1.1-1",
                "r-sec-then-bug 1.2-1",
                "r-sec-two 1.2-1",
            ],
            Names(report, PatchState.Missing)
        );
        Assert.All(
            report.Findings.Where(f => f.State == PatchState.Missing),
            f => Assert.Equal(ComplianceLevel.HIGH, f.ComplianceLevel)
        );
        Assert.Equal("approved by 'CVE-2026-0002', FAKE-02, superseded by 1.2-1", Single(report, "r-sec-two").Why);
        Assert.Equal("approved by 'r-nometa-missing', but no security update", Single(report, "r-nometa-missing").Why);
        Assert.Empty(report.Warnings);
        Assert.Equal(
            PatchState.Missing,
            Single(
                MadeUpUniverse
                    .On(PackageFamily.Dnf)
                    .Evaluate(baseline with { ApprovedPatchesEnableNonSecurity = true }),
                "r-nometa-missing"
            ).State
        );
    }

    [Fact]
    public void Quirk_on_zypper_patch_names_CVEs_and_Bugzilla_ids_can_be_approved()
    {
        var report = MadeUpUniverse
            .On(PackageFamily.Zypper)
            .Evaluate(
                Suse()
                    .Approving(
                        ComplianceLevel.HIGH,
                        nonSecurity: false,
                        "CVE-2026-0002",
                        "FAKE-09",
                        "1000007",
                        "r-nometa-missing",
                        "r-tilde-1.0-1.x86_64.rpm"
                    )
            );
        Assert.Equal(
            [
                "r-bug-missing 1.1-1",
                "r-enh-missing 1.1-1",
                "r-nometa-missing 1.1-1",
                "r-sec-then-bug 1.2-1",
                "r-sec-two 1.2-1",
                "r-tilde 1.0-1",
            ],
            Names(report, PatchState.Missing)
        );
        Assert.Empty(report.Warnings);
    }

    [Theory]
    [InlineData(PackageFamily.Dnf, RejectedPatchesAction.ALLOW_AS_DEPENDENCY, PatchState.InstalledRejected)]
    [InlineData(PackageFamily.Dnf, RejectedPatchesAction.BLOCK, PatchState.InstalledRejected)]
    [InlineData(PackageFamily.Zypper, RejectedPatchesAction.ALLOW_AS_DEPENDENCY, PatchState.InstalledRejected)]
    [InlineData(PackageFamily.Zypper, RejectedPatchesAction.BLOCK, PatchState.InstalledRejected)]
    [InlineData(PackageFamily.Yum, RejectedPatchesAction.ALLOW_AS_DEPENDENCY, PatchState.InstalledOther)]
    [InlineData(PackageFamily.Yum, RejectedPatchesAction.BLOCK, PatchState.InstalledRejected)]
    public void A_rejected_package_that_is_installed_is_reported_as_its_family_does(
        PackageFamily family,
        RejectedPatchesAction action,
        PatchState state
    )
    {
        var report = MadeUpUniverse
            .On(family)
            .Evaluate(Suse(_predefined).Rejecting(action, "r-rej-missing", "r-rej-current.x86_64", "r-dep-lib*"));
        foreach (var name in new[] { "r-rej-missing", "r-rej-current", "r-dep-lib" })
        {
            var finding = Single(report, name);
            Assert.Equal((state, finding.InstalledVersion), (finding.State, finding.Title.Split(':')[^1]));
            Assert.Equal(DecisionKind.RejectedList, finding.Explanation.Decision);
            Assert.StartsWith("rejected by 'r-", finding.Why, StringComparison.Ordinal);
        }

        Assert.Equal(PatchState.Missing, Single(report, "r-dep-app").State);
    }

    [Fact]
    public void A_rejected_newer_version_leaves_the_installed_one_out_of_scope()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(RedHat(_securityHigh).Rejecting(RejectedPatchesAction.BLOCK, "tool-1.1-1"), "tool");
        Assert.Equal(
            (PatchState.InstalledOther, DecisionKind.RejectedList, "1.1-1"),
            (finding.State, finding.Explanation.Decision, finding.Explanation.HeldBackEdition)
        );
    }

    [Fact]
    public void A_rejected_installed_version_does_not_hide_an_approved_newer_one()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(RedHat(_securityHigh).Rejecting(RejectedPatchesAction.BLOCK, "tool-1.0-1"), "tool");
        Assert.Equal((PatchState.Missing, "1.1-1"), (finding.State, finding.AvailableVersion));
    }

    /// <summary>
    /// The worked example of the common evaluator: rules Security → HIGH and (any class, severity Low) → LOW.
    /// </summary>
    [Theory]
    [InlineData(PackageFamily.Dnf, "CVE-X CVE-Y")]
    [InlineData(PackageFamily.Yum, "CVE-X CVE-Y")]
    [InlineData(PackageFamily.Zypper, "CVE-X CVE-Y CVE-Z")]
    public void The_newest_approved_edition_is_missing_with_the_CVEs_up_to_it(PackageFamily family, string cves)
    {
        var host = (
            family switch
            {
                PackageFamily.Dnf => MadeUpHost.Dnf(),
                PackageFamily.Yum => MadeUpHost.Yum(),
                _ => MadeUpHost.Zypper(),
            }
        )
            .Advisory("B", "security", "important", "2026-01-01", "CVE-X")
            .Advisory("C", "security", "low", "2026-01-02", "CVE-Y")
            .Advisory("D", "bugfix", "none", "2026-01-03", "CVE-Z")
            .Package("tool", "1.0-1*", "1.0-2 BASE adv=B", "1.0-3 BASE adv=C", "1.0-4 BASE adv=D");
        var finding = host.Finding(
            RedHat(_securityHigh, Rule(ComplianceLevel.LOW, Classification("*"), Severity("Low"))),
            "tool"
        );
        Assert.Equal(
            (PatchState.Missing, "1.0-4", ComplianceLevel.HIGH),
            (finding.State, finding.AvailableVersion, finding.ComplianceLevel)
        );
        Assert.Equal(cves.Split(' '), finding.CveIds.Order());
        Assert.Null(finding.Explanation.HeldBackEdition);
        Assert.Equal("rule 1 approves B, superseded by 1.0-4", finding.Why);
        Assert.Equal("important", finding.Severity, ignoreCase: true);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Quirk_what_nothing_approves_is_reported_at_its_installed_edition(PackageFamily family)
    {
        var host = (
            family switch
            {
                PackageFamily.Dnf => MadeUpHost.Dnf(),
                PackageFamily.Yum => MadeUpHost.Yum(),
                _ => MadeUpHost.Zypper(),
            }
        )
            .Advisory("D", "bugfix", "none", "2026-01-03")
            .Package("tool", "1.0-1*", "1.0-4 BASE adv=D");
        var finding = host.Finding(RedHat(_securityHigh), "tool");
        Assert.Equal((PatchState.InstalledOther, "tool.x86_64:0:1.0-1"), (finding.State, finding.Title));
    }

    [Fact]
    public void The_worked_example_of_zypper_comes_out()
    {
        var host = MadeUpHost
            .Zypper()
            .Advisory("P1", "security", "important", "2026-01-01", "CVE-1")
            .Advisory("P2", "recommended", "moderate", "2026-01-02", "CVE-2")
            .Package("curl", "7.60-1.1*", "7.60-2.1 BASE adv=P1", "7.60-3.1 BASE adv=P2")
            .Package("zlib", "1.2.11-3.1* BASE adv=P2")
            .Package(
                new MadeUpPackage
                {
                    Name = "only",
                    Architecture = "noarch",
                    Versions = ["1.0-1*", "2.0-1 BASE"],
                }
            )
            .Package("absent", "1.0-1 BASE adv=P1");
        var security = host.Evaluate(Suse(_securityHigh));
        Assert.Equal(["curl 7.60-3.1"], Names(security, PatchState.Missing));
        Assert.Equal(
            ("only.noarch:0:1.0-1", ""),
            (Single(security, "only").Title, Single(security, "only").Classification)
        );
        Assert.Equal(
            (PatchState.InstalledOther, "recommended", "moderate"),
            (Single(security, "zlib").State, Single(security, "zlib").Classification, Single(security, "zlib").Severity)
        );
        Assert.Equal(0, security.Counts.NotApplicable);

        var everything = host.Evaluate(Suse(Rule(ComplianceLevel.LOW, Classification("*"))));
        Assert.Equal(["curl 7.60-3.1", "only 2.0-1"], Names(everything, PatchState.Missing));
        Assert.Equal(["CVE-1", "CVE-2"], Single(everything, "curl").CveIds.Order());
        Assert.Equal(PatchState.Installed, Single(everything, "zlib").State);
        Assert.Equal(1, everything.Counts.NotApplicable);

        var rejected = host.Evaluate(
            Suse(Rule(ComplianceLevel.LOW, Classification("*")))
                .Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "curl")
        );
        Assert.Equal(
            (PatchState.InstalledRejected, "curl.x86_64:0:7.60-1.1"),
            (Single(rejected, "curl").State, Single(rejected, "curl").Title)
        );
    }

    [Fact]
    public void Quirk_a_patch_that_is_not_installed_is_judged_at_its_newest_version_on_zypper()
    {
        var host = MadeUpHost.Zypper().Package("absent", "1.0-1 BASE", "2.0-1 BASE");
        Assert.Equal(
            1,
            host.Evaluate(
                Suse().Approving(ComplianceLevel.LOW, nonSecurity: false, "absent = 2.0-1")
            ).Counts.NotApplicable
        );
        Assert.Equal(
            0,
            host.Evaluate(
                Suse().Approving(ComplianceLevel.LOW, nonSecurity: false, "absent = 1.0-1")
            ).Counts.NotApplicable
        );
    }

    [Theory]
    [InlineData(PackageFamily.Dnf)]
    [InlineData(PackageFamily.Zypper)]
    public void Quirk_epochs_count_on_every_rpm_family(PackageFamily family)
    {
        var host = (family == PackageFamily.Dnf ? MadeUpHost.Dnf() : MadeUpHost.Zypper())
            .Advisory("A", "security", "low", "2026-01-01")
            .Package("up", "2.0-1*", "1:1.0-1 BASE adv=A")
            .Package("down", "1:1.2-1*", "1.3-1 BASE adv=A");
        var report = host.Evaluate(RedHat(_securityHigh));
        Assert.Equal(["up 1:1.0-1"], Names(report, PatchState.Missing));
        Assert.Equal("newer than any repository offers", Single(report, "down").Why);
    }

    [Fact]
    public void Quirk_an_advisory_without_severity_is_a_security_update_on_dnf()
    {
        var host = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A");
        Assert.Equal(PatchState.Missing, host.Finding(RedHat(_securityHigh), "tool").State);
        Assert.Equal(
            PatchState.Missing,
            host.Finding(RedHat().Approving(ComplianceLevel.LOW, nonSecurity: false, "tool"), "tool").State
        );
        Assert.Equal(
            PatchState.InstalledOther,
            host.Finding(RedHat(Rule(ComplianceLevel.LOW, Severity("Low", "None"))), "tool").State
        );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Quirk_of_several_advisories_on_one_edition_the_gravest_is_reported_with_the_CVEs_of_all(
        PackageFamily family
    )
    {
        var host = (
            family switch
            {
                PackageFamily.Dnf => MadeUpHost.Dnf(),
                PackageFamily.Yum => MadeUpHost.Yum(),
                _ => MadeUpHost.Zypper(),
            }
        )
            .Advisory("A", "security", "Low", "2026-01-01", "CVE-1")
            .Advisory("B", "security", "Critical", "2026-01-01", "CVE-2")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A,B");
        var finding = host.Finding(
            RedHat(Rule(ComplianceLevel.LOW, Severity("Low")), Rule(ComplianceLevel.CRITICAL, Severity("Critical"))),
            "tool"
        );

        // zypper prints severities in small letters.
        var severity = family == PackageFamily.Zypper ? "critical" : "Critical";
        Assert.Equal((ComplianceLevel.CRITICAL, severity), (finding.ComplianceLevel, finding.Severity));
        Assert.Equal(["CVE-1", "CVE-2"], finding.CveIds.Order());
        Assert.Equal(["A", "B"], finding.AdvisoryIds.Order());
        var level = host.Finding(RedHat(_securityHigh), "tool");
        Assert.Equal((ComplianceLevel.HIGH, severity), (level.ComplianceLevel, level.Severity));
    }

    [Fact]
    public void Quirk_on_yum_an_older_version_represents_the_package_when_the_newest_named_one_is_not_offered()
    {
        var host = MadeUpHost
            .Yum()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Advisory("B", "security", "Low", "2026-02-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A", "1.2-1 NOW adv=B");
        Assert.Equal("1.1-1", host.Finding(Amazon2(_securityHigh), "tool").AvailableVersion);
    }

    [Theory]
    [InlineData("Security", PatchState.Missing)]
    [InlineData("security", PatchState.InstalledOther)]
    [InlineData("*", PatchState.Missing)]
    public void On_yum_filter_values_compare_in_title_case_and_exactly(string value, PatchState state)
    {
        var host = MadeUpHost
            .Yum()
            .Advisory("A", "security", "important", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A");
        Assert.Equal(state, host.Finding(Amazon2(Rule(ComplianceLevel.LOW, Classification(value))), "tool").State);
    }

    [Fact]
    public void On_yum_an_advisory_without_severity_is_reported_as_None_and_not_matched_by_it()
    {
        var host = MadeUpHost
            .Yum()
            .Advisory("A", "security advisory", "", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A");
        var finding = host.Finding(Amazon2(Rule(ComplianceLevel.LOW, Classification("Security Advisory"))), "tool");
        Assert.Equal(
            (PatchState.Missing, "Security Advisory", "None"),
            (finding.State, finding.Classification, finding.Severity)
        );
        Assert.Equal(
            PatchState.InstalledOther,
            host.Finding(Amazon2(Rule(ComplianceLevel.LOW, Severity("None"))), "tool").State
        );
    }

    [Fact]
    public void Quirk_on_yum_an_advisory_without_type_is_judged_as_having_none()
    {
        var host = MadeUpHost
            .Yum()
            .Advisory("A", "", "important", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A");
        var finding = host.Finding(Amazon2(Rule(ComplianceLevel.LOW, Severity("Important"))), "tool");
        Assert.Equal((PatchState.Missing, "", "Important"), (finding.State, finding.Classification, finding.Severity));
        Assert.Equal(PatchState.InstalledOther, host.Finding(Amazon2(_securityHigh), "tool").State);
    }

    [Fact]
    public void Global_filters_restrict_rules_everywhere_ids_on_yum_and_names_nowhere()
    {
        var baseline = RedHat(_securityHigh).Globally(Classification("Bugfix"));
        PatchState State(MadeUpHost host, PatchBaseline judged) =>
            host.Advisory("A", "security", "Low", "2026-01-01", "CVE-1")
                .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
                .Finding(judged, "tool")
                .State;
        Assert.Equal(PatchState.InstalledOther, State(MadeUpHost.Dnf(), baseline));
        Assert.Equal(
            PatchState.Missing,
            State(MadeUpHost.Dnf(), baseline.Approving(ComplianceLevel.LOW, nonSecurity: false, "CVE-1"))
        );
        Assert.Equal(
            PatchState.InstalledOther,
            State(MadeUpHost.Yum(), baseline.Approving(ComplianceLevel.LOW, nonSecurity: false, "CVE-1"))
        );
        Assert.Equal(
            PatchState.Missing,
            State(MadeUpHost.Yum(), baseline.Approving(ComplianceLevel.LOW, nonSecurity: false, "tool"))
        );
    }

    [Fact]
    public void Packages_that_no_advisory_names_need_a_rule_with_non_security_updates_and_filters_that_accept_them()
    {
        var host = MadeUpHost.Dnf().Package("tool", "1.0-1*", "1.1-1 BASE");
        Assert.Equal(
            "no advisory names the newer version",
            host.Finding(RedHat(Rule(ComplianceLevel.LOW)), "tool").Why
        );
        Assert.Equal(
            PatchState.Missing,
            host.Finding(RedHat(Rule(ComplianceLevel.LOW).WithNonSecurity()), "tool").State
        );
        Assert.Equal(
            PatchState.Missing,
            host.Finding(
                RedHat(Rule(ComplianceLevel.LOW, Classification("*"), Severity("*")).WithNonSecurity()),
                "tool"
            ).State
        );
        Assert.Equal(
            PatchState.InstalledOther,
            host.Finding(RedHat(Rule(ComplianceLevel.LOW, Classification("Security")).WithNonSecurity()), "tool").State
        );
    }

    [Fact]
    public void On_SUSE_packages_that_no_patch_names_come_along()
    {
        var host = MadeUpHost.Zypper().Package("tool", "1.0-1*", "1.1-1 BASE");
        Assert.Equal(PatchState.Missing, host.Finding(Suse(Rule(ComplianceLevel.LOW)), "tool").State);
        Assert.Equal(PatchState.InstalledOther, host.Finding(RedHat(Rule(ComplianceLevel.LOW)), "tool").State);
    }

    [Theory]
    [InlineData("RedhatEnterpriseLinux9.4", PatchState.Missing)]
    [InlineData("redhatenterpriselinux9.4", PatchState.InstalledOther)]
    [InlineData("*", PatchState.Missing)]
    public void Products_compare_exactly(string product, PatchState state)
    {
        var host = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A");
        Assert.Equal(state, host.Finding(RedHat(_securityHigh).Globally(Filter("PRODUCT", product)), "tool").State);
    }

    [Fact]
    public void On_Amazon_Linux_2023_Medium_takes_Moderate_too()
    {
        PatchState State(string operatingSystem) =>
            MadeUpHost
                .Dnf()
                .Advisory("A", "security", "Moderate", "2026-01-01")
                .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
                .Finding(Of(operatingSystem, Rule(ComplianceLevel.LOW, Severity("Medium"))), "tool")
                .State;
        Assert.Equal(PatchState.Missing, State("AMAZON_LINUX_2023"));
        Assert.Equal(PatchState.InstalledOther, State("REDHAT_ENTERPRISE_LINUX"));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Quirk_an_unknown_filter_key_is_an_error_that_names_it_whether_or_not_a_package_gets_to_it(
        PackageFamily family
    )
    {
        var error = Assert.Throws<PatchToolsException>(() =>
            MadeUpUniverse
                .On(family)
                .Evaluate(
                    RedHat(
                        _securityHigh,
                        Rule(ComplianceLevel.LOW, Classification("nothing"), Filter("SECTION", "libs"))
                    )
                )
        );
        Assert.Same(PatchErrors.UnknownFilterKey, error.Error);
        Assert.Contains("filters of rule 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("SECTION", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_that_is_held_back_by_its_age_says_from_when_it_is_approved()
    {
        var host = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-06-28T23:30:00")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A");
        var baseline = RedHat(_securityHigh.After(7));
        var held = host.Finding(baseline, "tool");
        Assert.Equal(PatchState.InstalledOther, held.State);
        Assert.Equal(
            (DecisionKind.HeldBackByDate, 1, "rule 1 approves it from 2026-07-05"),
            (held.Explanation.Decision, held.Explanation.Rule, held.Why)
        );
        Assert.Equal(
            ("1.1-1", MadeUpHost.Instant("2026-07-05")),
            (held.Explanation.HeldBackEdition, held.Explanation.ApprovedFrom)
        );
        Assert.Equal(
            PatchState.InstalledOther,
            host.Finding(baseline, "tool", MadeUpHost.Instant("2026-07-04T23:59:59")).State
        );
        Assert.Equal(PatchState.Missing, host.Finding(baseline, "tool", held.Explanation.ApprovedFrom).State);
    }

    [Fact]
    public void An_installed_package_with_an_update_held_back_by_its_age_says_so()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Advisory("B", "security", "Low", "2026-06-30")
            .Package("tool", "1.0-1* BASE adv=A", "1.1-1 BASE adv=B")
            .Finding(RedHat(_securityHigh.After(7)), "tool");
        Assert.Equal((PatchState.Installed, "rule 1 approves it; newer from 2026-07-07"), (finding.State, finding.Why));
        Assert.Equal(MadeUpHost.Instant("2026-07-07"), finding.Explanation.ApprovedFrom);
    }

    [Fact]
    public void Of_several_rules_that_hold_an_update_back_the_earliest_counts()
    {
        var explanation = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-06-30")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(RedHat(_securityHigh.Until("2026-01-01"), _securityHigh.After(30), _securityHigh.After(5)), "tool")
            .Explanation;
        Assert.Equal((3, MadeUpHost.Instant("2026-07-05")), (explanation.Rule, explanation.ApprovedFrom));
    }

    [Theory]
    [InlineData(5, 30, 60, 1)]
    [InlineData(30, 5, 60, 2)]
    [InlineData(60, 30, 5, 3)]
    [InlineData(5, 5, 30, 1)]
    public void Of_several_delays_the_nearest_day_is_named_wherever_its_rule_stands(
        int first,
        int second,
        int third,
        int rule
    )
    {
        var explanation = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-06-30")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(
                RedHat([
                    .. new[] { first, second, third }.Select(days => _securityHigh.After(days)),
                    _securityHigh.Until("2026-01-01"),
                ]),
                "tool"
            )
            .Explanation;
        Assert.Equal(
            (rule, MadeUpHost.Instant("2026-07-05")),
            (explanation.Rule!.Value, explanation.ApprovedFrom!.Value)
        );
    }

    [Fact]
    public void An_update_after_the_last_approved_day_is_never_approved()
    {
        var explanation = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-03-02")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(RedHat(_securityHigh.Until("2026-03-01")), "tool")
            .Explanation;
        Assert.Equal(
            (DecisionKind.HeldBackByDate, "rule 1 approves only until 2026-03-01", null),
            (explanation.Decision, explanation.Summary, explanation.ApprovedFrom)
        );
        Assert.Equal("1.1-1", explanation.HeldBackEdition);
    }

    [Fact]
    public void Without_a_date_an_update_is_approved_and_the_explanation_says_no_date()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", null)
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(RedHat(_securityHigh.After(300)), "tool");
        Assert.Equal(PatchState.Missing, finding.State);
        Assert.Contains(
            "rule 1, release date: wants 300 days old; saw no date, which is approved",
            finding.Explanation.Observations
        );
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Quirk_the_build_time_stands_in_for_the_date_that_no_advisory_gives(PackageFamily family)
    {
        var host = (
            family switch
            {
                PackageFamily.Dnf => MadeUpHost.Dnf(),
                PackageFamily.Yum => MadeUpHost.Yum(),
                _ => MadeUpHost.Zypper(),
            }
        )
            .Package("new", "1.0-1*", "1.1-1 BASE built=2026-06-30")
            .Package("old", "1.0-1*", "1.1-1 BASE built=2026-05-30");
        Assert.Equal(
            ["old 1.1-1"],
            Names(host.Evaluate(RedHat(Rule(ComplianceLevel.LOW).WithNonSecurity().After(7))), PatchState.Missing)
        );
    }

    [Fact]
    public void What_the_host_hides_is_named_with_its_reason_and_its_advisory_and_is_no_offer()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Archive(
                "HIDDEN",
                new PackageOrigin { Archive = "base", HiddenBecause = "excluded by 'tool' in /etc/dnf/dnf.conf" }
            )
            .Package("tool", "1.0-1* BASE", "1.1-1 HIDDEN", "1.2-1 HIDDEN adv=A")
            .Finding(RedHat(_securityHigh), "tool");
        Assert.Equal(PatchState.InstalledOther, finding.State);
        Assert.Equal(
            ["1.2-1 (A) is hidden from dnf: excluded by 'tool' in /etc/dnf/dnf.conf"],
            finding.Explanation.HostPolicy
        );
    }

    [Fact]
    public void A_fix_that_only_a_newer_version_still_has_is_explained_whether_that_is_approved_or_not()
    {
        var host = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Important", "2026-01-01")
            .Advisory("B", "bugfix", "None", "2026-01-02")
            .Archive("GONE", new PackageOrigin { Archive = "base", HiddenBecause = PackageOrigin.NoLongerOffered })
            .Package("rolled", "1.0-1*", "1.1-1 GONE adv=A", "1.2-1 BASE adv=B")
            .Package("lost", "1.0-1* BASE", "1.1-1 GONE adv=A");
        var held = host.Finding(RedHat(_securityHigh), "rolled");
        Assert.Equal(
            (PatchState.Missing, "1.2-1", "rule 1 approves A, superseded by 1.2-1"),
            (held.State, held.AvailableVersion, held.Why)
        );
        Assert.Contains(
            "A names 1.1-1, which no repository offers any more; superseded by 1.2-1, which has its fix",
            held.Explanation.Observations
        );
        var unwanted = host.Finding(RedHat(Rule(ComplianceLevel.LOW, Classification("Enhancement"))), "rolled");
        Assert.Equal(
            (PatchState.InstalledOther, "1.2-1 has the fix of A, but no rule matches B"),
            (unwanted.State, unwanted.Why)
        );
        Assert.Equal("A names 1.1-1, which no repository offers", host.Finding(RedHat(_securityHigh), "lost").Why);
        var approved = host.Finding(RedHat(_predefined), "rolled");
        Assert.Equal((PatchState.Missing, "1.2-1"), (approved.State, approved.AvailableVersion));
        Assert.Contains(
            "A names 1.1-1, which no repository offers any more; superseded by 1.2-1, which has its fix",
            approved.Explanation.Observations
        );
    }

    [Fact]
    public void Policy_that_concerns_every_package_is_in_every_explanation()
    {
        var request = MadeUpHost.Dnf().Package("tool", "1.0-1* BASE").Request(RedHat(_securityHigh));
        request = request with
        {
            Inventory = request.Inventory with { HostPolicy = ["dnf is locked to release 2023.3"] },
        };
        Assert.Equal(
            ["dnf is locked to release 2023.3"],
            Assert.Single(BaselineEvaluator.Evaluate(request).Findings).Explanation.HostPolicy
        );
    }

    [Fact]
    public void A_locked_package_is_missing_with_the_lock_in_its_explanation()
    {
        var finding = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-01-01")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Versions = ["1.0-1*", "1.1-1 BASE adv=A"],
                    IsHeld = true,
                    PolicyNote = "versionlock: tool-0:1.0-1.*",
                }
            )
            .Finding(RedHat(_securityHigh), "tool");
        Assert.Equal(PatchState.Missing, finding.State);
        Assert.Equal(["held by the administrator", "versionlock: tool-0:1.0-1.*"], finding.Explanation.HostPolicy);
    }

    [Fact]
    public void Of_several_installed_versions_the_newest_speaks_for_the_package()
    {
        var finding = MadeUpHost
            .Dnf()
            .Package("kernel", "5.14.0-70.el9* BASE", "5.14.0-9.el9*")
            .Finding(RedHat(), "kernel");
        Assert.Equal(("5.14.0-70.el9", "kernel.x86_64:0:5.14.0-70.el9"), (finding.InstalledVersion, finding.Title));
    }

    [Fact]
    public void The_observations_say_what_each_filter_and_rule_saw()
    {
        var explanation = MadeUpHost
            .Dnf()
            .Advisory("A", "security", "Low", "2026-06-29")
            .Package("tool", "1.0-1*", "1.1-1 BASE adv=A")
            .Finding(
                RedHat(Rule(ComplianceLevel.LOW, Severity("Critical")), _securityHigh.After(7))
                    .Globally(Filter("PRODUCT", "*"))
                    .Rejecting(RejectedPatchesAction.BLOCK, "other"),
                "tool"
            )
            .Explanation;
        Assert.Equal(
            [
                "judged 1.1-1 as A describes it",
                "rejected list: no entry matches",
                "global filters, PRODUCT: wants *; saw RedhatEnterpriseLinux9.4: matches",
                "rule 1, SEVERITY: wants Critical; saw Low: does not match",
                "rule 1: its filters do not match",
                "rule 2, CLASSIFICATION: wants Security; saw Security: matches",
                "rule 2, release date: wants 7 days old; saw 2026-06-29",
                "rule 2: does not approve it at this date",
            ],
            explanation.Observations
        );
    }

    [Fact]
    public void Entries_that_name_nothing_known_are_warnings()
    {
        var report = MadeUpUniverse
            .On(PackageFamily.Dnf)
            .Evaluate(
                RedHat()
                    .Approving(ComplianceLevel.LOW, nonSecurity: false, "CVE-2026-0001", "CVE-1999-0001", "r-sec*")
                    .Rejecting(RejectedPatchesAction.BLOCK, "CVE-2026-0001")
            );
        Assert.Equal(
            [
                "approved patch 'CVE-1999-0001' matches no package known to this host",
                "rejected patch 'CVE-2026-0001' matches no package known to this host",
            ],
            report.Warnings
        );
    }

    private static PatchFinding Single(ComplianceReport report, string name) =>
        Assert.Single(report.Findings, f => f.Name == name);

    private static IEnumerable<string> Names(ComplianceReport report, PatchState state) =>
        report.Findings.Where(f => f.State == state).Select(f => $"{f.Name} {f.AvailableVersion}");
}
