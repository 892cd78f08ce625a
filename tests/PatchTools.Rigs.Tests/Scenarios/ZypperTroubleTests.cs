namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Installs with zypper that meet trouble: what is bad fails alone with its reason, the rest is installed, and nothing
/// is left half-done.
/// </summary>
public abstract class ZypperTroubleScenarios : ToolScenarios
{
    private static readonly SyntheticRpm OldGood = ZypperScenarioHost.Suse("s-good", "1.0-1");
    private static readonly SyntheticRpm NewGood = ZypperScenarioHost.Suse("s-good", "1.1-1");
    private static readonly SyntheticRpm OldBad = ZypperScenarioHost.Suse("s-bad", "1.0-1");
    private static readonly SyntheticRpm NewBad = ZypperScenarioHost.Suse("s-bad", "1.1-1");

    [Fact]
    [OnEveryTool]
    public void A_package_whose_scriptlet_before_fails_stays_as_it_was_and_fails_alone_with_the_reason()
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad, ZypperScenarioHost.Suse("s-zeta", "1.0-1"))
            .Fixes(
                NewGood,
                NewBad.WithScript("%pre", "echo the database is locked >&2; exit 3"),
                ZypperScenarioHost.Suse("s-zeta", "1.1-1")
            )
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains(
            // libzypp 17.38 shows what a scriptlet says beside the package before.
            "%prein(s-bad-1.1-1.x86_64) scriptlet failed, exit status 3"
                + (System.Release == DebianRelease.Sid ? "" : " (the database is locked)"),
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-zeta", "1.1-1");
    }

    [Theory]
    [OnEveryTool]
    [InlineData("%post")]
    [InlineData("%posttrans")]
    public void A_scriptlet_after_that_fails_is_a_warning_as_it_is_to_rpm(string section)
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.WithScript(section, "echo the database is locked >&2; exit 3"))
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-bad").State);
        Assert.Contains(
            // libzypp 17.38 shows what a scriptlet says apart from its failure.
            $"s-bad is installed, but its {section} scriptlet failed: exit status 3"
                + (System.Release == DebianRelease.Sid ? "" : " (the database is locked)"),
            run.Error,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_replaced_version_that_will_not_go_is_told_and_the_next_run_tries_again()
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad.WithScript("%preun", "test -e /var/tmp/mended"))
            .Fixes(NewGood, NewBad)
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Contains("%preun(s-bad-1.0-1.x86_64) scriptlet failed", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.Root.Write("/var/tmp/mended", "");
        host.Install().Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
    }

    [Fact]
    public void A_failing_package_does_not_keep_the_rest_from_asking_for_its_reboot()
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.WithScript("%pre", "exit 1"))
            .Ready();
        Assert.Equal("Failed", host.Install("-RebootOption RebootIfNeeded").Expect(194).Of("s-bad").State);
        Assert.True(host.Root.Exists($"{ScenarioHost.StateDirectory}/patch-baseline-operations-reboot-195"));
    }

    [Fact]
    [OnEveryTool]
    public void A_package_with_a_dependency_that_nobody_offers_fails_alone()
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.With("Requires", "s-nowhere"))
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains(
            LaterZypperOr(
                "nothing provides 's-nowhere' needed by the to be installed s-bad-1.1-1.x86_64",
                "nothing provides s-nowhere needed by s-bad-1.1-1.x86_64"
            ),
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.0-1");
    }

    [Fact]
    public void With_nothing_but_dependency_failures_the_exit_code_is_2_and_nothing_changes()
    {
        using var host = ZypperHost().Installed(OldBad).Fixes(NewBad.With("Requires", "s-nowhere")).Ready();
        var before = host.RpmList();
        Assert.Equal("Failed", host.Install("-RebootOption RebootIfNeeded").Expect(2).Of("s-bad").State);
        Assert.Equal(before, host.RpmList());
    }

    [Fact]
    [OnEveryTool]
    public void What_conflicts_with_something_installed_fails_alone_and_nothing_is_removed_for_it()
    {
        using var host = ZypperHost()
            .Installed(OldGood, OldBad, ZypperScenarioHost.Suse("s-rival", "1.0-1"))
            .Fixes(NewGood, NewBad.With("Conflicts", "s-rival"))
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Contains(
            LaterZypperOr(
                "s-bad-1.1-1.x86_64 conflicts with 's-rival' provided by the installed s-rival-1.0-1.x86_64",
                "s-bad-1.1-1.x86_64 conflicts with s-rival provided by s-rival-1.0-1.x86_64"
            ),
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-rival", "1.0-1");
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void What_a_new_dependency_replaces_goes_with_it()
    {
        using var host = ZypperHost()
            .Installed(OldGood, ZypperScenarioHost.Suse("s-gone", "1.0-1"))
            .Fixes(NewGood.With("Requires", "s-lib"))
            .Offers(ZypperScenarioHost.Suse("s-lib", "1.0-1").With("Obsoletes", "s-gone"))
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-lib", "1.0-1");
        host.AssertInstalled("s-gone");
    }

    [Fact]
    public void A_file_of_another_package_fails_the_package_that_brings_it_too()
    {
        using var host = ZypperHost()
            .Installed(
                OldGood,
                OldBad,
                ZypperScenarioHost.Suse("s-owner", "1.0-1").WithFile("/usr/share/shared", "one"u8.ToArray())
            )
            .Fixes(NewGood, NewBad.WithFile("/usr/share/shared", "another"u8.ToArray()))
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Contains(
            "/usr/share/shared is also in s-owner-1.0-1.x86_64",
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_disk_that_is_too_small_is_named_before_anything_changes()
    {
        using var host = ZypperHost(options: new OverlayOptions { SizeMegabytes = 200 })
            .Installed(OldGood)
            .Fixes(NewGood.WithFile("/usr/share/s-good.zeros", new byte[300_000_000]))
            .Ready();
        var run = host.Install().Expect(1, "PreflightFailed");
        Assert.Contains("free and the install needs", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Theory]
    [OnEveryTool]
    [InlineData(ArchiveFault.NotFound, "was not found in the repository")]
    [InlineData(ArchiveFault.Corrupt, "not what the repository promised")]
    public void A_package_that_cannot_be_downloaded_fails_alone_with_the_reason(ArchiveFault fault, string reason)
    {
        using var host = ZypperHost().Installed(OldGood, OldBad).Fixes(NewGood, NewBad).Ready();
        host.Server.Break("/s-bad-1.1", fault);
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        if (System.Release == DebianRelease.Sid && fault == ArchiveFault.NotFound)
            reason = "The requested URL returned error: 404";
        Assert.Contains(reason, run.Of("s-bad").Why, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_dead_repository_is_no_proof_and_what_the_others_offer_is_installed()
    {
        using var host = ZypperHost().Installed(OldGood).Fixes(NewGood).Repository("dead").Ready();
        Assert.NotEqual(0, host.Install().ExitCode);
        Assert.DoesNotContain(host.Requests, request => request.Target == "PutInventory");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void What_is_not_signed_as_the_host_demands_fails_with_that_reason_and_no_key_is_taken()
    {
        using var host = ZypperHost(isSigned: true).Installed(OldGood).Fixes(NewGood).Ready();
        var run = host.Install().Expect(1);
        Assert.Contains(
            "its signature was not accepted: 6-File is unsigned",
            run.Of("s-good").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-good", "1.0-1");
        host.AssertInstalled("gpg-pubkey");
    }

    [Fact]
    [OnEveryTool]
    public void A_lock_that_zypper_holds_ends_busy_and_names_it_and_a_run_that_waits_succeeds()
    {
        using var host = ZypperHost().Installed(OldGood, ZypperScenarioHost.Suse("s-slow", "1.0-1"));
        var gate = host.Gate();
        host.Fixes(NewGood).Offers(ZypperScenarioHost.Suse("s-slow", "1.1-1").WithScript("%pre", Gate.Script)).Ready();
        host.Root.Run("zypper", "--non-interactive", "refresh").Expect();
        using var other = host.Root.Start("zypper", "--non-interactive", "update", "s-slow");
        gate.WaitUntilReached(other);
        host.Scan("-NoRefresh -LockTimeout 0").Expect(170, "PackageManagerBusy");
        var busy = host.Install("-RebootOption NoReboot -LockTimeout 0").Expect(170, "PackageManagerBusy");
        Assert.Contains("zypper --non-interactive update s-slow", busy.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
        using var waiting = host.StartInstall("-RebootOption NoReboot -LockTimeout 600");
        gate.Open();
        other.Wait().Expect();
        PatchRuns.Result(waiting.Wait()).Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_time_budget_that_is_used_up_installs_nothing_and_says_so()
    {
        using var host = ZypperHost().Installed(OldGood).Fixes(NewGood).Ready();
        var run = host.Install("-RebootOption RebootIfNeeded -TimeBudget ([timespan]::FromMilliseconds(1))")
            .Expect(171);
        Assert.Equal("Missing", run.Of("s-good").State);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void Killed_alone_PatchTools_leaves_a_transaction_that_ends_by_itself()
    {
        using var host = ZypperHost().Installed(OldGood, OldBad);
        var gate = host.Gate();
        host.Fixes(NewGood, NewBad.WithScript("%pre", Gate.Script)).Ready();
        using (var first = host.StartInstall())
        {
            gate.WaitUntilReached(first);
            first.KillInner();
            first.Wait();
        }

        using var second = host.StartInstall("-RebootOption NoReboot -LockTimeout 600");
        gate.Open();
        PatchRuns.Result(second.Wait()).Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_transaction_that_was_killed_between_two_versions_of_a_package_is_finished_by_the_next_run()
    {
        using var host = ZypperHost().Installed(OldGood);
        var gate = host.Gate();

        // The scriptlet of the old version runs when the new one is already there.
        host.Installed(OldBad.WithScript("%preun", $"test -e /var/tmp/killed || {{ {Gate.Script}\n}}"));
        host.Fixes(NewBad).Ready();
        using (var first = host.StartInstall())
        {
            gate.WaitUntilReached(first);
            host.Root.Write("/var/tmp/killed", "");
            host.Root.KillEverything();
            first.Wait();
        }

        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        var what = host.Root.PatchTools("Invoke-PatchBaseline -Operation Install -WhatIf -LockTimeout 300").Expect();
        Assert.Contains("Remove (1)", what.Output, StringComparison.Ordinal);
        Assert.Contains("s-bad", what.Output, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        host.Install("-RebootOption NoReboot -LockTimeout 300").Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
        Assert.False(host.Root.Exists("/var/lib/patchtools/zypper-replaced"));
    }

    [Fact]
    public void Two_versions_of_a_package_that_nobody_was_interrupted_at_both_stay()
    {
        using var host = ZypperHost().Installed(OldGood, OldBad).Installed(NewBad).Fixes(NewGood).Ready();
        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        var what = host.Root.PatchTools("Invoke-PatchBaseline -Operation Install -WhatIf").Expect();
        Assert.DoesNotContain("Remove", what.Output, StringComparison.Ordinal);
        host.Install().Expect(0);
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
    }

    [Fact]
    public void A_plan_and_WhatIf_show_what_a_new_package_replaces()
    {
        using var host = ZypperHost()
            .Installed(OldGood, ZypperScenarioHost.Suse("s-replaced", "1.0-1"))
            .Fixes(NewGood.With("Obsoletes", "s-replaced"))
            .Ready();
        host.Root.Run("zypper", "--non-interactive", "refresh").Expect();
        var what = host.Root.PatchTools("Invoke-PatchBaseline -Operation Install -WhatIf").Expect();
        Assert.Contains("Remove (1)", what.Output, StringComparison.Ordinal);
        Assert.Contains("s-replaced", what.Output, StringComparison.Ordinal);
        host.Install().Expect(0);
        host.AssertInstalled("s-replaced");
    }
}
