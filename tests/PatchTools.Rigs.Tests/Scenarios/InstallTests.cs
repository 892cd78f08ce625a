namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>What an install does to a host where nothing is in its way.</summary>
public abstract class AptInstallScenarios : ToolScenarios
{
    private static readonly SyntheticPackage Old = new("s-app", "1.0-1");
    private static readonly SyntheticPackage New = new("s-app", "1.0-1+deb12u1");

    [Fact]
    [OnEveryTool]
    public void A_security_update_with_a_new_dependency_is_installed_and_nothing_else_is()
    {
        using var host = AptHost()
            .Installed(Old, new SyntheticPackage("s-feature", "1.0-1"))
            .Offers(
                SyntheticSuite.Bookworm,
                new SyntheticPackage("s-feature", "2.0-1"),
                new SyntheticPackage("s-lib", "1.0-1"),
                new SyntheticPackage("s-unrelated", "1.0-1")
            )
            .Offers(SyntheticSuite.BookwormSecurity, New.With("Depends", "s-lib"))
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-app").State);
        Assert.Equal("InstalledPendingReboot", run.Of("s-lib").State);
        Assert.Equal("InstalledOther", run.Of("s-feature").State);
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
        host.AssertInstalled("s-lib", "1.0-1");
        host.AssertInstalled("s-feature", "1.0-1");
        Assert.Equal("", host.Root.DpkgStatus("s-unrelated"));
        Assert.Equal("s-lib\n", host.Root.Shell("apt-mark showauto s-lib s-app").Output);
        host.AssertNothingIsHalfDone();
        Assert.Contains(host.Requests, request => request is { Target: "PutInventory", Status: 200 });
    }

    [Fact]
    [OnEveryTool]
    public void RebootIfNeeded_ends_with_194_and_the_run_after_the_reboot_scans_and_reports()
    {
        using var host = AptHost().Installed(Old).Offers(SyntheticSuite.BookwormSecurity, New).Ready();
        var run = host.Install("-RebootOption RebootIfNeeded").Expect(194);
        Assert.Equal("Installed", run.Of("s-app").State);
        Assert.True(host.Root.Exists($"{ScenarioHost.StateDirectory}/patch-baseline-operations-reboot-194"));
        host.Root.Reboot();
        var uploads = host.Requests.Count(request => request.Target == "PutInventory");
        host.Install("-RebootOption RebootIfNeeded").Expect(0);
        Assert.True(host.Requests.Count(request => request.Target == "PutInventory") > uploads);
        Assert.False(host.Root.Exists($"{ScenarioHost.StateDirectory}/patch-baseline-operations-reboot-194"));
    }

    [Fact]
    public void Pending_patches_of_NoReboot_are_Installed_after_a_reboot()
    {
        using var host = AptHost().Installed(Old).Offers(SyntheticSuite.BookwormSecurity, New).Ready();
        host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", host.Scan().Expect(0).Of("s-app").State);
        host.Root.Reboot();
        Assert.Equal("Installed", host.Scan().Expect(0).Of("s-app").State);
    }

    [Fact]
    public void Without_anything_to_install_nothing_changes_and_no_reboot_is_asked_for()
    {
        using var host = AptHost().Installed(New).Offers(SyntheticSuite.BookwormSecurity, New).Ready();
        var before = host.Root.DpkgList();
        host.Install("-RebootOption RebootIfNeeded").Expect(0);
        Assert.Equal(before, host.Root.DpkgList());
    }

    [Fact]
    [OnEveryTool]
    public void WhatIf_changes_nothing_and_shows_the_transaction()
    {
        using var host = AptHost()
            .Installed(Old)
            .Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-lib", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, New.With("Depends", "s-lib"))
            .Ready();
        host.Root.Run("apt-get", "update").Expect();
        var before = host.Root.DpkgList();
        var run = host.Root.PatchTools("Invoke-PatchBaseline -Operation Install -WhatIf").Expect();
        Assert.Contains("s-lib", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, host.Root.DpkgList());
        Assert.Equal(
            "",
            host.Root.Shell($"find {ScenarioHost.StateDirectory} /var/lib/patchtools -type f 2>/dev/null; true").Output
        );
        host.AssertSourcesAreTheAdministrators();
    }

    [Fact]
    [OnEveryTool]
    public void A_plan_names_every_change_and_makes_none()
    {
        using var host = AptHost()
            .Installed(Old)
            .Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-lib", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, New.With("Depends", "s-lib"))
            .Ready();
        host.Root.Run("apt-get", "update").Expect();
        var before = host.Root.DpkgList();
        var run = host
            .Root.PatchTools(
                "foreach ($change in (Get-PatchSnapshot | Get-PatchPlan).Changes) { \"$($change.Action) "
                    + "$($change.Name) $($change.FromVersion) $($change.ToVersion) $($change.IsRequested)\" }"
            )
            .Expect();
        Assert.Equal(
            ["Install s-lib  1.0-1 False", "Upgrade s-app 1.0-1 1.0-1+deb12u1 True"],
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        Assert.Equal(before, host.Root.DpkgList());
    }

    [Fact]
    [OnEveryTool]
    public void On_an_Ubuntu_with_deb822_sources_phased_updates_are_installed_too()
    {
        using var host = AptHost(Baselines.Security("UBUNTU"), "Ubuntu24.04")
            .AsUbuntu()
            .Installed(Old, new SyntheticPackage("s-phased", "1.0-1"), new SyntheticPackage("s-feature", "1.0-1"))
            .Offers(SyntheticSuite.NobleUpdates, new SyntheticPackage("s-feature", "1.1-1"))
            .Offers(
                SyntheticSuite.NobleSecurity,
                New,
                new SyntheticPackage("s-phased", "1.1-1").With("Phased-Update-Percentage", "0")
            )
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
        host.AssertInstalled("s-phased", "1.1-1");
        host.AssertInstalled("s-feature", "1.0-1");
    }

    [Fact]
    public void A_configuration_file_that_the_administrator_changed_is_kept()
    {
        using var host = AptHost()
            .Installed(
                Old.WithConffile("/etc/s-app.conf", "setting=1\n"),
                new SyntheticPackage("s-plain", "1.0-1").WithConffile("/etc/s-plain.conf", "setting=1\n")
            )
            .Offers(
                SyntheticSuite.BookwormSecurity,
                New.WithConffile("/etc/s-app.conf", "setting=2\n"),
                new SyntheticPackage("s-plain", "1.1-1").WithConffile("/etc/s-plain.conf", "setting=2\n")
            )
            .Ready();
        host.Root.Write("/etc/s-app.conf", "setting=mine\n");
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
        Assert.Equal("setting=mine\n", host.Root.Read("/etc/s-app.conf"));
        Assert.Equal("setting=2\n", host.Root.Read("/etc/s-plain.conf"));
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    [OnEveryTool]
    public void A_held_package_stays_and_is_reported_Failed_without_effect_on_the_exit_code()
    {
        using var host = AptHost()
            .Installed(Old, new SyntheticPackage("s-held", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, New, new SyntheticPackage("s-held", "1.1-1"))
            .Ready();
        host.Root.Run("apt-mark", "hold", "s-held").Expect();
        var run = host.Install().Expect(0);
        Assert.Equal("Failed", run.Of("s-held").State);
        Assert.Contains("held", run.Of("s-held").Why, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("hold ok installed 1.0-1", host.Root.DpkgStatus("s-held"));
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
    }

    [Fact]
    [OnEveryTool]
    public void A_kernel_that_apt_would_keep_back_comes_with_its_new_package_and_the_old_kernel_stays()
    {
        using var host = AptHost()
            .Installed(
                new SyntheticPackage("linux-image-6.1.0-1-amd64", "6.1.1-1"),
                new SyntheticPackage("linux-image-amd64", "6.1.1-1").With("Depends", "linux-image-6.1.0-1-amd64")
            )
            .Offers(
                SyntheticSuite.BookwormSecurity,
                new SyntheticPackage("linux-image-6.1.0-2-amd64", "6.1.2-1"),
                new SyntheticPackage("linux-image-amd64", "6.1.2-1").With("Depends", "linux-image-6.1.0-2-amd64")
            )
            .Ready();
        host.Root.Run("apt-get", "update").Expect();
        Assert.Contains("kept back", host.Root.Run("apt-get", "-s", "upgrade").Output, StringComparison.Ordinal);
        host.Install("-RebootOption RebootIfNeeded").Expect(194);
        host.AssertInstalled("linux-image-amd64", "6.1.2-1");
        host.AssertInstalled("linux-image-6.1.0-2-amd64", "6.1.2-1");
        host.AssertInstalled("linux-image-6.1.0-1-amd64", "6.1.1-1");
    }

    [Fact]
    public void Packages_that_depend_on_each_other_are_upgraded_together()
    {
        using var host = AptHost()
            .Installed(
                new SyntheticPackage("s-chicken", "1.0-1").With("Depends", "s-egg (= 1.0-1)"),
                new SyntheticPackage("s-egg", "1.0-1").With("Depends", "s-chicken (= 1.0-1)")
            )
            .Offers(
                SyntheticSuite.BookwormSecurity,
                new SyntheticPackage("s-chicken", "2.0-1").With("Depends", "s-egg (= 2.0-1)"),
                new SyntheticPackage("s-egg", "2.0-1").With("Depends", "s-chicken (= 2.0-1)")
            )
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-chicken", "2.0-1");
        host.AssertInstalled("s-egg", "2.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void An_Essential_package_is_upgraded_and_never_removed_for_another()
    {
        using var host = AptHost()
            .Installed(
                new SyntheticPackage("s-base", "1.0-1").With("Essential", "yes"),
                new SyntheticPackage("s-core", "1.0-1").With("Essential", "yes"),
                new SyntheticPackage("s-rival", "1.0-1")
            )
            .Offers(
                SyntheticSuite.BookwormSecurity,
                new SyntheticPackage("s-core", "1.1-1").With("Essential", "yes"),
                new SyntheticPackage("s-rival", "2.0-1").With("Conflicts", "s-base")
            )
            .Ready();
        var run = host.Install();
        Assert.NotEqual(0, run.ExitCode);
        host.AssertInstalled("s-core", "1.1-1");
        host.AssertInstalled("s-base", "1.0-1");
        host.AssertInstalled("s-rival", "1.0-1");
        Assert.Equal("Failed", run.Of("s-rival").State);
        Assert.Contains(
            System.Release == DebianRelease.Bullseye ? "Essential packages were removed" : "s-base",
            run.Of("s-rival").Why,
            StringComparison.Ordinal
        );
    }
}
