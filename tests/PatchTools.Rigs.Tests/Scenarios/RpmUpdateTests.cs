namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Updates that the solvers of dnf and zypper see where names, architectures and advisories do not match at first
/// sight.
/// </summary>
public sealed class RpmUpdateTests
{
    private static readonly SyntheticRpm[] Before =
    [
        new("s-conf", "1.0-1") { Architecture = "noarch" },
        new("s-data", "1.0-1"),
    ];

    private static readonly SyntheticRpm[] After =
    [
        new("s-conf", "1.1-1"),
        new("s-data", "1.1-1") { Architecture = "noarch" },
    ];

    [Fact]
    public void On_dnf_an_update_to_another_architecture_is_seen_planned_and_installed()
    {
        using var host = new RpmScenarioHost().Installed(Before).Fixes(After).Ready();
        host.Root.Run("dnf", "-q", "makecache").Expect();
        var dnf = host.Root.Shell("dnf -q -C check-update").Output;
        Assert.Contains("s-conf.x86_64", dnf, StringComparison.Ordinal);
        Assert.Contains("s-data.noarch", dnf, StringComparison.Ordinal);
        Assert.Equal("Missing", host.Scan().Of("s-conf").State);
        var plan = host
            .Root.PatchTools(
                "foreach ($change in (Get-PatchSnapshot | Get-PatchPlan).Changes) { \"$($change.Action) "
                    + "$($change.Name) $($change.FromArchitecture) $($change.Architecture) $($change.FromVersion) "
                    + "$($change.IsRequested)\" }"
            )
            .Expect();
        Assert.Equal(
            ["Upgrade s-conf noarch x86_64 1.0-1 True", "Upgrade s-data x86_64 noarch 1.0-1 True"],
            plan.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
        );
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-conf").State);
        Assert.Equal("InstalledPendingReboot", run.Of("s-data").State);
        Assert.Equal("s-conf-1.1-1.x86_64\ns-data-1.1-1.noarch\n", host.Root.Shell("rpm -q s-conf s-data").Output);
        host.AssertNothingIsHalfDone();
    }

    [Fact]
    public void On_zypper_an_update_to_another_architecture_is_seen_and_installed()
    {
        var vendor = ZypperScenarioHost.Suse("s-any", "1.0-1").Tags;
        using var host = new ZypperScenarioHost()
            .Installed([.. Before.Select(p => p with { Tags = [.. p.Tags, .. vendor] })])
            .Fixes([.. After.Select(p => p with { Tags = [.. p.Tags, .. vendor] })])
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-conf").State);
        Assert.Equal("s-conf-1.1-1.x86_64\ns-data-1.1-1.noarch\n", host.Root.Shell("rpm -q s-conf s-data").Output);
    }

    [Fact]
    public void On_dnf_a_version_that_supersedes_a_security_update_is_one()
    {
        using var host = new RpmScenarioHost()
            .Installed(new SyntheticRpm("s-app", "1.0-1"), new SyntheticRpm("s-new", "1.5-1"))
            .Offers(new SyntheticRpm("s-app", "1.2-1"), new SyntheticRpm("s-new", "2.0-1"));
        host.Archive.Add(
            RpmScenarioHost.Base,
            new SyntheticAdvisory(
                "RIG-2026:9001",
                new SyntheticRpm("s-app", "1.1-1"),
                new SyntheticRpm("s-new", "1.1-1")
            )
        );
        host.Ready();
        host.Root.Run("dnf", "-q", "makecache").Expect();
        var dnf = host.Root.Shell("dnf -q -C check-update --security").Output;
        Assert.Contains("s-app", dnf, StringComparison.Ordinal);
        Assert.DoesNotContain("s-new", dnf, StringComparison.Ordinal);
        var scan = host.Scan();
        Assert.Equal("Missing", scan.Of("s-app").State);
        Assert.Contains("RIG-2026:9001, superseded by 1.2-1", scan.Of("s-app").Why, StringComparison.Ordinal);
        Assert.NotEqual("Missing", scan.Of("s-new").State);
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.2-1");
        host.AssertInstalled("s-new", "1.5-1");
    }

    [Fact]
    public void A_plan_warns_of_entries_that_match_nothing()
    {
        using var host = new RpmScenarioHost(
            RpmScenarioHost.Security(baseline =>
            {
                baseline["approvedPatches"] = new System.Text.Json.Nodes.JsonArray("s-nobody");
                baseline["rejectedPatches"] = new System.Text.Json.Nodes.JsonArray("s-nothing");
            })
        ).Installed(new SyntheticRpm("s-app", "1.0-1")).Fixes(new SyntheticRpm("s-app", "1.1-1")).Ready();
        host.Root.Run("dnf", "-q", "makecache").Expect();
        var plan = host.Root.PatchTools("(Get-PatchSnapshot | Get-PatchPlan 3>$null).Warnings").Expect();
        Assert.Equal(
            [
                "approved patch 's-nobody' matches no package known to this host",
                "rejected patch 's-nothing' matches no package known to this host",
            ],
            plan.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
        var warned = host.Root.PatchTools("Get-PatchSnapshot | Get-PatchPlan | Out-Null").Expect();
        Assert.Contains("'s-nobody' matches no package", warned.Output + warned.Error, StringComparison.Ordinal);
    }
}
