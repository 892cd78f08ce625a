using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>What an install does to a host of zypper where nothing is in its way.</summary>
public abstract class ZypperInstallScenarios : ToolScenarios
{
    private static readonly SyntheticRpm Old = ZypperScenarioHost.Suse("s-app", "1.0-1");
    private static readonly SyntheticRpm New = ZypperScenarioHost.Suse("s-app", "1.0-150500.2.1");

    [Fact]
    [OnEveryTool]
    public void A_security_patch_with_a_new_dependency_is_installed_and_recommended_and_optional_ones_are_not()
    {
        using var host = ZypperHost()
            .Installed(
                Old,
                ZypperScenarioHost.Suse("s-rec", "1.0-1"),
                ZypperScenarioHost.Suse("s-opt", "1.0-1"),
                ZypperScenarioHost.Suse("s-plain", "1.0-1")
            )
            .Fixes(New.With("Requires", "s-lib").With("Recommends", "s-extra"))
            .Patch("recommended", p => p, ZypperScenarioHost.Suse("s-rec", "2.0-1"))
            .Patch("optional", p => p, ZypperScenarioHost.Suse("s-opt", "2.0-1"))
            .Offers(
                ZypperScenarioHost.Suse("s-lib", "1.0-1"),
                ZypperScenarioHost.Suse("s-extra", "1.0-1"),
                ZypperScenarioHost.Suse("s-plain", "2.0-1")
            )
            .Ready();
        var run = host.Install("-RebootOption NoReboot -Verbose").Expect(0);
        // Before the transaction and after it: what has not changed is not asked again.
        Assert.InRange(run.Started("rpm", "-qa"), 1, 2);
        Assert.Equal("InstalledPendingReboot", run.Of("s-app").State);
        Assert.Equal("InstalledPendingReboot", run.Of("s-lib").State);
        Assert.Equal("InstalledOther", run.Of("s-rec").State);
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        host.AssertInstalled("s-lib", "1.0-1");
        host.AssertInstalled("s-rec", "1.0-1");
        host.AssertInstalled("s-opt", "1.0-1");
        host.AssertInstalled("s-plain", "1.0-1");
        host.AssertInstalled("s-extra");
        Assert.True(host.Root.Exists(New.OwnFile));
        Assert.Contains(host.Requests, request => request is { Target: "PutInventory", Status: 200 });
    }

    [Fact]
    [OnEveryTool]
    public void RebootIfNeeded_ends_with_194_and_the_run_after_the_reboot_scans_and_reports()
    {
        using var host = ZypperHost().Installed(Old).Fixes(New).Ready();
        Assert.Equal("Installed", host.Install("-RebootOption RebootIfNeeded").Expect(194).Of("s-app").State);
        host.Root.Reboot();
        var uploads = host.Requests.Count(request => request.Target == "PutInventory");
        host.Install("-RebootOption RebootIfNeeded").Expect(0);
        Assert.True(host.Requests.Count(request => request.Target == "PutInventory") > uploads);
    }

    [Fact]
    public void The_host_itself_asks_for_a_reboot_where_zypper_needs_rebooting_does()
    {
        using var host = ZypperHost().Installed(Old).Fixes(New.With("Provides", "installhint(reboot-needed)")).Ready();
        host.Install("-RebootOption RebootIfNeeded -RebootPolicy HostNeed").Expect(194);
        host.Root.Run("zypper", "needs-rebooting").Expect(102);
        var signs = host
            .Root.PatchTools("(Test-PatchRebootRequired).Reasons | ForEach-Object { \"$($_.Sign)\" }")
            .Expect();
        Assert.Contains("DistributionFlag", signs.Output, StringComparison.Ordinal);
        host.Root.Reboot();
        host.Root.Run("zypper", "needs-rebooting").Expect(0);
        Assert.DoesNotContain(
            "DistributionFlag",
            host.Root.PatchTools("(Test-PatchRebootRequired).Reasons | ForEach-Object { \"$($_.Sign)\" }")
                .Expect()
                .Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Without_anything_to_install_nothing_changes_and_no_reboot_is_asked_for()
    {
        using var host = ZypperHost().Installed(New).Fixes(New).Ready();
        var before = host.RpmList();
        host.Install("-RebootOption RebootIfNeeded").Expect(0);
        Assert.Equal(before, host.RpmList());
        Assert.Empty(host.History());
    }

    [Fact]
    [OnEveryTool]
    public void WhatIf_and_a_plan_show_the_transaction_and_change_nothing()
    {
        using var host = ZypperHost()
            .Installed(Old)
            .Fixes(New.With("Requires", "s-lib"))
            .Offers(ZypperScenarioHost.Suse("s-lib", "2:1.0-1"))
            .Ready();
        host.Root.Run("zypper", "--non-interactive", "refresh").Expect();
        var before = host.RpmList();
        var what = host.Root.PatchTools("Invoke-PatchBaseline -Operation Install -WhatIf").Expect();
        Assert.Contains("s-lib", what.Output, StringComparison.Ordinal);
        var plan = host
            .Root.PatchTools(
                "foreach ($change in (Get-PatchSnapshot | Get-PatchPlan).Changes) { \"$($change.Action) "
                    + "$($change.Name) $($change.FromVersion) $($change.ToVersion) $($change.IsRequested) "
                    + "$($change.Repository)\" }"
            )
            .Expect();
        Assert.Equal(
            ["Install s-lib  2:1.0-1 False base", "Upgrade s-app 1.0-1 1.0-150500.2.1 True base"],
            plan.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        Assert.Equal(before, host.RpmList());
        host.AssertConfigurationIsTheAdministrators();
    }

    [Fact]
    [OnEveryTool]
    public void A_patch_for_the_package_manager_itself_goes_in_first_and_alone()
    {
        using var host = ZypperHost()
            .Installed(
                Old,
                ZypperScenarioHost.Suse("libzypp", "17.0-1"),
                ZypperScenarioHost.Suse("libsolv-tools", "1.0-1")
            )
            .Fixes(New)
            .Patch(
                "security",
                p => p with { SuggestsRestart = true },
                ZypperScenarioHost.Suse("libzypp", "17.1-1"),
                ZypperScenarioHost.Suse("libsolv-tools", "1.1-1")
            )
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("libzypp").State);
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        var history = host.History();
        Assert.Equal(2, history.Count);
        Assert.Contains("libzypp.x86_64=17.1-1", history[0], StringComparison.Ordinal);
        Assert.Contains("libsolv-tools.x86_64=1.1-1", history[0], StringComparison.Ordinal);
        Assert.DoesNotContain("s-app", history[0], StringComparison.Ordinal);
        Assert.Contains("s-app.x86_64=1.0-150500.2.1", history[1], StringComparison.Ordinal);
    }

    [Fact]
    [OnEveryTool]
    public void A_kernel_comes_beside_the_others()
    {
        var kernel = ZypperScenarioHost
            .Suse("kernel-default", "5.14.21-150500.55.39.1")
            .With("Provides", "multiversion(kernel)");
        using var host = ZypperHost()
            .Installed(kernel)
            .Fixes(kernel with { Edition = "5.14.21-150500.55.44.1" })
            .Ready();
        var run = host.Install().Expect(0);
        host.AssertInstalled("kernel-default", "5.14.21-150500.55.39.1", "5.14.21-150500.55.44.1");
        Assert.Equal("InstalledPendingReboot", run.Of("kernel-default").State);
        host.Install().Expect(0);
        host.AssertInstalled("kernel-default", "5.14.21-150500.55.39.1", "5.14.21-150500.55.44.1");
    }

    [Fact]
    [OnEveryTool]
    public void A_locked_package_stays_as_it_is_without_effect_on_the_exit_code()
    {
        using var host = ZypperHost()
            .Installed(Old, ZypperScenarioHost.Suse("s-held", "1.0-1"))
            .Fixes(New, ZypperScenarioHost.Suse("s-held", "2.0-1"));
        host.Root.Run("zypper", "addlock", "s-held").Expect();
        host.Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("Failed", run.Of("s-held").State);
        Assert.Contains("held", run.Of("s-held").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-held", "1.0-1");
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        Assert.Contains("s-held", host.Root.Run("zypper", "locks").Expect().Output, StringComparison.Ordinal);
    }

    [Fact]
    [OnEveryTool]
    public void A_lock_on_one_version_leaves_the_others()
    {
        using var host = ZypperHost()
            .Installed(Old, ZypperScenarioHost.Suse("s-late", "1.0-1"))
            .Fixes(ZypperScenarioHost.Suse("s-late", "1.1-1"))
            .Fixes(New, ZypperScenarioHost.Suse("s-late", "1.2-1"));
        host.Root.Run("zypper", "addlock", "s-late = 1.2-1").Expect();
        host.Ready();
        var run = host.Install().Expect(0);
        host.AssertInstalled("s-late", "1.1-1");
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        AssertRefused(run);

        // Nothing is left to do for it, and the patch that is locked stays wanted.
        AssertRefused(host.Install().Expect(0));
        host.AssertInstalled("s-late", "1.1-1");
        host.Write("/etc/zypp/locks", "").Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-late", "1.2-1");

        static void AssertRefused(PatchRunResult run)
        {
            var late = Assert.Single(run.Findings, f => f is { Name: "s-late", State: "Failed" });
            Assert.Equal("1.2-1", late.AvailableVersion);
            Assert.Contains("kept away by lock 's-late =", late.Why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Packages_that_depend_on_each_other_are_upgraded_together()
    {
        using var host = ZypperHost()
            .Installed(
                ZypperScenarioHost.Suse("s-chicken", "1.0-1").With("Requires", "s-egg = 1.0-1"),
                ZypperScenarioHost.Suse("s-egg", "1.0-1").With("Requires", "s-chicken = 1.0-1")
            )
            .Fixes(
                ZypperScenarioHost.Suse("s-chicken", "2.0-1").With("Requires", "s-egg = 2.0-1"),
                ZypperScenarioHost.Suse("s-egg", "2.0-1").With("Requires", "s-chicken = 2.0-1")
            )
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-chicken", "2.0-1");
        host.AssertInstalled("s-egg", "2.0-1");
    }

    [Fact]
    public void A_change_of_vendor_needs_the_administrators_consent()
    {
        using var host = ZypperHost()
            .Installed(Old, ZypperScenarioHost.Suse("s-other", "1.0-1"))
            .Fixes(New, new SyntheticRpm("s-other", "2.0-1").With("Vendor", "obs://build.opensuse.org/home:somebody"))
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("Failed", run.Of("s-other").State);
        Assert.Contains("vendor", run.Of("s-other").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-other", "1.0-1");
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        host.Configure("solver.allowVendorChange = true").Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-other", "2.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_rejected_dependency_blocks_what_needs_it_and_one_of_several_ways_is_left_alone_without_any_lock()
    {
        var snapshot = ZypperScenarioHost.Security(baseline =>
        {
            baseline["rejectedPatches"] = new JsonArray("s-bad", "s-way-a");
            baseline["rejectedPatchesAction"] = "BLOCK";
        });
        using var host = ZypperHost(snapshot)
            .Installed(Old, ZypperScenarioHost.Suse("s-needs", "1.0-1"))
            .Fixes(New.With("Requires", "way"), ZypperScenarioHost.Suse("s-needs", "2.0-1").With("Requires", "s-bad"))
            .Offers(
                ZypperScenarioHost.Suse("s-bad", "1.0-1"),
                ZypperScenarioHost.Suse("s-way-a", "1.0-1").With("Provides", "way"),
                ZypperScenarioHost.Suse("s-way-b", "1.0-1").With("Provides", "way")
            )
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Contains("s-bad", run.Of("s-needs").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-needs", "1.0-1");
        host.AssertInstalled("s-bad");
        host.AssertInstalled("s-way-a");
        host.AssertInstalled("s-way-b", "1.0-1");
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        Assert.Contains("no package locks", host.Root.Run("zypper", "locks").Expect().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Locks_that_an_interrupted_run_of_the_reference_left_are_named()
    {
        using var host = ZypperHost(
                ZypperScenarioHost.Security(baseline => baseline["rejectedPatches"] = new JsonArray("s-rejected"))
            )
            .Installed(Old, ZypperScenarioHost.Suse("s-rejected", "1.0-1"))
            .Fixes(New, ZypperScenarioHost.Suse("s-rejected", "2.0-1"));
        host.Root.Run("zypper", "addlock", "s-rejected").Expect();
        host.Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        var report = host.Root.PatchTools("(Get-PatchSnapshot | Test-PatchCompliance).Warnings").Expect();
        Assert.Contains("zypper removelock s-rejected", report.Output, StringComparison.Ordinal);
        Assert.Contains("s-rejected", host.Root.Run("zypper", "locks").Expect().Output, StringComparison.Ordinal);
    }

    [Fact]
    [OnEveryTool]
    public void Repositories_of_the_baseline_are_installed_from_and_the_administrators_stay_as_they_are()
    {
        const string own = "[own]\nname=own\nbaseurl=dir:///srv/own\ngpgcheck=0\n";
        using var archive = new SyntheticRpmArchive();
        archive.Add("own", New).Add("own", new SyntheticAdvisory("RIG-OWN", New)).Publish();
        using var host = ZypperHost(
                ZypperScenarioHost.Security(Baselines.Sources(own)),
                new OverlayOptions
                {
                    Binds = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["/srv/own"] = Path.Combine(archive.Folder, "own"),
                    },
                }
            )
            .Installed(Old)
            .Fixes(ZypperScenarioHost.Suse("s-app", "9.0-1"))
            .Ready();
        Assert.Equal("InstalledPendingReboot", host.Install().Expect(0).Of("s-app").State);
        host.AssertInstalled("s-app", "1.0-150500.2.1");
        Assert.DoesNotContain(host.Server.Asked, path => path.StartsWith("/base/", StringComparison.Ordinal));
    }

    [Fact]
    public void Repositories_that_an_interrupted_run_of_the_reference_moved_away_are_put_back_first()
    {
        const string moved = "/var/log/amazon/ssm/zypp-configuration/repos.d/11111111-2222-4333-8444-555555555555";
        using var host = ZypperHost().Installed(Old).Fixes(New).Ready();
        host.Root.Shell($"mkdir -p {moved} && mv /etc/zypp/repos.d/base.repo {moved}/").Expect();
        var run = host.Install().Expect(0);
        Assert.Contains("are back in /etc/zypp/repos.d", run.Error + run.Output, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-150500.2.1");
    }

    [Fact]
    [OnEveryTool]
    public void An_override_list_installs_what_it_names_and_nothing_else()
    {
        using var host = ZypperHost()
            .Installed(Old, ZypperScenarioHost.Suse("s-plain", "1.0-1"))
            .Fixes(New)
            .Offers(ZypperScenarioHost.Suse("s-plain", "2.0-1"))
            .Write("/root/list.yaml", "patches:\n  - id: 's-plain.x86_64'\n")
            .Ready();
        host.Root.Write("/root/nothing.yaml", "patches:\n  - id: 's-nothing.x86_64'\n");
        host.Install("-RebootOption RebootIfNeeded -InstallOverrideList /root/nothing.yaml").Expect(0);
        Assert.Empty(host.History());
        var run = host.Install("-RebootOption NoReboot -InstallOverrideList /root/list.yaml").Expect(0);
        host.AssertInstalled("s-plain", "2.0-1");
        host.AssertInstalled("s-app", "1.0-1");
        Assert.Equal("Missing", run.Of("s-app").State);
    }
}
