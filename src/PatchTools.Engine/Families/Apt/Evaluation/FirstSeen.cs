using PatchTools.Versions;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// Which versions of apt's first-seen dates are kept for (<see cref="ApprovalDateSource.FirstSeen"/>). Pure.
/// </summary>
internal static class FirstSeen
{
    /// <summary>
    /// The dates after an inventory: what is offered now and was not known is stamped with the clock, what is offered
    /// no longer is forgotten, unless a repository could not be read, which says nothing of its offers. Kept are the
    /// installed version and newer ones of installed packages, a few thousand at most. A date beyond the clock, left by
    /// a clock that was wrong, is cut to it.
    /// </summary>
    public static FirstSeenDates Advance(FirstSeenDates known, HostInventory inventory, DateTimeOffset now)
    {
        var catalog = inventory.Packages;
        Dictionary<SeenVersion, DateTimeOffset> dates = [];
        foreach (var package in catalog)
        {
            if (package.Installed is not { } installed)
                continue;
            foreach (var version in package.Versions)
            {
                if (
                    !version.IsInstalled
                    && (!IsOffered(version) || DebianVersion.Order.Compare(version.Edition, installed.Edition) < 0)
                )
                    continue;
                var seen = new SeenVersion(installed.Name, installed.Architecture, version.Edition, IsSecurity: false);
                Keep(seen);
                if (IsSecurity(version))
                    Keep(seen with { IsSecurity = true });
            }
        }

        if (!inventory.Repositories.All(r => r.HasUsableMetadata))
            KeepUnread();
        return new FirstSeenDates(dates);

        void Keep(SeenVersion version) => dates[version] = known.Of(version) is { } date && date < now ? date : now;

        void KeepUnread()
        {
            var editions = inventory.Installed.ToLookup(p => (p.Name, p.Architecture), p => p.Edition);
            foreach (var (version, _) in known.All)
            {
                if (
                    editions[(version.Name, version.Architecture)].FirstOrDefault() is { } edition
                    && DebianVersion.Order.Compare(version.Edition, edition) >= 0
                )
                    Keep(version);
            }
        }
    }

    private static bool IsOffered(PackageVersion version)
    {
        foreach (var origin in version.Origins)
        {
            if (origin.IsOffer)
                return true;
        }

        return false;
    }

    private static bool IsSecurity(PackageVersion version)
    {
        foreach (var origin in version.Origins)
        {
            if (AptSecurity.IsSecurity(origin))
                return true;
        }

        return false;
    }
}
