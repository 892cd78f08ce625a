using PatchTools.Hosts;

namespace PatchTools.PackageManagers.Rpm;

/// <summary>Whose an rpm host is.</summary>
internal static class RpmHost
{
    /// <summary>zypper's, not dnf's: its configuration is there, and os-release names no system of dnf's, which may have zypper as a package like any other (Fedora does).</summary>
    public static bool BelongsToZypper(string root) =>
        Directory.Exists(Path.Combine(root, "etc/zypp"))
        && OperatingSystemIdentity.TryFrom(OsReleaseFile.Read(root))?.Family is null or PackageFamily.Zypper;
}
