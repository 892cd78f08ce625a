using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.PackageManagers.Apt;
using PatchTools.PackageManagers.Dnf;
using PatchTools.PackageManagers.Rpm;
using PatchTools.PackageManagers.Zypper;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.PackageManagers;

/// <summary>Which package manager a root has, by what lies on disk.</summary>
internal static class PackageManagerLocator
{
    /// <summary>Order of full version texts in a family.</summary>
    public static IComparer<string> VersionOrder(PackageFamily family) =>
        family == PackageFamily.Apt ? DebianVersion.Order : RpmVersion.Order;

    /// <summary>Null where no known database says which package a file is of.</summary>
    public static IFileOwners? FileOwners(HostContext host, IProcessRunner runner) =>
        AptPackageManager.IsPresent(host.Paths.Root) ? new DpkgFileOwners(host.Paths.Root)
        : RpmQuery.DatabaseOf(host.Paths.Root) is not null ? new RpmFileOwners(host.Paths.Root, runner)
        : null;

    /// <summary>Null where there is none of PatchTools'.</summary>
    public static PackageManagerPlaces? Places(HostContext host) =>
        AptPackageManager.IsPresent(host.Paths.Root) ? AptPlaces.Read(host)
        : DnfPackageManager.IsPresent(host.Paths.Root) ? DnfPlaces.Read(host, DnfPackageManager.ToolOf(host.Paths.Root))
        : ZypperPackageManager.IsPresent(host.Paths.Root) ? ZypperPlaces.Read(host)
        : null;

    /// <summary>Null where there is none of PatchTools'.</summary>
    public static IPackageManager? TryLocate(
        HostContext host,
        IProcessRunner runner,
        IDecompressor decompressor,
        IDatabaseReader databases,
        ITomlReader toml
    )
    {
        try
        {
            return Locate(host, runner, decompressor, databases, toml);
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.PackageManagerNotFound)
        {
            return null;
        }
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerNotFound"/>.</exception>
    public static IPackageManager Locate(
        HostContext host,
        IProcessRunner runner,
        IDecompressor decompressor,
        IDatabaseReader databases,
        ITomlReader toml
    )
    {
        var root = host.Paths.Root;
        if (!Directory.Exists(root))
            throw new PatchToolsException(PatchErrors.PackageManagerNotFound, $"There is no directory {root}.", root);
        if (AptPackageManager.IsPresent(root))
            return new AptPackageManager(host, runner, decompressor);
        if (DnfPackageManager.IsPresent(root))
            return new DnfPackageManager(host, runner, decompressor, databases, toml);
        if (ZypperPackageManager.IsPresent(root))
            return new ZypperPackageManager(host, runner, decompressor);
        throw new PatchToolsException(
            PatchErrors.PackageManagerNotFound,
            $"No package manager of PatchTools was found under {root}: there is neither {AptPackageManager.StatusPath(root)} (apt) nor a database of rpm (dnf, yum, zypper).",
            root
        );
    }
}
