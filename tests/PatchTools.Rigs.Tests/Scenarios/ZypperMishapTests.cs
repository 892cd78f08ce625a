namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Installs with zypper beside others who work on the same host, installs whose rpm is killed, and what zypper is told
/// not to trust or not to take.
/// </summary>
public abstract class ZypperMishapScenarios : ToolScenarios
{
    private static readonly SyntheticRpm OldGood = ZypperScenarioHost.Suse("s-good", "1.0-1");
    private static readonly SyntheticRpm NewGood = ZypperScenarioHost.Suse("s-good", "1.1-1");
    private static readonly SyntheticRpm OldBad = ZypperScenarioHost.Suse("s-bad", "1.0-1");
    private static readonly SyntheticRpm NewBad = ZypperScenarioHost.Suse("s-bad", "1.1-1");

    [Fact]
    [OnEveryTool]
    public void What_somebody_else_installs_between_the_reading_and_the_plan_is_reported_as_it_is()
    {
        using var host = ZypperHost().Installed(OldGood).Fixes(NewGood).Ready();
        host.Before("--dry-run", "/usr/bin/zypper", "--non-interactive update s-good");

        var run = host.Install().Expect(0);

        Assert.StartsWith("Installed", run.Of("s-good").State, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void The_rpm_of_zypper_that_is_killed_in_its_transaction_is_a_failure_and_the_next_run_finishes()
    {
        using var host = ZypperHost().Installed(OldGood);
        var gate = host.Gate();
        host.Installed(OldBad.WithScript("%preun", $"test -e /var/tmp/killed || {{ {Gate.ScriptWithParent}\n}}"));
        host.Fixes(NewBad).Ready();
        PatchRunResult run;
        using (var first = host.StartInstall())
        {
            gate.WaitUntilReached(first);
            host.Root.Write("/var/tmp/killed", "");
            gate.KillParent();
            gate.Open();
            run = PatchRuns.Result(first.Wait());
        }

        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        run.Expect(1);
        Assert.Contains("s-bad", run.Error, StringComparison.Ordinal);
        host.Install().Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
    }

    [Theory]
    [InlineData("--xmlout\\ refresh")]
    [InlineData("--dry-run")]
    [InlineData("--non-interactive\\ --no-refresh")]
    public void A_lock_that_somebody_takes_between_the_look_and_the_start_ends_the_run_busy(string call)
    {
        using var host = ZypperHost().Installed(OldGood, ZypperScenarioHost.Suse("s-slow", "1.0-1"));
        var gate = host.Gate();
        host.Fixes(NewGood).Offers(ZypperScenarioHost.Suse("s-slow", "1.1-1").WithScript("%pre", Gate.Script)).Ready();
        host.Root.Run("zypper", "--non-interactive", "refresh").Expect();
        host.Before(
            call,
            "/usr/bin/zypper",
            "--version",
            "setsid /usr/bin/zypper.real --non-interactive update s-slow </dev/null >/dev/null 2>&1 & "
                + "read line < /var/tmp/reached"
        );

        var busy = host.Install("-RebootOption NoReboot -LockTimeout 2").Expect(170, "PackageManagerBusy");

        Assert.Contains("update s-slow", busy.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
        gate.Open();
        host.Install("-RebootOption NoReboot -LockTimeout 600").Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-slow", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_dead_repository_is_named_with_the_reason()
    {
        using var host = ZypperHost().Installed(OldGood).Fixes(NewGood).Repository("dead").Ready();
        var run = host.Install();
        Assert.Contains("WARNING: dead: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("Repository type can't be determined.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [OnEveryTool]
    public void What_a_stranger_signed_fails_alone_with_the_reason()
    {
        using var key = new RpmSigningKey();
        using var stranger = new RpmSigningKey();
        using var host = ZypperHost(isSigned: true).Installed(OldGood, OldBad).Fixes(NewGood, NewBad).Ready();
        key.Sign(host.Archive.FileOf(ZypperScenarioHost.Base, NewGood));
        stranger.Sign(host.Archive.FileOf(ZypperScenarioHost.Base, NewBad));
        host.Archive.Index(ZypperScenarioHost.Base);
        host.Write("/var/tmp/key.asc", File.ReadAllText(key.PublicKey));
        host.Root.Run("rpm", "--import", "/var/tmp/key.asc").Expect();

        var run = host.Install().Expect(1);

        Assert.Contains("its signature was not accepted", run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1");

        // libzypp 17.38 cannot read what rpm 6.1 says of a good signature.
        if (System.Release != DebianRelease.Sid)
            host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_version_that_will_never_go_is_told_once_and_not_tried_for_ever()
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad.WithScript("%preun", "exit 1"))
            .Fixes(NewGood, NewBad)
            .Ready();
        host.Install().Expect(1);
        var again = host.Install().Expect(1);
        Assert.Contains("s-bad-1.0-1.x86_64 could not be removed", again.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_fix_that_comes_as_another_package_is_explained_and_warned_of_and_not_installed()
    {
        using var host = ZypperHost()
            .Installed(OldGood, ZypperScenarioHost.Suse("s-old", "1.0-1"))
            .Fixes(NewGood, ZypperScenarioHost.Suse("s-new", "2.0-1").With("Obsoletes", "s-old"))
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
