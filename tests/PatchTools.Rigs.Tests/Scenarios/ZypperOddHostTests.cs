namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Hosts of zypper with an odd configuration, twice: on one zypper itself updates everything, on the other PatchTools
/// installs whatever is missing. Both must end with the same packages.
/// </summary>
public abstract class ZypperOddHostScenarios : ToolScenarios
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
    [InlineData("locks that zypper wrote")]
    [InlineData("locks by hand")]
    [InlineData("repositories")]
    public void What_the_tool_updates_is_what_is_installed(string oddity)
    {
        using var itself = Host(oddity);
        using var ours = Host(oddity);
        var before = ours.Packages();
        itself.Root.Shell("zypper --non-interactive --no-gpg-checks refresh; zypper --non-interactive update").Expect();

        ours.Install();

        Assert.Equal("", OddHosts.Difference(itself.Packages(), ours.Packages()));
        Assert.NotEqual(before, ours.Packages());
    }

    private ZypperScenarioHost Host(string oddity)
    {
        var host = ZypperHost().Installed([.. s_names.Select(n => ZypperScenarioHost.Suse(n, "1.0-1"))]);

        // A patch of its own for each, so that a lock on one keeps no other away.
        foreach (var edition in (string[])["1.0-2", "1.1-1"])
        {
            foreach (var name in s_names)
                host.Fixes(ZypperScenarioHost.Suse(name, edition));
        }

        switch (oddity)
        {
            case "locks that zypper wrote":
                Locks(host);
                break;
            case "locks by hand":
                host.Write("/etc/zypp/locks", ByHand);
                break;
            default:
                Repositories(host);
                break;
        }

        return host.Ready();
    }

    private static void Locks(ZypperScenarioHost host)
    {
        foreach (
            var arguments in (string[][])
                [
                    ["o-a"],
                    ["o-b = 1.1-1"],
                    ["o-c < 1.1-1"],
                    ["o-d >= 1.1"],
                    ["o-e > 1.0-2"],
                    ["-r", ZypperScenarioHost.Base, "o-f"],
                    ["-t", "package", "o-g"],
                    ["-t", "pattern", "o-h"],
                    ["O-I"],
                    ["o-[jk]"],
                    ["o-plus*"],
                    ["o-no-such"],
                    ["o-dot?dot"],
                    ["o-case"],
                    ["-t", "package", "-t", "patch", "o-9"],
                    ["o-l = 1.0-1"],
                    ["o-m <= 1.0-2"],
                    ["o-n = 1.1"],
                ]
        )
            host.Root.Run(["zypper", "--non-interactive", "addlock", .. arguments]);
    }

    private const string ByHand = """
        type: package
        match_type: glob
        case_sensitive: off
        solvable_name: O-A

        type: package
        match_type: regex
        case_sensitive: on
        solvable_name: ^o-[bc]$

        type: package
        match_type: substring
        case_sensitive: on
        solvable_name: dot.d

        type: package
        match_type: exact
        case_sensitive: on
        solvable_name: o-d

        match_type: glob
        case_sensitive: on
        solvable_name: o-e

        type: package
        match_type: glob
        case_sensitive: on
        solvable_name: o-f
        solvable_name: o-g

        type: package
        repo: nowhere
        match_type: glob
        case_sensitive: on
        solvable_name: o-h

        type: package
        version: > 1.0-2
        match_type: glob
        case_sensitive: on
        solvable_name: o-i

        # a comment
        type: package
        match_type: glob
        case_sensitive: on
        solvable_name: o-j
        comment: why

        type: package
        match_type: exact
        case_sensitive: off
        solvable_name: O-CASE

        type: package
        match_type: glob
        case_sensitive: on
        install_status: installed
        solvable_name: o-k

        type: package
        match_type: glob
        case_sensitive: on
        install_status: not-installed
        solvable_name: o-l

        type: package
        match_type: regex
        case_sensitive: off
        solvable_name: O-[MN]

        type: package
        match_type: glob
        case_sensitive: on
        solvable_name: o-9

        """;

    /// <summary>Priorities, switched-off repositories, and packages of another vendor.</summary>
    private static void Repositories(ZypperScenarioHost host)
    {
        foreach (
            var (id, lines, names) in ((string Id, string Lines, string[] Names)[])
                [
                    ("better", "priority=10", ["o-a", "o-b"]),
                    ("worse", "priority=200", ["o-c", "o-d"]),
                    ("off", "enabled=0", ["o-e"]),
                    ("alike", "priority=99", ["o-f"]),
                    ("cached", "keeppackages=1", ["o-g"]),
                ]
        )
        {
            host.Repository(id, lines);
            if (id == "off")
                host.Root.Shell("sed -i /enabled=1/d /etc/zypp/repos.d/off.repo").Expect();
            host.Archive.Add(id, [.. names.Select(n => ZypperScenarioHost.Suse(n, "3.0-1"))]);

            // A patch that is needed is taken whatever the priorities say.
            if (id == "worse")
                continue;
            foreach (var name in names)
                host.Archive.Add(id, new SyntheticAdvisory($"RIG-{id}-{name}", ZypperScenarioHost.Suse(name, "3.0-1")));
        }

        host.Repository("foreign");
        host.Archive.Add("foreign", new SyntheticRpm("o-h", "3.0-1").With("Vendor", "obs://somebody"));
        host.Archive.Add("foreign", new SyntheticRpm("o-i", "3.0-1").With("Vendor", "openSUSE"));
    }
}
