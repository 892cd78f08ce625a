using System.Globalization;

namespace PatchTools.Families.Shared;

/// <summary>
/// Whether the clock of a host can be right. Metadata that is younger than now shows that it is not; then neither its
/// age nor the delay of an approval can be told. Dates of advisories are not asked: some lie in the future.
/// </summary>
internal static class HostClock
{
    /// <summary>Clocks of hosts and of vendors differ by minutes.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromHours(1);

    /// <summary>Why the clock cannot be right, one sentence; null when nothing speaks against it.</summary>
    /// <param name="now">What the clock says.</param>
    /// <param name="repositories">With the times of their metadata.</param>
    public static string? Doubt(DateTimeOffset now, IEnumerable<RepositoryHealth> repositories)
    {
        var witnesses = repositories
            .SelectMany(r =>
                new[]
                {
                    (At: r.PublishedAt, What: $"the metadata of {r.Name} was made at"),
                    (At: r.NewestFile, What: $"a list of {r.Name} was written at"),
                }
            )
            .Where(w => w.At - now > s_tolerance)
            .ToList();
        if (witnesses.Count == 0)
            return null;
        var (at, what) = witnesses.MaxBy(w => w.At);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The clock of this host says {now.UtcDateTime:yyyy-MM-dd HH:mm} UTC and is behind: {what} "
                + $"{at!.Value.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Set the clock right (timedatectl) and try again."
        );
    }
}
