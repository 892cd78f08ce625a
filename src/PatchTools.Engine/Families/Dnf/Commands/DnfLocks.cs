using System.Globalization;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Dnf.Commands;

/// <summary>
/// The locks of dnf and yum, which are files with the holder's process id in them, and rpm's own, which the kernel
/// keeps.
/// </summary>
internal static class DnfLocks
{
    /// <summary>
    /// rpm's lock of a transaction, and dnf 5's two of the same kind: of its transaction, and (from 5.3 on) of what
    /// reads and writes the system's packages.
    /// </summary>
    private static readonly string[] s_kernelLocks =
    [
        "/var/lib/rpm/.rpm.lock",
        "/usr/lib/sysimage/rpm/.rpm.lock",
        "/run/dnf/rpmtransaction.lock",
        "/usr/lib/sysimage/libdnf5/system-repo.lock",
        "/var/lib/dnf/system-repo.lock",
    ];

    /// <param name="host">Of which root.</param>
    /// <param name="tool">Whose locks.</param>
    /// <param name="cache">Absolute path of the cache that the transaction works with.</param>
    /// <param name="observer">Who is told.</param>
    /// <param name="activity">What waits.</param>
    public static LockWait Of(
        HostContext host,
        DnfTool tool,
        string cache,
        IRunObserver observer,
        string activity = "Install"
    ) => new(host, observer, $"{tool.Command} or rpm", () => Transaction(host, cache), activity);

    /// <summary>The first lock that is held of those that a refresh needs.</summary>
    public static HeldLock? Metadata(HostContext host, string cache) =>
        First([
            Path.Combine(cache, "metadata_lock.pid"),
            Path.Combine(cache, "download_lock.pid"),
            host.Paths.InRoot("/var/run/yum.pid"),
        ]);

    private static HeldLock? Transaction(HostContext host, string cache)
    {
        if (Metadata(host, cache) is { } metadata)
            return metadata;
        if (First([host.Paths.InRoot("/var/lib/dnf/rpmdb_lock.pid")]) is { } database)
            return database;
        foreach (var path in s_kernelLocks.Select(host.Paths.InRoot))
        {
            if (FileLock.Holder(path) is { } holder)
                return new HeldLock(path, holder);
        }

        return null;
    }

    /// <summary>A file that names a process which has ended is a left-over: the tools write over it.</summary>
    private static HeldLock? First(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            try
            {
                if (
                    HostFiles.Exists(path)
                    && int.TryParse(
                        HostFiles.ReadAllText(path).Trim(),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture,
                        out var process
                    )
                    && HostFiles.DirectoryExists(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}"))
                )
                    return new HeldLock(path, FileLock.Describe(process));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone between two looks.
            }
        }

        return null;
    }
}
