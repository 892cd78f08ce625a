using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// A host that misses a security update, whatever its tool: what is done to it may hide the update and must never make
/// it look compliant.
/// </summary>
internal sealed class ProofHost : IDisposable
{
    /// <summary>The package whose update is missing.</summary>
    public const string Package = "s-app";

    /// <summary>So many that a database has several pages of them.</summary>
    private static readonly string[] s_others = [.. Enumerable.Range(0, 20).Select(i => $"s-other{i}")];

    private const string Look = """
        try {
            $report = Invoke-PatchBaseline -Operation Scan ARGUMENTS
            "verdict`t$($report.Verdict)`t$($report.ExitCode)"
            foreach ($finding in $report.Findings) { "finding`t$($finding.Name)`t$($finding.State)" }
        } catch { "error`t$($_.FullyQualifiedErrorId.Split(',')[0])`t$_" }
        try { "quiet`t$(Get-PatchSnapshot | Test-PatchCompliance -Quiet)" } catch { "quiet`terror" }
        """;

    private readonly IDisposable _host;
    private readonly Func<IReadOnlyList<RecordedRequest>> _requests;

    private ProofHost(IDisposable host, Func<IReadOnlyList<RecordedRequest>> requests)
    {
        _host = host;
        _requests = requests;
    }

    public required OverlayRoot Root { get; init; }

    public required ArchiveServer Server { get; init; }

    /// <summary>Of the repositories, on this machine.</summary>
    public required string Archive { get; init; }

    /// <summary>Part of a list's address.</summary>
    public required string List { get; init; }

    /// <summary>Part of the address of the table of contents.</summary>
    public required string Contents { get; init; }

    /// <summary>Where the tool keeps what it fetched.</summary>
    public required string Cache { get; init; }

    /// <summary>Shell pattern of the lists below <see cref="Cache"/>.</summary>
    public required string CachedList { get; init; }

    /// <summary>Folder of the files that name the repositories.</summary>
    public required string Sources { get; init; }

    /// <summary>Shell pattern of the package database.</summary>
    public required string Database { get; init; }

    /// <summary>The tool's own refresh.</summary>
    public required string Fetch { get; init; }

    /// <summary>The tool's program, and a word of its refresh.</summary>
    public required (string File, string Word) Program { get; init; }

    public static ProofHost Of(RpmScenarioHost host, string tool)
    {
        host.Installed([.. s_others.Select(n => new SyntheticRpm(n, "1.0-1"))])
            .Installed(new SyntheticRpm(Package, "1.0-1"))
            .Fixes(new SyntheticRpm(Package, "1.1-1"))
            .Ready();
        return new ProofHost(host, () => host.Requests)
        {
            Root = host.Root,
            Server = host.Server,
            Archive = Path.Combine(host.Archive.Folder, RpmScenarioHost.Base),
            List = "-primary.xml",
            Contents = "repomd.xml",
            Cache = tool == "dnf5" ? "/var/cache/libdnf5" : "/var/cache/dnf",
            CachedList = "*-primary.xml*",
            Sources = "/etc/yum.repos.d",
            Database = "/var/lib/rpm/[Pr]*[!k]",
            Fetch = "dnf -q makecache",
            Program = (tool == "dnf5" ? "/usr/bin/dnf5" : "/usr/bin/dnf-3", "makecache"),
        };
    }

    public static ProofHost Of(ZypperScenarioHost host)
    {
        host.Installed([.. s_others.Select(n => ZypperScenarioHost.Suse(n, "1.0-1"))])
            .Installed(ZypperScenarioHost.Suse(Package, "1.0-1"))
            .Fixes(ZypperScenarioHost.Suse(Package, "1.1-1"))
            .Offers(ZypperScenarioHost.Suse("s-shell", "1.0-1"))
            .Ready();
        return new ProofHost(host, () => host.Requests)
        {
            Root = host.Root,
            Server = host.Server,
            Archive = Path.Combine(host.Archive.Folder, ZypperScenarioHost.Base),
            List = "-primary.xml",
            Contents = "repomd.xml",
            Cache = "/var/cache/zypp",
            CachedList = "*-primary.xml*",
            Sources = "/etc/zypp/repos.d",
            Database = "/var/lib/rpm/[Pr]*[!k]",
            Fetch = "zypper --non-interactive refresh",
            Program = ("/usr/bin/zypper", "refresh"),
        };
    }

    public static ProofHost Of(ScenarioHost host)
    {
        host.Installed(new SyntheticPackage(Package, "1.0-1"))
            .Offers(SyntheticSuite.Bookworm, new SyntheticPackage(Package, "1.0-1"))
            .Offers(SyntheticSuite.BookwormSecurity, new SyntheticPackage(Package, "1.1-1"))
            .Ready();
        return new ProofHost(host, () => host.Requests)
        {
            Root = host.Root,
            Server = host.Server,
            Archive = host.Archive.Folder,
            List = "/Packages",
            Contents = "Release",
            Cache = "/var/lib/apt/lists",
            CachedList = "*_Packages*",
            Sources = "/etc/apt/sources.list.d",
            Database = "/var/lib/dpkg/status",
            Fetch = "apt-get -q update",
            Program = ("/usr/bin/apt-get", "update"),
        };
    }

    /// <summary>Runs a line of shell inside, which must not fail.</summary>
    public void Shell(string line) => Root.Shell(line).Expect();

    /// <summary>Puts a line of shell in the place of the first refresh.</summary>
    public void InsteadOfTheTool(string line)
    {
        Root.Run("mv", Program.File, Program.File + ".real").Expect();
        Root.WriteScript(
            Program.File,
            $"#!/bin/sh\ncase \"$*\" in *{Program.Word}*) {line};; esac\nexec {Program.File}.real \"$@\"\n"
        );
    }

    /// <summary>Rewrites a file of the repositories.</summary>
    public void Rewrite(string pattern, Func<string, string> change)
    {
        foreach (var file in Directory.EnumerateFiles(Archive, pattern, SearchOption.AllDirectories))
            File.WriteAllText(file, change(File.ReadAllText(file)));
    }

    /// <summary>What a scan says, and -Quiet after it.</summary>
    public ProofSight Scan(string arguments)
    {
        var run = Root.PatchTools(Look.Replace("ARGUMENTS", arguments, StringComparison.Ordinal)).Expect();
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.Output}\n{run.Error}");
        var lines = run.Output.Split('\n').Select(line => line.Split('\t')).ToList();
        return new ProofSight(
            lines.FirstOrDefault(l => l[0] == "verdict")?[1],
            lines.FirstOrDefault(l => l[0] == "error")?[1],
            lines.Any(l => l is ["finding", Package, "Missing"]),
            lines.Single(l => l[0] == "quiet")[1],
            _requests().Any(request => request.Target == "PutInventory")
        );
    }

    public void Dispose() => _host.Dispose();
}

/// <summary>What somebody sees of a host.</summary>
/// <param name="Verdict">Of the report; null where the scan failed.</param>
/// <param name="Error">Id of the scan's error; null without one.</param>
/// <param name="FindsTheUpdate">The missing update is reported.</param>
/// <param name="Quiet">What -Quiet said, or <c>error</c>.</param>
/// <param name="IsSent">The service was told.</param>
internal sealed record ProofSight(string? Verdict, string? Error, bool FindsTheUpdate, string Quiet, bool IsSent);
