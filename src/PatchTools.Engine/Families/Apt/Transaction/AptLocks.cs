using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Apt.Transaction;

/// <summary>
/// The locks that a transaction of apt needs: dpkg's front-end lock and database, the archive directory, the lists.
/// </summary>
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
        new(host, observer, "dpkg or apt", () => Held(s_paths.Select(host.Paths.InRoot)));

    /// <summary>The locks of whoever changes what a scan reads: dpkg's database, and the lists.</summary>
    public static LockWait OfReading(HostContext host, AptSetting setting, IRunObserver observer) =>
        new(
            host,
            observer,
            "dpkg or apt",
            () =>
                Held([
                    Path.Combine(setting.AdminDirectory, "lock-frontend"),
                    Path.Combine(setting.AdminDirectory, "lock"),
                    Path.Combine(setting.ListsDirectory, "lock"),
                ]),
            "Inventory"
        );

    private static HeldLock? Held(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (FileLock.Holder(path) is { } holder)
                return new HeldLock(path, holder);
        }

        return null;
    }
}
