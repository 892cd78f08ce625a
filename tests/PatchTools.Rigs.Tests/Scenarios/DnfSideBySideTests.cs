namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>dnf 4 and dnf 5 on one host.</summary>
public abstract class DnfSideBySideScenarios : ToolScenarios
{
    [Fact]
    [OnEveryTool]
    public void The_one_that_dnf_is_decides_with_its_files_and_its_cache()
    {
        var isDnf5 = System.Tool == "dnf5";
        using var host = DnfHost()
            .Installed(
                new SyntheticRpm("s-good", "1.0-1"),
                new SyntheticRpm("s-locked", "1.0-1"),
                new SyntheticRpm("s-hidden", "1.0-1")
            )
            .Offers(new SyntheticRpm("s-good", "1.0-1"))
            .Write("/etc/dnf/libdnf5.conf.d/50-own.conf", "[main]\nexcludepkgs=s-hidden\n")
            .Write(
                "/etc/dnf/versionlock.toml",
                "version = \"1.0\"\n[[packages]]\nname = \"s-locked\"\n[[packages.conditions]]\nkey = \"evr\"\n"
                    + "comparator = \"=\"\nvalue = \"1.0-1\"\n"
            )
            .Ready();

        // The other one read the repository when there was no fix yet.
        host.Root.Run(isDnf5 ? "dnf-3" : "dnf5", "makecache").Expect();
        host.Fixes(
                new SyntheticRpm("s-good", "1.1-1"),
                new SyntheticRpm("s-locked", "1.1-1"),
                new SyntheticRpm("s-hidden", "1.1-1")
            )
            .Ready();
        host.Root.Run("dnf", "--refresh", "makecache").Expect();
        Assert.Equal("Missing", host.Scan("-NoRefresh").Expect(0).Of("s-good").State);

        host.Install().Expect(0);

        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-locked", isDnf5 ? "1.0-1" : "1.1-1");
        host.AssertInstalled("s-hidden", isDnf5 ? "1.0-1" : "1.1-1");
    }
}
