using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Model;

namespace PatchTools.Families;

/// <summary>
/// Which package manager keeps a root's packages. os-release decides: dpkg on a Red Hat or rpm on a Debian is a package
/// like any other, although its database lies there. Only where os-release names no known system does what lies on disk
/// decide.
/// </summary>
internal static class HostFamily
{
    private static readonly string[] DnfSigns = ["etc/dnf", "etc/yum.conf", "etc/yum.repos.d"];

    /// <summary>
    /// Null: the database of the family that os-release names is missing, or there is no database at all.
    /// </summary>
    public static PackageFamily? Of(string root)
    {
        var osRelease = OsReleaseFile.Read(root);
        var identity = OperatingSystemIdentity.TryFrom(osRelease);
        if (identity is null)
            return ByWhatIsThere(root);
        if (HasDatabase(root, identity.Family))
            return identity.Family;

        // A system that is only like a known one may have taken another package manager.
        return OperatingSystemIdentity.IsKnown(osRelease) ? null : ByWhatIsThere(root);
    }

    /// <summary>Why <see cref="Of"/> found nothing, for people.</summary>
    public static string WhyNone(string root)
    {
        var osRelease = OsReleaseFile.Read(root);
        if (OperatingSystemIdentity.IsKnown(osRelease) && OperatingSystemIdentity.TryFrom(osRelease) is { } identity)
            return $"os-release under {root} says {identity.Product}, but {DatabaseOf(root, identity.Family)} is not "
                + $"there.";
        return $"No package manager of PatchTools was found under {root}: "
            + $"there is neither {DpkgStatus.PathIn(root)} (apt) nor a database of rpm (dnf, yum, zypper).";
    }

    private static string DatabaseOf(string root, PackageFamily family) =>
        family == PackageFamily.Apt
            ? DpkgStatus.PathIn(root)
            : $"a database of rpm ({string.Join(", ", RpmQuery.Folders(root))})";

    private static bool HasDatabase(string root, PackageFamily family) =>
        family == PackageFamily.Apt ? DpkgStatus.IsIn(root) : RpmQuery.DatabaseOf(root) is not null;

    private static PackageFamily? ByWhatIsThere(string root)
    {
        var hasDpkg = DpkgStatus.IsIn(root);
        if (RpmQuery.DatabaseOf(root) is null)
            return hasDpkg ? PackageFamily.Apt : null;
        if (hasDpkg && DpkgKeepsTheSystem(root))
            return PackageFamily.Apt;
        return IsZyppers(root) ? PackageFamily.Zypper : PackageFamily.Dnf;
    }

    /// <summary>
    /// Whether dpkg is more than a tool on a host of rpm's: it has packages, and the base system is among them, or
    /// nothing of rpm's tools is configured.
    /// </summary>
    private static bool DpkgKeepsTheSystem(string root)
    {
        var hasPackages = false;
        var hasBase = false;
        foreach (var line in HostFiles.ReadAllLines(DpkgStatus.PathIn(root)))
        {
            hasPackages |=
                line.StartsWith("Status:", StringComparison.Ordinal)
                && line.EndsWith(" installed", StringComparison.Ordinal);
            hasBase |= line is "Package: dpkg" or "Package: base-files";
        }

        return hasPackages && (hasBase || !(HasDnf(root) || HasZypper(root)));
    }

    /// <summary>Where both tools are there, the one that has repositories; zypper where both or neither have.</summary>
    private static bool IsZyppers(string root) =>
        HasZypper(root)
        && (!HasDnf(root) || HasRepositories(root, "etc/zypp/repos.d") || !HasRepositories(root, "etc/yum.repos.d"));

    private static bool HasZypper(string root) => HostFiles.DirectoryExists(Path.Combine(root, "etc/zypp"));

    private static bool HasDnf(string root) => DnfSigns.Any(sign => IsThere(Path.Combine(root, sign)));

    private static bool IsThere(string path) => HostFiles.Exists(path) || HostFiles.DirectoryExists(path);

    private static bool HasRepositories(string root, string folder) =>
        HostFiles.DirectoryExists(Path.Combine(root, folder))
        && HostFiles.FilesIn(Path.Combine(root, folder), "*.repo").Length > 0;
}
