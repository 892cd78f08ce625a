using PatchTools.Differential.Tests.Apt;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// A random host of dnf or zypper: what rpm has, what repositories offer, and what the administrator says of both.
/// </summary>
internal sealed record RpmUniverse : IUniverse<RpmUniverse>
{
    public required IReadOnlyList<RpmPackage> Installed { get; init; }

    public required IReadOnlyList<RpmRepository> Repositories { get; init; }

    /// <summary>Patterns of dnf's <c>excludepkgs</c>.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>dnf: entries of the version lock; zypper: names of locked packages.</summary>
    public IReadOnlyList<string> Locks { get; init; } = [];

    /// <summary>Enabled module streams, <c>name:stream</c>.</summary>
    public IReadOnlyList<string> EnabledStreams { get; init; } = [];

    /// <summary>
    /// The same without packages of retracted patches: zypper takes none of them. Debian builds repo2solv without the
    /// step that marks them, so here its zypper is asked about what it would see where they are marked.
    /// </summary>
    public RpmUniverse WithoutRetracted() =>
        this with
        {
            Repositories =
            [
                .. Repositories.Select(r =>
                    r with
                    {
                        Packages = [.. r.Packages.Where(p => !r.Advisories.Any(a => a.Retracts(p)))],
                    }
                ),
            ],
        };

    public IEnumerable<RpmUniverse> Smaller()
    {
        foreach (var repositories in AptUniverse.Without(Repositories))
            yield return this with
            {
                Repositories = repositories,
            };
        foreach (var installed in AptUniverse.Without(Installed))
            yield return this with
            {
                Installed = installed,
            };
        foreach (var excludes in AptUniverse.Without(Excludes))
            yield return this with
            {
                Excludes = excludes,
            };
        foreach (var locks in AptUniverse.Without(Locks))
            yield return this with
            {
                Locks = locks,
            };
        foreach (var streams in AptUniverse.Without(EnabledStreams))
            yield return this with
            {
                EnabledStreams = streams,
            };
        for (var i = 0; i < Repositories.Count; i++)
        {
            foreach (var smaller in Repositories[i].Smaller())
                yield return this with
                {
                    Repositories = [.. Repositories.Take(i), smaller, .. Repositories.Skip(i + 1)],
                };
        }
    }

    public IEnumerable<string> Features()
    {
        var offers = Repositories.SelectMany(r => r.Packages).ToList();
        var advisories = Repositories.SelectMany(r => r.Advisories).ToList();
        if (Repositories.Count > 1)
            yield return "several repositories";
        if (Repositories.Select(r => r.Priority).Distinct().Count() > 1)
            yield return "priorities";
        if (Repositories.Select(r => r.Cost).Distinct().Count() > 1)
            yield return "cost";
        foreach (var repository in Repositories.Where(r => r.Condition is not null))
            yield return $"{repository.Condition} repository";
        if (Repositories.Any(r => r.SkipIfUnavailable && r.Condition is not null))
            yield return "skip_if_unavailable";
        if (offers.Any(o => o.Obsoletes is not null))
            yield return "obsoletes";
        if (offers.Any(o => o.Edition.Contains(':', StringComparison.Ordinal)))
            yield return "epoch";
        if (
            offers.Any(o =>
                Installed.Any(p => p.Name == o.Name && p.Architecture != o.Architecture && o.Architecture != "i686")
            )
        )
            yield return "noarch and native";
        if (offers.Any(o => o.Architecture == "i686"))
            yield return "other architecture";
        if (Installed.GroupBy(p => p.Name).Any(g => g.Count() > 1))
            yield return "install-only";
        foreach (var advisory in advisories)
        {
            yield return $"advisory {advisory.Type}";
            if (advisory.Status == "retracted")
                yield return "retracted advisory";
            yield return advisory.Severity.Length == 0
                ? "advisory without severity"
                : $"advisory of severity {advisory.Severity}";
            if (advisory.Packages.Any(p => !offers.Exists(o => o.IsSameAs(p))))
                yield return "advisory of a package that nobody offers";
            if (
                advisory.Packages.Any(p =>
                    offers.Exists(o => o.Name == p.Name && o.Edition != p.Edition) && !offers.Exists(o => o.IsSameAs(p))
                )
            )
                yield return "superseded advisory";
            if (advisory.Collections > 1)
                yield return "several collections";
        }

        if (Excludes.Count > 0)
            yield return "excludes";
        if (Locks.Count > 0)
            yield return "locks";
        if (Repositories.Any(r => r.Modules.Count > 0))
            yield return "modules";
        if (Repositories.Any(r => r.Modules.Any(m => m.IsDefault)))
            yield return "default stream";
        if (EnabledStreams.Count > 0)
            yield return "enabled stream";
    }
}

/// <summary>One version of one package.</summary>
/// <param name="Name">Package name.</param>
/// <param name="Architecture">rpm architecture.</param>
/// <param name="Edition"><c>[epoch:]version-release</c>.</param>
internal sealed record RpmPackage(string Name, string Architecture, string Edition)
{
    /// <summary>An entry of <c>Obsoletes</c>, as <c>name</c>; null for none.</summary>
    public string? Obsoletes { get; init; }

    public (string Epoch, string Version, string Release) Parts
    {
        get
        {
            var colon = Edition.IndexOf(':', StringComparison.Ordinal);
            var rest = Edition[(colon + 1)..].Split('-');
            return (colon < 0 ? "0" : Edition[..colon], rest[0], rest[1]);
        }
    }

    /// <summary>Name, epoch, version, release and architecture; the epoch always.</summary>
    public string Nevra => $"{Name}-{Parts.Epoch}:{Parts.Version}-{Parts.Release}.{Architecture}";

    public string FileName => $"{Name}-{Parts.Version}-{Parts.Release}.{Architecture}.rpm";

    public bool IsSameAs(RpmPackage other) =>
        Name == other.Name && Architecture == other.Architecture && Edition == other.Edition;
}

/// <summary>One enabled repository.</summary>
internal sealed record RpmRepository(string Id)
{
    public int Priority { get; init; } = 99;

    public int Cost { get; init; } = 1000;

    public bool SkipIfUnavailable { get; init; }

    /// <summary>
    /// <c>dead</c>: never fetched. <c>damaged</c>: bytes of a list changed after the refresh. Null: well.
    /// </summary>
    public string? Condition { get; init; }

    public required IReadOnlyList<RpmPackage> Packages { get; init; }

    public IReadOnlyList<RpmAdvisory> Advisories { get; init; } = [];

    public IReadOnlyList<RpmModule> Modules { get; init; } = [];

    public IEnumerable<RpmRepository> Smaller()
    {
        foreach (var packages in AptUniverse.Without(Packages))
            yield return this with
            {
                Packages = packages,
            };
        foreach (var advisories in AptUniverse.Without(Advisories))
            yield return this with
            {
                Advisories = advisories,
            };
        foreach (var modules in AptUniverse.Without(Modules))
            yield return this with
            {
                Modules = modules,
            };
        if (Condition is not null)
            yield return this with
            {
                Condition = null,
                SkipIfUnavailable = false,
            };
        if (Priority != 99)
            yield return this with
            {
                Priority = 99,
            };
        if (Cost != 1000)
            yield return this with
            {
                Cost = 1000,
            };
        for (var i = 0; i < Advisories.Count; i++)
        {
            foreach (var packages in AptUniverse.Without(Advisories[i].Packages))
            {
                if (packages.Count > 0)
                    yield return this with
                    {
                        Advisories =
                        [
                            .. Advisories.Take(i),
                            Advisories[i] with
                            {
                                Packages = packages,
                            },
                            .. Advisories.Skip(i + 1),
                        ],
                    };
            }
        }
    }
}

/// <summary>What a repository's updateinfo says of some packages.</summary>
internal sealed record RpmAdvisory(string Id, string Type, string Severity)
{
    public string Status { get; init; } = "final";

    /// <summary>Into how many collections its packages are divided.</summary>
    public int Collections { get; init; } = 1;

    /// <summary><c>name:stream</c> of its collections; null for none.</summary>
    public string? Module { get; init; }

    public required IReadOnlyList<RpmPackage> Packages { get; init; }

    /// <summary>Whether it takes a package back: the one that it names, and noarch of the same version.</summary>
    public bool Retracts(RpmPackage package) =>
        Status == "retracted"
        && Packages.Any(p =>
            p.Name == package.Name
            && p.Edition == package.Edition
            && (p.Architecture == package.Architecture || package.Architecture == "noarch")
        );
}

/// <summary>One stream of a module, with the packages that belong to it.</summary>
internal sealed record RpmModule(string Name, string Stream, bool IsDefault, IReadOnlyList<RpmPackage> Artifacts);
