using System.Diagnostics;
using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// An install with sources of the baseline, killed at fifty points spread over it, from the first command it runs to
/// its end: PatchTools alone at the even ones (apt and dpkg go on without it), every process of the host at the odd
/// ones. Whatever the point, the next run finishes and nothing of the first is left.
/// </summary>
public abstract class KillTests(KillTests.UndisturbedRun undisturbed)
{
    private const int Points = 50;
    private const string Names = "abcdefgh";

    public static TheoryData<int> EvenPoints => [.. Enumerable.Range(0, Points).Where(point => point % 2 == 0)];

    public static TheoryData<int> OddPoints => [.. Enumerable.Range(0, Points).Where(point => point % 2 == 1)];

    /// <summary>
    /// How long the install takes here from its first command on when nobody kills it: the points are spread over that.
    /// </summary>
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

    private protected async Task HoldAsync(int point)
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

    private static void AssertDone(ScenarioHost host)
    {
        foreach (var name in Names)
            host.AssertInstalled($"s-{name}", "1.1-1");
        host.AssertInstalled("s-new", "1.0-1");
        host.AssertNothingIsHalfDone();
        host.AssertSourcesAreTheAdministrators();
        var states = host.SavedStates();
        Assert.All(
            Names,
            name => Assert.StartsWith("Installed", states[$"s-{name}.amd64:1.1-1"], StringComparison.Ordinal)
        );
        Assert.NotNull(
            JsonNode.Parse(
                host.Root.Read(
                    $"{ScenarioHost.StateDirectory}/patch-configuration/patch-inventory-from-last-operation.json"
                )
            )
        );

        // The host's own sources are in force again: its lists offer what the baseline's sources do not have.
        host.Root.Run("apt-get", "update").Expect();
        Assert.Contains("s-own", host.Root.Run("apt-cache", "policy", "s-own").Output, StringComparison.Ordinal);
    }

    private static ScenarioHost Host()
    {
        var host = new ScenarioHost(
            Baselines.Security(change: Baselines.Sources("deb [trusted=yes] file:/srv/repo bookworm-security main"))
        );
        host.Root.Write(
            "/etc/apt/sources.list",
            "# the administrator's own\ndeb [trusted=yes] file:/srv/repo bookworm main\n"
        );
        host.Root.Shell(
                "chmod 640 /etc/apt/sources.list; ln -s /dev/null /etc/apt/sources.list.d/old.list; echo '# "
                    + "not in use' > /etc/apt/sources.list.d/spare.disabled"
            )
            .Expect();
        return host.Installed([
                .. Names.Select(name =>
                    new SyntheticPackage($"s-{name}", "1.0-1").WithConffile($"/etc/s-{name}.conf", "1\n")
                ),
            ])
            .Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-own", "1.0-1"))
            .Offers(
                SyntheticSuite.BookwormSecurity,
                Names
                    .Select(name =>
                        new SyntheticPackage($"s-{name}", "1.1-1")
                            .WithConffile($"/etc/s-{name}.conf", "2\n")
                            .WithScript("postinst", ":")
                            .With("Depends", "s-new")
                    )
                    .Append(new SyntheticPackage("s-new", "1.0-1"))
            )
            .Ready();
    }
}

/// <summary>SIGKILL to PatchTools alone: what it started goes on.</summary>
public sealed class PatchToolsKilledTests(KillTests.UndisturbedRun undisturbed)
    : KillTests(undisturbed),
        IClassFixture<KillTests.UndisturbedRun>
{
    [Theory]
    [MemberData(nameof(EvenPoints))]
    public Task The_run_after_finishes_what_was_killed(int point) => HoldAsync(point);
}

/// <summary>SIGKILL to every process, dpkg and its scripts included.</summary>
public sealed class EverythingKilledTests(KillTests.UndisturbedRun undisturbed)
    : KillTests(undisturbed),
        IClassFixture<KillTests.UndisturbedRun>
{
    [Theory]
    [MemberData(nameof(OddPoints))]
    public Task The_run_after_finishes_what_was_killed(int point) => HoldAsync(point);
}
