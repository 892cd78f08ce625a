using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Where apt and dpkg work on this host, as apt's own configuration says.</summary>
internal sealed class AptPlaces(HostContext host, IProcessRunner runner)
{
    private const string DefaultArchives = "/var/cache/apt/archives";

    public async Task<PackageManagerPlaces> ReadAsync(CancellationToken cancellationToken)
    {
        var configuration = await ConfigurationAsync(cancellationToken);
        var database = host.Paths.InRoot("/var/lib/dpkg");
        return new PackageManagerPlaces(ArchivesOf(configuration) ?? host.Paths.InRoot(DefaultArchives), database, RemountsByItself(configuration), Interrupted(database));
    }

    // $ apt-config shell ARCHIVES Dir::Cache::archives/d      (apt 2.6.2)
    // ARCHIVES='/var/cache/apt/archives/'
    private static string? ArchivesOf(IReadOnlyList<string> configuration)
    {
        const string Name = "ARCHIVES='";
        var line = configuration.FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal) && l.EndsWith('\''));
        return line is { Length: var length } && length > Name.Length + 1 ? line[Name.Length..^1].Replace("'\\''", "'", StringComparison.Ordinal).TrimEnd('/') : null;
    }

    // apt.conf(5) has the example:
    // DPkg::Pre-Invoke:: "mount -o remount,rw /usr";
    private static bool RemountsByItself(IReadOnlyList<string> configuration) =>
        configuration.Any(l => l.StartsWith("DPkg::Pre-", StringComparison.OrdinalIgnoreCase) && l.Contains("remount", StringComparison.Ordinal));

    /// <summary>dpkg journals each change here and empties the directory when it ends well.</summary>
    private static string? Interrupted(string database)
    {
        var journal = Path.Combine(database, "updates");
        try
        {
            return Directory.Exists(journal) && Directory.EnumerateFiles(journal).Any(f => Path.GetFileName(f).All(char.IsAsciiDigit))
                ? $"dpkg was interrupted: {journal} holds changes that are not in its status file"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lines of both questions; none when apt cannot be asked, which the install itself will say better.</summary>
    private async Task<IReadOnlyList<string>> ConfigurationAsync(CancellationToken cancellationToken)
    {
        List<string> root = host.Paths.Root == "/" ? [] : ["-o", $"Dir={host.Paths.Root}"];
        try
        {
            var places = await runner.RunAsync(new Command("apt-config", [.. root, "shell", "ARCHIVES", "Dir::Cache::archives/d"]), cancellationToken);
            var hooks = await runner.RunAsync(new Command("apt-config", [.. root, "dump", "DPkg"]), cancellationToken);
            return [.. $"{places.StandardOutput}\n{hooks.StandardOutput}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        }
        catch (CommandFailedException)
        {
            return [];
        }
    }
}
