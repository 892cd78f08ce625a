using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Testing.Rigs;
using PatchTools.Versions;

namespace PatchTools.Differential.Tests.Apt;

/// <summary>A version in the table of <c>apt-cache policy</c>.</summary>
/// <param name="Edition">Full version text.</param>
/// <param name="IsInstalled">Marked with three stars.</param>
/// <param name="Archives">Numbers of the archives that offer it.</param>
internal sealed record PolicyVersion(string Edition, bool IsInstalled, IReadOnlyList<int> Archives);

/// <summary>One package as <c>apt-cache policy</c> shows it; versions newest first.</summary>
internal sealed record PackagePolicy(string? Candidate, IReadOnlyList<PolicyVersion> Versions)
{
    /// <summary>
    /// Whether two texts spell one version: <c>1.1</c> and <c>1.01</c> do, and neither updates the other.
    /// </summary>
    public static bool IsSame(string? x, string? y) =>
        x == y || (x is not null && y is not null && DebianVersion.Order.Compare(x, y) == 0);

    /// <summary>What stands above the installed version and is another.</summary>
    public IReadOnlyList<PolicyVersion> Newer
    {
        get
        {
            var installed = Versions.FirstOrDefault(v => v.IsInstalled);
            return [.. Versions.TakeWhile(v => !v.IsInstalled && !IsSame(v.Edition, installed?.Edition))];
        }
    }
}

/// <summary>A simulated transaction: packages with their version afterwards, empty for a removal.</summary>
internal sealed record Simulation(bool Succeeded, IReadOnlyDictionary<string, string> Changes, string Text);

/// <summary>What the real apt answers.</summary>
internal sealed partial class AptJudge(AptHost host)
{
    public Dictionary<string, PackagePolicy> Policies(IEnumerable<string> packages)
    {
        Dictionary<string, PackagePolicy> policies = new(StringComparer.Ordinal);
        var name = "";
        string? candidate = null;
        List<PolicyVersion> versions = [];
        foreach (var line in host.Run("apt-cache", ["policy", .. packages]).Expect().Output.Split('\n').Append("end:"))
        {
            if (line.Length > 0 && line[0] != ' ')
            {
                if (name.Length > 0)
                    policies[name] = new PackagePolicy(candidate, versions);
                (name, candidate, versions) = (line.TrimEnd(':'), null, []);
            }
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal))
            {
                candidate = line[13..] == "(none)" ? null : line[13..];
            }
            else if (VersionLine().Match(line) is { Success: true } version)
            {
                versions.Add(new PolicyVersion(version.Groups[2].Value, version.Groups[1].Value == "***", []));
            }
            else if (PlaceLine().Match(line) is { Success: true } place)
            {
                var number = int.Parse(place.Groups[1].Value, CultureInfo.InvariantCulture);
                versions[^1] = versions[^1] with { Archives = [.. versions[^1].Archives, number] };
            }
        }

        return policies;
    }

    /// <summary>
    /// Packages that apt would upgrade by its policy, with the version; those of which only the build changes are left
    /// out.
    /// </summary>
    public Dictionary<string, string> Upgradable()
    {
        Dictionary<string, string> upgradable = new(StringComparer.Ordinal);
        foreach (var line in host.Run("apt", "list", "--upgradable").Expect().Output.Split('\n'))
        {
            if (UpgradableLine().Match(line) is not { Success: true } match)
                continue;
            var (name, to, architecture, from) = (
                match.Groups[1].Value,
                match.Groups[2].Value,
                match.Groups[3].Value,
                match.Groups[4].Value
            );
            if (!PackagePolicy.IsSame(to, from))
                upgradable[$"{name}:{architecture}"] = to;
        }

        return upgradable;
    }

    /// <summary>Whether apt would install these versions together, and what else it would do.</summary>
    /// <param name="versions"><c>name:architecture=version</c>, and <c>name:architecture+</c> or <c>-</c> as apt-get
    /// understands them.</param>
    public Simulation Simulate(IEnumerable<string> versions)
    {
        var run = host.Run(
            "apt-get",
            ["-q", "-y", "--simulate", "-o", "APT::Get::Always-Include-Phased-Updates=true", "install", .. versions]
        );
        Dictionary<string, string> changes = new(StringComparer.Ordinal);
        foreach (var line in run.Output.Split('\n'))
        {
            if (InstallLine().Match(line) is { Success: true } install)
                changes[$"{install.Groups[1].Value}"] = install.Groups[2].Value;
            else if (RemovalLine().Match(line) is { Success: true } removal)
                changes[removal.Groups[1].Value] = "";
        }

        return new Simulation(run.ExitCode == 0, changes, run.Output + run.Error);
    }

    //  *** 1.0-1 500
    //      1.1-1 500
    [GeneratedRegex(@"^ (\*\*\*|   ) (\S+) -?\d+")]
    private static partial Regex VersionLine();

    //         500 http://deb.example.org/a0 bookworm/main amd64 Packages
    [GeneratedRegex(@"^ +-?\d+ http://[a-z.]+/a(\d+) ")]
    private static partial Regex PlaceLine();

    // pa/stable 1.1-1 amd64 [upgradable from: 1.0-1]
    [GeneratedRegex(@"^([^/ ]+)/\S* (\S+) (\S+) \[upgradable from: (\S+)\]")]
    private static partial Regex UpgradableLine();

    // Inst pa [1.0-1] (1.1-1 Debian:12.1/stable [amd64])
    [GeneratedRegex(@"^Inst (\S+) (?:\[\S+\] )?\((\S+) ")]
    private static partial Regex InstallLine();

    [GeneratedRegex(@"^(?:Remv|Purg) (\S+)")]
    private static partial Regex RemovalLine();
}
