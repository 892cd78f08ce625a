using System.Globalization;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Reading;

/// <summary>What apt's own policy says of one package.</summary>
/// <param name="Version">Version that apt would take, null for none (<c>Candidate: (none)</c>).</param>
/// <param name="Note">Why it is not the newest offered version, for people; null when it is.</param>
internal sealed record AptCandidate(PackageVersion? Version, string? Note);

/// <summary>
/// apt's policy (<c>apt-pkg/policy.cc</c>, apt_preferences(5)): which version of a package it takes by itself. Pins for
/// names beat pins for repositories; without either a repository has priority 500, NotAutomatic 1, NotAutomatic with
/// ButAutomaticUpgrades 100, the installed version 100. The highest priority wins, then the newest version; below 1000
/// nothing older than the installed version is taken. Holds are not part of it.
/// </summary>
internal sealed class AptPolicy
{
    private readonly PackageCatalog _catalog;
    private readonly IReadOnlyDictionary<int, string> _sources;
    private readonly IReadOnlyList<AptIndexFacts> _indexes;
    private readonly List<AptPin> _specific;
    private readonly int[] _indexPriorities;
    private readonly AptPin?[] _indexPins;
    private readonly bool _refuses;

    /// <summary>Neither pins nor archives say anything beyond apt's defaults.</summary>
    private readonly bool _isPlain;

    /// <param name="catalog">What is judged.</param>
    /// <param name="indexes">What pins see of the catalog's origins, in their order.</param>
    /// <param name="preferences">The host's pins.</param>
    /// <param name="sources">Names of source packages by version, where they differ from the package's own.</param>
    public AptPolicy(
        PackageCatalog catalog,
        IReadOnlyList<AptIndexFacts> indexes,
        AptPreferences preferences,
        IReadOnlyDictionary<int, string> sources
    )
    {
        _catalog = catalog;
        _sources = sources;
        _indexes = indexes;
        _refuses = preferences.Pins.Any(p => p.Priority < 0);
        _specific = [.. preferences.Pins.Where(p => !p.IsGeneral)];
        _indexPriorities = [.. indexes.Select(PriorityWithoutPins)];
        _indexPins = new AptPin?[indexes.Count];
        foreach (var pin in preferences.Pins.Where(p => p.IsGeneral))
        {
            for (var i = 0; i < indexes.Count; i++)
            {
                // The first record that matches wins, but "never" always does.
                if (
                    (_indexPins[i] is null || pin.Priority == AptPin.Never)
                    && _indexPriorities[i] != AptPin.Never
                    && pin.Match.MatchesIndex(indexes[i])
                )
                {
                    _indexPriorities[i] = pin.Priority;
                    _indexPins[i] = pin;
                }
            }
        }

        _isPlain = _specific.Count == 0;
        for (var i = 0; i < indexes.Count; i++)
            _isPlain &= _indexPriorities[i] == (indexes[i].IsLocalDatabase ? 100 : 500);
    }

    private static int PriorityWithoutPins(AptIndexFacts index)
    {
        if (index.IsLocalDatabase || index.ButAutomaticUpgrades)
            return 100;
        return index.NotAutomatic ? 1 : 500;
    }

    /// <summary>apt's candidate of a package of the catalog that this policy was made for.</summary>
    public AptCandidate Candidate(PackageEntry package)
    {
        var versions = SeenOf(package);
        if (versions.Count > 1)
            versions.Sort(NewestFirst);
        var current = versions.FindIndex(v => v.IsInstalled);
        var pins = PinsOf(package, versions);

        PackageVersion? candidate = null;
        var best = -1;
        for (var i = 0; i < versions.Count; i++)
        {
            var priority = Priority(versions[i], pins?[i]);
            if (priority == 0 || priority <= best)
                continue;
            if (
                current >= 0
                && priority < 1000
                && DebianVersion.Compare(versions[i].EditionUtf8, versions[current].EditionUtf8) < 0
            )
                continue;
            best = priority;
            candidate = versions[i];
        }

        return new AptCandidate(candidate, Note(versions, pins, candidate));
    }

    /// <summary>
    /// Versions newer than the installed one that a negative pin keeps from ever being installed (apt_preferences(5):
    /// "P &lt; 0").
    /// </summary>
    public IReadOnlyList<RefusedEdition> RefusedOf(PackageEntry package)
    {
        if (!_refuses || package.Installed is not { } installed)
            return [];
        var versions = SeenOf(package);
        var pins = PinsOf(package, versions);
        List<RefusedEdition> refused = [];
        for (var i = 0; i < versions.Count; i++)
        {
            if (
                !versions[i].IsInstalled
                && Priority(versions[i], pins?[i]) < 0
                && DebianVersion.Order.Compare(versions[i].Edition, installed.Edition) > 0
            )
                refused.Add(new RefusedEdition(versions[i].Edition, Because(versions[i], pins?[i])));
        }

        return refused;
    }

    /// <summary>
    /// Versions newer than the installed one and than apt's candidate, each with the reason why apt does not choose
    /// it by itself.
    /// </summary>
    /// <param name="package">An installed package.</param>
    /// <param name="candidate">apt's candidate of it.</param>
    public IReadOnlyList<RefusedEdition> UnchosenOf(PackageEntry package, PackageVersion? candidate)
    {
        if (_isPlain || package.Installed is not { } installed)
            return [];
        var versions = SeenOf(package);
        var pins = PinsOf(package, versions);
        var chosen = candidate is { } taken ? versions.IndexOf(taken) : -1;
        List<RefusedEdition> unchosen = [];
        for (var i = 0; i < versions.Count; i++)
        {
            if (
                versions[i].IsInstalled
                || DebianVersion.Order.Compare(versions[i].Edition, installed.Edition) <= 0
                || (chosen >= 0 && DebianVersion.Order.Compare(versions[i].Edition, versions[chosen].Edition) <= 0)
            )
                continue;
            var against =
                chosen >= 0 && Priority(versions[i], pins?[i]) >= 500
                    ? $"{Because(versions[chosen], pins?[chosen])} keeps {versions[chosen].Edition}"
                    : Because(versions[i], pins?[i]);
            unchosen.Add(new RefusedEdition(versions[i].Edition, against));
        }

        return unchosen;
    }

    /// <summary>Versions that apt knows: without what a source leaves out.</summary>
    private List<PackageVersion> SeenOf(PackageEntry package)
    {
        List<PackageVersion> versions = [];
        foreach (var version in package.Versions)
        {
            if (version.OriginIndexes is not [var origin, ..] || !_indexes[origin].IsHidden)
                versions.Add(version);
        }

        return versions;
    }

    /// <summary>
    /// Newest first; of equal texts in the order of the sources, and last what only dpkg has
    /// (<c>pkgCacheGenerator::MergeListVersion</c>).
    /// </summary>
    private int NewestFirst(PackageVersion left, PackageVersion right)
    {
        var order = DebianVersion.Compare(right.EditionUtf8, left.EditionUtf8);
        return order != 0 ? order : FirstRepository(left).CompareTo(FirstRepository(right));
    }

    private int FirstRepository(PackageVersion version)
    {
        foreach (var origin in version.OriginIndexes)
        {
            if (!_indexes[origin].IsLocalDatabase)
                return origin;
        }

        return int.MaxValue;
    }

    /// <summary>The pin of each version: the first record for the package's name that selects it.</summary>
    private AptPin?[]? PinsOf(PackageEntry package, List<PackageVersion> versions)
    {
        if (_specific.Count == 0)
            return null;
        AptPin?[]? pins = null;
        foreach (var pin in _specific)
        {
            if (!pin.IsSource && !pin.MatchesPackage(package.Name, package.Architecture, _catalog.NativeArchitecture))
                continue;
            for (var i = 0; i < versions.Count; i++)
            {
                if (pins?[i] is not null)
                    continue;
                if (
                    pin.IsSource
                    && !pin.MatchesPackage(
                        _sources.GetValueOrDefault(versions[i].Index) ?? package.Name,
                        package.Architecture,
                        _catalog.NativeArchitecture
                    )
                )
                    continue;
                if (pin.Match.MatchesVersion(versions[i].Edition) || AnyIndex(versions[i], pin))
                    (pins ??= new AptPin?[versions.Count])[i] = pin;
            }
        }

        return pins;
    }

    private bool AnyIndex(PackageVersion version, AptPin pin)
    {
        foreach (var origin in version.OriginIndexes)
        {
            if (pin.Match.MatchesIndex(_indexes[origin]))
                return true;
        }

        return false;
    }

    private int Priority(PackageVersion version, AptPin? pin)
    {
        if (pin is not null)
        {
            foreach (var origin in version.OriginIndexes)
            {
                if (_indexPriorities[origin] != AptPin.Never)
                    return pin.Priority;
            }
        }

        var priority = int.MinValue;
        foreach (var origin in version.OriginIndexes)
        {
            // What is only in dpkg's status and not installed (config-files) is never a candidate.
            priority = Math.Max(
                priority,
                _indexes[origin].IsLocalDatabase && !version.IsInstalled ? -1 : _indexPriorities[origin]
            );
        }

        return priority;
    }

    private string? Note(List<PackageVersion> versions, AptPin?[]? pins, PackageVersion? candidate)
    {
        if (
            _isPlain
            || versions.Count == 0
            || candidate is { } taken && DebianVersion.Compare(taken.EditionUtf8, versions[0].EditionUtf8) == 0
        )
            return null;
        var newest = $"{versions[0].Edition} ({Because(versions[0], pins?[0])})";
        if (candidate is not { } chosen)
            return $"apt has no candidate; newest is {newest}";
        return $"{Because(chosen, pins?[versions.IndexOf(chosen)])}, by which apt takes {chosen.Edition} and not "
            + $"{newest}";
    }

    private string Because(PackageVersion version, AptPin? pin)
    {
        var priority = Priority(version, pin);
        if (pin is not null && priority == pin.Priority)
            return pin.ToString();
        foreach (var origin in version.OriginIndexes)
        {
            if (_indexPriorities[origin] == priority && _indexPins[origin] is { } general)
                return general.ToString();
        }

        return priority switch
        {
            1 => "its archive is NotAutomatic, priority 1",
            100 when !version.IsInstalled => "its archive is NotAutomatic with ButAutomaticUpgrades, priority 100",
            _ => string.Create(CultureInfo.InvariantCulture, $"priority {priority}"),
        };
    }
}
