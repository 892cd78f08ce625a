namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// An install whose second reading proves nothing: what was installed is saved, nothing is sent, and the run is no
/// success. The reboot that it needs is asked for all the same.
/// </summary>
public sealed class UnprovenInstallTests
{
    [Theory]
    [InlineData("NoReboot", 1, "MetadataNotProven")]
    [InlineData("RebootIfNeeded", 194, null)]
    public void What_was_installed_is_saved_and_not_sent(string reboot, int exitCode, string? error)
    {
        // A list of the day after tomorrow: the clock of the host is no longer to be believed.
        using var host = new ScenarioHost()
            .Installed(new SyntheticPackage("s-app", "1.0-1"))
            .Offers(
                SyntheticSuite.BookwormSecurity,
                new SyntheticPackage("s-app", "1.1-1").WithScript(
                    "postinst",
                    "touch -d '2 days' /var/lib/apt/lists/*Release"
                )
            )
            .Ready();

        var run = host.Install($"-RebootOption {reboot}").Expect(exitCode, error);

        host.AssertInstalled("s-app", "1.1-1");
        Assert.DoesNotContain(host.Requests, request => request.Target == "PutInventory");
        var saved = host.Root.Read(
            $"{ScenarioHost.StateDirectory}/patch-configuration/patch-states-configuration.json"
        );
        Assert.Contains("s-app", saved, StringComparison.Ordinal);
        Assert.Contains("clock", run.Output + run.Error, StringComparison.OrdinalIgnoreCase);
    }
}
