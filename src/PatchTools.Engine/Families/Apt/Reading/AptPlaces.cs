using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>Where apt and dpkg work on this host, as apt's own configuration says.</summary>
internal static class AptPlaces
{
    public static PackageManagerPlaces Read(HostContext host)
    {
        var configuration = AptConfiguration.Read(host);
        var database = Path.GetDirectoryName(DpkgStatus.PathIn(host.Paths.Root))!;
        return new PackageManagerPlaces(
            host.Paths.InRoot(configuration.FindFile("Dir::Cache::archives").TrimEnd('/')),
            database,
            DpkgStatus.PathIn(host.Paths.Root),
            RemountsByItself(configuration),
            Interrupted(database),
            RunsFromTmp: true,
            new CureCommands("apt-get clean", "apt-get autoremove --purge", "apt-get update")
        );
    }

    // apt.conf(5) has the example:
    // DPkg::Pre-Invoke {"mount -o remount,rw /usr";};
    private static bool RemountsByItself(AptConfiguration configuration) =>
        configuration
            .FindList("DPkg::Pre-Invoke")
            .Concat(configuration.FindList("DPkg::Pre-Install-Pkgs"))
            .Any(hook => hook.Contains("remount", StringComparison.Ordinal));

    /// <summary>dpkg journals each change here and empties the directory when it ends well.</summary>
    private static string? Interrupted(string database)
    {
        var journal = Path.Combine(database, "updates");
        try
        {
            return
                HostFiles.DirectoryExists(journal)
                && HostFiles.FilesIn(journal).Any(f => Path.GetFileName(f).All(char.IsAsciiDigit))
                ? $"dpkg was interrupted: {journal} holds changes that are not in its status file"
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
