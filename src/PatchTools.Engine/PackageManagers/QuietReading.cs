using PatchTools.Errors;
using PatchTools.Hosts;

namespace PatchTools.PackageManagers;

/// <summary>
/// Reads a host while no package manager is at work on it: what somebody is changing at this moment proves nothing.
/// Root waits until the locks are free, and reads again when somebody took one meanwhile; who is not root says so. Of
/// an image no lock counts: nobody works there, and what lies there is a left-over.
/// </summary>
/// <param name="host">For the clock.</param>
/// <param name="request">Whose inventory, and how long to wait.</param>
internal sealed class QuietReading(HostContext host, InventoryRequest request)
{
    /// <param name="locks">What whoever changes the host holds.</param>
    /// <param name="read">Reads everything.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.PackageManagerBusy"/>, naming the holder.
    /// </exception>
    public async Task<HostInventory> ReadAsync(
        LockWait locks,
        Func<Task<HostInventory>> read,
        CancellationToken cancellationToken
    )
    {
        if (!request.IsOfThisHost(host))
            return await read();
        var since = host.Clock.GetTimestamp();
        while (true)
        {
            var before = locks.InUse();
            if (before is not null && host.IsRoot)
            {
                var left = request.LockTimeout - host.Clock.GetElapsedTime(since);
                await locks.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
            }

            var inventory = await read();
            if ((before is null || host.IsRoot) && locks.InUse() is null)
                return inventory;
            if (!host.IsRoot)
                return inventory with { Doubts = [.. inventory.Doubts, Doubt(before ?? locks.InUse())] };
        }
    }

    private static string Doubt(string? use) =>
        $"{use ?? "A package manager was at work"}: what was read may be half of a change. "
        + "Only root can wait for its end; run as root, or again later.";
}
