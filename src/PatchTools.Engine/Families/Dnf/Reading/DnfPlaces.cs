using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>Where dnf or yum and rpm work on this host, as their own configuration says.</summary>
internal static class DnfPlaces
{
    public static PackageManagerPlaces Read(HostContext host, DnfTool tool)
    {
        var root = host.Paths.Root;
        var cache = DnfConfiguration
            .Read(root, tool, RpmArchitectures.OfThisMachine, releaseVersion: null, customSources: null, [])
            .CacheDirectory;

        // yum 3 keeps each release apart; where nobody has said which, the directory above is on the same file system.
        var known = cache.Split("/$")[0];
        var database = RpmQuery.DatabaseOf(root) ?? Path.Combine(root, "var/lib/rpm");
        return new PackageManagerPlaces(
            host.Paths.InRoot(known),
            database,
            RpmQuery.DatabaseFileOf(root),
            RemountsByItself: false,
            Interrupted: null,
            RunsFromTmp: false,
            new CureCommands($"{tool.Command} clean packages", tool.RemoveOldKernels, $"{tool.Command} makecache")
        );
    }
}
