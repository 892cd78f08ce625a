using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>A host without OpenSSL, which .NET does not bring along and without which it aborts.</summary>
public sealed class RuntimeTests
{
    private static readonly SyntheticPackage Old = new("s-app", "1.0-1");
    private static readonly SyntheticPackage New = new("s-app", "1.0-1+deb12u1");

    [Fact]
    public void A_run_that_needs_no_TLS_needs_no_OpenSSL()
    {
        using var host = WithoutOpenSsl();

        var scan = Run(host, "Get-PatchSnapshot -Default | Test-PatchCompliance");
        var install = Run(host, "Invoke-PatchBaseline Install -Default -RebootOption NoReboot");
        var exported = Run(
            host,
            "Get-PatchSnapshot -Default | Test-PatchCompliance | Export-PatchReport -Path /tmp/report.html"
        );

        Assert.Equal((0, ""), (scan.ExitCode, scan.Error));
        Assert.Contains("Debian GNU/Linux 12", scan.Output, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
        Assert.Equal((0, ""), (exported.ExitCode, exported.Error));
        Assert.True(host.Root.Exists("/tmp/report.html"));
        Assert.Equal((0, ""), (install.ExitCode, install.Error));
    }

    [Theory]
    [InlineData("Invoke-PatchBaseline Install")]
    [InlineData("Invoke-PatchBaseline Scan")]
    public void What_a_run_lacks_is_said_before_anything_is_changed(string command)
    {
        using var host = WithoutOpenSsl();
        host.Root.Environment["AWS_ENDPOINT_URL_SSM"] = "https://127.0.0.1:1/";

        var run = Run(host, command);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("needs OpenSSL", run.Error, StringComparison.Ordinal);
        Assert.Contains("apt-get install libssl3", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-1");
    }

    /// <summary>
    /// The snapshot is at hand, so that only the report needs the service: it is known before the install that it could
    /// not be sent.
    /// </summary>
    [Fact]
    public void An_install_whose_report_could_not_be_sent_is_not_begun()
    {
        using var host = WithoutOpenSsl();
        var snapshot = JsonNode.Parse(Baselines.Security())!;
        snapshot["snapshotId"] = "11111111-2222-4333-8444-555555555555";
        snapshot["product"] = "Debian12";
        snapshot["instanceId"] = "i-0123456789abcdef0";
        snapshot["region"] = "us-east-1";
        host.Root.Write("/root/snapshot.json", snapshot.ToJsonString());

        var run = Run(host, "Invoke-PatchBaseline Install -Path /root/snapshot.json");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Sending the report needs OpenSSL", run.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-app", "1.0-1");
    }

    private static ScenarioHost Host() =>
        new ScenarioHost().Installed(Old).Offers(SyntheticSuite.BookwormSecurity, New).Ready();

    private static ScenarioHost WithoutOpenSsl()
    {
        var host = Host();
        RemoveOpenSsl(host);
        return host;
    }

    private static void RemoveOpenSsl(ScenarioHost host) =>
        host.Root.Shell("find / -xdev -name 'libssl.so*' -delete; find / -xdev -name 'libcrypto.so*' -delete").Expect();

    private static RigRun Run(ScenarioHost host, string script)
    {
        var run = host.Root.RunAsAgent(script);
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }
}
