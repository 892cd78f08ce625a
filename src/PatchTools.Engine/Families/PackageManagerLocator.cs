using PatchTools.Errors;
using PatchTools.Families.Apt;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Apt.Reboot;
using PatchTools.Families.Dnf;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Reboot;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Versions;

namespace PatchTools.Families;

/// <summary>Which package manager a root has, as <see cref="HostFamily"/> tells.</summary>
internal static class PackageManagerLocator
{
    /// <summary>Order of full version texts in a family.</summary>
    public static IComparer<string> VersionOrder(PackageFamily family) =>
        family == PackageFamily.Apt ? DebianVersion.Order : RpmVersion.Order;

    /// <summary>Null where no known database says which package a file is of.</summary>
    public static IFileOwners? FileOwners(HostContext host, IProcessRunner runner) =>
        HostFamily.Of(host.Paths.Root) switch
        {
            PackageFamily.Apt => new DpkgFileOwners(host.Paths.Root),
            PackageFamily.Dnf or PackageFamily.Yum or PackageFamily.Zypper => new RpmFileOwners(
                host.Paths.Root,
                runner
            ),
            _ => null,
        };

    /// <summary>Null where there is none of PatchTools'.</summary>
    public static PackageManagerPlaces? Places(HostContext host) =>
        HostFamily.Of(host.Paths.Root) switch
        {
            PackageFamily.Apt => AptPlaces.Read(host),
            PackageFamily.Dnf or PackageFamily.Yum => DnfPlaces.Read(host, DnfTool.Of(host.Paths.Root)),
            PackageFamily.Zypper => ZypperPlaces.Read(host),
            _ => null,
        };

    /// <summary>Null where there is none of PatchTools'.</summary>
    public static IPackageManager? TryLocate(
        HostContext host,
        IProcessRunner runner,
        IDecompressor decompressor,
        ITomlReader toml
    )
    {
        try
        {
            return Locate(host, runner, decompressor, toml);
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.PackageManagerNotFound)
        {
            return null;
        }
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerNotFound"/>: the root is not
    /// there.</exception>
    public static void RequireRoot(HostContext host)
    {
        if (!HostFiles.DirectoryExists(host.Paths.Root))
            throw new PatchToolsException(
                PatchErrors.PackageManagerNotFound,
                $"-Root {host.Paths.Root} is not a directory.",
                host.Paths.Root
            )
            {
                RecommendedAction = "Give the directory in which the root of the image is mounted.",
            };
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerNotFound"/>.</exception>
    public static IPackageManager Locate(
        HostContext host,
        IProcessRunner runner,
        IDecompressor decompressor,
        ITomlReader toml
    )
    {
        var root = host.Paths.Root;
        RequireRoot(host);
        return HostFamily.Of(root) switch
        {
            PackageFamily.Apt => new AptPackageManager(host, runner, decompressor),
            PackageFamily.Dnf or PackageFamily.Yum => new DnfPackageManager(host, runner, decompressor, toml),
            PackageFamily.Zypper => new ZypperPackageManager(host, runner, decompressor),
            _ => throw new PatchToolsException(PatchErrors.PackageManagerNotFound, HostFamily.WhyNone(root), root),
        };
    }
}
