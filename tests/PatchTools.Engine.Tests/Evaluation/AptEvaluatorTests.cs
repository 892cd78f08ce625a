using PatchTools.Evaluation;
using PatchTools.Families;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class AptEvaluatorTests
{
    private static readonly ApprovalRule _anyPriority = Rule(
        ComplianceLevel.HIGH,
        Filter("PRIORITY", "Required", "Important", "Standard", "Optional", "Extra")
    );

    private static readonly PatchBaseline _security = Ubuntu(_anyPriority);

    /// <summary>The baselines of the vectors below.</summary>
    private static readonly Dictionary<string, PatchBaseline> _baselines = new(StringComparer.Ordinal)
    {
        ["security"] = _security,
        ["nonsecurity"] = Ubuntu(_anyPriority.WithNonSecurity()),
        ["rejected a, allow"] = _security.Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "a"),
        ["rejected a, block"] = _security.Rejecting(RejectedPatchesAction.BLOCK, "a"),
        ["rejected new, block"] = _security.Rejecting(RejectedPatchesAction.BLOCK, "a.amd64:1.1"),
        ["rejected installed, block"] = _security.Rejecting(RejectedPatchesAction.BLOCK, "a.amd64:1.0"),
        ["rejected a-1.0, block"] = _security.Rejecting(RejectedPatchesAction.BLOCK, "a-1.0"),
        ["rejected and approved"] = _security
            .Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "a")
            .Approving(ComplianceLevel.CRITICAL, nonSecurity: true, "a"),
        ["approved, security only"] = Ubuntu().Approving(ComplianceLevel.CRITICAL, nonSecurity: false, "a"),
        ["approved, nonsecurity"] = Ubuntu().Approving(ComplianceLevel.CRITICAL, nonSecurity: true, "a"),
        ["approved, other product"] = _security
            .Approving(ComplianceLevel.CRITICAL, nonSecurity: true, "a")
            .Globally(Filter("PRODUCT", "Ubuntu18.04")),
        ["product in capitals"] = _security.Globally(Filter("PRODUCT", "UBUNTU20.04")),
        ["unknown key"] = Ubuntu(Rule(ComplianceLevel.HIGH, Classification("zzz"))),
        ["key twice"] = Ubuntu(Rule(ComplianceLevel.HIGH, Filter("PRIORITY", "zzz"), Filter("PRIORITY", "optional"))),
        ["until 2001"] = Ubuntu(_anyPriority.Until("2001-01-01")),
        ["after 360 days"] = Ubuntu(_anyPriority.After(360)),
        ["three levels"] = Ubuntu(
            _anyPriority with
            {
                ComplianceLevel = ComplianceLevel.LOW,
            },
            _anyPriority with
            {
                ComplianceLevel = ComplianceLevel.CRITICAL,
            },
            _anyPriority with
            {
                ComplianceLevel = ComplianceLevel.MEDIUM,
            }
        ),
        ["critical security, low other"] = Ubuntu(
            _anyPriority with
            {
                ComplianceLevel = ComplianceLevel.CRITICAL,
            },
            (_anyPriority with { ComplianceLevel = ComplianceLevel.LOW }).WithNonSecurity()
        ),
        ["no rules"] = Ubuntu(),
        ["no filters"] = Ubuntu(Rule(ComplianceLevel.HIGH)),
    };

    [Theory]
    [InlineData("security", "1.0* SEC", PatchState.Installed, "1.0", ComplianceLevel.HIGH, "Security")]
    [InlineData("security", "1.0* REL", PatchState.InstalledOther, "1.0", ComplianceLevel.UNSPECIFIED, "")]
    [InlineData("security", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("security", "1.1 UPD|1.0* REL", PatchState.InstalledOther, "1.0", ComplianceLevel.UNSPECIFIED, "")]
    [InlineData("nonsecurity", "1.1 UPD|1.0* REL", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "")]
    [InlineData("security", "1.2 UPD|1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("security", "1.2 UPD|1.1* SEC", PatchState.Installed, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData(
        "security",
        "1.0~dfsg-2 SEC|1.0-1*",
        PatchState.InstalledOther,
        "1.0-1",
        ComplianceLevel.UNSPECIFIED,
        ""
    )]
    [InlineData("security", "1.1 UNTRUSTED|1.0*", PatchState.InstalledOther, "1.0", ComplianceLevel.UNSPECIFIED, "")]
    [InlineData("security", "1.1 HOST|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("security", "2.0*|1.5 SEC", PatchState.InstalledOther, "2.0", ComplianceLevel.UNSPECIFIED, "")]
    [InlineData(
        "rejected a, allow",
        "1.1 SEC|1.0* REL",
        PatchState.InstalledOther,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        ""
    )]
    [InlineData(
        "rejected a, block",
        "1.1 SEC|1.0* REL",
        PatchState.InstalledRejected,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        ""
    )]
    [InlineData(
        "rejected new, block",
        "1.1 SEC|1.0* REL",
        PatchState.InstalledOther,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        ""
    )]
    [InlineData(
        "rejected installed, block",
        "1.1 SEC|1.0* REL",
        PatchState.Missing,
        "1.1",
        ComplianceLevel.HIGH,
        "Security"
    )]
    [InlineData(
        "rejected a-1.0, block",
        "1.0* SEC",
        PatchState.InstalledRejected,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        "Security"
    )]
    [InlineData(
        "rejected and approved",
        "1.0* SEC",
        PatchState.InstalledOther,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        "Security"
    )]
    [InlineData(
        "approved, security only",
        "1.1 UPD|1.0* REL",
        PatchState.InstalledOther,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        ""
    )]
    [InlineData("approved, nonsecurity", "1.1 UPD|1.0* REL", PatchState.Missing, "1.1", ComplianceLevel.CRITICAL, "")]
    [InlineData(
        "approved, other product",
        "1.1 SEC|1.0*",
        PatchState.InstalledOther,
        "1.0",
        ComplianceLevel.UNSPECIFIED,
        ""
    )]
    [InlineData("product in capitals", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("unknown key", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("key twice", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("until 2001", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("after 360 days", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    [InlineData("three levels", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.CRITICAL, "Security")]
    [InlineData("critical security, low other", "1.1 UPD|1.0*", PatchState.Missing, "1.1", ComplianceLevel.LOW, "")]
    [InlineData("no rules", "1.1 SEC|1.0*", PatchState.InstalledOther, "1.0", ComplianceLevel.UNSPECIFIED, "")]
    [InlineData("no filters", "1.1 SEC|1.0*", PatchState.Missing, "1.1", ComplianceLevel.HIGH, "Security")]
    public void An_installed_package_has_the_state_version_level_and_class_of_the_vector(
        string baseline,
        string versions,
        PatchState state,
        string version,
        ComplianceLevel level,
        string classification
    )
    {
        var finding = MadeUpHost.Apt().Package("a", versions.Split('|')).Finding(_baselines[baseline], "a");
        Assert.Equal(
            (state, $"a.amd64:{version}", level, classification),
            (finding.State, finding.Title, finding.ComplianceLevel, finding.Classification)
        );
        Assert.Equal(state == PatchState.Missing ? version : "", finding.AvailableVersion);
    }

    [Theory]
    [InlineData("1.1 SEC", 1)]
    [InlineData("1.2 UPD|1.1 SEC", 1)]
    [InlineData("1.1 REL", 0)]
    [InlineData("1.1 UNTRUSTED", 0)]
    [InlineData("1.0 NOW", 0)]
    [InlineData("1.0 NOW|1.0 SEC meta=7", 1)]
    public void A_package_that_is_not_installed_is_only_counted(string versions, int count)
    {
        var report = MadeUpHost.Apt().Package("a", versions.Split('|')).Evaluate(_security);
        Assert.Empty(report.Findings);
        Assert.Equal(count, report.Counts.NotApplicable);
    }

    [Fact]
    public void A_rejected_package_that_is_not_installed_is_not_counted()
    {
        Assert.Equal(
            0,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 SEC")
                .Evaluate(_security.Rejecting(RejectedPatchesAction.BLOCK, "a"))
                .Counts.NotApplicable
        );
        Assert.Equal(
            1,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 SEC")
                .Evaluate(_security.Rejecting(RejectedPatchesAction.BLOCK, "a-1.2"))
                .Counts.NotApplicable
        );
    }

    [Fact]
    public void A_package_approved_by_name_counts_as_not_applicable_when_it_is_a_security_update_or_all_may_be()
    {
        Assert.Equal(
            1,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 SEC")
                .Evaluate(_baselines["approved, security only"])
                .Counts.NotApplicable
        );
        Assert.Equal(
            0,
            MadeUpHost
                .Apt()
                .Package("a", "1.1 REL")
                .Evaluate(_baselines["approved, security only"])
                .Counts.NotApplicable
        );
        Assert.Equal(
            1,
            MadeUpHost.Apt().Package("a", "1.1 REL").Evaluate(_baselines["approved, nonsecurity"]).Counts.NotApplicable
        );
    }

    [Theory]
    [InlineData("10.0 SEC|9.0 SEC|8.0*", "10.0")]
    [InlineData("9.0 SEC|10.0 SEC|8.0*", "10.0")]
    [InlineData("1:1.0 SEC|9.5 SEC|9.0*", "1:1.0")]
    [InlineData("1.10 SEC|1.9 SEC|1.8*", "1.10")]
    [InlineData("1.0~rc2-1 SEC|1.0-1 SEC|1.0~rc1-1*", "1.0-1")]
    public void Quirk_versions_are_compared_as_Debian_does_not_as_text(string versions, string newest)
    {
        var finding = MadeUpHost.Apt().Package("a", versions.Split('|')).Finding(_security, "a");
        Assert.Equal((PatchState.Missing, newest), (finding.State, finding.AvailableVersion));
    }

    [Fact]
    public void Quirk_sections_are_compared_without_regard_to_case()
    {
        var finding = MadeUpHost
            .Apt()
            .Package("a", "1.1 SEC section=Universe/libs", "1.0*")
            .Finding(Ubuntu(Rule(ComplianceLevel.HIGH, Filter("SECTION", "Universe/libs"))), "a");
        Assert.Equal((PatchState.Missing, "Universe/libs"), (finding.State, finding.Section));
    }

    [Fact]
    public void Quirk_a_mirror_of_debian_security_is_known_by_its_label()
    {
        var finding = MadeUpHost.Apt().Package("a", "1.1 LABEL", "1.0*").Finding(_security, "a");
        Assert.Equal((PatchState.Missing, "Security"), (finding.State, finding.Classification));
    }

    [Theory]
    [InlineData("", "jammy-security", "", "mirror.example.org")]
    [InlineData("stable", "bullseye-security", "", "")]
    [InlineData("mirror", "Bookworm-Security", "Company", "mirror.example.org")]
    [InlineData("", "jammy-infra-security", "UbuntuESM", "mirror.example.org")]
    [InlineData("jammy-apps-security", "jammy", "UbuntuESM", "esm.ubuntu.com")]
    [InlineData("oldstable", "buster/updates", "Debian-Security", "mirror.example.org")]
    [InlineData("oldstable", "buster/updates", "", "security.debian.org")]
    public void Quirk_a_security_archive_is_known_by_its_codename_where_a_mirror_changed_suite_and_label(
        string suite,
        string codename,
        string label,
        string site
    )
    {
        var finding = OfferedBy(suite, codename, label, site);
        Assert.Equal((PatchState.Missing, "Security"), (finding.State, finding.Classification));
    }

    [Theory]
    [InlineData("stable", "bookworm", "Debian", "deb.debian.org")]
    [InlineData("stable-updates", "bookworm-updates", "Debian", "deb.debian.org")]
    [InlineData("oldstable", "bookworm/updates", "", "mirror.example.org")]
    [InlineData("stable", "security-team", "", "mirror.example.org")]
    [InlineData("oldstable", "bullseye", "Raspbian", "raspbian.raspberrypi.org")]
    public void An_archive_without_a_sign_of_security_brings_no_security_updates(
        string suite,
        string codename,
        string label,
        string site
    ) => Assert.Equal(PatchState.InstalledOther, OfferedBy(suite, codename, label, site).State);

    private static PatchFinding OfferedBy(string suite, string codename, string label, string site) =>
        MadeUpHost
            .Apt()
            .Archive(
                "MIRROR",
                new PackageOrigin
                {
                    Archive = suite,
                    Codename = codename,
                    Label = label,
                    Site = site,
                    Trusted = true,
                }
            )
            .Package("a", "1.1 MIRROR", "1.0*")
            .Finding(_security, "a");

    [Fact]
    public void Quirk_a_held_package_is_reported_missing_with_the_hold_in_its_explanation()
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    IsHeld = true,
                }
            )
            .Finding(_security, "a");
        Assert.Equal(PatchState.Missing, finding.State);
        Assert.Equal("rule 1 approves it, the host holds it", finding.Why);
        Assert.Contains("held by the administrator", finding.Explanation.HostPolicy);
    }

    [Fact]
    public void A_pin_does_not_change_the_state_and_is_shown_beside_the_approved_version()
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    Candidate = "1.0",
                    PolicyNote = "pin 1001 of /etc/apt/preferences.d/a",
                }
            )
            .Finding(_security, "a");
        Assert.Equal((PatchState.Missing, "1.1"), (finding.State, finding.AvailableVersion));
        Assert.Equal(
            ["apt would stay at 1.0, the baseline approves 1.1", "pin 1001 of /etc/apt/preferences.d/a"],
            finding.Explanation.HostPolicy
        );
    }

    [Theory]
    [InlineData(false, "rule 1 approves the security update; apt would not choose it by itself")]
    [InlineData(true, "rule 1 approves it, the host holds it; apt would not choose it by itself")]
    public void What_apt_would_not_choose_by_itself_is_missing_with_the_reason(bool isHeld, string why)
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    Candidate = "1.0",
                    IsHeld = isHeld,
                    Unchosen = [new RefusedEdition("1.1", "its archive is NotAutomatic, priority 1")],
                }
            )
            .Finding(_security, "a");
        Assert.Equal((PatchState.Missing, "1.1", why), (finding.State, finding.AvailableVersion, finding.Why));
        Assert.Contains(
            "apt would not choose this by itself: its archive is NotAutomatic, priority 1",
            finding.Explanation.HostPolicy
        );
    }

    [Theory]
    [InlineData("1.1 HIDDEN|1.0*", "1.1 is hidden from apt: Exclude of the source x names it")]
    [InlineData("1.2 HIDDEN|1.1 HIDDEN|1.0* SEC", null)]
    [InlineData("1.0 HIDDEN meta=7|1.0*", "its repository is hidden from apt: Exclude of the source x names it")]
    [InlineData("0.9 REL|1.1 HIDDEN|1.0*", "1.1 is hidden from apt: Exclude of the source x names it")]
    [InlineData("0.9 REL|1.0*", "newer than any repository offers")]
    [InlineData("1.0*", "no repository offers it")]
    public void What_a_source_leaves_out_is_never_missing_and_never_called_not_offered(string versions, string? why)
    {
        var finding = MadeUpHost
            .Apt()
            .Archive(
                "HIDDEN",
                new PackageOrigin
                {
                    Archive = "focal-security",
                    Trusted = true,
                    HiddenBecause = "Exclude of the source x names it",
                }
            )
            .Package("a", versions.Split('|'))
            .Finding(_security, "a");
        Assert.Equal(why is null ? PatchState.Installed : PatchState.InstalledOther, finding.State);
        if (why is not null)
            Assert.Equal(why, finding.Why);
        else
            Assert.Equal(
                [
                    "1.2 is hidden from apt: Exclude of the source x names it",
                    "1.1 is hidden from apt: Exclude of the source x names it",
                ],
                finding.Explanation.HostPolicy
            );
    }

    [Fact]
    public void A_candidate_that_is_merely_newer_than_the_approved_version_is_no_conflict()
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.2 UPD", "1.1 SEC", "1.0*"],
                    Candidate = "1.2",
                }
            )
            .Finding(_security, "a");
        Assert.Empty(finding.Explanation.HostPolicy);
        Assert.Equal("1.2", finding.Explanation.HeldBackEdition);
    }

    [Fact]
    public void A_phased_update_is_missing_and_says_so()
    {
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 UPD", "1.0*"],
                    Candidate = "1.1",
                    Phased = 30,
                }
            )
            .Finding(_baselines["nonsecurity"], "a");
        Assert.Equal(PatchState.Missing, finding.State);
        Assert.Equal(
            "phased to 30 % of hosts; an approval does not wait for it",
            Assert.Single(finding.Explanation.HostPolicy)
        );
    }

    [Fact]
    public void A_second_stanza_of_the_installed_version_makes_it_installed_without_level_and_class()
    {
        var finding = MadeUpHost.Apt().Package("a", "1.0 SEC meta=1", "1.0* meta=2").Finding(_security, "a");
        Assert.Equal(
            (PatchState.Installed, ComplianceLevel.UNSPECIFIED, ""),
            (finding.State, finding.ComplianceLevel, finding.Classification)
        );
        Assert.Equal("rule 1 approves the installed version", finding.Why);
    }

    [Fact]
    public void Of_two_stanzas_with_one_version_the_approved_one_is_reported()
    {
        var finding = MadeUpHost
            .Apt()
            .Package("a", "1.1 UPD meta=1 prio=extra", "1.1 SEC meta=2 prio=important", "1.0*")
            .Finding(_security, "a");
        Assert.Equal(
            (PatchState.Missing, "1.1", "important"),
            (finding.State, finding.AvailableVersion, finding.Severity)
        );
        Assert.Null(finding.Explanation.HeldBackEdition);
    }

    [Fact]
    public void A_foreign_package_carries_its_architecture_in_name_id_and_title()
    {
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "libc6",
                    Architecture = "i386",
                    Versions = ["2.31-0ubuntu9* SEC"],
                }
            )
            .Package("libc6", "2.31-0ubuntu9* SEC");
        var findings = host.Evaluate(_security).Findings;
        Assert.Equal(["libc6", "libc6:i386"], findings.Select(f => f.Name));
        Assert.Equal(("libc6:i386.i386", "libc6:i386.i386:2.31-0ubuntu9"), (findings[1].Id, findings[1].Title));
        Assert.Equal(
            PatchState.InstalledRejected,
            host.Finding(_security.Rejecting(RejectedPatchesAction.BLOCK, "libc6:i386"), "libc6:i386").State
        );
        Assert.Equal(
            PatchState.Installed,
            host.Finding(_security.Rejecting(RejectedPatchesAction.BLOCK, "libc6"), "libc6:i386").State
        );
    }

    [Fact]
    public void A_finding_has_priority_section_and_time_of_what_it_reports()
    {
        var time = new EpochTime(1769990400.75, IsFractional: true);
        var finding = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC prio=important section=admin", "1.0* prio=optional section=utils"],
                    InstalledTime = time,
                }
            )
            .Finding(_security, "a");
        Assert.Equal(
            ("important", "admin", "1.0", "a.amd64"),
            (finding.Severity, finding.Section, finding.InstalledVersion, finding.Id)
        );
        Assert.Equal(time, finding.InstalledTime);
        Assert.Empty(finding.CveIds);
    }

    [Fact]
    public void A_package_without_priority_and_section_is_approved_by_a_star_only()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 SEC prio= section=", "1.0* prio= section=");
        Assert.Equal(PatchState.InstalledOther, host.Finding(_security, "a").State);
        Assert.Equal(
            PatchState.Missing,
            host.Finding(Ubuntu(Rule(ComplianceLevel.LOW, Filter("PRIORITY", "*"), Filter("SECTION", "*"))), "a").State
        );
    }

    [Fact]
    public void The_rule_with_the_highest_level_is_the_deciding_one()
    {
        var explanation = MadeUpHost
            .Apt()
            .Package("a", "1.1 SEC", "1.0*")
            .Finding(_baselines["three levels"], "a")
            .Explanation;
        Assert.Equal((DecisionKind.ApprovalRule, 2), (explanation.Decision, explanation.Rule));
    }

    [Fact]
    public void The_approved_list_decides_when_it_sets_a_higher_level_than_the_rules()
    {
        var host = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*");
        var higher = host.Finding(_security.Approving(ComplianceLevel.CRITICAL, nonSecurity: false, "b", "A*"), "a");
        Assert.Equal(
            (ComplianceLevel.CRITICAL, DecisionKind.ApprovedList, "A*"),
            (higher.ComplianceLevel, higher.Explanation.Decision, higher.Explanation.ListEntry)
        );
        var lower = host.Finding(_security.Approving(ComplianceLevel.LOW, nonSecurity: false, "a"), "a");
        Assert.Equal(
            (ComplianceLevel.HIGH, DecisionKind.ApprovalRule),
            (lower.ComplianceLevel, lower.Explanation.Decision)
        );
    }

    [Theory]
    [InlineData(
        "security",
        "1.1 SEC|1.0*",
        DecisionKind.ApprovalRule,
        1,
        null,
        "rule 1 approves the security update",
        null
    )]
    [InlineData("nonsecurity", "1.1 UPD|1.0*", DecisionKind.ApprovalRule, 1, null, "rule 1 approves the update", null)]
    [InlineData(
        "security",
        "1.2 UPD|1.0* SEC",
        DecisionKind.ApprovalRule,
        1,
        null,
        "rule 1 approves the installed version",
        "1.2"
    )]
    [InlineData("security", "1.0* REL", DecisionKind.NotSecurity, 1, null, "no security archive offers it", null)]
    [InlineData(
        "security",
        "1.1 UPD|1.0* REL",
        DecisionKind.NotSecurity,
        1,
        null,
        "the newer version is not a security update",
        "1.1"
    )]
    [InlineData(
        "security",
        "1.1 UNTRUSTED|1.0*",
        DecisionKind.NotSecurity,
        1,
        null,
        "its security archive is not trusted",
        "1.1"
    )]
    [InlineData("security", "1.0*", DecisionKind.NotOffered, 1, null, "no repository offers it", null)]
    [InlineData("security", "2.0*|1.5 SEC", DecisionKind.NotOffered, 1, null, "newer than any repository offers", null)]
    [InlineData(
        "no rules",
        "1.1 SEC|1.0*",
        DecisionKind.NoRule,
        null,
        null,
        "the baseline has no approval rules",
        "1.1"
    )]
    [InlineData(
        "security",
        "1.1 SEC prio=odd|1.0* prio=odd",
        DecisionKind.NoRule,
        null,
        null,
        "no rule matches its priority and section",
        "1.1"
    )]
    [InlineData(
        "approved, other product",
        "1.1 SEC|1.0*",
        DecisionKind.GlobalFilters,
        null,
        null,
        "left out by the global filters",
        "1.1"
    )]
    [InlineData(
        "approved, security only",
        "1.1 UPD|1.0* REL",
        DecisionKind.NotSecurity,
        null,
        "a",
        "approved by 'a', but no security update",
        "1.1"
    )]
    [InlineData(
        "approved, nonsecurity",
        "1.1 UPD|1.0* REL",
        DecisionKind.ApprovedList,
        null,
        "a",
        "approved by 'a'",
        null
    )]
    [InlineData(
        "rejected a, allow",
        "1.1 SEC|1.0* REL",
        DecisionKind.RejectedList,
        null,
        "a",
        "rejected by 'a'",
        "1.1"
    )]
    [InlineData(
        "rejected a, block",
        "1.1 SEC|1.0* REL",
        DecisionKind.RejectedList,
        null,
        "a",
        "rejected by 'a'",
        "1.1"
    )]
    [InlineData(
        "rejected new, block",
        "1.1 SEC|1.0* REL",
        DecisionKind.RejectedList,
        null,
        "a.amd64:1.1",
        "rejected by 'a.amd64:1.1'",
        "1.1"
    )]
    public void A_finding_explains_itself(
        string baseline,
        string versions,
        DecisionKind decision,
        int? rule,
        string? entry,
        string summary,
        string? heldBack
    )
    {
        var explanation = MadeUpHost
            .Apt()
            .Package("a", versions.Split('|'))
            .Finding(_baselines[baseline], "a")
            .Explanation;
        Assert.Equal(
            (decision, rule, entry, summary, heldBack),
            (
                explanation.Decision,
                decision == DecisionKind.NotOffered ? rule : explanation.Rule,
                explanation.ListEntry,
                explanation.Summary,
                explanation.HeldBackEdition
            )
        );
        Assert.Null(explanation.ApprovedFrom);
        Assert.NotEmpty(explanation.Observations);
    }

    [Fact]
    public void The_observations_say_what_each_filter_and_rule_saw()
    {
        var baseline = Ubuntu(
                Rule(
                        ComplianceLevel.HIGH,
                        Filter("PRIORITY", "Required", "Important", "Standard", "Optional", "Extra"),
                        Filter("SECTION", "libs")
                    )
                    .After(7),
                Rule(
                        ComplianceLevel.LOW,
                        Filter("PRIORITY", "zzz"),
                        Filter("PRIORITY", "*"),
                        Filter("SEVERITY", "Critical")
                    )
                    .After(3)
            )
            .Globally(Filter("PRODUCT", "*"))
            .Approving(ComplianceLevel.LOW, nonSecurity: false, "b")
            .Rejecting(RejectedPatchesAction.BLOCK, "c");
        var explanation = MadeUpHost.Apt().Package("a", "1.1 SEC REL", "1.0*").Finding(baseline, "a").Explanation;
        Assert.Equal(
            [
                "judged 1.1, offered by focal-security (archive.ubuntu.com), focal (archive.ubuntu.com)",
                "global filters, PRODUCT: wants *; saw Ubuntu20.04: matches",
                "security: yes, focal-security (archive.ubuntu.com) offers it",
                "rejected list: no entry matches",
                "rule 1, PRIORITY: wants Required, Important, Standard and 2 more; saw optional: matches",
                "rule 1, SECTION: wants libs; saw utils: does not match",
                "rule 1: its filters do not match",
                "rule 2, PRIORITY: ignored, a later filter of this key replaces it",
                "rule 2, PRIORITY: wants *; saw optional: matches",
                "rule 2, SEVERITY: ignored, apt's packages have PRODUCT, PRIORITY and SECTION",
                "rule 2, approveAfterDays: ignored, apt's archives date no package; -ApprovalDateSource applies it",
                "rule 2: approves security updates, level LOW",
                "approved list: no entry matches",
            ],
            explanation.Observations
        );
        Assert.Equal(2, explanation.Rule);
    }

    [Fact]
    public void Filters_without_effect_and_entries_that_name_nothing_are_warnings()
    {
        var baseline = Ubuntu(Rule(ComplianceLevel.HIGH, Classification("Security")))
            .Approving(ComplianceLevel.LOW, nonSecurity: false, "nothing", "a", "A*", "old-1.0")
            .Rejecting(RejectedPatchesAction.BLOCK, "none*", "a-9");
        var report = MadeUpHost
            .Apt()
            .Package("a", "1.1 SEC", "1.0*")
            .Package("old", "2.0*", "1.0 REL")
            .Evaluate(baseline);
        Assert.Equal(
            [
                "filter CLASSIFICATION of rule 1 has no effect: apt's packages have PRODUCT, PRIORITY and SECTION",
                "approved patch 'nothing' matches no package known to this host",
                "rejected patch 'none*' matches no package known to this host",
                "rejected patch 'a-9' matches no package known to this host",
            ],
            report.Warnings
        );
    }

    [Fact]
    public void After_an_install_without_an_override_list_what_is_still_missing_has_failed()
    {
        var request = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Request(_security) with
        {
            Operation = PatchOperation.Install,
        };
        Assert.Equal(PatchState.Failed, Assert.Single(BaselineEvaluator.Evaluate(request).Findings).State);
        Assert.Equal(
            PatchState.Missing,
            Assert
                .Single(
                    BaselineEvaluator
                        .Evaluate(
                            request with
                            {
                                InstallOverrideList = new InstallOverrideList { Location = "list", Entries = [] },
                            }
                        )
                        .Findings
                )
                .State
        );
    }

    [Fact]
    public void A_report_carries_counts_severity_order_and_times()
    {
        var request = MadeUpHost
            .Apt()
            .Package("z", "1.1 SEC", "1.0*")
            .Package("b", "1.0* REL")
            .Package("a", "1.0* REL")
            .Package("y", "1.0* SEC")
            .Package("n", "1.0 SEC")
            .Request(_security);
        var report = BaselineEvaluator.Evaluate(request);
        Assert.Equal(["y", "a", "b", "z"], report.Findings.Select(f => f.Name));
        Assert.Equal(
            new ComplianceCounts
            {
                Installed = 1,
                InstalledOther = 2,
                NotApplicable = 1,
                Missing = 1,
                SecurityNonCompliant = 1,
            },
            report.Counts
        );
        Assert.Equal(ComplianceLevel.HIGH, report.NonCompliantSeverity);
        Assert.Equal(ComplianceVerdict.NonCompliant, report.Verdict);
        Assert.Equal((request.Snapshot.OperationStart, request.Now), (report.Start, report.End));
        Assert.Equal(request.ExecutionId, report.ExecutionId);
    }
}
