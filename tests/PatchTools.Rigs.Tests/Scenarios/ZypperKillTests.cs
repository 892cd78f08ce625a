using System.Diagnostics;
using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// An install with zypper, killed at points spread over it: PatchTools alone at the even ones (zypper and rpm go on
/// without it), every process of the host at the odd ones. Whatever the point, the next run finishes and nothing of the
/// first is left.
/// </summary>
public sealed class ZypperKillTests(ZypperKillTests.UndisturbedRun undisturbed)
    : IClassFixture<ZypperKillTests.UndisturbedRun>
{
    private const int Points = 8;
    private const string Names = "abcdef";

    public static TheoryData<int> AllPoints => [.. Enumerable.Range(0, Points)];

    /// <summary>How long the install takes here from its first command on when nobody kills it.</summary>
    public sealed class UndisturbedRun : IAsyncLifetime
    {
        public TimeSpan Duration { get; private set; }

        public async ValueTask InitializeAsync()
        {
            using var host = Host();
            using var process = host.StartInstall();
            await process.WaitForFirstCommandAsync(CancellationToken.None);
            var clock = Stopwatch.StartNew();
            PatchRuns.Result(process.Wait()).Expect(0);
            Duration = clock.Elapsed;
            AssertDone(host);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(AllPoints))]
    public async Task The_run_after_finishes_what_was_killed(int point)
    {
        using var host = Host();
        using (var process = host.StartInstall())
        {
            await process.WaitForFirstCommandAsync(TestContext.Current.CancellationToken);
            await Task.Delay(
                undisturbed.Duration * ((point + 0.5) / Points),
                TimeProvider.System,
                TestContext.Current.CancellationToken
            );
            var running = host.Root.Shell("cat /proc/[0-9]*/comm 2>/dev/null | sort | uniq -c").Output;
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"point {point} of {undisturbed.Duration.TotalSeconds:0.0} s, running:\n{running}"
            );
            if (point % 2 == 0)
                process.KillInner();
            else
                host.Root.KillEverything();
            process.Wait();
        }

        host.Install("-RebootOption NoReboot -LockTimeout 300").Expect(0);
        AssertDone(host);
    }

    private static void AssertDone(ZypperScenarioHost host)
    {
        foreach (var name in Names)
            host.AssertInstalled($"s-{name}", "1.1-1");
        host.AssertInstalled("s-new", "1.0-1");
        var states = host.SavedStates();
        Assert.All(
            Names,
            name => Assert.StartsWith("Installed", states[$"s-{name}.x86_64:0:1.1-1"], StringComparison.Ordinal)
        );
        Assert.NotNull(
            JsonNode.Parse(
                host.Root.Read(
                    $"{ScenarioHost.StateDirectory}/patch-configuration/patch-inventory-from-last-operation.json"
                )
            )
        );
        Assert.False(host.Root.Exists("/var/lib/patchtools/zypper-replaced"));
    }

    /// <summary>
    /// Scriptlets stretch the transaction, so that some points fall between the versions of a package.
    /// </summary>
    private const string Work = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";

    private static ZypperScenarioHost Host() =>
        new ZypperScenarioHost()
            .Installed([
                .. Names.Select(name => ZypperScenarioHost.Suse($"s-{name}", "1.0-1").WithScript("%preun", Work)),
            ])
            .Fixes([
                .. Names.Select(name =>
                    ZypperScenarioHost.Suse($"s-{name}", "1.1-1").WithScript("%post", Work).With("Requires", "s-new")
                ),
            ])
            .Offers(ZypperScenarioHost.Suse("s-new", "1.0-1"))
            .Ready();
}
