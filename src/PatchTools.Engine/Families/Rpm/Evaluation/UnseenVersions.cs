namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// Versions of an installed package that are not offered to this host, for its explanation: hidden by the host's own
/// policy, or gone from the repositories.
/// </summary>
internal sealed class UnseenVersions
{
    private readonly RpmLine _line;
    private readonly IComparer<string> _order;
    private readonly List<(RpmVersionOfLine Version, string Because)> _hidden = [];
    private readonly List<RpmVersionOfLine> _gone = [];
    private readonly List<string> _blacklisted = [];
    private readonly string? _present;

    public UnseenVersions(RpmLine line, IComparer<string> order)
    {
        _line = line;
        _order = order;
        foreach (var version in line.Versions)
        {
            if (Reason(version.Version) is not { } because)
                continue;
            if (order.Compare(version.Edition, line.Edition) <= 0)
            {
                if (because != PackageOrigin.NoLongerOffered)
                    _present ??= because;
            }
            else if (PackageOrigin.IsBlacklisted(because))
            {
                if (!_blacklisted.Contains(because))
                    _blacklisted.Add(because);
            }
            else if (because != PackageOrigin.NoLongerOffered)
            {
                _hidden.Add((version, because));
            }
            else if (version.Version.Advisories.Count > 0 && !IsOfferedElsewhere(version))
            {
                _gone.Add(version);
            }
        }

        _gone.Sort((x, y) => order.Compare(x.Edition, y.Edition));
    }

    /// <summary>
    /// Why versions that are there are nothing to install. They are not named: nobody is to take one for an update.
    /// </summary>
    public IReadOnlyList<string> Blacklisted => _blacklisted;

    /// <summary>
    /// The newest version that an advisory names and nobody offers, with the first of its advisories; null when there
    /// is none.
    /// </summary>
    public (string Edition, string Advisory)? Fix =>
        _gone.Count == 0 ? null : (_gone[^1].Edition, _gone[^1].Version.Advisories[0].Id);

    /// <summary>
    /// The newest version that the host hides from the tool, in one sentence; null when it hides none.
    /// </summary>
    /// <param name="tool">Name of the package manager.</param>
    /// <param name="ofAdvisories">Only versions that an advisory names.</param>
    public string? Newest(string tool, bool ofAdvisories)
    {
        (RpmVersionOfLine Version, string Because)? newest = null;
        foreach (var hidden in _hidden)
        {
            if (ofAdvisories && hidden.Version.Version.Advisories.Count == 0)
                continue;
            if (newest is null || _order.Compare(hidden.Version.Edition, newest.Value.Version.Edition) > 0)
                newest = hidden;
        }

        return newest is not { } found || (Fix is { } gone && _order.Compare(gone.Edition, found.Version.Edition) > 0)
            ? null
            : Sentence(found.Version, found.Because, tool);
    }

    /// <summary>
    /// Why nobody is seen to offer a package that is installed in this or a newer version; null when nobody does offer
    /// it.
    /// </summary>
    public string? WhyNothingIsSeen(string tool)
    {
        if (_present is { } because)
            return PackageOrigin.IsBlacklisted(because)
                ? because
                : $"what repositories offer of it is hidden from {tool}: {because}";
        return OtherArchitectures() is { Length: > 0 } others ? $"repositories offer it for {others} only" : null;
    }

    /// <summary>The newest hidden version of each reason beyond the reported one.</summary>
    public IEnumerable<string> Hidden(string reported, string tool) =>
        _hidden
            .Where(h => _order.Compare(h.Version.Edition, reported) > 0)
            .GroupBy(h => h.Because, StringComparer.Ordinal)
            .Select(g => Sentence(g.MaxBy(h => h.Version.Edition, _order).Version, g.Key, tool));

    /// <summary>Advisories whose own version is gone, and whether the given one has their fixes.</summary>
    /// <param name="edition">Empty: there is none to have them.</param>
    public IEnumerable<string> RollUp(string edition) =>
        _gone.SelectMany(g =>
            g.Version.Advisories.Select(a =>
                $"{a.Id} names {g.Edition}, which no repository offers any more"
                + (_order.Compare(g.Edition, edition) <= 0 ? $"; superseded by {edition}, which has its fix" : "")
            )
        );

    /// <summary>Whether an advisory is only known from a version that is gone.</summary>
    public bool IsGone(string edition) => _gone.Exists(g => g.Edition == edition);

    private static string Sentence(RpmVersionOfLine version, string because, string tool)
    {
        var advisories = version.Version.Advisories;
        return $"{version.Edition}{(advisories.Count == 0 ? "" : $" ({advisories[0].Id})")} is hidden from {tool}: "
            + $"{because}";
    }

    private string OtherArchitectures() =>
        string.Join(
            ", ",
            _line
                .Elsewhere.Where(e => e.Versions.Any(v => v.Origins.Any(IsInARepository)))
                .Select(e => e.Architecture)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        );

    private static bool IsInARepository(PackageOrigin origin) =>
        !origin.IsLocalDatabase && origin.HiddenBecause != PackageOrigin.NoLongerOffered;

    /// <summary>An advisory may name both architectures of a version that is offered for one.</summary>
    private bool IsOfferedElsewhere(RpmVersionOfLine gone) =>
        _line.Versions.Any(v => v.Version.IsOffered && v.Edition == gone.Edition);

    /// <summary>Why no repository shows the version; null when one does, and for what is only installed.</summary>
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
