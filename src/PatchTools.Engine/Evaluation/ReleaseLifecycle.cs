using System.Globalization;

namespace PatchTools.Evaluation;

/// <summary>
/// Says where the operating system's release gets no updates any more: then compliant means only that there is nothing
/// more to install. Changes neither state nor exit code.
/// </summary>
internal static class ReleaseLifecycle
{
    /// <summary>A release that is kept up publishes something in this time.</summary>
    private const int QuietDays = 120;

    /// <summary>One sentence for each sign.</summary>
    /// <param name="inventory">What was read.</param>
    /// <param name="now">The instant to judge by.</param>
    public static IEnumerable<string> Cautions(HostInventory inventory, DateTimeOffset now)
    {
        if (Ended(inventory.OperatingSystem, now) is { } ended)
            yield return ended;
        List<RepositoryHealth> own =
        [
            .. inventory.Repositories.Where(repository => repository.IsOperatingSystem == true),
        ];
        var newest = own.Max(repository => repository.PublishedAt);
        if (newest is { } published && now - published > TimeSpan.FromDays(QuietDays))
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The operating system's repositories have published nothing since "
                    + $"{published.UtcDateTime:yyyy-MM-dd}, {(now - published).TotalDays:0} days ago: the release "
                    + $"may get no updates any more, or the mirror is not kept up."
            );
        foreach (var repository in own.Where(repository => repository.Status != RepositoryStatus.Expired))
        {
            if (repository.VendorValidUntil is { } until && until < now)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{repository.Name} says itself that it is not valid any more since "
                        + $"{until.UtcDateTime:yyyy-MM-dd} (Valid-Until), and this host is told not to mind."
                );
        }
    }

    private static string? Ended(OsRelease system, DateTimeOffset now)
    {
        if (system.SupportEnd is not { } end || end >= DateOnly.FromDateTime(now.UtcDateTime))
            return null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{NameOf(system)} has had no updates since {end:yyyy-MM-dd}: compliant means only that there is nothing "
                + $"more to install."
        );
    }

    private static string NameOf(OsRelease system)
    {
        if (system.PrettyName.Length > 0)
            return system.PrettyName;
        return system.Name.Length > 0 ? system.Name : $"{system.Id} {system.VersionId}".TrimEnd();
    }
}
