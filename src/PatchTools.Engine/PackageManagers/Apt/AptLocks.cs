using PatchTools.Errors;
using PatchTools.Hosts;

namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// Waits until nobody holds what a transaction needs: dpkg's front-end lock and database, the archive directory, the lists. Takes none of them: apt-get
/// does. An apt-get that outlived a killed PatchTools is such a holder like any other.
/// </summary>
internal sealed class AptLocks(HostContext host, IRunObserver observer)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly string[] s_paths = ["/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/cache/apt/archives/lock", "/var/lib/apt/lists/lock"];

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerBusy"/>, naming the holder.</exception>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var since = host.Clock.GetTimestamp();
        while (Held() is var (path, holder))
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw Busy(path, holder);
            observer.Progress("Install", $"Waiting for {holder}, which holds {path}", -1);
            await Task.Delay(s_interval, host.Clock, cancellationToken);
        }
    }

    /// <summary>The error that names whoever holds a lock now, or that somebody did.</summary>
    public PatchToolsException Busy() => Held() is var (path, holder) ? Busy(path, holder) : new PatchToolsException(PatchErrors.PackageManagerBusy, "Another process kept taking dpkg's lock.", s_paths[0]);

    private static PatchToolsException Busy(string path, string holder) => new(PatchErrors.PackageManagerBusy, $"dpkg or apt is in use by {holder} ({path}).", path);

    private (string Path, string Holder)? Held()
    {
        foreach (var path in s_paths.Select(host.Paths.InRoot))
        {
            if (FileLock.Holder(path) is { } holder)
                return (path, holder);
        }

        return null;
    }
}
