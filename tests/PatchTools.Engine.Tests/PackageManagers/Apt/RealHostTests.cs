using System.Diagnostics;
using PatchTools.Adapters.Compression;
using PatchTools.Families.Apt;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Inventories;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// This kind of machine's own dpkg state and full lists, read by PatchTools and by the real apt. Nothing is changed.
/// </summary>
public sealed class RealHostTests
{
    [Fact]
    public async Task The_upgradable_set_equals_that_of_apt_list()
    {
        var inventory = await ReadThisHost();

        var expected = Run("apt", "list", "--upgradable")
            .Split('\n')
            .Where(l => l.Contains('/', StringComparison.Ordinal))
            .Select(l => l.Split('/', 2)[0] + " " + l.Split(' ')[1])
            .Order(StringComparer.Ordinal);
        var ours = inventory
            .Installed.Where(p =>
                p.CandidateEdition is { } candidate && DebianVersion.Order.Compare(candidate, p.Edition) > 0
            )
            .Select(p => $"{p.Name} {p.CandidateEdition}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(expected, ours);
    }

    [Fact]
    public async Task Candidates_of_all_installed_packages_equal_those_of_apt_cache_policy()
    {
        var inventory = await ReadThisHost();

        Dictionary<string, string> candidates = new(StringComparer.Ordinal);
        var name = "";
        foreach (
            var line in Run("apt-cache", ["policy", .. inventory.Installed.Select(p => $"{p.Name}:{p.Architecture}")])
                .Split('\n')
        )
        {
            if (line.EndsWith(':') && !line.StartsWith(' '))
                name = line[..^1];
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal))
                candidates[name] = line["  Candidate: ".Length..];
        }

        Assert.NotEmpty(candidates);
        var differing = inventory
            .Installed.Select(p =>
                (
                    p.Name,
                    Ours: p.CandidateEdition ?? "(none)",
                    Theirs: candidates.GetValueOrDefault(p.Name)
                        ?? candidates.GetValueOrDefault($"{p.Name}:{p.Architecture}")
                )
            )
            .Where(p => p.Ours != p.Theirs);
        Assert.Empty(differing);
    }

    [Fact]
    public async Task Candidate_priority_section_and_security_set_of_all_installed_packages_equal_those_of_libapt()
    {
        var inventory = await ReadThisHost();

        var expected = Libapt.Installed();

        Assert.NotEmpty(expected);
        var ours = Libapt.Installed(inventory);
        Assert.Equal(expected.Except(ours), ours.Except(expected));
        Assert.Equal(expected.Count, ours.Count);
    }

    [Fact]
    public async Task What_is_remembered_of_the_lists_gives_the_same_inventory_to_the_last_byte()
    {
        using var folder = new TemporaryDirectory();
        var fresh = await Exported(await ReadThisHost(folder.Path));
        Assert.NotEmpty(Directory.GetFiles(folder.File("metadata"), "*.index"));

        Assert.Equal(fresh, await Exported(await ReadThisHost(folder.Path)));

        static async Task<byte[]> Exported(HostInventory inventory)
        {
            using var stream = new MemoryStream();
            await InventoryFile.WriteAsync(
                inventory with
                {
                    CapturedAt = default,
                    Facts = new HostFacts(),
                },
                stream,
                CancellationToken.None
            );
            return stream.ToArray();
        }
    }

    private static async Task<HostInventory> ReadThisHost()
    {
        using var folder = new TemporaryDirectory();
        return await ReadThisHost(folder.Path);
    }

    private static async Task<HostInventory> ReadThisHost(string data)
    {
        Rig.NeedsCommands("apt", "apt-cache");
        if (Directory.GetFiles("/var/lib/apt/lists", "*Packages*").Length == 0)
            Rig.Lacks("package lists (run apt-get update)");
        var host = new HostContext
        {
            Paths = new HostPaths { StateDirectory = data, DataDirectory = data },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        var manager = new AptPackageManager(
            new HostSession(host, new ProcessRunner(host, SilentObserver.Instance), new Decompressor())
        );
        return await manager.GetInventoryAsync(new InventoryRequest(), SilentObserver.Instance, CancellationToken.None);
    }

    private static string Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        return output;
    }
}
