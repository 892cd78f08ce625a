namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Hosts of apt with an odd configuration, twice: on one apt itself upgrades everything, on the other PatchTools
/// installs whatever is missing. Both must end with the same packages.
/// </summary>
public abstract class AptOddHostScenarios : ToolScenarios
{
    private static readonly string[] s_names =
    [
        .. Enumerable.Range(0, 26).Select(i => $"o-{(char)('a' + i)}"),
        "o-plus++",
        "o-dot.dot",
        "o-9",
    ];

    [Theory]
    [Sampled]
    [InlineData("sources")]
    [InlineData("refusals")]
    [InlineData("phases")]
    public void What_the_tool_updates_is_what_is_installed(string oddity)
    {
        using var itself = Host(oddity);
        using var ours = Host(oddity);
        var before = ours.Root.DpkgList();

        // An approval is an instruction: phasing is not obeyed.
        itself
            .Root.Shell("apt-get -q update; apt-get -y -o APT::Get::Always-Include-Phased-Updates=true upgrade")
            .Expect();

        ours.Install();

        Assert.Equal("", OddHosts.Difference(itself.Root.DpkgList(), ours.Root.DpkgList()));
        Assert.NotEqual(before, ours.Root.DpkgList());
    }

    private ScenarioHost Host(string oddity)
    {
        var host = AptHost(
                Baselines.Security(
                    System.OperatingSystem,
                    baseline => baseline["approvalRules"]!["rules"]![0]!["enableNonSecurity"] = true
                )
            )
            .Installed([.. s_names.Select(n => new SyntheticPackage(n, "1.0-1"))])
            .Offers(
                SyntheticSuite.Bookworm,
                // A refusal of the newest version keeps the package where it is; apt would take the one before.
                s_names.Select(n => new SyntheticPackage(n, oddity == "refusals" ? "1.0-1" : "1.0-2"))
            )
            .Offers(
                SyntheticSuite.BookwormSecurity,
                s_names.Select(
                    (n, i) =>
                        oddity == "phases"
                            ? new SyntheticPackage(n, "1.1-1").With("Phased-Update-Percentage", Phase(i))
                            : new SyntheticPackage(n, "1.1-1")
                )
            );
        if (oddity == "sources")
            Sources(host);
        if (oddity == "refusals")
            Refusals(host);
        return host.Ready();
    }

    private static string Phase(int index) => ((string[])["0", "100", "10", "x", "-1", "200"])[index % 6];

    private void Sources(ScenarioHost host)
    {
        var server = host.Server.Address;
        foreach (var (suite, names) in ((string, string[])[])[("one", ["o-a"]), ("two", ["o-b"]), ("three", ["o-c"])])
            host.Offers(Suite(suite), names.Select(n => new SyntheticPackage(n, "2.0-1")));
        host.Offers(Suite("four"), new SyntheticPackage("o-d", "2.0-1"));
        host.Offers(Suite("five"), new SyntheticPackage("o-e", "2.0-1"));
        host.Offers(Suite("six"), new SyntheticPackage("o-f", "2.0-1"));
        host.Offers(Suite("seven"), new SyntheticPackage("o-g", "2.0-1"));
        host.Offers(Suite("eight"), new SyntheticPackage("o-h", "2.0-1"));
        host.Offers(Suite("nine"), new SyntheticPackage("o-i", "2.0-1"));
        const string key = "/usr/share/keyrings/synthetic.gpg";
        var inline = string.Concat(
            host.ArmouredKey.TrimEnd('\n').Split('\n').Select(l => l.Trim().Length == 0 ? " .\n" : $" {l.TrimEnd()}\n")
        );
        var signed = System.Release == DebianRelease.Bullseye ? $"Signed-By: {key}\n" : $"Signed-By:\n{inline}";
        host.Root.Write(
            "/etc/apt/sources.list.d/odd.sources",
            $"# a comment\nX-Repolib-Name: one\nTypes: deb\nURIs: {server}\nSuites: one\nComponents: main\n{signed}\n"
                + $"\n\nTypes: deb\nEnabled: no\nURIs: {server}\nSuites: two\nComponents: main\nSigned-By: {key}\n"
                + $"\nTYPES: deb\nuris: {server}\nsuites: three\n# in between\ncomponents: main contrib\n"
                + $"signed-by: {key}\n"
                + $"\nTypes: deb\nURIs: {server}\nSuites: four\nComponents: main\nSigned-By: {key}\n"
                + "Architectures: i386\n"
                + $"\nTypes: deb\nURIs: {server}/\nSuites: five\nComponents:\n main\nArchitectures-Remove: i386\n"
                + $"Signed-By: {key}\n"
        );
        host.Root.Write(
            "/etc/apt/sources.list.d/odd.list",
            $"  deb   [ signed-by={key} arch=amd64 ]   {server}/  six   main   # a comment\n"
                + $"#deb [signed-by={key}] {server} seven main\n"
        );
        host.Root.Write("/etc/apt/sources.list.d/odd.list.save", $"deb [trusted=yes] {server} eight main\n");
        host.Root.Write("/etc/apt/sources.list.d/odd name.list", $"deb [trusted=yes] {server} nine main\n");
    }

    /// <summary>Another suite of the same distribution.</summary>
    private static SyntheticSuite Suite(string name) => new(name, "Debian", "Debian", name, name, "12.0");

    private static void Refusals(ScenarioHost host)
    {
        host.Root.Run("apt-mark", "hold", "o-a").Expect();
        host.Root.Write(
            "/etc/apt/preferences.d/odd",
            """
            Explanation: why
            Package: o-b
            Pin: release l=Debian-Security
            Pin-Priority: -1

            Package: o-c o-d
            Pin: release a=stable-security
            Pin-Priority: -10

            Package: o-e
            Pin: release n=bookworm-security
            Pin-Priority: -1

            Package: o-f
            Pin: version 1.1*
            Pin-Priority: -1

            Package: /^o-[gh]$/
            Pin: release o=Debian
            Pin-Priority: -1

            Package: o-i
            Pin: release c=main
            Pin-Priority: -1

            Package: o-j
            Pin: origin "127.0.0.1"
            Pin-Priority: -1

            Package: o-k
            Pin: release l=Nobody
            Pin-Priority: -1

            Package: o-plus*
            Pin: release l=Debian-Security, c=main
            Pin-Priority: -1

            # Package: o-l
            # Pin: release l=Debian-Security
            # Pin-Priority: -1

            Package: o-m:amd64
            Pin: release l=Debian-Security
            Pin-Priority: -1

            Package: o-n:i386
            Pin: release l=Debian-Security
            Pin-Priority: -1

            Package: src:o-o
            Pin: release l=Debian-Security
            Pin-Priority: -1

            """
        );
        host.Root.Write(
            "/etc/apt/preferences.d/ignored.txt",
            "Package: o-p\nPin: release l=Debian-Security\nPin-Priority: -1\n"
        );
        host.Root.Write(
            "/etc/apt/preferences.d/read.pref",
            "Package: o-q\nPin: release l=Debian-Security\nPin-Priority: -1\n"
        );
        host.Root.Write(
            "/etc/apt/preferences",
            "Package: o-r\nPin: release v=12\nPin-Priority: -1\n\n"
                + "Package: *\nPin: release a=nothing\nPin-Priority: -1\n"
        );
    }
}
