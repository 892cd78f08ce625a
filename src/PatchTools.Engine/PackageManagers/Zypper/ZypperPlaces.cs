using PatchTools.Hosts;
using PatchTools.PackageManagers.Rpm;

namespace PatchTools.PackageManagers.Zypper;

/// <summary>Where zypper and rpm work on this host, as their own configuration says.</summary>
internal static class ZypperPlaces
{
    public static PackageManagerPlaces Read(HostContext host)
    {
        var root = host.Paths.Root;
        return new PackageManagerPlaces(
            ZypperConfiguration.Read(root, customSources: null, []).PackagesDirectory,
            RpmQuery.DatabaseOf(root) ?? Path.Combine(root, "var/lib/rpm"),
            RpmQuery.DatabaseFileOf(root),
            RemountsByItself: false,
            Interrupted: null,
            RunsFromTmp: false,
            new CureCommands("zypper clean", "zypper purge-kernels", "zypper refresh")
        );
    }
}
