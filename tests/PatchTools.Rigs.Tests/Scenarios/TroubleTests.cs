namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Installs that meet trouble: what is bad fails alone with its reason, the rest is installed, and nothing is left
/// half-done.
/// </summary>
public abstract class AptTroubleScenarios : ToolScenarios
{
    private static readonly SyntheticPackage OldGood = new("s-good", "1.0-1");
    private static readonly SyntheticPackage NewGood = new("s-good", "1.1-1");
    private static readonly SyntheticPackage OldBad = new("s-bad", "1.0-1");
    private static readonly SyntheticPackage NewBad = new("s-bad", "1.1-1");

    [Theory]
    [OnEveryTool]
    [InlineData("preinst")]
    [InlineData("postinst")]
    public void A_package_whose_maintainer_script_fails_fails_alone_with_the_reason(string script)
    {
        using var host = AptHost()
            .Installed(OldGood, OldBad, new SyntheticPackage("s-zeta", "1.0-1"))
            .Offers(
                SyntheticSuite.BookwormSecurity,
                NewGood,
                NewBad.WithScript(script, "echo the database is locked >&2; exit 3"),
                new SyntheticPackage("s-zeta", "1.1-1")
            )
            .Ready();
        var run = host.Install().Expect(1);

        // Unpacked and not configured is installed to dpkg and to AWS; the run says what is wrong with it, and the next
        // one tries again.
        Assert.Equal(script == "preinst" ? "Failed" : "InstalledPendingReboot", run.Of("s-bad").State);
        var said = script == "preinst" ? run.Of("s-bad").Why : run.Error;
        Assert.Contains(
            System.Release == DebianRelease.Sid ? $"{script} maintainer script"
                : script == "preinst" ? "pre-installation script"
                : "post-installation script",
            said,
            StringComparison.Ordinal
        );
        Assert.Contains("the database is locked", said, StringComparison.Ordinal);
        Assert.Equal("InstalledPendingReboot", run.Of("s-good").State);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-zeta", "1.1-1");
    }

    [Fact]
    public void A_failing_package_does_not_keep_the_rest_from_asking_for_its_reboot()
    {
        using var host = AptHost()
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood, NewBad.WithScript("preinst", "exit 1"))
            .Ready();
        var run = host.Install("-RebootOption RebootIfNeeded").Expect(194);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.True(host.Root.Exists($"{ScenarioHost.StateDirectory}/patch-baseline-operations-reboot-195"));
    }

    [Fact]
    [OnEveryTool]
    public void A_package_with_a_dependency_that_nobody_offers_fails_alone()
    {
        using var host = AptHost()
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood, NewBad.With("Depends", "s-nowhere"))
            .Ready();
        var run = host.Install();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains("s-nowhere", run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.0-1");
    }

    [Fact]
    public void With_nothing_but_dependency_failures_the_exit_code_is_2_and_nothing_changes()
    {
        using var host = AptHost()
            .Installed(OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewBad.With("Depends", "s-nowhere"))
            .Ready();
        var before = host.Root.DpkgList();
        Assert.Equal("Failed", host.Install("-RebootOption RebootIfNeeded").Expect(2).Of("s-bad").State);
        Assert.Equal(before, host.Root.DpkgList());
    }

    [Fact]
    public void A_disk_that_runs_full_while_unpacking_fails_the_package_that_did_not_fit()
    {
        // It says 8 KiB and brings 300 MB of zeros, so that nobody can know before.
        var big = new SyntheticPackage("s-bad", "1.1-1")
        {
            Files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["/usr/share/s-bad/zeros"] = new byte[300_000_000],
            },
        };
        using var host = AptHost(options: new OverlayOptions { SizeMegabytes = 200 })
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood, big)
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains("No space left", run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    public void A_disk_that_is_too_small_is_named_before_anything_changes()
    {
        using var host = AptHost(options: new OverlayOptions { SizeMegabytes = 200 })
            .Installed(OldGood)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood with { InstalledSize = 900_000 })
            .Ready();
        var run = host.Install().Expect(1, "PreflightFailed");
        Assert.Contains("free and the install needs", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Fact]
    public void A_read_only_usr_is_named_before_anything_changes()
    {
        using var host = AptHost().Installed(OldGood).Offers(SyntheticSuite.BookwormSecurity, NewGood).Ready();
        host.Root.Shell("mount --bind /usr /usr && mount -o remount,bind,ro /usr").Expect();
        var run = host.Install().Expect(1, "PreflightFailed");
        Assert.Contains("/usr is mounted read-only", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Theory]
    [OnEveryTool]
    [InlineData(ArchiveFault.NotFound, "404")]
    [InlineData(ArchiveFault.Corrupt, "Hash Sum mismatch")]
    [InlineData(ArchiveFault.Truncated, "")]
    public void A_package_that_cannot_be_downloaded_fails_alone_with_the_reason(ArchiveFault fault, string reason)
    {
        using var host = AptHost()
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood, NewBad)
            .Ready();
        host.Server.Break("/pool/bookworm-security/amd64/s-bad_", fault);
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains(reason, run.Of("s-bad").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_repository_that_dies_between_refresh_and_download_fails_what_came_from_it_and_reports()
    {
        using var host = AptHost()
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood, NewBad)
            .Ready();
        host.Server.Break("/pool/", ArchiveFault.Reset);
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-good").State);
        Assert.Equal("Failed", run.Of("s-bad").State);
        host.AssertInstalled("s-good", "1.0-1");
        Assert.Contains(host.Requests, request => request is { Target: "PutInventory", Status: 200 });
        host.Server.Mend();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void What_only_an_unsigned_repository_offers_fails_alone()
    {
        using var unsigned = new SyntheticArchive();
        unsigned.Add(new SyntheticSuite("vendor", "Vendor", "Vendor", "vendor", "vendor", "1"), NewBad).Publish();
        using var host = AptHost(
            Baselines.Security(change: baseline =>
                baseline["approvalRules"]!["rules"]![0]!["enableNonSecurity"] = true
            ),
            options: new OverlayOptions
            {
                Binds = new Dictionary<string, string>(StringComparer.Ordinal) { ["/srv/vendor"] = unsigned.Folder },
            }
        );
        host.Installed(OldGood, OldBad).Offers(SyntheticSuite.BookwormSecurity, NewGood);
        host.Root.Write(
            "/etc/apt/sources.list.d/vendor.list",
            "deb [allow-insecure=yes] file:/srv/vendor vendor main\n"
        );
        host.Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-bad").State);
        Assert.Contains("authenticat", run.Of("s-bad").Why, StringComparison.OrdinalIgnoreCase);
        host.AssertInstalled("s-bad", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void What_somebody_else_left_half_configured_is_configured_first()
    {
        using var host = AptHost().Installed(OldGood).Offers(SyntheticSuite.BookwormSecurity, NewGood).Ready();
        LeaveHalfConfigured(host);
        host.Root.Shell("rm /var/tmp/broken").Expect();
        host.Install().Expect(0);
        host.AssertInstalled("s-half", "1.0-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    public void What_cannot_be_configured_is_named_and_does_not_keep_the_rest_from_being_installed()
    {
        using var host = AptHost().Installed(OldGood).Offers(SyntheticSuite.BookwormSecurity, NewGood).Ready();
        LeaveHalfConfigured(host);
        var run = host.Install().Expect(1);
        Assert.Contains("s-half", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_dpkg_that_was_killed_while_unpacking_is_repaired_first()
    {
        using var host = AptHost()
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, NewGood, NewBad)
            .Ready();
        var gate = host.Gate();
        var package = new SyntheticPackage("s-bad", "1.0-2").WithScript("preinst", Gate.Script);
        host.Root.Write("/var/tmp/s-bad.deb", "");
        File.WriteAllBytes(host.Root.Path("/var/tmp/s-bad.deb"), package.Build());
        using (var dpkg = host.Root.Start("dpkg", "-i", "/var/tmp/s-bad.deb"))
        {
            gate.WaitUntilReached(dpkg);
            host.Root.KillEverything();
            dpkg.Wait();
        }

        Assert.NotEqual("install ok installed 1.0-1", host.Root.DpkgStatus("s-bad"));
        host.Install().Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    private static void LeaveHalfConfigured(ScenarioHost host)
    {
        host.Root.Write("/var/tmp/broken", "");
        host.Root.Write("/var/tmp/s-half.deb", "");
        File.WriteAllBytes(
            host.Root.Path("/var/tmp/s-half.deb"),
            new SyntheticPackage("s-half", "1.0-1").WithScript("postinst", "test ! -e /var/tmp/broken").Build()
        );
        host.Root.Shell("dpkg -i /var/tmp/s-half.deb").Expect(1);
        Assert.Equal("install ok half-configured 1.0-1", host.Root.DpkgStatus("s-half"));
    }
}
