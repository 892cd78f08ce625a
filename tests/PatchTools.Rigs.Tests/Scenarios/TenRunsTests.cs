using PatchTools.Rigs.Tests.Crash;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Ten installs that begin at the same moment: each waits for its turn, and together they leave one result.
/// </summary>
public sealed class TenRunsTests
{
    private const int Runs = 10;

    [Theory]
    [InlineData("apt")]
    [InlineData("dnf")]
    [InlineData("zypper")]
    public void Ten_runs_at_once_all_end_well_and_leave_one_result(string tool)
    {
        using CrashHost host = tool switch
        {
            "apt" => new AptCrashHost(),
            "dnf" => new DnfCrashHost(),
            _ => new ZypperCrashHost(),
        };
        List<RigProcess> running = [];
        try
        {
            for (var i = 0; i < Runs; i++)
                running.Add(PatchRuns.Start(host.Root, "-Operation Install -RebootOption NoReboot -LockTimeout 900"));
            Assert.All(running, process => PatchRuns.Result(process.Wait()).Expect(0));
        }
        finally
        {
            running.ForEach(process => process.Dispose());
        }

        Assert.True(host.IsDone);
        Assert.Contains(host.SavedStates().Keys, title => title.StartsWith("r-tool", StringComparison.Ordinal));
        Assert.Equal(
            "",
            host.Root.Shell(
                "find /var/lib/patchtools /var/log/amazon -name '*.tmp' -o -path '*/spool/*' -type f"
            ).Output
        );
    }
}
