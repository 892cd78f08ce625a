using PatchTools.Hosts;

namespace PatchTools.PackageManagers.Apt;

/// <summary>The locks that a transaction of apt needs: dpkg's front-end lock and database, the archive directory, the lists.</summary>
internal static class AptLocks
{
    private static readonly string[] s_paths =
    [
        "/var/lib/dpkg/lock-frontend",
        "/var/lib/dpkg/lock",
        "/var/cache/apt/archives/lock",
        "/var/lib/apt/lists/lock",
    ];

    public static LockWait Of(HostContext host, IRunObserver observer) =>
        new(host, observer, "dpkg or apt", () => Held(host));

    private static HeldLock? Held(HostContext host)
    {
        foreach (var path in s_paths.Select(host.Paths.InRoot))
        {
            if (FileLock.Holder(path) is { } holder)
                return new HeldLock(path, holder);
        }

        return null;
    }
}
