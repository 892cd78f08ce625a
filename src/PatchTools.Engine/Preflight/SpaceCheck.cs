using System.Globalization;
using PatchTools.Families.Shared;
using PatchTools.Hosts;

namespace PatchTools.Preflight;

/// <summary>Whether the file systems have room for an install, in bytes and in inodes.</summary>
internal sealed class SpaceCheck(HostContext host, PackageManagerPlaces? places, IFileSystems fileSystems)
{
    private const long MiB = 1024 * 1024;

    /// <summary>dpkg writes its status again beside the current and the former one, and logs grow.</summary>
    private const long DatabaseBytes = 8 * MiB;

    /// <summary>Scripts and configuration files of a transaction.</summary>
    private const long SmallBytes = 4 * MiB;

    /// <summary>An archive and the control files of a package, old and new, each for a moment.</summary>
    private const long InodesPerChange = 16;

    private const long SmallInodes = 64;

    public IEnumerable<PreflightFinding> Of(InstallPlan? plan)
    {
        var table = MountTable.Read(host.Paths.ProcDirectory);
        foreach (var group in Needs(plan).GroupBy(n => table?.Of(n.Path)?.Device ?? n.Path))
        {
            var parts = group.Where(n => n.Bytes > 0).ToList();
            if (fileSystems.SpaceOf(group.First().Path) is not { } space)
                continue;
            var place = string.Join(
                ", ",
                parts.Select(n => n.Path).DefaultIfEmpty(group.First().Path).Distinct(StringComparer.Ordinal)
            );
            var bytes = parts.Sum(n => n.Bytes);
            if (space.Bytes < bytes)
                yield return new PreflightFinding(
                    PreflightCheck.DiskFull,
                    $"The file system of {place} has {Size(space.Bytes)} free and the install needs "
                        + $"{Size(bytes)}: "
                        + $"{string.Join(", ", parts.Select(n => $"{Size(n.Bytes)} for {n.Purpose}"))}",
                    ActionFor(place, places?.Commands),
                    IsFatal: true
                );
            var inodes = group.Sum(n => n.Inodes);
            if (space.Inodes < inodes)
                yield return new PreflightFinding(
                    PreflightCheck.InodesUsedUp,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The file system of {place} has room for {space.Inodes} more files and the "
                            + $"install needs {inodes}"
                    ),
                    "Delete what consists of many small files (sessions, caches, old headers): df -i, "
                        + "and du --inodes -x.",
                    IsFatal: true
                );
        }
    }

    private List<Need> Needs(InstallPlan? plan)
    {
        var changes = plan?.Changes.Count ?? 0;
        List<Need> needs =
        [
            new(
                places?.Archives ?? host.Paths.InRoot("/var/cache"),
                plan?.DownloadBytes ?? 0,
                changes + SmallInodes,
                "the downloads"
            ),
            new(
                places?.Database ?? host.Paths.InRoot("/var/lib"),
                DatabaseBytes,
                (changes * InodesPerChange) + SmallInodes,
                "the package database"
            ),
            new(
                host.Paths.InRoot("/usr"),
                Math.Max(0, plan?.InstalledSizeChange ?? 0) + SmallBytes,
                SmallInodes,
                "what is unpacked"
            ),
            new(host.Paths.InRoot("/"), SmallBytes, SmallInodes, "configuration"),
            new(host.Paths.InRoot("/tmp"), SmallBytes, SmallInodes, "scripts"),
        ];
        if (PreflightCheck.BringsKernel(plan))
            needs.Add(
                new(
                    host.Paths.InRoot("/boot"),
                    LargestKernel(),
                    SmallInodes,
                    "a further kernel with its initial file system"
                )
            );
        return needs;
    }

    private static string ActionFor(string place, CureCommands? commands)
    {
        if (place.Contains("/boot", StringComparison.Ordinal) && commands is not null)
            return $"Remove kernels that are no longer needed: {commands.OldKernels}.";
        if (!place.Contains("/var", StringComparison.Ordinal))
            return "Free space there.";
        var clean = commands is null ? "" : commands.Clean + ", ";
        return $"Free space: {clean}journalctl --vacuum-size=200M, remove old logs.";
    }

    /// <summary>As much as the largest kernel that is there takes: the next one is like it.</summary>
    private long LargestKernel()
    {
        try
        {
            var boot = new DirectoryInfo(host.Paths.InRoot("/boot"));
            return Largest("vmlinuz-*")
                + Math.Max(Largest("initrd.img-*"), Math.Max(Largest("initramfs-*.img"), Largest("initrd-*")));

            long Largest(string pattern) => boot.EnumerateFiles(pattern).Select(f => f.Length).DefaultIfEmpty(0).Max();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static string Size(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / MiB:0.0} MiB");

    /// <summary>Room that a place needs.</summary>
    private sealed record Need(string Path, long Bytes, long Inodes, string Purpose);
}
