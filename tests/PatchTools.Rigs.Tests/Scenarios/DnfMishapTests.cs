namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>Installs with dnf beside others who work on the same host, and installs whose dnf is killed.</summary>
public abstract class DnfMishapScenarios : ToolScenarios
{
    private static readonly SyntheticRpm OldGood = new("s-good", "1.0-1");
    private static readonly SyntheticRpm NewGood = new("s-good", "1.1-1");
    private static readonly SyntheticRpm OldBad = new("s-bad", "1.0-1");
    private static readonly SyntheticRpm NewBad = new("s-bad", "1.1-1");

    [Fact]
    [OnEveryTool]
    public void What_somebody_else_installs_between_the_reading_and_the_plan_is_reported_as_it_is()
    {
        using var host = DnfHost().Installed(OldGood).Fixes(NewGood).Ready();
        host.Before("--assumeno", Dnf5Or("/usr/bin/dnf5", "/usr/bin/dnf-3"), "-y upgrade s-good");

        var run = host.Install().Expect(0);

        Assert.StartsWith("Installed", run.Of("s-good").State, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Theory]
    [OnEveryTool]
    [InlineData(false)]
    [InlineData(true)]
    public void A_tool_that_is_killed_in_its_transaction_is_a_failure_and_the_next_run_finishes(bool wantsReboot)
    {
        using var host = DnfHost().Installed(OldGood);
        var gate = host.Gate();
        host.Installed(OldBad.WithScript("%preun", $"test -e /var/tmp/killed || {{ {Gate.ScriptWithParent}\n}}"));
        host.Fixes(NewBad).Ready();
        PatchRunResult run;
        using (var first = host.StartInstall($"-RebootOption {(wantsReboot ? "RebootIfNeeded" : "NoReboot")}"))
        {
            gate.WaitUntilReached(first);
            host.Root.Write("/var/tmp/killed", "");
            gate.KillParent();
            gate.Open();
            run = PatchRuns.Result(first.Wait());
        }

        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        Assert.Contains("s-bad-1.0-1.x86_64", run.Error, StringComparison.Ordinal);
        run.Expect(wantsReboot ? 194 : 1);
        if (wantsReboot)
        {
            host.Root.Reboot();
            host.Install("-RebootOption RebootIfNeeded").Expect(1);
        }

        host.Install().Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    [OnEveryTool]
    public void A_tool_that_hangs_while_it_asks_its_repositories_ends_the_wait_in_time()
    {
        using var host = DnfHost().Installed(OldGood).Fixes(NewGood).Ready();
        host.Server.Break("/repodata/", ArchiveFault.Hang);
        using var other = host.Root.Start("dnf", "--refresh", "makecache");
        Assert.True(
            SpinWait.SpinUntil(() => host.Server.Asked.Count > 0 || other.HasExited, TimeSpan.FromMinutes(1)),
            "nobody asked"
        );
        host.Server.Mend();

        var run = host.Install("-RebootOption NoReboot -LockTimeout 2");

        // dnf 5 may read and write beside another that only asks.
        Assert.Contains(run.ExitCode, (int[])[0, 170]);
        if (run.ExitCode == 170)
            Assert.Equal("PackageManagerBusy", run.ErrorId);
        else
            host.AssertInstalled("s-good", "1.1-1");
    }

    [Theory]
    [InlineData("makecache")]
    [InlineData("--assumeno")]
    [InlineData("metadata_expire=-1")]
    public void A_lock_that_somebody_takes_between_the_look_and_the_start_ends_the_run_busy(string call)
    {
        using var host = DnfHost().Installed(OldGood, new SyntheticRpm("s-slow", "1.0-1"));
        var gate = host.Gate();
        host.Fixes(NewGood).Offers(new SyntheticRpm("s-slow", "1.1-1").WithScript("%pre", Gate.Script)).Ready();
        host.Root.Run("dnf", "-q", "makecache").Expect();
        var tool = Dnf5Or("/usr/bin/dnf5", "/usr/bin/dnf-3");
        host.Before(
            call,
            tool,
            "--version",
            $"setsid {tool}.real -y upgrade s-slow </dev/null >/dev/null 2>&1 & read line < /var/tmp/reached"
        );

        var busy = host.Install("-RebootOption NoReboot -LockTimeout 2").Expect(170, "PackageManagerBusy");

        Assert.Contains("upgrade s-slow", busy.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
        gate.Open();
        host.Install("-RebootOption NoReboot -LockTimeout 600").Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-slow", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    [OnEveryTool]
    public void A_dead_repository_is_named_with_the_reason()
    {
        using var host = DnfHost()
            .Installed(OldGood)
            .Fixes(NewGood)
            .Repository("dead", "skip_if_unavailable=1")
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Contains("dead: Status code: 404", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void What_the_administrator_excludes_stays_and_the_rest_is_installed()
    {
        using var host = DnfHost()
            .Configure("excludepkgs=s-bad")
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad)
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.0-1");
    }

    [Fact]
    public void What_is_excluded_between_the_reading_and_the_plan_fails_alone()
    {
        using var host = DnfHost().Installed(OldGood, OldBad).Fixes(NewGood, NewBad).Ready();

        // Before every plan, so that the resolver alone sees it.
        host.Before(
            "--assumeno",
            Dnf5Or("/usr/bin/dnf5", "/usr/bin/dnf-3"),
            "--version",
            "sed -i 's/^best/excludepkgs=s-bad\\nbest/' /etc/dnf/dnf.conf"
        );
        var run = PatchRuns.Invoke(host.Root, "-Operation Install -RebootOption NoReboot");
        Assert.NotEqual(0, run.ExitCode);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_fix_that_comes_as_another_package_is_explained_and_warned_of_and_not_installed()
    {
        using var host = DnfHost()
            .Installed(OldGood, new SyntheticRpm("s-old", "1.0-1"))
            .Fixes(NewGood, new SyntheticRpm("s-new", "2.0-1").With("Obsoletes", "s-old"))
            .Ready();

        var run = host.Install().Expect(0);

        Assert.Equal("InstalledOther", run.Of("s-old").State);
        var said = host.Root.PatchTools("(Get-PatchInventory).Warnings").Expect().Output;
        Assert.Contains("s-old 1.0-1: RIG-", said, StringComparison.Ordinal);
        Assert.Contains("fixes it only with s-new 2.0-1", said, StringComparison.Ordinal);
        host.AssertInstalled("s-old", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }
}
