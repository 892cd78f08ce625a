using PatchTools.Reports.Completing;
using Xunit;

namespace PatchTools.Engine.Tests.Reporting;

/// <summary>When a package was installed: as the host says, else as the last run knew (reference 06 §4).</summary>
public sealed class InstalledTimesTests
{
    private static readonly EpochTime Own = new(1_700_000_000.5, IsFractional: true);

    private static readonly EpochTime Known = new(1_600_000_000.75, IsFractional: true);

    private static readonly EpochTime Whole = new(1_600_000_000, IsFractional: false);

    [Theory]
    [InlineData(PatchState.Installed)]
    [InlineData(PatchState.InstalledOther)]
    [InlineData(PatchState.InstalledRejected)]
    public void What_is_installed_has_the_host_s_own_time_else_that_of_the_last_run(PatchState state)
    {
        var finding = ReportSamples.Finding("a.amd64", "2", state);

        Assert.Equal(Own, Completed(finding with { InstalledTime = Own }, "a.amd64:2", Known));
        Assert.Equal(Whole, Completed(finding with { InstalledTime = null }, "a.amd64:2", Known));
        Assert.Null(Completed(finding with { InstalledTime = null }, "a.amd64:2", null));
        Assert.Null(Completed(finding with { InstalledTime = null }, "a.amd64:1", Known));
    }

    [Theory]
    [InlineData(PatchState.Missing)]
    [InlineData(PatchState.Failed)]
    [InlineData(PatchState.InstalledPendingReboot)]
    public void What_is_not_installed_yet_gets_no_time(PatchState state) =>
        Assert.Null(
            Completed(ReportSamples.Finding("a.amd64", "2", state) with { InstalledTime = null }, "a.amd64:2", Known)
        );

    private static EpochTime? Completed(PatchFinding finding, string title, EpochTime? known) =>
        Assert
            .Single(
                InstalledTimes.Complete(
                    [finding],
                    new StoredPatchStates(
                        new Dictionary<string, StoredPatchState> { [title] = new("a.amd64", known, "Installed") },
                        0
                    )
                )
            )
            .InstalledTime;
}
