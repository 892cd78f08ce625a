using System.Globalization;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Zypper;

/// <summary>
/// Waits until no other libzypp works on the host (zypper, YaST, PackageKit, a zypper that outlived a killed PatchTools) and names whoever does. Takes no lock: zypper
/// does.
/// </summary>
internal sealed class ZypperLocks(HostContext host, IRunObserver observer, string phase = "Install")
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);
    private static readonly string[] s_paths = ["/run/zypp.pid", "/var/run/zypp.pid"];

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerBusy"/>, naming the holder.</exception>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var since = host.Clock.GetTimestamp();
        while (Held() is var (path, holder))
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw Busy(path, holder);
            observer.Progress(phase, $"Waiting for {holder}, which holds {path}", -1);
            await Task.Delay(s_interval, host.Clock, cancellationToken);
        }
    }

    /// <summary>The error that names whoever holds the lock now, or that somebody did.</summary>
    public PatchToolsException Busy() => Held() is var (path, holder) ? Busy(path, holder) : new PatchToolsException(PatchErrors.PackageManagerBusy, "Another process kept taking zypper's lock.", s_paths[0]);

    private static PatchToolsException Busy(string path, string holder) => new(PatchErrors.PackageManagerBusy, $"zypper's lock is held by {holder} ({path}).", path);

    /// <summary>libzypp writes its process id into the file and empties it when it is done; what a dead process left does not count.</summary>
    private (string Path, string Holder)? Held()
    {
        foreach (var path in s_paths.Select(host.Paths.InRoot))
        {
            try
            {
                if (File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && RunningProcess.IsAlive(process))
                    return (path, RunningProcess.Describe(process));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone between two looks, or not ours to read: zypper will say so.
            }
        }

        return null;
    }
}
