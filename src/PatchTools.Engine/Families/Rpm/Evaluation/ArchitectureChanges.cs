using PatchTools.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// Which entries of a catalog are one package under two architectures. The solvers of dnf, yum and zypper let an update
/// go from noarch to an architecture of the host or back, and from no architecture to another otherwise. Of several
/// that could follow noarch only the host's best with a newer version does, or to dnf only the host's best.
/// </summary>
internal sealed class ArchitectureChanges
{
    private const string NoArchitecture = "noarch";

    private readonly Dictionary<string, List<PackageEntry>> _byName = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _order;
    private readonly bool _keepsToBest;

    /// <param name="catalog">All packages.</param>
    /// <param name="keepsToBest">
    /// The best architecture that is offered at all is the only one that can follow noarch, whether it has an update or
    /// not (dnf, whose resolver compares the architectures before the versions).
    /// </param>
    public ArchitectureChanges(PackageCatalog catalog, bool keepsToBest = false)
    {
        _keepsToBest = keepsToBest;
        _order = RpmArchitectures.Compatible(catalog.NativeArchitecture);
        var names = new Utf8Set();
        foreach (var package in catalog)
        {
            if (package.IsInstalled)
                names.Add(package.NameUtf8);
        }

        foreach (var package in catalog)
        {
            if (!names.Contains(package.NameUtf8))
                continue;
            var name = package.Name;
            if (!_byName.TryGetValue(name, out var entries))
                _byName[name] = entries = [];
            entries.Add(package);
        }
    }

    /// <summary>What a plan says of such a change.</summary>
    public static string Note(string before) => $"its architecture was {before}";

    /// <summary>
    /// The entries of other architectures whose versions can follow an installed package; the best architecture first.
    /// </summary>
    public IReadOnlyList<PackageEntry> Followers(PackageEntry installed)
    {
        if (!_byName.TryGetValue(installed.Name, out var entries))
            return [];
        var isNoArchitecture = installed.Architecture == NoArchitecture;

        // Of several that are installed the best goes to noarch; noarch goes to none of them.
        if (entries.Any(e => e.IsInstalled && e != installed && (isNoArchitecture || Rank(e) < Rank(installed))))
            return [];
        return
        [
            .. entries
                .Where(e =>
                    !e.IsInstalled && isNoArchitecture != (e.Architecture == NoArchitecture) && Rank(e) < _order.Count
                )
                .OrderBy(Rank),
        ];
    }

    /// <summary>
    /// Versions that can follow an installed package: its own first, then those of the architecture that it can change
    /// to.
    /// </summary>
    public IEnumerable<PackageVersion> VersionsOf(PackageEntry installed, string edition)
    {
        foreach (var version in installed.Versions)
            yield return version;
        var followers = Followers(installed);
        if (followers.Count == 0)
            yield break;

        // Without an update the host's own architecture still tells what advisories name, and what is hidden.
        var best = followers[0];
        foreach (var follower in followers)
        {
            if (!(_keepsToBest ? IsOffered(follower) : HasUpdate(follower, edition)))
                continue;
            best = follower;
            break;
        }

        foreach (var version in best.Versions)
            yield return version;
    }

    /// <summary>Whether a package that is not installed is only the other architecture of one that is.</summary>
    public bool IsFollower(PackageEntry package) =>
        _byName.TryGetValue(package.Name, out var entries)
        && entries.Any(e => e.IsInstalled && Followers(e).Contains(package));

    /// <summary>
    /// Architectures under which repositories offer a package of that name, whether it can follow the installed one or
    /// not.
    /// </summary>
    public IEnumerable<PackageEntry> OthersOf(PackageEntry installed) =>
        _byName.TryGetValue(installed.Name, out var entries) ? entries.Where(e => e != installed) : [];

    private static bool IsOffered(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            if (version.IsOffered)
                return true;
        }

        return false;
    }

    private static bool HasUpdate(PackageEntry package, string edition)
    {
        foreach (var version in package.Versions)
        {
            if (version.IsOffered && RpmVersion.Order.Compare(version.Edition, edition) > 0)
                return true;
        }

        return false;
    }

    private int Rank(PackageEntry package)
    {
        var architecture = package.Architecture;
        for (var i = 0; i < _order.Count; i++)
        {
            if (_order[i] == architecture)
                return i;
        }

        return _order.Count;
    }
}
