using PatchTools.Errors;
using PatchTools.Hosts;

namespace PatchTools.Families.Shared;

/// <summary>
/// Reads a host while no package manager is at work on it: what somebody is changing at this moment proves nothing.
/// Root waits until the locks are free, and reads again when somebody took one meanwhile; who is not root says so. Of
/// an image no lock counts: nobody works there, and what lies there is a left-over.
/// </summary>
/// <param name="host">For the clock.</param>
/// <param name="request">Whose inventory, and how long to wait.</param>
internal sealed class QuietReading(HostContext host, InventoryRequest request)
{
    /// <summary>
    /// Who installs one package after the other for hours is not waited for: every reading is one moment's.
    /// </summary>
    private const int MaxChanges = 3;

    /// <param name="locks">What whoever changes the host holds.</param>
    /// <param name="read">Reads everything.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="database">
    /// File of the package database. Where the reading itself waits, for a lock of the repositories' lists say,
    /// somebody may begin and end a transaction meanwhile: a database that has changed is read again. Null where the
    /// read sees to that.
    /// </param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.PackageManagerBusy"/>, naming the holder.
    /// </exception>
    public async Task<HostInventory> ReadAsync(
        LockWait locks,
        Func<Task<HostInventory>> read,
        CancellationToken cancellationToken,
        Func<string?>? database = null
    )
    {
        if (!request.IsOfThisHost(host))
            return await read();
        var again = MaxChanges;
        var since = host.Clock.GetTimestamp();
        while (true)
        {
            var before = locks.InUse();
            if (before is not null && host.IsRoot)
            {
                var left = request.LockTimeout - host.Clock.GetElapsedTime(since);
                await locks.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
            }

            var stamp = DatabaseStamp.Of(database?.Invoke());
            var inventory = await read();
            if (
                (before is null || host.IsRoot)
                && locks.InUse() is null
                && (stamp == DatabaseStamp.Of(database?.Invoke()) || --again == 0)
            )
                return inventory;
            if (!host.IsRoot)
                return inventory with { Doubts = [.. inventory.Doubts, Doubt(before ?? locks.InUse())] };
        }
    }

    private static string Doubt(string? use) =>
        $"{use ?? "A package manager was at work"}: what was read may be half of a change. "
        + "Only root can wait for its end; run as root, or again later.";
}
