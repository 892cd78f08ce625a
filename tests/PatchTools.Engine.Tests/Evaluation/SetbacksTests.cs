using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Reboot;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class SetbacksTests
{
    private static readonly PatchBaseline _security = Ubuntu(Rule(ComplianceLevel.CRITICAL));

    private static readonly MadeUpHost _host = MadeUpHost
        .Apt()
        .Package("a", "1.1 SEC", "1.0*")
        .Package("b", "1.1 SEC", "1.0*")
        .Package("c", "1.1* SEC");

    private static ComplianceReport After =>
        BaselineEvaluator.Evaluate(_host.Request(_security) with { Operation = PatchOperation.Install });

    public static TheoryData<string, bool> Endings =>
        new(from a in Kinds from b in Kinds from hasChanged in new[] { true, false } select ($"{a} {b}", hasChanged));

    /// <summary>An empty word: the package manager has no setback for it.</summary>
    private static IEnumerable<string> Kinds => [.. Enum.GetNames<SetbackKind>(), ""];

    [Theory]
    [InlineData(PatchOperation.Scan)]
    [InlineData(PatchOperation.Install)]
    public void What_is_wanted_and_offered_by_nobody_is_a_setback_and_nothing_else_is(PatchOperation operation)
    {
        var report = BaselineEvaluator.Evaluate(_host.Request(_security) with { Operation = operation });
        report = report with
        {
            Findings = [.. report.Findings.Select(f => f.Name == "a" ? f with { AvailableVersion = "" } : f)],
        };

        var setback = Assert.Single(Setbacks.NotOffered(report));

        Assert.Equal(("a", SetbackKind.NotOffered), (setback.Target.Name, setback.Kind));
    }

    [Fact]
    public void What_an_install_did_not_try_is_told_beside_what_it_failed_at()
    {
        var outcome = Setbacks.Complete(
            After,
            new InstallOutcome
            {
                Setbacks =
                [
                    Setback("a", SetbackKind.NotOffered, "nobody had it"),
                    Setback("b", SetbackKind.InstallFailed, "a reason"),
                ],
            }
        );

        Assert.Equal(
            ["b InstallFailed a reason", "a InstallFailed not tried"],
            outcome.Setbacks.Select(s => $"{s.Target.Name} {s.Kind} {s.Reason.Split(':')[0]}")
        );
    }

    [Fact]
    public void A_run_after_a_reboot_has_begun_nothing_that_is_wanted_and_not_held() =>
        Assert.Equal(
            ["a Held", "b Stopped"],
            Setbacks
                .NotBegun(After, [Setback("a", SetbackKind.Held, "a reason")])
                .Select(s => $"{s.Target.Name} {s.Kind}")
        );

    [Fact]
    public void What_failed_says_more_than_what_is_held()
    {
        var failed = Setback("a", SetbackKind.InstallFailed, "rpm said no");
        failed = failed with { Target = failed.Target with { Edition = "1.0.5" } };
        var held = Setback("a", SetbackKind.Held, "a reason");

        Assert.Equal((SetbackKind.InstallFailed, "rpm said no"), Shown([failed, held]));
        Assert.Equal((SetbackKind.Held, "a reason"), Shown([held]));

        (SetbackKind, string) Shown(IReadOnlyList<PatchSetback> setbacks)
        {
            var finding = Setbacks.Apply(After, setbacks).Findings.Single(f => f.Name == "a");
            return (finding.Setback!.Kind, finding.Why);
        }
    }

    [Fact]
    public void What_is_installed_stays_so_whatever_went_wrong_on_the_way() =>
        Assert.Equal(
            PatchState.Installed,
            Setbacks
                .Apply(After, [Setback("c", SetbackKind.InstallFailed, "a reason")])
                .Findings.Single(f => f.Name == "c")
                .State
        );

    [Fact]
    public void What_nobody_offered_and_is_installed_by_now_has_no_setback()
    {
        var setback = Setback("c", SetbackKind.NotOffered, "nobody has it");
        setback = setback with { Target = setback.Target with { Edition = "" } };

        var finding = Setbacks.Apply(After, [setback]).Findings.Single(f => f.Name == "c");

        Assert.Equal((PatchState.Installed, null), (finding.State, finding.Setback));
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void Failed_never_goes_with_exit_code_0_unless_the_administrator_holds_the_package(
        string kinds,
        bool hasChanged
    )
    {
        var words = kinds.Split(' ');
        var outcome = Setbacks.Complete(
            After,
            new InstallOutcome
            {
                HasChanged = hasChanged,
                Setbacks =
                [
                    .. new[] { "a", "b" }
                        .Zip(words)
                        .Where(p => p.Second.Length > 0)
                        .Select(p => Setback(p.First, Enum.Parse<SetbackKind>(p.Second), "a reason")),
                ],
            }
        );

        var report = Setbacks.Apply(After, outcome.Setbacks);

        Assert.All(report.Findings.Where(f => f.State == PatchState.Failed), f => Assert.NotNull(f.Setback));
        var isHeldOnly = report
            .Findings.Where(f => f.State == PatchState.Failed)
            .All(f => f.Setback!.Kind == SetbackKind.Held);
        Assert.True(isHeldOnly || FinalCode.Of(rebootRequired: false, reportOk: true, outcome).ExitCode != 0);
    }

    [Fact]
    public void After_a_reboot_what_is_missing_by_now_was_not_begun_and_is_no_failure()
    {
        PatchSetback held = Setback("b", SetbackKind.Held, "held by the administrator");

        var report = Setbacks.Apply(After, Setbacks.NotBegun(After, [held]));

        Assert.Equal(PatchState.Missing, report.Findings.Single(f => f.Name == "a").State);
        Assert.Equal(held, report.Findings.Single(f => f.Name == "b").Setback);
    }

    [Theory]
    [InlineData(
        SetbackKind.Dependency,
        "a : Depends: x but it is not installable",
        PatchState.Failed,
        "apt: a : Depends: x but it is not installable"
    )]
    [InlineData(
        SetbackKind.InstallFailed,
        "dpkg: error processing package a",
        PatchState.Failed,
        "dpkg: error processing package a"
    )]
    [InlineData(
        SetbackKind.InstallFailed,
        "rpm: scriptlet failed, exit status 1",
        PatchState.Failed,
        "rpm: scriptlet failed, exit status 1"
    )]
    [InlineData(SetbackKind.InstallFailed, "called rpm", PatchState.Failed, "apt: called rpm")]
    [InlineData(SetbackKind.InstallFailed, "called dpkg", PatchState.Failed, "apt: called dpkg")]
    [InlineData(SetbackKind.InstallFailed, "called apt", PatchState.Failed, "apt: called apt")]
    [InlineData(SetbackKind.NotOffered, "nobody has it", PatchState.Failed, "nobody has it")]
    [InlineData(SetbackKind.DownloadFailed, "apt: 404 Not Found", PatchState.Failed, "apt: 404 Not Found")]
    [InlineData(
        SetbackKind.RejectedDependency,
        "needs lib, the baseline rejects 'lib' (BLOCK)",
        PatchState.Failed,
        "needs lib, the baseline rejects 'lib' (BLOCK)"
    )]
    [InlineData(
        SetbackKind.NotAuthenticated,
        "a 1.1 comes from vendor, which is not authenticated",
        PatchState.Failed,
        "a 1.1 comes from vendor, which is not authenticated"
    )]
    [InlineData(SetbackKind.Held, "held by the administrator", PatchState.Failed, "held by the administrator")]
    [InlineData(SetbackKind.TimeBudget, "12 minutes were left", PatchState.Missing, "12 minutes were left")]
    [InlineData(SetbackKind.Stopped, "the run was stopped", PatchState.Missing, "the run was stopped")]
    public void A_finding_carries_the_reason_and_what_was_not_begun_is_missing(
        SetbackKind kind,
        string reason,
        PatchState state,
        string why
    )
    {
        var report = Setbacks.Apply(After, [Setback("a", kind, reason)]);
        var finding = report.Findings.Single(f => f.Name == "a");
        Assert.Equal((state, why, kind), (finding.State, finding.Why, finding.Setback!.Kind));
        Assert.Contains("wanted because rule 1 approves the security update", finding.Explanation.Observations);
        Assert.Equal(
            (state == PatchState.Missing ? 1 : 0, state == PatchState.Missing ? 1 : 2),
            (report.Counts.Missing, report.Counts.Failed)
        );
        Assert.Equal(2, report.Counts.CriticalNonCompliant);
        Assert.Equal(ComplianceLevel.CRITICAL, report.NonCompliantSeverity);
        Assert.Null(report.Findings.Single(f => f.Name == "b").Setback);
    }

    [Fact]
    public void What_is_installed_after_all_needs_no_reason()
    {
        var report = Setbacks.Apply(After, [Setback("c", SetbackKind.InstallFailed, "dpkg: failed at first")]);
        Assert.All(report.Findings, f => Assert.Null(f.Setback));
        Assert.Equal(After.Counts, report.Counts);
    }

    [Fact]
    public void Doing_it_twice_changes_nothing_and_the_last_word_counts()
    {
        PatchSetback[] setbacks =
        [
            Setback("a", SetbackKind.Dependency, "first"),
            Setback("a", SetbackKind.TimeBudget, "last"),
        ];
        var once = Setbacks.Apply(After, setbacks);
        var twice = Setbacks.Apply(once, setbacks);
        Assert.Equal("last", once.Findings.Single(f => f.Name == "a").Why);
        Assert.Equal(
            once.Findings.Select(f => (f.Title, f.State, f.Why, f.Explanation.Observations.Count)),
            twice.Findings.Select(f => (f.Title, f.State, f.Why, f.Explanation.Observations.Count))
        );
        Assert.Equal(PatchState.Missing, once.Findings[^2].State);
    }

    [Fact]
    public void A_reason_belongs_to_the_version_that_was_wanted()
    {
        var host = MadeUpHost.Apt().Package("a", "1.2 SEC", "1.1 UPD", "1.0*");
        var report = Setbacks.Apply(
            InstallOverrideTests.Install(host, _security, "a|1.1"),
            [Setback("a", SetbackKind.Held, "held")]
        );
        Assert.Equal(
            [("1.2", PatchState.Missing, null), ("1.1", PatchState.Failed, "held")],
            report.Findings.Select(f => (f.AvailableVersion, f.State, f.Setback?.Reason))
        );
    }

    [Fact]
    public void When_a_newer_version_came_out_meanwhile_the_reason_stays_with_the_package()
    {
        var host = MadeUpHost.Apt().Package("a", "1.3 SEC", "1.1 SEC", "1.0*");
        var report = Setbacks.Apply(
            BaselineEvaluator.Evaluate(host.Request(_security) with { Operation = PatchOperation.Install }),
            [Setback("a", SetbackKind.Held, "held")]
        );
        Assert.Equal(("1.3", "held"), (report.Findings[0].AvailableVersion, report.Findings[0].Why));
    }

    [Fact]
    public void What_no_finding_tells_of_an_install_is_told_beside_them()
    {
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    IsBroken = true,
                }
            )
            .Package(
                new MadeUpPackage
                {
                    Name = "c",
                    Versions = ["1.1* SEC"],
                    IsBroken = true,
                }
            );
        var report = BaselineEvaluator.Evaluate(host.Request(_security) with { Operation = PatchOperation.Install });
        var outcome = new InstallOutcome
        {
            Problems = ["the disk is full"],
            Setbacks =
            [
                Setback("a", SetbackKind.InstallFailed, "dpkg: told"),
                Setback("c", SetbackKind.InstallFailed, "dpkg: the script failed"),
            ],
        };
        Assert.Equal(
            ["the disk is full", "c 1.1 is not completely installed: dpkg: the script failed"],
            Setbacks.Untold(Setbacks.Apply(report, outcome.Setbacks), outcome)
        );
        Assert.Equal(["the disk is full"], Setbacks.Untold(Setbacks.Apply(After, outcome.Setbacks), outcome));
    }

    private static PatchSetback Setback(string name, SetbackKind kind, string reason) =>
        new(
            new PatchTarget
            {
                Name = name,
                Architecture = "amd64",
                InstalledEdition = "1.0",
                Edition = "1.1",
                Id = $"{name}.amd64",
            },
            kind,
            reason
        );
}
