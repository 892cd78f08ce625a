using PatchTools.Baselines;
using PatchTools.Engine.Tests.Evaluation;
using PatchTools.Snapshots;
using PatchTools.Versions;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Baselines;

public sealed class BaselineCheckTests
{
    public static TheoryData<string> Predefined => [.. DefaultBaselines.OperatingSystems];

    private static PatchFilter Priority(params string[] values) => Filter("PRIORITY", values);

    private static ApprovalRule SoundApt => new() { ApproveAfterDays = 0, Filters = [Priority("*")] };

    private static ApprovalRule SoundRpm => new() { ApproveAfterDays = 7, Filters = [Classification("Security")] };

    private static PatchBaseline SoundUbuntu => Ubuntu(SoundApt) with { Name = "web" };

    private static PatchBaseline SoundRedHat => RedHat(SoundRpm) with { Name = "web" };

    [Fact]
    public void A_sound_baseline_has_no_issues()
    {
        Assert.Empty(BaselineCheck.Of(SoundUbuntu, null));
        Assert.Empty(BaselineCheck.Of(SoundRedHat, null));
    }

    [Theory]
    [MemberData(nameof(Predefined))]
    public void Of_the_predefined_baselines_only_Oracles_has_a_hole(string system)
    {
        var holes = BaselineCheck
            .Of(DefaultBaselines.For(system), null)
            .Where(issue =>
                issue.Kind is BaselineIssueKind.Hole or BaselineIssueKind.NeverMatches or BaselineIssueKind.Fails
            )
            .Select(issue => issue.Message);
        Assert.Equal(
            system == "ORACLE_LINUX"
                ? ["Security updates of severity Critical are not approved, although lesser ones are."]
                : [],
            holes
        );
    }

    [Fact]
    public void A_baseline_that_approves_nothing_is_an_error() =>
        Assert.Equal(BaselineIssueLevel.Error, Single(Ubuntu() with { Name = "web" }, BaselineIssueKind.Hole).Level);

    [Fact]
    public void An_unknown_system_is_an_error_that_names_the_known_ones() =>
        Assert.Contains(
            "ROCKY_LINUX",
            Single(Of("WINDOWS", SoundRpm) with { Name = "web" }, BaselineIssueKind.Fails).Advice,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_filter_that_fails_on_rpm_has_no_effect_on_apt()
    {
        Assert.Equal(
            ("Rule 1", BaselineIssueLevel.Error),
            At(
                Single(
                    SoundRedHat with
                    {
                        ApprovalRules = [SoundRpm with { Filters = [Priority("Required")] }],
                    },
                    BaselineIssueKind.Fails
                )
            )
        );
        Assert.Equal(
            ("GlobalFilters", BaselineIssueLevel.Warning),
            At(Single(SoundUbuntu.Globally(Severity("Critical")), BaselineIssueKind.Ignored))
        );
    }

    [Theory]
    [InlineData("Securty", "Write Security, if that is meant.")]
    [InlineData("CriticalUpdates", "Correct the value, or give *.")]
    public void A_value_that_no_advisory_has_is_pointed_out_with_the_nearest(string value, string advice)
    {
        var issue = Single(
            SoundRedHat with
            {
                ApprovalRules =
                [
                    SoundRpm,
                    SoundRpm with
                    {
                        ComplianceLevel = ComplianceLevel.HIGH,
                        Filters = [Classification("Security", value)],
                    },
                ],
            },
            BaselineIssueKind.NeverMatches
        );
        Assert.Equal(
            (BaselineIssueKind.NeverMatches, "Rule 2", value, advice),
            (issue.Kind, issue.Where, issue.Entry, issue.Advice)
        );
    }

    [Fact]
    public void On_yum_a_value_in_another_case_never_matches()
    {
        var rule = SoundRpm with { Filters = [Classification("security", "Security")] };
        Assert.Equal(
            "Write Security.",
            Single(Amazon2(rule) with { Name = "web" }, BaselineIssueKind.NeverMatches).Advice
        );
        Assert.Empty(BaselineCheck.Of(RedHat(rule) with { Name = "web" }, null));
    }

    [Fact]
    public void Amazons_word_for_moderate_is_not_Red_Hats()
    {
        Assert.Single(
            BaselineCheck.Of(
                SoundRedHat with
                {
                    ApprovalRules =
                    [
                        SoundRpm,
                        SoundRpm with
                        {
                            ComplianceLevel = ComplianceLevel.HIGH,
                            Filters = [Severity("Medium")],
                        },
                    ],
                },
                null
            ),
            issue => issue.Kind == BaselineIssueKind.NeverMatches
        );
        Assert.Empty(
            BaselineCheck.Of(
                Amazon2(
                    SoundRpm,
                    SoundRpm with
                    {
                        ComplianceLevel = ComplianceLevel.HIGH,
                        Filters = [Severity("Medium")],
                    }
                ) with
                {
                    Name = "web",
                },
                null
            )
        );
    }

    [Fact]
    public void A_product_of_another_system_never_matches() =>
        Assert.Equal(
            "Debian12",
            Single(
                SoundUbuntu.Globally(Filter("PRODUCT", "Debian12", "Ubuntu26.04")),
                BaselineIssueKind.NeverMatches
            ).Entry
        );

    [Fact]
    public void A_filter_without_values_and_filters_without_a_common_value_never_match()
    {
        Assert.Contains(
            BaselineCheck.Of(
                SoundUbuntu with
                {
                    ApprovalRules =
                    [
                        SoundApt,
                        SoundApt with
                        {
                            Filters = [Priority()],
                            ComplianceLevel = ComplianceLevel.HIGH,
                        },
                    ],
                },
                null
            ),
            issue => issue.Kind == BaselineIssueKind.NeverMatches && issue.Where == "Rule 2"
        );
        Assert.Contains(
            BaselineCheck.Of(
                SoundRedHat with
                {
                    ApprovalRules =
                    [
                        SoundRpm,
                        SoundRpm with
                        {
                            Filters = [Severity("Critical"), Severity("Low")],
                            ComplianceLevel = ComplianceLevel.HIGH,
                        },
                    ],
                },
                null
            ),
            issue => issue.Kind == BaselineIssueKind.NeverMatches && issue.Where == "Rule 2"
        );
    }

    [Fact]
    public void A_rule_that_the_global_filters_starve_never_matches() =>
        Assert.Equal(
            "Rule 2",
            Single(
                SoundRedHat.Globally(Classification("Security")) with
                {
                    ApprovalRules = [SoundRpm, SoundRpm with { Filters = [Classification("Bugfix")] }],
                },
                BaselineIssueKind.NeverMatches
            ).Where
        );

    [Fact]
    public void A_rule_that_another_covers_is_superfluous_once()
    {
        var narrow = SoundRpm with
        {
            Filters = [Classification("Security"), Severity("Critical")],
            ApproveAfterDays = 14,
        };
        Assert.Equal(
            "Rule 1",
            Single(SoundRedHat with { ApprovalRules = [narrow, SoundRpm] }, BaselineIssueKind.Superfluous).Where
        );
        Assert.Equal(
            "Rule 2",
            Single(SoundRedHat with { ApprovalRules = [SoundRpm, SoundRpm] }, BaselineIssueKind.Superfluous).Where
        );
        Assert.Empty(
            BaselineCheck.Of(
                SoundRedHat with
                {
                    ApprovalRules = [narrow with { ApproveAfterDays = 0 }, SoundRpm],
                },
                null
            )
        );
        Assert.Empty(
            BaselineCheck.Of(
                SoundRedHat with
                {
                    ApprovalRules = [narrow with { ComplianceLevel = ComplianceLevel.CRITICAL }, SoundRpm],
                },
                null
            )
        );
    }

    [Theory]
    [InlineData("Required,Important", "Standard, Optional, not even security updates; most packages are Optional")]
    [InlineData("Optional,Extra", "Required, Important, Standard, not even security updates")]
    public void A_priority_that_no_rule_names_is_a_hole(string priorities, string says) =>
        Assert.Contains(
            says,
            Single(
                SoundUbuntu with
                {
                    ApprovalRules = [SoundApt with { Filters = [Priority(priorities.Split(','))] }],
                },
                BaselineIssueKind.Hole
            ).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void A_graver_severity_that_is_left_out_is_a_hole_and_a_lesser_one_is_a_choice()
    {
        Assert.Contains(
            "Critical",
            Single(
                SoundRedHat with
                {
                    ApprovalRules =
                    [
                        SoundRpm with
                        {
                            Filters = [Classification("Security"), Severity("Important", "Low")],
                        },
                    ],
                },
                BaselineIssueKind.Hole
            ).Message,
            StringComparison.Ordinal
        );
        Assert.Empty(
            BaselineCheck.Of(
                SoundRedHat with
                {
                    ApprovalRules =
                    [
                        SoundRpm with
                        {
                            Filters = [Classification("Security"), Severity("Critical", "Important")],
                        },
                    ],
                },
                null
            )
        );
        Assert.Contains(
            "No rule approves security",
            Single(
                SoundRedHat with
                {
                    ApprovalRules = [SoundRpm with { Filters = [Classification("Bugfix")] }],
                },
                BaselineIssueKind.Hole
            ).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void CentOS_without_advisories_needs_the_others_too()
    {
        Assert.Contains(
            "EnableNonSecurity",
            Single(Of("CENTOS", SoundRpm) with { Name = "web" }, BaselineIssueKind.Hole).Message,
            StringComparison.Ordinal
        );
        Assert.Empty(
            BaselineCheck.Of(
                Of("CENTOS", new ApprovalRule { EnableNonSecurity = true, ApproveAfterDays = 7 }) with
                {
                    Name = "web",
                },
                null
            )
        );
    }

    [Fact]
    public void Fields_without_effect_are_named()
    {
        Assert.Equal(
            BaselineIssueLevel.Information,
            Single(
                SoundUbuntu with
                {
                    ApprovalRules = [SoundApt with { ApproveAfterDays = 7 }],
                },
                BaselineIssueKind.Ignored
            ).Level
        );
        Assert.Contains(
            "ApproveUntilDate, which wins",
            Single(
                SoundRedHat with
                {
                    ApprovalRules = [SoundRpm.Until("2026-01-01")],
                },
                BaselineIssueKind.Ignored
            ).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "EnableNonSecurity",
            Single(Suse(SoundRpm) with { Name = "web" }, BaselineIssueKind.Ignored).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            2,
            BaselineCheck
                .Of(SoundRedHat.Approving(ComplianceLevel.HIGH, true), null)
                .Count(issue => issue.Kind == BaselineIssueKind.Ignored)
        );
        Assert.Single(
            BaselineCheck.Of(SoundRedHat.Rejecting(RejectedPatchesAction.BLOCK), null),
            issue => issue.Kind == BaselineIssueKind.Ignored
        );
    }

    [Fact]
    public void List_entries_that_can_never_match_are_named()
    {
        Assert.Equal(
            "CVE-2026-1",
            Single(
                SoundUbuntu.Approving(ComplianceLevel.UNSPECIFIED, false, "CVE-2026-1", "bash"),
                BaselineIssueKind.NeverMatches
            ).Entry
        );
        Assert.Empty(
            BaselineCheck.Of(
                SoundRedHat.Approving(ComplianceLevel.UNSPECIFIED, false, "CVE-2026-1", "RHSA-2026:0864"),
                null
            )
        );
        Assert.Equal(
            "RHSA-2026:0864",
            Single(
                SoundRedHat.Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "RHSA-2026:0864", "bash"),
                BaselineIssueKind.NeverMatches
            ).Entry
        );
        Assert.Contains(
            "rejecting wins",
            Single(
                SoundRedHat
                    .Approving(ComplianceLevel.UNSPECIFIED, false, "bash")
                    .Rejecting(RejectedPatchesAction.BLOCK, "bash"),
                BaselineIssueKind.NeverMatches
            ).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            BaselineIssueLevel.Error,
            Single(SoundRedHat.Rejecting(RejectedPatchesAction.BLOCK, "*"), BaselineIssueKind.Hole).Level
        );
    }

    [Theory]
    [InlineData("Name", 1)]
    [InlineData("Description", 1)]
    [InlineData("GlobalFilters", 2)]
    [InlineData("ApprovalRules", 1)]
    [InlineData("Rule 1", 2)]
    [InlineData("ApprovedPatches", 2)]
    [InlineData("RejectedPatches", 1)]
    [InlineData("Sources", 4)]
    public void Limits_of_the_service_are_named_where_they_are_passed(string where, int count)
    {
        var baseline = SoundRedHat with
        {
            Name = "über",
            Description = "",
            GlobalFilters =
            [
                .. Enumerable.Repeat(Filter("PRODUCT", "*"), 4),
                Filter("SEVERITY", [.. Enumerable.Repeat("Critical", 21)]),
            ],
            ApprovalRules =
            [
                SoundRpm with
                {
                    ApproveAfterDays = 361,
                    Filters = [Classification(new string('x', 65))],
                },
                .. Enumerable.Repeat(SoundRpm, 10),
            ],
            ApprovedPatches = [.. Enumerable.Range(0, 50).Select(i => $"p{i}"), new string('x', 101)],
            RejectedPatches = [""],
            Sources =
            [
                .. Enumerable.Range(0, 20).Select(i => new PatchSource($"source{i}", ["*"], "[x]")),
                new PatchSource("a b", [], ""),
            ],
        };
        Assert.Equal(
            count,
            BaselineCheck
                .Of(baseline, null)
                .Count(issue => issue.Kind == BaselineIssueKind.ServiceLimit && issue.Where == where)
        );
    }

    [Fact]
    public void The_service_wants_one_of_delay_and_date() =>
        Assert.Contains(
            "exactly one",
            Single(
                SoundRedHat with
                {
                    ApprovalRules = [new ApprovalRule { Filters = [Classification("Security")] }],
                },
                BaselineIssueKind.ServiceLimit
            ).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Against_a_host_rules_and_entries_that_meet_nothing_are_named()
    {
        var host = new BaselineCheckHost(
            MadeUpHost
                .Dnf()
                .Advisory("FAKE-1", "security", "Important", "2026-06-30", "CVE-2026-1")
                .Package("tool", "1.1-1 BASE adv=FAKE-1", "1.0-1*")
                .Inventory() with
            {
                OperatingSystem = new OsRelease { Id = "rhel", VersionId = "9.4" },
            },
            MadeUpHost.Now
        );
        var baseline = (
            SoundRedHat with
            {
                ApprovalRules =
                [
                    SoundRpm.After(30),
                    new ApprovalRule { ApproveAfterDays = 0, Filters = [Classification("Enhancement")] },
                ],
            }
        )
            .Approving(ComplianceLevel.UNSPECIFIED, false, "tool*", "CVE-2026-1", "CVE-2026-2")
            .Rejecting(RejectedPatchesAction.BLOCK, "telnetd");
        Assert.Equal(
            [("Rule 2", null), ("ApprovedPatches", "CVE-2026-2"), ("RejectedPatches", "telnetd")],
            BaselineCheck
                .Of(baseline, host)
                .Where(issue => issue.Kind == BaselineIssueKind.MatchesNothingHere)
                .Select(issue => (issue.Where, issue.Entry))
        );
    }

    [Fact]
    public void Against_a_host_of_another_system_and_without_its_source_the_baseline_is_an_error()
    {
        var host = new BaselineCheckHost(
            MadeUpHost.Apt().Package("a", "1.0*").Inventory() with
            {
                OperatingSystem = new OsRelease { Id = "ubuntu", VersionId = "24.04" },
            },
            MadeUpHost.Now
        );
        Assert.Contains(
            BaselineCheck.Of(Of("DEBIAN", SoundApt) with { Name = "web" }, host),
            issue => issue is { Level: BaselineIssueLevel.Error, Where: "OperatingSystem" }
        );
        Assert.Contains(
            BaselineCheck.Of(
                SoundUbuntu with
                {
                    Sources = [new PatchSource("mine", ["Ubuntu22.04"], "deb http://x/ y main")],
                },
                host
            ),
            issue => issue is { Level: BaselineIssueLevel.Error, Where: "Sources", Entry: "Ubuntu24.04" }
        );
    }

    private static BaselineIssue Single(PatchBaseline baseline, BaselineIssueKind kind) =>
        Assert.Single(BaselineCheck.Of(baseline, null), issue => issue.Kind == kind);

    private static (string, BaselineIssueLevel) At(BaselineIssue issue) => (issue.Where, issue.Level);
}
