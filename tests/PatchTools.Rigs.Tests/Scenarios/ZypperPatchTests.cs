namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// What zypper's patches ask for beyond the newest version of a package: retracted ones, locked ones, ones that nobody
/// can fulfil; and temporary fixes.
/// </summary>
public abstract class ZypperPatchScenarios : ToolScenarios
{
    private static readonly SyntheticRpm Old = ZypperScenarioHost.Suse("s-app", "1.0-1");
    private static readonly SyntheticRpm New = ZypperScenarioHost.Suse("s-app", "1.1-1");
    private static readonly SyntheticRpm Newest = ZypperScenarioHost.Suse("s-app", "1.2-1");

    /// <summary>Its repository offers what is installed, so that it is the operating system's.</summary>
    private ZypperScenarioHost Host() => ZypperHost().Offers(ZypperScenarioHost.Suse("s-shell", "1.0-1"));

    [Fact]
    public void A_retracted_patch_brings_nothing_and_the_one_before_it_is_installed()
    {
        using var host = Host()
            .Installed(Old)
            .Fixes(New)
            .Patch("security", p => p with { Status = "retracted" }, Newest)
            .Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-app").State);
        host.AssertInstalled("s-app", "1.1-1");
    }

    [Fact]
    public void A_temporary_fix_is_installed_only_over_one_that_is_installed()
    {
        const string fix = "ptf-package()";
        using var host = Host()
            .Installed(Old, ZypperScenarioHost.Suse("s-fixed", "1.0-1.PTF").With("Provides", fix))
            .Fixes(New.With("Provides", fix), ZypperScenarioHost.Suse("s-fixed", "1.0-2.PTF").With("Provides", fix))
            .Ready();
        host.Root.Run("zypper", "--non-interactive", "refresh").Expect();
        var scan = host
            .Root.PatchTools(
                "(Get-PatchSnapshot | Test-PatchCompliance -As Detail | Where-Object Name -eq "
                    + "s-app).Explanation.HostPolicy"
            )
            .Expect();
        Assert.Contains("temporary fix (PTF)", scan.Output, StringComparison.Ordinal);
        host.Install();
        host.AssertInstalled("s-app", "1.0-1");
        host.AssertInstalled("s-fixed", "1.0-2.PTF");
    }

    [Fact]
    public void A_locked_patch_is_not_installed_and_its_lock_is_named_without_effect_on_the_exit_code()
    {
        using var host = Host().Installed(Old).Fixes(New);
        host.Root.Run("zypper", "addlock", "-t", "patch", "RIG-SLE-15-SP5-2026-1").Expect();
        host.Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("Failed", run.Of("s-app").State);
        Assert.Contains("lock 'RIG-SLE-15-SP5-2026-1'", run.Of("s-app").Why, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-1");
        host.Root.Run("zypper", "removelock", "-t", "patch", "RIG-SLE-15-SP5-2026-1").Expect();
        host.Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.1-1");
    }

    [Fact]
    public void A_needed_patch_is_installed_from_a_repository_that_priorities_put_behind()
    {
        using var host = Host().Installed(Old).Repository("best", "priority=10");
        host.Archive.Add("best", New);
        host.Fixes(Newest).Ready();
        var run = host.Install().Expect(0);
        Assert.Equal("InstalledPendingReboot", run.Of("s-app").State);
        host.AssertInstalled("s-app", "1.2-1");
    }

    /// <summary>The same, where the patch brings the package in another architecture than the installed one.</summary>
    [Theory]
    [InlineData("noarch", "x86_64")]
    [InlineData("x86_64", "noarch")]
    public void A_needed_patch_that_changes_the_architecture_is_not_hidden_by_priorities(string before, string after)
    {
        using var host = Host().Installed(Old with { Architecture = before }).Repository("best", "priority=10");
        host.Archive.Add("best", New with { Architecture = before });
        host.Fixes(Newest with { Architecture = after }).Ready();
        Assert.Equal("Missing", host.Scan().Expect(0).Of("s-app").State);
        host.Install().Expect(0);
        host.AssertInstalled("s-app", "1.2-1");
    }

    [Fact]
    public void What_a_patch_needs_and_nobody_offers_is_missing_and_fails_the_install()
    {
        var good = ZypperScenarioHost.Suse("s-good", "1.0-1");
        using var host = Host().Installed(Old, good).Offers(Old, good);
        host.Archive.Add(ZypperScenarioHost.Base, new SyntheticAdvisory("RIG-GONE", New));
        host.Ready();
        Assert.Equal("Missing", host.Scan().Expect(0).Of("s-app").State);
        Assert.Contains(
            "needed; no repository offers it",
            host.Root.PatchTools(
                    "foreach ($setback in (Invoke-PatchBaseline -Operation Install -WhatIf).Setbacks) { "
                        + "$setback.Reason }"
                )
                .Expect()
                .Output,
            StringComparison.Ordinal
        );
        var run = host.Install().Expect(1);
        Assert.Equal("Failed", run.Of("s-app").State);
        Assert.StartsWith("needed; no repository offers it", run.Of("s-app").Why, StringComparison.Ordinal);
        Assert.Empty(host.History());

        // The rest is installed all the same, and the failure is not forgotten.
        host.Fixes(ZypperScenarioHost.Suse("s-good", "1.1-1")).Ready();
        run = host.Install("-RebootOption RebootIfNeeded").Expect(194);
        Assert.Equal("Failed", run.Of("s-app").State);
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_needed_patch_of_another_vendor_is_never_compliant()
    {
        using var host = Host()
            .Installed(Old)
            .Fixes(new SyntheticRpm("s-app", "1.1-1").With("Vendor", "obs://build.opensuse.org/home:somebody"))
            .Ready();
        var run = host.Scan().Expect(0);
        Assert.Equal("Missing", run.Of("s-app").State);
    }
}
