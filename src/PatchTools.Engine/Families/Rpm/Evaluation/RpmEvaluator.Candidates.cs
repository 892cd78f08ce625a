using PatchTools.Evaluation;

namespace PatchTools.Families.Rpm.Evaluation;

/// <content>How versions and the advisories that name them become candidates, and which of several counts.</content>
internal abstract partial class RpmEvaluator
{
    /// <summary>
    /// An offered version carries the advisories that name an older one beyond the installed, and so has their fix. The
    /// newest version that is approved speaks for the package, so what it carries need not be told of those below it.
    /// </summary>
    private void AddSuperseded(RpmLine line, InstalledPackage installed, List<RpmCandidate> candidates)
    {
        foreach (
            var edition in candidates
                .Where(c => c.IsOffered)
                .GroupBy(c => c.Edition, StringComparer.Ordinal)
                .OrderByDescending(g => g.Key, VersionOrder)
                .ToList()
        )
        {
            List<RpmCandidate> carried =
            [
                .. edition.Select(c => c.Version).Distinct().SelectMany(v => Superseded(line, v, edition.Key)),
            ];
            candidates.AddRange(carried);
            if (carried.Concat(edition).Any(c => c.Decision.IsApproved) && !IsRefused(installed, edition.Key))
                return;
        }
    }

    private IEnumerable<RpmCandidate> Superseded(RpmLine line, PackageVersion version, string edition)
    {
        // What an advisory of its own keeps away, no older one brings; and a version is no older than the first of its
        // own.
        var own = version.Advisories;
        if (own.Any(advisory => RejectedEntry(version, advisory) is not null))
            yield break;
        var published = own.Select(a => a.Date).Where(d => d is not null).Min();
        foreach (var (advisory, named) in line.SupersededBy(new RpmVersionOfLine(version, edition)))
        {
            var dated = published > advisory.Date ? advisory with { Date = published } : advisory;
            yield return Candidate(version, edition, dated, 1) with
            {
                Advisory = advisory,
                Supersedes = named == edition ? null : named,
            };
        }
    }

    /// <summary>One candidate for each advisory that names the version, or one without.</summary>
    protected IEnumerable<RpmCandidate> Described(PackageVersion version, string edition, int toInstalled)
    {
        var advisories = version.Advisories;
        if (advisories.Count == 0)
            yield return Candidate(version, edition, null, toInstalled);
        foreach (var advisory in advisories)
            yield return Candidate(version, edition, advisory, toInstalled);
    }

    protected RpmCandidate Candidate(PackageVersion version, string edition, Advisory? advisory, int toInstalled) =>
        new()
        {
            Version = version,
            Edition = edition,
            Advisory = advisory,
            ToInstalled = toInstalled,
            Decision = _rules.Decide(
                Properties(version, advisory),
                RejectedEntry(version, advisory),
                EntryOf(Approved, Approved.FirstMatch(version)),
                advisory is null ? null : EntryOf(Approved, Approved.FirstMatch(advisory))
            ),
        };

    private static string? EntryOf(ListUse list, int index) => index < 0 ? null : list.Entry(index);

    private string? RejectedEntry(PackageVersion version, Advisory? advisory) =>
        EntryOf(Rejected, Rejected.FirstMatch(version))
        ?? (advisory is null ? null : EntryOf(Rejected, Rejected.FirstMatch(advisory)));

    private string? RejectedEntry(PackageVersion current)
    {
        var entry = RejectedEntry(current, null);
        for (var i = 0; entry is null && i < current.Advisories.Count; i++)
            entry = RejectedEntry(current, current.Advisories[i]);
        return entry;
    }

    private RpmProperties Properties(PackageVersion version, Advisory? advisory) =>
        new(
            Classification(advisory),
            FilteredSeverity(advisory),
            advisory?.Date ?? version.BuildTime,
            advisory is not null
        );

    /// <summary>Approved candidates of the highest approved edition.</summary>
    private List<RpmCandidate> HighestApproved(List<RpmCandidate> candidates)
    {
        List<RpmCandidate> highest = [];
        foreach (var candidate in candidates)
        {
            if (!candidate.Decision.IsApproved)
                continue;
            var order = highest.Count == 0 ? 1 : Compare(candidate.Edition, highest[0].Edition);
            if (order > 0)
                highest.Clear();
            if (order >= 0)
                highest.Add(candidate);
        }

        return highest;
    }

    /// <summary>
    /// Of several advisories on one edition the one with the highest level represents it, then the vendor's gravest,
    /// then a security advisory, then the first.
    /// </summary>
    protected static RpmCandidate MostSevere(IReadOnlyList<RpmCandidate> candidates)
    {
        var best = candidates[0];
        foreach (var candidate in candidates)
        {
            if (Gravity(candidate).CompareTo(Gravity(best)) > 0)
                best = candidate;
        }

        return best;
    }

    private static (bool, ComplianceLevel, int, bool) Gravity(RpmCandidate candidate) =>
        (
            candidate.Advisory is not null,
            candidate.Decision.Level,
            VendorSeverity.Rank(candidate.Advisory?.Severity),
            string.Equals(candidate.Advisory?.Classification, "security", StringComparison.OrdinalIgnoreCase)
        );
}
