using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// What rpm has installed, asked once until its database has changed. Plan, transaction and report of one install each
/// want to know it, and rpm reads the whole database for every answer. Not thread-safe.
/// </summary>
/// <param name="host">Whose database.</param>
/// <param name="runner">Starts rpm.</param>
/// <param name="memory">Keeps the answer.</param>
internal sealed class InstalledPackages(HostContext host, IProcessRunner runner, HostMemory memory)
{
    /// <summary>
    /// Times of files are as coarse as the kernel's tick, 10 ms at most: what was written just before a reading may be
    /// written to again without a trace.
    /// </summary>
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(20);

    /// <param name="place">Where rpm reads it.</param>
    /// <param name="cancellationToken">Ends rpm.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    /// <exception cref="CommandFailedException">rpm is not there.</exception>
    public async Task<RpmInstalled> ReadAsync(RpmPlace place, CancellationToken cancellationToken)
    {
        // Of an image a copy is read: what the image has become since says nothing of it.
        if (host.Paths.IsImage)
            return await new RpmQuery(place, runner).ReadAsync(cancellationToken);
        var before = StampNow();
        if (before is { } now && memory.Database is { Answer: RpmInstalled known } kept && kept.Stamp == now)
            return known;

        // A transaction has just ended: its last write and the next one must not look the same.
        if (before is { } fresh && (host.Clock.GetUtcNow() - fresh.Changed).Duration() <= Grain)
            await Task.Delay(Grain + Grain, cancellationToken);
        before = StampNow();
        var began = host.Clock.GetUtcNow();
        var answer = await new RpmQuery(place, runner).ReadAsync(cancellationToken);
        memory.Database =
            before is { } stamp && stamp.Changed < began - Grain && stamp == StampNow() ? (stamp, answer) : null;
        return answer;
    }

    /// <summary>As a transaction looks at it.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    /// <exception cref="CommandFailedException">rpm is not there.</exception>
    public async Task<RpmDatabase> DatabaseAsync() =>
        new((await ReadAsync(RpmPlace.InPlace(host.Paths.Root), CancellationToken.None)).Packages);

    /// <summary>
    /// A transaction has ended: rpm is asked again, also where its configuration keeps the database in a place that is
    /// not looked at here.
    /// </summary>
    public void Forget() => memory.Database = null;

    private DatabaseStamp? StampNow() => DatabaseStamp.Of(RpmQuery.DatabaseFileOf(host.Paths.Root));
}
