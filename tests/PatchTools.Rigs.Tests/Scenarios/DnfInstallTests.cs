using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>What an install does to a host of dnf where nothing is in its way.</summary>
public abstract class DnfInstallScenarios : ToolScenarios
{
    private static readonly SyntheticRpm Old = new("s-app", "1.0-1");
    private static readonly SyntheticRpm New = new("s-app", "1.0-2.el9_4");

    [Fact]
    [OnEveryTool]
    public void A_security_update_with_a_new_dependency_is_installed_and_nothing_else_is()
    {
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-feature", "1.0-1"))
            .Fixes(New.With("Requires", "s-lib"))
            .Offers(
                new SyntheticRpm("s-lib", "1.0-1"),
                new SyntheticRpm("s-feature", "2.0-1"),
                new SyntheticRpm("s-unrelated", "1.0-1")
            )
            .Ready();
        var run = host.Install("-RebootOption NoReboot -Verbose").Expect(0);
        // Before the transaction and after it: what has not changed is not asked again.
        Assert.InRange(run.Started("rpm", "-qa"), 1, 2);
        Assert.Equal("InstalledPendingReboot", run.Of("s-app").State);
        Assert.Equal("InstalledPendingReboot", run.Of("s-lib").State);
        Assert.Equal("InstalledOther", run.Of("s-feature").State);
        host.AssertInstalled("s-app", "1.0-2.el9_4");
        host.AssertInstalled("s-lib", "1.0-1");
        host.AssertInstalled("s-feature", "1.0-1");
        host.AssertInstalled("s-unrelated");
        Assert.True(host.Root.Exists(New.OwnFile));
        Assert.False(host.Root.Exists(Old.OwnFile));
        host.AssertNothingIsHalfDone();
        Assert.Contains(host.Requests, request => request is { Target: "PutInventory", Status: 200 });
    }

    [Fact]
    [OnEveryTool]
    public void RebootIfNeeded_ends_with_194_and_the_run_after_the_reboot_scans_and_reports()
    {
        using var host = DnfHost().Installed(Old).Fixes(New).Ready();
        Assert.Equal("Installed", host.Install("-RebootOption RebootIfNeeded").Expect(194).Of("s-app").State);
        host.Root.Reboot();
        var uploads = host.Requests.Count(request => request.Target == "PutInventory");
        host.Install("-RebootOption RebootIfNeeded").Expect(0);
        Assert.True(host.Requests.Count(request => request.Target == "PutInventory") > uploads);
    }

    [Fact]
    public void Without_anything_to_install_nothing_changes_and_no_reboot_is_asked_for()
    {
        using var host = DnfHost().Installed(New).Fixes(New).Ready();
        var before = host.RpmList();
        host.Install("-RebootOption RebootIfNeeded").Expect(0);
        Assert.Equal(before, host.RpmList());
    }

    [Fact]
    [OnEveryTool]
    public void WhatIf_and_a_plan_show_the_transaction_and_change_nothing()
    {
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-gone", "1.0-1"))
            .Fixes(New.With("Requires", "s-lib"))
            .Offers(new SyntheticRpm("s-lib", "2:1.0-1").With("Obsoletes", "s-gone"))
            .Ready();
        host.Root.Run("dnf", "-q", "makecache").Expect();
        var before = host.RpmList();
        var what = host.Root.PatchTools("Invoke-PatchBaseline -Operation Install -WhatIf").Expect();
        Assert.Contains("s-lib", what.Output, StringComparison.Ordinal);
        var plan = host
            .Root.PatchTools(
                "foreach ($change in (Get-PatchSnapshot | Get-PatchPlan).Changes) { \"$($change.Action) "
                    + "$($change.Name) $($change.FromVersion) $($change.ToVersion) $($change.IsRequested)\" }"
            )
            .Expect();
        Assert.Equal(
            ["Install s-lib  2:1.0-1 False", "Remove s-gone 1.0-1  False", "Upgrade s-app 1.0-1 1.0-2.el9_4 True"],
            plan.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        Assert.Equal(before, host.RpmList());
        host.AssertConfigurationIsTheAdministrators();
    }

    [Fact]
    public void What_a_new_dependency_replaces_goes_with_it()
    {
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-gone", "1.0-1"))
            .Fixes(New.With("Requires", "s-lib"))
            .Offers(new SyntheticRpm("s-lib", "1.0-1").With("Obsoletes", "s-gone"))
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.0-2.el9_4");
        host.AssertInstalled("s-lib", "1.0-1");
        host.AssertInstalled("s-gone");
    }

    [Fact]
    public void A_protected_package_is_not_removed_for_another_and_the_rest_is_installed()
    {
        if (System.Release is not null && System.Release != DebianRelease.Bullseye)
            Assert.Skip(
                "from 4.23 on dnf protects from removal alone, and lets another package obsolete a protected one"
            );
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-core", "1.0-1"), new SyntheticRpm("s-rival", "1.0-1"))
            .Fixes(New, new SyntheticRpm("s-rival", "2.0-1").With("Obsoletes", "s-core"))
            .Write("/etc/dnf/protected.d/s-core.conf", "s-core\n")
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-rival").State);
        Assert.Contains("protected packages: s-core", run.Of("s-rival").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-core", "1.0-1");
        host.AssertInstalled("s-rival", "1.0-1");
        host.AssertInstalled("s-app", "1.0-2.el9_4");
    }

    [Fact]
    [OnEveryTool]
    public void A_kernel_comes_beside_the_others_and_the_oldest_goes_beyond_the_limit()
    {
        using var host = DnfHost()
            .Configure("installonly_limit=2")
            .Installed(new SyntheticRpm("kernel", "5.14.0-1"), new SyntheticRpm("kernel", "5.14.0-2"))
            .Fixes(new SyntheticRpm("kernel", "5.14.0-3"))
            .Ready();
        host.Install("-RebootOption RebootIfNeeded").Expect(194);
        host.AssertInstalled("kernel", "5.14.0-2", "5.14.0-3");
    }

    [Fact]
    [OnEveryTool]
    public void A_locked_package_stays_as_it_is_without_effect_on_the_exit_code()
    {
        if (System.Release == DebianRelease.Bullseye)
            Assert.Skip("bullseye has no versionlock plugin for dnf");
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-held", "1.0-1"))
            .Fixes(New, new SyntheticRpm("s-held", "1.1-1"))
            .Locks("s-held", "1.0-1")
            .Ready();
        var run = host.Install().Expect(0);
        host.AssertInstalled("s-held", "1.0-1");
        host.AssertInstalled("s-app", "1.0-2.el9_4");
        Assert.Equal("InstalledOther", run.Of("s-held").State);
    }

    [Fact]
    public void Packages_that_depend_on_each_other_are_upgraded_together()
    {
        using var host = DnfHost()
            .Installed(
                new SyntheticRpm("s-chicken", "1.0-1").With("Requires", "s-egg = 1.0-1"),
                new SyntheticRpm("s-egg", "1.0-1").With("Requires", "s-chicken = 1.0-1")
            )
            .Fixes(
                new SyntheticRpm("s-chicken", "2.0-1").With("Requires", "s-egg = 2.0-1"),
                new SyntheticRpm("s-egg", "2.0-1").With("Requires", "s-chicken = 2.0-1")
            )
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-chicken", "2.0-1");
        host.AssertInstalled("s-egg", "2.0-1");
    }

    [Fact]
    public void The_better_of_two_repositories_is_taken_from_and_an_epoch_counts()
    {
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-epoch", "2.0-1"))
            .Fixes(New, new SyntheticRpm("s-epoch", "1:1.0-1"))
            .Fixes("extra", new SyntheticRpm("s-app", "3.0-1"))
            .Repository(RpmScenarioHost.Base, "priority=10")
            .Repository("extra")
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.0-2.el9_4");
        host.AssertInstalled("s-epoch", "1:1.0-1");
    }

    [Fact]
    [OnEveryTool]
    public void Of_module_streams_only_the_enabled_one_is_installed_from()
    {
        var (one, two) = (new SyntheticRpm("m-tool", "1.1-1"), new SyntheticRpm("m-tool", "2.0-1"));
        using var host = DnfHost().Installed(new SyntheticRpm("m-tool", "1.0-1"));
        host.Offers(one, two).Enables("tool", "1");
        host.Archive.Add(RpmScenarioHost.Base, new SyntheticAdvisory("RIG-1", one) { Module = "tool:1" })
            .Add(RpmScenarioHost.Base, new SyntheticAdvisory("RIG-2", two) { Module = "tool:2" })
            .AddModules(
                RpmScenarioHost.Base,
                Stream("1", "m-tool-0:1.1-1.x86_64") + Stream("2", "m-tool-0:2.0-1.x86_64")
            );
        host.Ready();
        host.Install().Expect(0);
        host.AssertInstalled("m-tool", "1.1-1");
    }

    [Fact]
    [OnEveryTool]
    public void A_rejected_dependency_blocks_what_needs_it_and_one_that_is_only_recommended_is_left_alone()
    {
        using var host = DnfHost(RpmScenarioHost.Security(Reject("s-lib", "s-extra")))
            .Installed(Old, new SyntheticRpm("s-other", "1.0-1"))
            .Fixes(New.With("Requires", "s-lib"), new SyntheticRpm("s-other", "1.1-1").With("Recommends", "s-extra"))
            .Offers(new SyntheticRpm("s-lib", "1.0-1"), new SyntheticRpm("s-extra", "1.0-1"))
            .Ready();
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-app").State);
        Assert.Contains("the baseline rejects 's-lib' (BLOCK)", run.Of("s-app").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-1");
        host.AssertInstalled("s-other", "1.1-1");
        host.AssertInstalled("s-extra");
    }

    [Fact]
    [OnEveryTool]
    public void Repositories_of_the_baseline_are_installed_from_and_the_administrators_stay_as_they_are()
    {
        const string own = "[own]\nname=own\nbaseurl=file:///srv/own\ngpgcheck=0\n";
        using var archive = new SyntheticRpmArchive();
        archive.Add("own", New).Add("own", new SyntheticAdvisory("RIG-OWN", New)).Publish();
        using var host = DnfHost(
                RpmScenarioHost.Security(Baselines.Sources(own)),
                new OverlayOptions
                {
                    Binds = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["/srv/own"] = Path.Combine(archive.Folder, "own"),
                    },
                }
            )
            .Installed(Old)
            .Fixes(new SyntheticRpm("s-app", "9.0-1"))
            .Ready();
        Assert.Equal("InstalledPendingReboot", host.Install().Expect(0).Of("s-app").State);
        host.AssertInstalled("s-app", "1.0-2.el9_4");
        Assert.DoesNotContain(host.Server.Asked, path => path.StartsWith("/base/", StringComparison.Ordinal));
    }

    [Fact]
    public void Repositories_that_an_interrupted_run_of_the_reference_moved_away_are_put_back_first()
    {
        const string moved = "/var/log/amazon/ssm/dnf-configuration/repos.d/11111111-2222-4333-8444-555555555555";
        using var host = DnfHost().Installed(Old).Fixes(New).Ready();
        host.Root.Shell($"mkdir -p {moved} && mv /etc/yum.repos.d/base.repo {moved}/").Expect();
        var run = host.Install().Expect(0);
        Assert.Contains("are back in /etc/yum.repos.d", run.Error + run.Output, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-2.el9_4");
    }

    [Fact]
    [OnEveryTool]
    public void An_override_list_installs_what_it_names_and_nothing_else()
    {
        using var host = DnfHost()
            .Installed(Old, new SyntheticRpm("s-other", "1.0-1"))
            .Fixes(New, new SyntheticRpm("s-other", "1.1-1"))
            .Offers(new SyntheticRpm("s-other", "1.2-1"))
            .Ready();
        host.Root.Write("/root/list.yaml", "patches:\n  - id: 's-other.x86_64'\n    title: 's-other.x86_64:0:1.2-1'\n");
        host.Install("-RebootOption NoReboot -InstallOverrideList /root/list.yaml").Expect(0);
        host.AssertInstalled("s-other", "1.2-1");
        host.AssertInstalled("s-app", "1.0-1");
    }

    [Fact]
    public void A_process_that_runs_a_replaced_file_is_named_and_a_replaced_core_package_wants_a_reboot()
    {
        var sleep = Program("sleep");
        using var host = DnfHost()
            .Installed(
                new SyntheticRpm("s-daemon", "1.0-1").WithFile("/usr/bin/s-daemon", sleep),
                new SyntheticRpm("glibc", "2.34-1")
            )
            .Fixes(
                new SyntheticRpm("s-daemon", "1.1-1").WithFile("/usr/bin/s-daemon", [.. sleep, 0]),
                new SyntheticRpm("glibc", "2.34-2")
            )
            .Ready();
        using var daemon = host.Root.Start("/usr/bin/s-daemon", "600");
        Assert.True(
            SpinWait.SpinUntil(
                () => host.Root.Shell("cat /proc/[0-9]*/comm").Output.Contains("s-daemon", StringComparison.Ordinal),
                TimeSpan.FromMinutes(2)
            )
        );
        host.Install().Expect(0);
        var said = host
            .Root.PatchTools(
                "$a = Test-PatchRebootRequired; foreach ($r in $a.Reasons) { \"$($r.Text)\" }; $a.Processes"
            )
            .Expect()
            .Output;
        Assert.Contains("core packages were installed since the last boot: glibc", said, StringComparison.Ordinal);
        Assert.Contains("s-daemon (", said, StringComparison.Ordinal);
    }

    private static Action<JsonObject> Reject(params string[] names) =>
        baseline =>
        {
            baseline["rejectedPatches"] = new JsonArray([.. names.Select(n => JsonValue.Create(n))]);
            baseline["rejectedPatchesAction"] = "BLOCK";
        };

    private static string Stream(string stream, string artifact) =>
        $$"""
            ---
            document: modulemd
            version: 2
            data:
              name: tool
              stream: "{{stream}}"
              version: 1
              context: "0000000{{stream}}"
              arch: x86_64
              summary: synthetic
              description: synthetic
              license:
                module: [MIT]
              dependencies: [{}]
              artifacts:
                rpms:
                - {{artifact}}
            ...

            """;
}
