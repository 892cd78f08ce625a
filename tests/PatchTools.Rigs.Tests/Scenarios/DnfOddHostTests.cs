using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Hosts with an odd configuration, twice: on one the tool itself updates everything, on the other PatchTools installs
/// whatever is missing. Both must end with the same packages.
/// </summary>
public abstract class DnfOddHostScenarios : ToolScenarios
{
    private static readonly string[] s_names =
    [
        .. Enumerable.Range(0, 26).Select(i => $"o-{(char)('a' + i)}"),
        "o-plus+plus",
        "o-dot.dot",
        "o-Case",
        "o-9",
    ];

    [Theory]
    [Sampled]
    [InlineData("locks")]
    [InlineData("comparators")]
    [InlineData("drop-ins")]
    [InlineData("repositories")]
    [InlineData("modules")]
    public void What_the_tool_updates_is_what_is_installed(string oddity)
    {
        if (oddity is "comparators" && System.Tool != "dnf5")
            Assert.Skip("only dnf 5 has conditions in its version locks");
        if (oddity == "locks" && System.Release == DebianRelease.Bullseye)
            Assert.Skip("bullseye has no versionlock plugin for dnf");
        using var itself = Host(oddity);
        using var ours = Host(oddity);
        var before = ours.Packages();
        itself.Root.Run("dnf", "-y", "--refresh", "--setopt=install_weak_deps=0", "upgrade").Expect();

        // dnf 4 notes the default stream of a module as enabled when it installs from it: nothing is held to that.
        var run = PatchRuns.Invoke(ours.Root, "-Operation Install -RebootOption NoReboot");

        TestContext.Current.TestOutputHelper?.WriteLine($"{run.ExitCode} {run.Error}");
        Assert.Equal("", OddHosts.Difference(itself.Packages(), ours.Packages()));
        Assert.NotEqual(before, ours.Packages());
    }

    private RpmScenarioHost Host(string oddity)
    {
        var host = DnfHost(
            RpmScenarioHost.Security(baseline =>
            {
                var rule = baseline["approvalRules"]!["rules"]![0]!;
                rule["enableNonSecurity"] = true;
                rule["filterGroup"]!["filters"]![0]!["values"] = new JsonArray("*");
            })
        );
        host.Installed([.. s_names.Select(n => new SyntheticRpm(n, "1.0-1"))]);
        foreach (var edition in (string[])["1.0-2", "1.1-1", "2:0.5-1"])
            host.Offers([.. s_names.Select(n => new SyntheticRpm(n, edition))]);
        switch (oddity)
        {
            case "locks":
                Locks(host);
                break;
            case "comparators":
                Comparators(host);
                break;
            case "drop-ins":
                DropIns(host);
                break;
            case "repositories":
                Repositories(host);
                break;
            default:
                Modules(host);
                break;
        }

        return host.Ready();
    }

    private void Locks(RpmScenarioHost host)
    {
        if (System.Tool == "dnf5")
        {
            foreach (
                var spec in (string[])["o-a", "o-b-1.0-1", "o-c-0:1.1-1", "o-d.x86_64", "o-plus+plus", "o-[ef]", "o-9"]
            )
                host.Root.Run("dnf", "versionlock", "add", spec);
            host.Root.Run("dnf", "versionlock", "exclude", "o-g-2:0.5-1");
            host.Root.Run("dnf", "versionlock", "exclude", "o-h");
            return;
        }

        host.Write(
            "/etc/dnf/plugins/versionlock.list",
            """
            # a comment
            o-a-0:1.0-1.*
            o-b-1.1-1.x86_64
            o-c-*:1.0-1.*
            !o-d-2:0.5-1.*
            !o-e
            o-f
            o-[gh]-0:1.0-*.*
            o-plus+plus-0:1.0-2.*
            o-dot.dot-0:1.0-1.x86_64
            o-case-0:1.0-1.*
            o-i-0:9.9-1.*
            o-j.x86_64
            o-k.noarch
            o-l-1.0
            o-m-0:1.1
             o-n-0:1.0-1.*
            ! o-o-2:0.5-1.*
            o-p-0:1.0-1.* # why
            o-q-0:1.0-1.*
            o-q-0:1.1-1.*
            !o-r-0:1.0-1.*
            o-9-0:1.?-1.*

            """
        );
    }

    private static void Comparators(RpmScenarioHost host)
    {
        (string Name, (string Key, string Comparator, string Value)[] Conditions)[] entries =
        [
            ("o-a", [("evr", "=", "1.1-1")]),
            ("o-b", [("evr", "<", "2:0.5-1")]),
            ("o-c", [("evr", "<=", "1.0-2")]),
            ("o-d", [("evr", ">", "1.0-1"), ("epoch", "=", "0")]),
            ("o-e", [("evr", ">=", "1.1")]),
            ("o-f", [("evr", "!=", "2:0.5-1")]),
            ("o-g", [("version", "=", "1.0")]),
            ("o-h", [("version", "<", "1.1")]),
            ("o-i", [("release", "=", "2")]),
            ("o-j", [("epoch", "=", "2")]),
            ("o-k", [("epoch", "<", "2")]),
            ("o-l", [("arch", "=", "noarch")]),
            ("o-m", [("arch", "!=", "noarch")]),
            ("o-n", [("nevra", "=", "o-n-1.1-1.x86_64")]),
            ("o-o", [("evr", "~", "1.1-1")]),
            ("o-p", [("evr", "==", "1.1-1")]),
            ("o-q", [("evr", "<>", "2:0.5-1")]),
            ("o-[rs]", [("evr", "<", "1.1")]),
            ("o-t", []),
            ("o-u", [("evr", ">=", "1.0-1"), ("evr", "<", "1.1-1")]),
            ("o-v", [("evr", "=", "1.0-1")]),
            ("o-v", [("evr", "=", "1.1-1")]),
            ("o-w", [("evr", "=", "0:1.1-1")]),
            ("o-x", [("evr", "=", "1.*")]),
            ("o-y", [("version", "=", "1.?")]),
            ("o-z", [("evr", "=", "1.0")]),
            ("o-case", [("evr", "=", "1.0-1")]),
            ("o-9", [("epoch", "!=", "2"), ("version", "!=", "1.1")]),
        ];
        host.Write(
            "/etc/dnf/versionlock.toml",
            "version = \"1.0\"\n"
                + string.Concat(
                    entries.Select(e =>
                        $"[[packages]]\nname = \"{e.Name}\"\n"
                        + string.Concat(
                            e.Conditions.Select(c =>
                                $"[[packages.conditions]]\nkey = \"{c.Key}\"\ncomparator = \"{c.Comparator}\"\n"
                                + $"value = \"{c.Value}\"\n"
                            )
                        )
                    )
                )
        );
    }

    /// <summary>Excludes and includes in every place that the tool reads.</summary>
    private static void DropIns(RpmScenarioHost host)
    {
        host.Configure("excludepkgs=o-a, o-b-2:0.5-1\n  o-c*\nexclude = o-d.x86_64 'o-e' \"o-f\"");
        host.Repository(
            RpmScenarioHost.Base,
            "excludepkgs=o-g-1.1-1 o-h-0:1.0-2.x86_64\nexclude=o-[ij] o-plus+plus,o-dot.dot"
        );
        host.Write("/etc/dnf/libdnf5.conf.d/10-one.conf", "[main]\nexcludepkgs=o-k\n");
        host.Write("/etc/dnf/libdnf5.conf.d/20-two.conf", "[main]\nexcludepkgs=,o-l\n");
        host.Write("/usr/share/dnf5/libdnf.conf.d/10-one.conf", "[main]\nexcludepkgs=o-m\n");
        host.Write("/usr/share/dnf5/libdnf.conf.d/15-own.conf", "[main]\nexcludepkgs=o-n\n");
        host.Write("/etc/dnf/libdnf5.conf.d/30-not.config", "[main]\nexcludepkgs=o-o\n");
        host.Write(
            "/etc/dnf/repos.override.d/50.repo",
            $"[{RpmScenarioHost.Base}]\nexcludepkgs=o-p\n[b*]\npriority=50\n"
        );
        host.Write("/usr/share/dnf5/repos.override.d/50.repo", $"[{RpmScenarioHost.Base}]\nexcludepkgs=o-q\n");
        host.Write("/etc/dnf/vars/suffix", "r\n");
    }

    /// <summary>Priorities, costs, variables, includes and repositories that are switched off.</summary>
    private static void Repositories(RpmScenarioHost host)
    {
        host.Write("/etc/dnf/vars/kind", "better\n");
        host.Repository(RpmScenarioHost.Base, "excludepkgs=o-v* \nmodule_hotfixes=1");
        foreach (
            var (id, lines, names) in ((string Id, string Lines, string[] Names)[])
                [
                    ("better", "priority=10", ["o-a", "o-b"]),
                    ("worse", "priority=200", ["o-c", "o-d"]),
                    ("some", "includepkgs=o-e o-f-3*", ["o-e", "o-f", "o-g"]),
                    ("off", "enabled=0", ["o-h", "o-i"]),
                    ("odd", "enabled=no\nenabled=1", ["o-j"]),
                    ("cheap", "cost=1", ["o-k"]),
                    ("alike", "priority=99", ["o-l"]),
                    ("word", "enabled=True\npriority = 98", ["o-m"]),
                    ("none", "excludepkgs=*", ["o-n"]),
                    ("all", "includepkgs=*", ["o-o"]),
                ]
        )
        {
            host.Repository(id, lines);
            host.Archive.Add(id, [.. names.Select(n => new SyntheticRpm(n, "2:3.0-1"))]);
        }

        // One address through a variable, one file with two sections, one section twice.
        host.Root.Shell("sed -i 's,/better,/$kind,' /etc/yum.repos.d/better.repo").Expect();
        host.Archive.Add("late", new SyntheticRpm("o-p", "2:3.0-1"));
        host.Archive.Add("early", new SyntheticRpm("o-q", "2:3.0-1"));
        host.Write(
            "/etc/yum.repos.d/zz.repo",
            $"[late]\nname=late\nbaseurl={host.Server.Address}/late\ngpgcheck=0\n\n# twice\n[early]\nname=early\n"
                + $"baseurl = {host.Server.Address}/nowhere\n          {host.Server.Address}/early\ngpgcheck=0\n"
        );
    }

    /// <summary>Streams that are enabled, disabled, default and neither.</summary>
    private void Modules(RpmScenarioHost host)
    {
        host.Enables("one", "1");
        if (System.Tool == "dnf5")
            host.Root.Shell(
                    "printf '[modules.off]\\nenabled_stream = \"\"\\ninstalled_profiles = []\\nstate = "
                        + "\"Disabled\"\\n' "
                        + ">> /usr/lib/sysimage/libdnf5/modules.toml"
                )
                .Expect();
        else
            host.Write("/etc/dnf/modules.d/off.module", "[off]\nname=off\nstream=\nprofiles=\nstate=disabled\n");
        host.AddStreams(
            ("one", "1", false, "o-a-0:1.1-1.x86_64"),
            ("one", "2", false, "o-a-2:0.5-1.x86_64"),
            ("two", "1", true, "o-b-0:1.0-2.x86_64"),
            ("two", "2", false, "o-b-2:0.5-1.x86_64"),
            ("off", "1", true, "o-c-2:0.5-1.x86_64"),
            ("none", "1", false, "o-d-2:0.5-1.x86_64")
        );
    }
}
