using PatchTools.Files;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>What differs between dnf 4, dnf 5 and yum 3: names and places. Everything else is one code path.</summary>
internal sealed record DnfTool
{
    public static DnfTool Dnf4 { get; } =
        new()
        {
            Name = "dnf",
            Command = "dnf",
            Family = PackageFamily.Dnf,
            Configuration = ["etc/dnf/dnf.conf", "etc/yum.conf"],
            VariableFolders = ["etc/yum/vars", "etc/dnf/vars"],
            CacheDirectory = "/var/cache/dnf",
            VersionLockFolder = "etc/dnf/plugins",
        };

    public static DnfTool Dnf5 { get; } =
        Dnf4 with
        {
            Command = "dnf5",
            Configuration = ["usr/share/dnf5/libdnf.conf.d", "etc/dnf/libdnf5.conf.d", "etc/dnf/dnf.conf"],
            VariableFolders = ["usr/share/dnf5/vars.d", "etc/dnf/vars"],
            OverrideFolders = ["usr/share/dnf5/repos.override.d", "etc/dnf/repos.override.d"],
            RepositoryFolders = ["/etc/yum.repos.d", "/etc/distro.repos.d", "/usr/share/dnf5/repos.d"],
            CacheDirectory = "/var/cache/libdnf5",
            IsDnf5 = true,
        };

    public static DnfTool Yum3 { get; } =
        new()
        {
            Name = "yum",
            Command = "yum",
            Family = PackageFamily.Yum,
            Configuration = ["etc/yum.conf"],
            VariableFolders = ["etc/yum/vars"],
            CacheDirectory = "/var/cache/yum/$basearch/$releasever",
            VersionLockFolder = "etc/yum/pluginconf.d",
            RepositoryFolders = ["/etc/yum/repos.d", "/etc/yum.repos.d"],
            IsYum3 = true,
        };

    /// <summary>As reports name it.</summary>
    public required string Name { get; init; }

    public required string Command { get; init; }

    public required PackageFamily Family { get; init; }

    /// <summary>
    /// Files, and folders of <c>*.conf</c>, of the main configuration, below the root. dnf 5 reads all of them, later
    /// ones win; the others the first that is there.
    /// </summary>
    public required IReadOnlyList<string> Configuration { get; init; }

    /// <summary>Folders of variables, later ones win.</summary>
    public required IReadOnlyList<string> VariableFolders { get; init; }

    /// <summary>Folders of <c>*.repo</c> files that change options of repositories defined elsewhere.</summary>
    public IReadOnlyList<string> OverrideFolders { get; init; } = [];

    /// <summary>Default of <c>reposdir</c>.</summary>
    public IReadOnlyList<string> RepositoryFolders { get; init; } =
    ["/etc/yum.repos.d", "/etc/yum/repos.d", "/etc/distro.repos.d"];

    /// <summary>Default of <c>cachedir</c> (dnf 5: <c>system_cachedir</c>).</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>
    /// Folder of the versionlock plugin's configuration and list, below the root; dnf 5's own lock file is elsewhere.
    /// </summary>
    public required string VersionLockFolder { get; init; }

    public bool IsDnf5 { get; init; }

    public bool IsYum3 { get; init; }

    public override string ToString() =>
        IsYum3 ? "yum 3"
        : IsDnf5 ? "dnf 5"
        : "dnf 4";

    /// <summary>
    /// By what lies on disk: yum is a name of dnf where dnf is there. An image without any of the tools is read as its
    /// own metadata cache says, and as dnf 4's else.
    /// </summary>
    public static DnfTool Of(string root, PackageFamily byRelease)
    {
        // Where both are installed it is the one that dnf is: its cache, its locks and its modules are those in use.
        if (HostFiles.RealPath(Path.Combine(root, "usr/bin/dnf")) is { } dnf)
            return Path.GetFileName(File.ResolveLinkTarget(dnf, true)?.Name ?? dnf) == "dnf5" ? Dnf5 : Dnf4;
        if (Has("usr/bin/dnf-3") || Has("usr/bin/dnf4"))
            return Dnf4;
        if (Has("usr/bin/dnf5"))
            return Dnf5;
        if (Has("usr/bin/yum"))
            return Yum3;
        if (HostFiles.DirectoryExists(Path.Combine(root, "var/cache/libdnf5")))
            return Dnf5;
        return byRelease == PackageFamily.Yum ? Yum3 : Dnf4;

        bool Has(string file) => HostFiles.Exists(Path.Combine(root, file));
    }
}
