namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Installs with dnf that meet trouble: what is bad fails alone with its reason, the rest is installed, and nothing is
/// left half-done.
/// </summary>
public abstract class DnfTroubleScenarios : ToolScenarios
{
    private static readonly SyntheticRpm OldGood = new("s-good", "1.0-1");
    private static readonly SyntheticRpm NewGood = new("s-good", "1.1-1");
    private static readonly SyntheticRpm OldBad = new("s-bad", "1.0-1");
    private static readonly SyntheticRpm NewBad = new("s-bad", "1.1-1");

    [Fact]
    [OnEveryTool]
    public void A_package_whose_scriptlet_before_fails_stays_as_it_was_and_fails_alone_with_the_reason()
    {
        using var host = DnfHost()
            .Installed(OldGood, OldBad, new SyntheticRpm("s-zeta", "1.0-1"))
            .Fixes(
                NewGood,
                NewBad.WithScript("%pre", "echo the database is locked >&2; exit 3"),
                new SyntheticRpm("s-zeta", "1.1-1")
            )
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains(
            "its %prein scriptlet failed, exit status 3 (the database is locked)",
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-zeta", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [OnEveryTool]
    [InlineData("%post")]
    [InlineData("%posttrans")]
    public void A_scriptlet_after_that_fails_is_a_warning_as_it_is_to_rpm(string section)
    {
        using var host = DnfHost()
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.WithScript(section, "echo the database is locked >&2; exit 3"))
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-bad").State);
        Assert.Contains(
            $"s-bad-1.1-1.x86_64: its {section} scriptlet failed, exit status 3 (the database is locked)",
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
        using var host = DnfHost()
            .Installed(OldGood, OldBad.WithScript("%preun", "test -e /var/tmp/mended"))
            .Fixes(NewGood, NewBad)
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Contains("s-bad-1.0-1.x86_64: its %preun scriptlet failed", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1", "1.1-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.Root.Write("/var/tmp/mended", "");
        host.Install().Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
    }

    [Fact]
    public void A_failing_package_does_not_keep_the_rest_from_asking_for_its_reboot()
    {
        using var host = DnfHost()
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
        using var host = DnfHost()
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.With("Requires", "s-nowhere"))
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains(
            "nothing provides s-nowhere needed by s-bad-1.1-1.x86_64",
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.0-1");
    }

    [Fact]
    public void With_nothing_but_dependency_failures_the_exit_code_is_2_and_nothing_changes()
    {
        using var host = DnfHost().Installed(OldBad).Fixes(NewBad.With("Requires", "s-nowhere")).Ready();
        var before = host.RpmList();
        Assert.Equal("Failed", host.Install("-RebootOption RebootIfNeeded").Expect(2).Of("s-bad").State);
        Assert.Equal(before, host.RpmList());
    }

    [Fact]
    public void A_file_of_another_package_fails_the_package_that_brings_it_too()
    {
        using var host = DnfHost()
            .Installed(
                OldGood,
                OldBad,
                new SyntheticRpm("s-owner", "1.0-1").WithFile("/usr/share/shared", "one"u8.ToArray())
            )
            .Fixes(NewGood, NewBad.WithFile("/usr/share/shared", "another"u8.ToArray()))
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Contains(
            "file /usr/share/shared from install of s-bad-1.1-1.x86_64 conflicts with file from package "
                + "s-owner-1.0-1.x86_64",
            run.Of("s-bad").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_disk_that_is_too_small_is_named_before_anything_changes()
    {
        using var host = DnfHost(options: new OverlayOptions { SizeMegabytes = 200 })
            .Installed(OldGood)
            .Fixes(NewGood.WithFile("/usr/share/s-good.zeros", new byte[300_000_000]))
            .Ready();
        var run = host.Install().Expect(1, "PreflightFailed");
        Assert.Contains("free and the install needs", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Fact]
    public void A_disk_that_somebody_fills_meanwhile_fails_what_no_longer_fits()
    {
        if (System.Tool == "dnf5")
            Assert.Skip("dnf 5 has no plugins in Python to fill the disk from");
        using var host = DnfHost(options: new OverlayOptions { SizeMegabytes = 300 })
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.WithFile("/usr/share/s-bad.zeros", new byte[100_000_000]))
            .Ready();

        // dnf's plugins run before the transaction: here one fills the disk, after PatchTools has looked.
        host.Root.Write(
            "/usr/lib/python3/dist-packages/dnf-plugins/fill.py",
            "import dnf, subprocess\nclass Fill(dnf.Plugin):\n    name = 'fill'\n    def resolved(self):\n   "
                + "     if self.base.conf.assumeyes:\n            subprocess.call(['sh', '-c', 'test -e "
                + "/var/tmp/fill || dd if=/dev/zero of=/var/tmp/fill bs=1M count=220 2>/dev/null'])\n"
        );
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains("more space on the / filesystem", run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [OnEveryTool]
    [InlineData(ArchiveFault.NotFound, "Status code: 404")]
    [InlineData(ArchiveFault.Corrupt, "checksum doesn't match")]
    [InlineData(ArchiveFault.Truncated, "s-bad-")]
    public void A_package_that_cannot_be_downloaded_fails_alone_with_the_reason(ArchiveFault fault, string reason)
    {
        using var host = DnfHost().Installed(OldGood, OldBad).Fixes(NewGood, NewBad).Ready();
        host.Server.Break("/s-bad-1.1", fault);
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains(reason, run.Of("s-bad").Why, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_dead_repository_that_may_be_skipped_only_warns_and_one_that_may_not_is_no_proof()
    {
        using var host = DnfHost()
            .Installed(OldGood)
            .Fixes(NewGood)
            .Repository("dead", "skip_if_unavailable=1")
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");

        using var other = DnfHost().Installed(OldGood).Fixes(NewGood).Repository("dead").Ready();
        Assert.NotEqual(0, other.Install().ExitCode);
        Assert.DoesNotContain(other.Requests, request => request.Target == "PutInventory");
        other.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void What_is_not_signed_or_by_a_stranger_fails_alone_and_the_key_that_the_repository_names_is_taken()
    {
        using var stranger = new RpmSigningKey();
        var (unsigned, strange) = (new SyntheticRpm("s-unsigned", "1.1-1"), new SyntheticRpm("s-strange", "1.1-1"));
        using var host = DnfHost(isSigned: true)
            .Installed(OldGood, new SyntheticRpm("s-unsigned", "1.0-1"), new SyntheticRpm("s-strange", "1.0-1"))
            .Fixes(NewGood, unsigned, strange)
            .Ready();
        File.WriteAllBytes(host.Archive.FileOf(RpmScenarioHost.Base, unsigned), unsigned.Build());
        File.WriteAllBytes(host.Archive.FileOf(RpmScenarioHost.Base, strange), strange.Build());
        stranger.Sign(host.Archive.FileOf(RpmScenarioHost.Base, strange));
        host.Archive.Index(RpmScenarioHost.Base);

        var run = host.Install().Expect(1);

        Assert.Equal("Failed", run.Of("s-unsigned").State);
        Assert.Contains(
            Dnf5Or("The package is not signed", "s-unsigned-1.1-1.x86_64.rpm is not signed"),
            run.Of("s-unsigned").Why,
            StringComparison.Ordinal
        );
        Assert.Contains(
            Dnf5Or("Public key is not installed", "Public key for s-strange-1.1-1.x86_64.rpm is not installed"),
            run.Of("s-strange").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-unsigned", "1.0-1");
        host.AssertInstalled("s-strange", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
        Assert.Single(host.EditionsOf("gpg-pubkey"));
    }

    [Fact]
    public void Where_packages_must_be_signed_and_there_is_no_key_at_all_each_fails_with_that_reason()
    {
        using var host = DnfHost(isSigned: true).Installed(OldGood).Fixes(NewGood).Ready();
        host.Root.Shell("sed -i /gpgkey/d /etc/yum.repos.d/base.repo").Expect();
        host.Ready();
        var run = host.Install();
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(
            Dnf5Or("does not have any OpenPGP keys configured", "rpm has no public key"),
            run.Of("s-good").Why,
            StringComparison.Ordinal
        );
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_lock_that_dnf_holds_ends_busy_and_names_it_and_a_run_that_waits_succeeds()
    {
        using var host = DnfHost().Installed(OldGood, new SyntheticRpm("s-slow", "1.0-1"));
        var gate = host.Gate();
        host.Fixes(NewGood).Offers(new SyntheticRpm("s-slow", "1.1-1").WithScript("%pre", Gate.Script)).Ready();
        host.Root.Run("dnf", "-q", "makecache").Expect();
        using var other = host.Root.Start("dnf", "-y", "upgrade", "s-slow");
        gate.WaitUntilReached(other);
        host.Scan("-NoRefresh -LockTimeout 0").Expect(170, "PackageManagerBusy");
        var busy = host.Install("-RebootOption NoReboot -LockTimeout 0").Expect(170, "PackageManagerBusy");
        Assert.Contains("dnf -y upgrade s-slow", busy.Error, StringComparison.Ordinal);
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
        using var host = DnfHost().Installed(OldGood).Fixes(NewGood).Ready();
        var run = host.Install("-RebootOption RebootIfNeeded -TimeBudget ([timespan]::FromMilliseconds(1))")
            .Expect(171);
        Assert.Equal("Missing", run.Of("s-good").State);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void Killed_alone_PatchTools_leaves_a_transaction_that_ends_by_itself()
    {
        using var host = DnfHost().Installed(OldGood, OldBad);
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
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    [OnEveryTool]
    public void A_transaction_that_was_killed_between_two_versions_of_a_package_is_finished_by_the_next_run()
    {
        using var host = DnfHost().Installed(OldGood);
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
        host.Install("-RebootOption NoReboot -LockTimeout 300").Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertNothingIsHalfDone();
    }
}
