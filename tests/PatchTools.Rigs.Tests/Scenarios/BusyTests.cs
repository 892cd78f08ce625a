namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>Somebody else at work on the same host, and a run that is told to end.</summary>
public sealed class BusyTests
{
    private const int Interrupted = 130;
    private const int Terminated = 143;

    [Fact]
    public void A_second_run_ends_busy_and_names_the_first_and_one_that_waits_succeeds()
    {
        using var host = Host();
        var gate = host.Gate();
        using var first = host.StartInstall();
        gate.WaitUntilReached(first);
        var busy = host.Install("-RebootOption NoReboot -LockTimeout 0").Expect(170, "RunInProgress");
        Assert.Contains("Invoke-PatchBaseline -Operation Install", busy.Error, StringComparison.Ordinal);
        using var waiting = host.StartInstall("-RebootOption NoReboot -LockTimeout 600");
        gate.Open();
        PatchRuns.Result(first.Wait()).Expect(0);
        PatchRuns.Result(waiting.Wait()).Expect(0);
        host.AssertInstalled("s-slow", "1.1-1");
    }

    [Fact]
    public void A_lock_that_apt_get_holds_ends_busy_and_names_it_and_a_run_that_waits_succeeds()
    {
        using var host = Host();
        host.Installed(new SyntheticPackage("s-good", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, new SyntheticPackage("s-good", "1.1-1"))
            .Ready();
        var gate = host.Gate();
        host.Root.Run("apt-get", "update").Expect();
        using var other = host.Root.Start("apt-get", "-y", "install", "s-slow");
        gate.WaitUntilReached(other);
        host.Scan("-NoRefresh -LockTimeout 0").Expect(170, "PackageManagerBusy");
        var busy = host.Install("-RebootOption NoReboot -LockTimeout 0").Expect(170, "PackageManagerBusy");
        Assert.Contains("apt-get -y install s-slow", busy.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
        using var waiting = host.StartInstall("-RebootOption NoReboot -LockTimeout 600");
        gate.Open();
        other.Wait().Expect();
        PatchRuns.Result(waiting.Wait()).Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    public void A_time_budget_that_is_used_up_installs_nothing_reports_what_is_missing_and_says_so()
    {
        using var host = new ScenarioHost()
            .Installed(new SyntheticPackage("s-good", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, new SyntheticPackage("s-good", "1.1-1"))
            .Ready();
        var run = host.Install("-RebootOption RebootIfNeeded -TimeBudget ([timespan]::FromMilliseconds(1))")
            .Expect(171);
        Assert.Equal("Missing", run.Of("s-good").State);
        Assert.Contains("time budget", run.Of("s-good").Why, StringComparison.OrdinalIgnoreCase);
        host.AssertInstalled("s-good", "1.0-1");
        Assert.Contains(host.Requests, request => request is { Target: "PutInventory", Status: 200 });
    }

    [Fact]
    public void A_generous_time_budget_changes_nothing()
    {
        using var host = new ScenarioHost()
            .Installed(new SyntheticPackage("s-good", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, new SyntheticPackage("s-good", "1.1-1"))
            .Ready();
        host.Install("-RebootOption NoReboot -TimeBudget ([timespan]::FromHours(2))").Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signal_during_a_transaction_lets_it_finish(bool isInterrupt)
    {
        using var host = Host();
        var gate = host.Gate();
        using var process = host.StartInstall();
        gate.WaitUntilReached(process);
        if (isInterrupt)
            process.InterruptGroup();
        else
            process.TerminateInner();
        gate.Open();
        Assert.Equal(isInterrupt ? Interrupted : Terminated, process.Wait().ExitCode);
        host.AssertInstalled("s-slow", "1.1-1");
        host.AssertNothingIsHalfDone();
        host.AssertSourcesAreTheAdministrators();

        // What was installed is not forgotten: the next run needs no repair and reports it.
        Assert.Equal(
            "Installed",
            host.Scan().Expect(0).Of("s-slow").State.Replace("PendingReboot", "", StringComparison.Ordinal)
        );
    }

    /// <summary>A host with one missing update whose postinst waits for the test.</summary>
    private static ScenarioHost Host() =>
        new ScenarioHost()
            .Installed(new SyntheticPackage("s-slow", "1.0-1"))
            .Offers(
                SyntheticSuite.BookwormSecurity,
                new SyntheticPackage("s-slow", "1.1-1").WithScript(
                    "postinst",
                    $"if [ -p /var/tmp/reached ]; then {Gate.Script}; fi"
                )
            )
            .Ready();
}
