namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// One installed package with every version that is known of it, of the architecture that it can change to among them.
/// </summary>
internal sealed class RpmLine
{
    private readonly IComparer<string> _order;
    private readonly List<RpmVersionOfLine> _named;

    /// <param name="package">The installed package.</param>
    /// <param name="current">Its newest installed version.</param>
    /// <param name="changes">Which architectures are the same package.</param>
    /// <param name="order">Order of editions.</param>
    public RpmLine(PackageEntry package, PackageVersion current, ArchitectureChanges changes, IComparer<string> order)
    {
        _order = order;
        Package = package;
        Current = current;
        Edition = current.Edition;
        Versions = [.. changes.VersionsOf(package, Edition).Select(v => new RpmVersionOfLine(v, v.Edition))];
        Elsewhere = [.. changes.OthersOf(package)];
        _named =
        [
            .. Versions
                .Where(v => v.Version.Advisories.Count > 0 && order.Compare(v.Edition, Edition) > 0)
                .OrderByDescending(v => v.Edition, order),
        ];
    }

    public PackageEntry Package { get; }

    /// <summary>The newest installed version.</summary>
    public PackageVersion Current { get; }

    /// <summary>Of <see cref="Current"/>.</summary>
    public string Edition { get; }

    /// <summary>Those of the installed architecture first.</summary>
    public IReadOnlyList<RpmVersionOfLine> Versions { get; }

    /// <summary>The same name under other architectures.</summary>
    public IReadOnlyList<PackageEntry> Elsewhere { get; }

    /// <summary>
    /// Advisories that name a version between the installed one and this one, which has their fix too. One that names
    /// this version itself is not among them; an advisory that names several versions is there once, with the newest.
    /// </summary>
    public IEnumerable<(Advisory Advisory, string Edition)> SupersededBy(RpmVersionOfLine version)
    {
        List<Advisory> seen = [.. version.Version.Advisories];
        foreach (var named in _named)
        {
            if (_order.Compare(named.Edition, version.Edition) > 0)
                continue;
            foreach (var advisory in named.Version.Advisories)
            {
                if (seen.Exists(a => a.IsCopyOf(advisory)))
                    continue;
                seen.Add(advisory);
                yield return (advisory, named.Edition);
            }
        }
    }
}

/// <summary>A version with its full text, which is made once.</summary>
internal readonly record struct RpmVersionOfLine(PackageVersion Version, string Edition);
