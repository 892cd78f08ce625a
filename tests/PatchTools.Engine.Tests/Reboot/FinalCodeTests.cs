using PatchTools.Reboot;
using Xunit;

namespace PatchTools.Engine.Tests.Reboot;

/// <summary>The tables of reference 08 §1, §2 and §4, with the rulings of design §4.</summary>
public sealed class FinalCodeTests
{
    private static readonly DateTimeOffset Boot = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Theory]
    [InlineData(false, "", 0)]
    [InlineData(false, "Held", 0)]
    [InlineData(false, "Dependency", 2)]
    [InlineData(false, "RejectedDependency,WouldRemove,Held", 2)]
    [InlineData(false, "Dependency,DownloadFailed", 1)]
    [InlineData(false, "NotAuthenticated", 1)]
    [InlineData(false, "InstallFailed", 1)]
    [InlineData(false, "TimeBudget", 1)]
    [InlineData(false, "Stopped", 1)]
    [InlineData(true, "", 194)]
    [InlineData(true, "Held", 194)]
    [InlineData(true, "Dependency,Held", 196)]
    [InlineData(true, "WouldRemove", 196)]
    [InlineData(true, "InstallFailed", 195)]
    [InlineData(true, "Dependency,DownloadFailed", 195)]
    [InlineData(true, "TimeBudget", 195)]
    public void What_was_done_and_what_failed_make_the_patching_exit_code(
        bool changed,
        string setbacks,
        int expected
    ) => Assert.Equal(expected, PatchingExitCode.Of(Outcome(changed, setbacks)));

    [Fact]
    public void A_problem_of_the_whole_run_is_a_failure_whatever_was_installed()
    {
        Assert.Equal(1, PatchingExitCode.Of(new InstallOutcome { Problems = ["dpkg --configure -a ended with 1"] }));
        Assert.Equal(
            195,
            PatchingExitCode.Of(new InstallOutcome { HasChanged = true, Problems = ["no space left on device"] })
        );
    }

    // Reference 08 §4. Where the reference loses a dependency failure the last column but one is the correct reading.
    [Theory]
    [InlineData(true, true, 0, 194, 194)]
    [InlineData(true, true, 194, 194, 194)]
    [InlineData(true, true, 1, 194, 195)]
    [InlineData(true, true, 195, 194, 195)]
    [InlineData(true, true, 2, 194, 196)]
    [InlineData(true, true, 196, 194, 196)]
    [InlineData(true, false, 0, 194, 195)]
    [InlineData(true, false, 1, 194, 195)]
    [InlineData(true, false, 2, 194, 195)]
    [InlineData(true, false, 194, 194, 195)]
    [InlineData(true, false, 195, 194, 195)]
    [InlineData(true, false, 196, 194, 195)]
    [InlineData(false, true, 0, 0, null)]
    [InlineData(false, true, 194, 0, null)]
    [InlineData(false, true, 1, 1, null)]
    [InlineData(false, true, 2, 2, null)]
    [InlineData(false, true, 195, 1, null)]
    [InlineData(false, true, 196, 1, null)]
    [InlineData(false, false, 0, 1, null)]
    [InlineData(false, false, 1, 1, null)]
    [InlineData(false, false, 2, 1, null)]
    [InlineData(false, false, 194, 1, null)]
    [InlineData(false, false, 195, 1, null)]
    [InlineData(false, false, 196, 1, null)]
    public void Reboot_report_and_patching_exit_code_make_the_final_code(
        bool reboot,
        bool reportOk,
        int patching,
        int expected,
        int? marker
    ) => Assert.Equal(new FinalCode(expected, (RebootMarker?)marker), FinalCode.Of(reboot, reportOk, patching));

    [Fact]
    public void Quirk_a_dependency_failure_keeps_its_code_with_and_without_a_reboot()
    {
        Assert.Equal(2, FinalCode.Of(rebootRequired: false, reportOk: true, Outcome(false, "Dependency")).ExitCode);
        Assert.Equal(
            RebootMarker.PatchedWithDependencyFailures,
            FinalCode.Of(rebootRequired: true, reportOk: true, Outcome(true, "Dependency")).Marker
        );
    }

    [Theory]
    [InlineData(false, "TimeBudget", true, 171)]
    [InlineData(true, "TimeBudget,Held", true, 171)]
    [InlineData(true, "TimeBudget,InstallFailed", true, 1)]
    [InlineData(true, "TimeBudget", false, 1)]
    public void A_time_budget_used_up_has_its_own_code_when_nothing_else_failed(
        bool changed,
        string setbacks,
        bool reportOk,
        int expected
    ) => Assert.Equal(expected, FinalCode.Of(rebootRequired: false, reportOk, Outcome(changed, setbacks)).ExitCode);

    [Theory]
    [InlineData("", false)]
    [InlineData("Held", false)]
    [InlineData("TimeBudget", true)]
    [InlineData("TimeBudget,Held", true)]
    [InlineData("TimeBudget,Dependency", false)]
    [InlineData("Stopped", false)]
    public void Only_time_is_lacking_where_nothing_else_stands_in_the_way(string setbacks, bool expected)
    {
        var outcome = Outcome(changed: false, setbacks);
        Assert.Equal(expected, PatchingExitCode.OnlyTimeIsLacking(outcome));
        Assert.False(PatchingExitCode.OnlyTimeIsLacking(outcome with { Problems = ["no space left on device"] }));
    }

    // Reference 08 §2: P, T relative to the last boot, patching exit code.
    [Theory]
    [InlineData(PatchOperation.Scan, RebootOption.RebootIfNeeded, true, 10, 194, false)]
    [InlineData(PatchOperation.Install, RebootOption.NoReboot, true, 10, 194, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, true, 10, 0, true)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, true, null, 0, true)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, true, 0, 0, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, true, -10, 0, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, 10, 0, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, null, 0, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, null, 1, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, null, 2, false)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, null, 194, true)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, null, 195, true)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, false, null, 196, true)]
    [InlineData(PatchOperation.Install, RebootOption.RebootIfNeeded, true, -10, 194, true)]
    public void A_reboot_is_required_as_AWS_means_it(
        PatchOperation operation,
        RebootOption option,
        bool pending,
        int? lastInstallAfterBoot,
        int patching,
        bool expected
    ) =>
        Assert.Equal(
            expected,
            RebootDecision.IsRequired(Question(operation, option, pending, lastInstallAfterBoot, patching))
        );

    [Fact]
    public void With_an_unknown_boot_time_what_was_pending_still_asks_for_a_reboot() =>
        Assert.True(
            RebootDecision.IsRequired(
                Question(PatchOperation.Install, RebootOption.RebootIfNeeded, pending: true, -10, 0) with
                {
                    BootTime = null,
                }
            )
        );

    [Theory]
    [InlineData(0, "reason", true)]
    [InlineData(194, "reason", true)]
    [InlineData(194, "", false)]
    [InlineData(194, "unknown", false)]
    public void With_the_policy_HostNeed_the_host_alone_decides(int patching, string assessment, bool expected)
    {
        var question = Question(PatchOperation.Install, RebootOption.RebootIfNeeded, pending: true, 10, patching) with
        {
            Policy = RebootPolicy.HostNeed,
            Assessment = new RebootAssessment
            {
                AssessedAt = Boot,
                Reasons =
                    assessment == "reason" ? [new RebootReason(RebootSign.Kernel, "a newer kernel is installed")] : [],
                Unknown = assessment == "unknown" ? ["the kernel is of no package"] : [],
            },
        };
        Assert.Equal(expected, RebootDecision.IsRequired(question));
        Assert.False(RebootDecision.IsRequired(question with { RebootOption = RebootOption.NoReboot }));
        Assert.False(RebootDecision.IsRequired(question with { Operation = PatchOperation.Scan }));
        Assert.False(RebootDecision.IsRequired(question with { Assessment = null }));
    }

    private static RebootQuestion Question(
        PatchOperation operation,
        RebootOption option,
        bool pending,
        int? lastInstallAfterBoot,
        int patching
    ) =>
        new()
        {
            Operation = operation,
            RebootOption = option,
            PriorStates = new StoredPatchStates(
                new Dictionary<string, StoredPatchState>
                {
                    ["bash.amd64:0:5.2"] = new("bash.amd64", null, pending ? "InstalledPendingReboot" : "Installed"),
                },
                lastInstallAfterBoot is { } seconds ? Boot.ToUnixTimeSeconds() + seconds : 0
            ),
            BootTime = Boot,
            PatchingExitCode = patching,
        };

    private static InstallOutcome Outcome(bool changed, string setbacks) =>
        new()
        {
            HasChanged = changed,
            Setbacks =
            [
                .. setbacks
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(kind => new PatchSetback(
                        new PatchTarget
                        {
                            Name = "bash",
                            Architecture = "amd64",
                            Edition = "5.2-1",
                            Id = "bash.amd64",
                        },
                        Enum.Parse<SetbackKind>(kind),
                        "as the test says"
                    )),
            ],
        };
}
