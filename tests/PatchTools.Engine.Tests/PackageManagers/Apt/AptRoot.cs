using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchTools.Adapters.Compression;
using PatchTools.Families.Apt;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// A throw-away root for the real apt: dpkg status, sources, lists and caches of its own, with repositories made beside
/// it. <c>APT_CONFIG</c> leads apt and PatchTools into it alike; nothing of the machine is read but apt's own programs.
/// </summary>
internal sealed class AptRoot : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    /// <param name="architectures">Native first; none leaves them to the root's own configuration, over amd64.</param>
    public AptRoot(params string[] architectures)
    {
        Rig.NeedsCommands("apt", "apt-get", "apt-cache", "apt-ftparchive");
        foreach (
            var directory in new[]
            {
                "root/etc/apt/apt.conf.d",
                "root/etc/apt/sources.list.d",
                "root/etc/apt/preferences.d",
                "root/etc/apt/trusted.gpg.d",
                "root/var/lib/apt/lists/partial",
                "root/var/cache/apt/archives/partial",
                "root/var/lib/dpkg/info",
            }
        )
            Directory.CreateDirectory(Path.Combine(_folder.Path, directory));
        Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        Write("var/lib/dpkg/status", Installed("dpkg", "1.21"));
        Write("var/lib/dpkg/arch", string.Join('\n', architectures.DefaultIfEmpty("amd64")) + "\n");
        var settings =
            architectures.Length == 0
                ? ""
                : $"APT::Architecture \"{architectures[0]}\";\nAPT::Architectures {{ "
                    + $"{string.Join(' ', architectures.Select(a => $"\"{a}\";"))} }};";
        File.WriteAllText(
            Configuration,
            $"""
            Dir "{Root}/";
            Dir::State::status "{Root}/var/lib/dpkg/status";
            Dir::Cache::pkgcache "";
            Dir::Cache::srcpkgcache "";
            APT::Sandbox::User "";
            {settings}
            Acquire::Languages "none";
            Acquire::Retries "0";

            """
        );
        Host = new HostContext
        {
            Paths = new HostPaths
            {
                StateDirectory = Path.Combine(_folder.Path, "state"),
                DataDirectory = Path.Combine(_folder.Path, "data"),
            },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["APT_CONFIG"] = Configuration },
            IsRoot = true,
        };
    }

    public string Root => Path.Combine(_folder.Path, "root");

    public string Repositories => Path.Combine(_folder.Path, "repos");

    public string Lists => Path.Combine(Root, "var/lib/apt/lists");

    /// <summary>The host as PatchTools sees it: this machine, with apt's configuration pointing here.</summary>
    public HostContext Host { get; }

    /// <summary>The same root as a mounted image (<c>-Root</c>).</summary>
    public HostContext Image =>
        Host with
        {
            Paths = Host.Paths with { Root = Root },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };

    /// <summary>
    /// Puts a copy of the repositories where the root, taken for an image, looks for them: under the same path below
    /// it.
    /// </summary>
    public void HoldRepositories()
    {
        var copy = Root + Repositories;
        if (Directory.Exists(copy))
            Directory.Delete(copy, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        using var process = Process.Start("cp", ["-a", Repositories, copy]);
        process.WaitForExit();
    }

    /// <summary>What leads apt here (<c>APT_CONFIG</c>).</summary>
    public string Configuration => Path.Combine(_folder.Path, "apt.conf");

    public void Write(string relative, string text)
    {
        var path = Path.Combine(Root, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>Makes a suite with its indexes and a Release file by apt-ftparchive.</summary>
    /// <param name="repository">Folder below <see cref="Repositories"/>.</param>
    /// <param name="suite">A suite, or an exact path that ends in a slash (flat).</param>
    /// <param name="release">Fields of the Release file as <c>Name=value</c>.</param>
    /// <param name="indexes">By <c>component/binary-arch</c> (empty for a flat one): the text of Packages.</param>
    public void MakeSuite(
        string repository,
        string suite,
        string[] release,
        params (string Folder, string Packages)[] indexes
    )
    {
        var folder = Path.Combine(Repositories, repository, suite.EndsWith('/') ? suite : $"dists/{suite}");
        foreach (var (index, packages) in indexes)
        {
            Directory.CreateDirectory(Path.Combine(folder, index));
            File.WriteAllText(Path.Combine(folder, index, "Packages"), packages);
        }

        // apt-ftparchive does not write these three, or only relative to its own clock.
        var own = release.ToLookup(f => f.Split('=')[0] is "NotAutomatic" or "ButAutomaticUpgrades" or "Valid-Until");
        foreach (var stale in new[] { "Release", "InRelease", "Release.gpg" })
            File.Delete(Path.Combine(folder, stale));
        var (exitCode, text, error) = Run(
            "apt-ftparchive",
            [.. own[false].SelectMany(f => new[] { "-o", $"APT::FTPArchive::Release::{f}" }), "release", folder]
        );
        Assert.True(exitCode == 0, error);
        File.WriteAllText(
            Path.Combine(folder, "Release"),
            string.Concat(own[true].Select(f => f.Replace("=", ": ", StringComparison.Ordinal) + "\n")) + text
        );
    }

    public static string Stanza(string name, string version, string architecture = "amd64", string more = "") =>
        $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Nobody "
        + $"<nobody@example.org>\nInstalled-Size: 10\nFilename: pool/{name}_{version}_{architecture}.deb\nSize: "
        + $"1000\n"
        + $"SHA256: {new string('0', 64)}\nSection: misc\nPriority: optional\n{more}Description: {name}\n\n";

    public static string Installed(
        string name,
        string version,
        string architecture = "amd64",
        string status = "install ok installed",
        string more = ""
    ) =>
        $"Package: {name}\nStatus: {status}\nPriority: optional\nSection: misc\nInstalled-Size: "
        + $"10\nMaintainer: Nobody <nobody@example.org>\nArchitecture: {architecture}\nVersion: "
        + $"{version}\n{more}Description: {name}\n\n";

    /// <summary>One of apt's programs, led into this root.</summary>
    public (int ExitCode, string Output, string Error) Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["APT_CONFIG"] = Configuration;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>The same, without waiting for its end. Whatever it says is thrown away.</summary>
    public Process Start(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["APT_CONFIG"] = Configuration;
        start.Environment["LC_ALL"] = "C.UTF-8";
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public void Update()
    {
        var (exitCode, output, error) = Run("apt-get", "-q", "-o", "APT::Update::Error-Mode=any", "update");
        Assert.True(exitCode == 0, output + error);
    }

    public Task<HostInventory> ReadAsync(
        InventoryRequest? request = null,
        HostContext? host = null,
        IRunObserver? observer = null
    ) =>
        new AptPackageManager(
            new HostSession(
                host ?? Host,
                new ProcessRunner(host ?? Host, observer ?? SilentObserver.Instance),
                new Decompressor()
            )
        ).GetInventoryAsync(
            request ?? new InventoryRequest(),
            observer ?? SilentObserver.Instance,
            TestContext.Current.CancellationToken
        );

    public HostInventory ReadWithPolicy(out AptPolicy policy)
    {
        var request = new InventoryRequest();
        return new AptReading(
            new HostSession(Host, null!, new Decompressor()),
            AptSetting.Read(Host, request),
            request,
            null
        ).Read(out policy, CancellationToken.None);
    }

    /// <summary>
    /// What <c>apt-cache policy</c> says of every package: candidate, and each version with the number of places that
    /// offer it.
    /// </summary>
    public IReadOnlyDictionary<string, PolicyOfApt> Policy(IEnumerable<string> packages)
    {
        var (exitCode, output, error) = Run("apt-cache", ["policy", .. packages]);
        Assert.True(exitCode == 0, error);
        Dictionary<string, PolicyOfApt> policies = new(StringComparer.Ordinal);
        PolicyOfApt? current = null;
        foreach (var line in output.Split('\n'))
        {
            if (line.EndsWith(':') && !line.StartsWith(' '))
                policies[line[..^1]] = current = new PolicyOfApt();
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal))
                current!.Candidate = line["  Candidate: ".Length..];
            else if (line.StartsWith("        ", StringComparison.Ordinal) && current is { Versions.Count: > 0 })
                current.Versions[^1] = current.Versions[^1] with { Places = current.Versions[^1].Places + 1 };
            else if (
                (
                    line.StartsWith("     ", StringComparison.Ordinal)
                    || line.StartsWith(" *** ", StringComparison.Ordinal)
                ) && current is not null
            )
                current.Versions.Add((line[5..].Split(' ')[0], 0));
        }

        return policies;
    }

    /// <summary>What <c>apt list --upgradable</c> prints, as "name:architecture version".</summary>
    public IReadOnlyList<string> Upgradable()
    {
        var (exitCode, output, error) = Run("apt", "list", "--upgradable");
        Assert.True(exitCode == 0, error);
        return
        [
            .. output
                .Split('\n')
                .Where(l => l.Contains('/', StringComparison.Ordinal))
                .Select(l => l.Split(' '))
                .Select(w => $"{w[0].Split('/')[0]}:{w[2]} {w[1]}")
                .Order(StringComparer.Ordinal),
        ];
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>One package as <c>apt-cache policy</c> shows it.</summary>
    internal sealed class PolicyOfApt
    {
        public string Candidate { get; set; } = "";

        public List<(string Edition, int Places)> Versions { get; } = [];
    }
}
