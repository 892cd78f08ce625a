using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.Families.Shared;

/// <summary>A lock that somebody holds.</summary>
/// <param name="Path">File of the lock.</param>
/// <param name="Holder">As <see cref="FileLock.Holder"/> says it.</param>
internal sealed record HeldLock(string Path, string Holder);

/// <summary>
/// Waits until nobody holds what a transaction needs. Takes no lock itself: the package manager does. A transaction
/// that outlived a killed PatchTools is such a holder like any other.
/// </summary>
/// <param name="host">For the clock.</param>
/// <param name="observer">Who is told for whom it waits.</param>
/// <param name="subject">What is in use, for people: <c>dpkg or apt</c>.</param>
/// <param name="held">The first lock that is held now; null when none is.</param>
/// <param name="activity">What waits: the activity of the progress.</param>
internal sealed class LockWait(
    HostContext host,
    IRunObserver observer,
    string subject,
    Func<HeldLock?> held,
    string activity = "Install"
)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerBusy"/>, naming the
    /// holder.</exception>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var since = host.Clock.GetTimestamp();
        while (held() is { } found)
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw Busy(found);
            observer.Progress(activity, $"Waiting for {found.Holder}, which holds {found.Path}", -1);
            await Task.Delay(s_interval, host.Clock, cancellationToken);
        }
    }

    /// <summary>
    /// A wait that may be repeated: the timeout counts from the first on.
    /// </summary>
    public Func<CancellationToken, Task> Within(TimeSpan timeout)
    {
        long? since = null;
        return async cancellationToken =>
        {
            since ??= host.Clock.GetTimestamp();
            var left = timeout - host.Clock.GetElapsedTime(since.Value);
            await WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        };
    }

    /// <summary>What is in use by whom, for people; null when nobody uses it.</summary>
    public string? InUse() => held() is { } found ? $"{subject} is in use by {found.Holder} ({found.Path})" : null;

    /// <summary>The error that names whoever holds a lock now, or that somebody did.</summary>
    public PatchToolsException Busy() =>
        held() is { } found
            ? Busy(found)
            : new PatchToolsException(
                PatchErrors.PackageManagerBusy,
                $"Another process kept taking the lock of {subject}."
            );

    private PatchToolsException Busy(HeldLock found) =>
        new(PatchErrors.PackageManagerBusy, $"{subject} is in use by {found.Holder} ({found.Path}).", found.Path);
}
