using System.Globalization;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Zypper.Commands;

/// <summary>
/// What zypper, YaST and PackageKit lock for each other: libzypp writes its process id into a file and empties it when
/// it is done. What a dead process left does not count.
/// </summary>
internal static class ZypperLocks
{
    private static readonly string[] s_paths = ["/run/zypp.pid", "/var/run/zypp.pid"];

    /// <summary>rpm's own lock of a transaction, which the kernel keeps.</summary>
    private static readonly string[] s_kernelLocks = ["/usr/lib/sysimage/rpm/.rpm.lock", "/var/lib/rpm/.rpm.lock"];

    public static LockWait Of(HostContext host, IRunObserver observer, string activity = "Install") =>
        new(host, observer, "zypper or rpm", () => Held(host), activity);

    private static HeldLock? Held(HostContext host)
    {
        foreach (var path in s_paths.Select(host.Paths.InRoot))
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
                    && IsAlive(process)
                )
                    return new HeldLock(path, FileLock.Describe(process));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone between two looks, or not ours to read: zypper will say so.
            }
        }

        foreach (var path in s_kernelLocks.Select(host.Paths.InRoot))
        {
            if (FileLock.Holder(path) is { } holder)
                return new HeldLock(path, holder);
        }

        return null;
    }

    // proc_pid_stat(5): 1234 (zypper) S 1 1234 1234 0 -1 4194304 … A zombie is none any more.
    private static bool IsAlive(int process)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat");
        if (!HostFiles.Exists(path))
            return false;
        var stat = HostFiles.ReadAllText(path);
        return stat.AsSpan(stat.LastIndexOf(')') + 1).TrimStart() is not ['Z' or 'X', ..];
    }
}
