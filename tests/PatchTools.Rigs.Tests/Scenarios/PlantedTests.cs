namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>What other users and careless callers put in the way of root.</summary>
public sealed class PlantedTests
{
    private const string Marker = "/var/tmp/planted-ran";
    private const string Script = "/var/tmp/run.ps1";

    [Fact]
    public void Nothing_in_the_current_directory_the_callers_PATH_or_environment_is_ever_run()
    {
        using var host = Host();
        foreach (
            var program in new[]
            {
                "apt-get",
                "apt-config",
                "apt-cache",
                "apt-mark",
                "dpkg",
                "rpm",
                "dnf",
                "zypper",
                "sh",
            }
        )
            host.Root.WriteScript($"/var/tmp/evil/{program}", $"#!/bin/sh\necho {program} >> {Marker}\n");
        host.Root.Write(
            "/var/tmp/evil/apt.conf",
            $"APT::Update::Pre-Invoke {{ \"echo apt.conf >> {Marker}\"; }};\nDPkg::Pre-Invoke {{ \"echo "
                + $"apt.conf >> {Marker}\"; }};\n"
        );

        var run = PatchRuns.Result(
            host.Root.Shell(
                $"cd /var/tmp/evil && PATH=.:/var/tmp/evil:$PATH APT_CONFIG=/var/tmp/evil/apt.conf "
                    + $"/opt/rig/host/patchtools-host -NonInteractive -File {Script}"
            )
        );

        run.Expect(0);
        Assert.False(host.Root.Exists(Marker), host.Root.Exists(Marker) ? host.Root.Read(Marker) : "");
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_program_that_others_can_write_is_passed_over_and_named()
    {
        using var host = Host();
        host.Root.WriteScript("/usr/local/bin/apt-get", $"#!/bin/sh\necho apt-get >> {Marker}\n");
        host.Root.Shell("chown 65534 /usr/local/bin/apt-get").Expect();

        var run = host.Install();

        run.Expect(0);
        Assert.Contains("/usr/local/bin/apt-get is passed over", run.Output + run.Error, StringComparison.Ordinal);
        Assert.False(host.Root.Exists(Marker));
        host.AssertInstalled("s-good", "1.1-1");
    }

    [Fact]
    public void A_group_may_write_var_log_as_on_Ubuntu_and_cannot_lead_root_elsewhere()
    {
        using var host = Host();
        host.Root.Shell("chgrp adm /var/log && chmod 775 /var/log").Expect();

        Assert.Equal(0, host.Scan().Expect(0).ExitCode);

        host.Root.Shell(
                "mv /var/log/amazon /var/log/before && mkdir -p /srv/victim && ln -s /srv/victim "
                    + "/var/log/amazon && chown -h 65534 /var/log/amazon"
            )
            .Expect();
        var run = host.Scan();

        Assert.Equal("StateUnwritable", run.ErrorId);
        Assert.Contains("/var/log/amazon is a link", run.Error, StringComparison.Ordinal);
        Assert.Equal("", host.Root.Shell("find /srv/victim -mindepth 1").Output);
    }

    private static ScenarioHost Host()
    {
        var host = new ScenarioHost()
            .Installed(new SyntheticPackage("s-good", "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, new SyntheticPackage("s-good", "1.1-1"))
            .Ready();
        host.Root.Write(Script, PatchRuns.Script("-Operation Install -RebootOption NoReboot"));
        return host;
    }
}
