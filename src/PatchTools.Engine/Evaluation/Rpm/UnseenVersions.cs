namespace PatchTools.Evaluation.Rpm;

/// <summary>Versions newer than the installed one that are not offered to this host, for its explanation: hidden by the host's own policy, or gone from the repositories.</summary>
internal sealed class UnseenVersions
{
    private static readonly UnseenVersions _none = new([], []);

    private readonly IReadOnlyList<(PackageVersion Version, string Edition, string Because)> _hidden;
    private readonly IReadOnlyList<(PackageVersion Version, string Edition)> _gone;

    private UnseenVersions(
        IReadOnlyList<(PackageVersion, string, string)> hidden,
        IReadOnlyList<(PackageVersion, string)> gone
    )
    {
        _hidden = hidden;
        _gone = gone;
    }

    /// <summary>The newest version that an advisory names and nobody offers, with the first of its advisories; null when there is none.</summary>
    public (string Edition, string Advisory)? Fix =>
        _gone.Count == 0 ? null : (_gone[^1].Edition, _gone[^1].Version.Advisories[0].Id);

    public static UnseenVersions Of(PackageEntry package, string installed, IComparer<string> order)
    {
        List<(PackageVersion Version, string Edition, string Because)>? hidden = null;
        List<(PackageVersion Version, string Edition)>? gone = null;
        foreach (var version in package.Versions)
        {
            if (version.IsInstalled || Reason(version) is not { } because)
                continue;
            var edition = version.Edition;
            if (order.Compare(edition, installed) <= 0)
                continue;
            if (because != PackageOrigin.NoLongerOffered)
                (hidden ??= []).Add((version, edition, because));
            else if (version.Advisories.Count > 0)
                (gone ??= []).Add((version, edition));
        }

        gone?.Sort((x, y) => order.Compare(x.Edition, y.Edition));
        return hidden is null && gone is null ? _none : new UnseenVersions(hidden ?? [], gone ?? []);
    }

    /// <summary>The newest hidden version of each reason beyond the reported one.</summary>
    public IEnumerable<string> Hidden(string reported, string tool, IComparer<string> order) =>
        _hidden
            .Where(h => order.Compare(h.Edition, reported) > 0)
            .GroupBy(h => h.Because, StringComparer.Ordinal)
            .Select(g =>
            {
                var newest = g.MaxBy(h => h.Edition, order);
                var advisories = newest.Version.Advisories;
                return $"{newest.Edition}{(advisories.Count == 0 ? "" : $" ({advisories[0].Id})")} is hidden from {tool}: {g.Key}";
            });

    /// <summary>Advisories whose own version is gone, and whether the given one has their fixes.</summary>
    public IEnumerable<string> RollUp(string? edition, IComparer<string> order) =>
        _gone.SelectMany(g =>
            g.Version.Advisories.Select(a =>
                $"{a.Id} names {g.Edition}, which no repository offers any more{(edition is not null && order.Compare(g.Edition, edition) <= 0 ? $"; {edition} has its fix" : "")}"
            )
        );

    /// <summary>Why no repository shows the version; null when one does.</summary>
    private static string? Reason(PackageVersion version)
    {
        string? because = null;
        foreach (var origin in version.Origins)
        {
            if (origin.IsOffer)
                return null;
            because ??= origin.HiddenBecause;
        }

        return because;
    }
}
