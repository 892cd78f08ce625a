using System.Text;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Model;
using PatchTools.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// What the readings of dnf and zypper do alike to a catalog in the making: installed rows, versions that the tool does
/// not see, priorities, replacements, advisories.
/// </summary>
/// <param name="builder">The catalog.</param>
/// <param name="repositories">Id and priority of each, by index; the lowest priority is the best.</param>
internal sealed partial class RpmOffers(
    PackageCatalogBuilder builder,
    IReadOnlyList<(string Id, int Priority)> repositories
)
{
    private static readonly byte[] NoArchitecture = [.. "noarch"u8];

    private readonly Dictionary<(int Origin, string Because), int> _hidden = [];
    private readonly Dictionary<int, List<Advisory>> _advisories = [];
    private readonly List<(int Version, string Name, string Flags, string Edition)> _obsoletes = [];
    private readonly Utf8Set _installedNames = new();

    /// <summary>Indexes of what speaks for the installed packages of a name: the newest of each architecture.</summary>
    private readonly Dictionary<string, HashSet<int>> _speakers = new(StringComparer.Ordinal);

    /// <summary>Oldest edition that is installed of what a speaker speaks for; kernels have several.</summary>
    private readonly Dictionary<int, string> _oldest = [];

    /// <summary>Architectures of packages for this host, best first, without noarch.</summary>
    private IReadOnlyList<byte[]> OfHost =>
        field ??= [
            .. RpmArchitectures
                .Compatible(builder.NativeArchitecture)
                .Select(Encoding.UTF8.GetBytes)
                .Where(a => !a.AsSpan().SequenceEqual(NoArchitecture)),
        ];

    /// <param name="installed">What rpm has.</param>
    /// <param name="local">Origin of the local database.</param>
    public void AddInstalled(IReadOnlyList<RpmPackage> installed, int local)
    {
        List<(string Name, int Version)> versions = [];

        // The newest of several speaks for a package, so it is named last.
        foreach (var package in installed.OrderBy(p => p.Edition, RpmVersion.Order))
        {
            _installedNames.Add(package.Name);
            var index = builder.Package(Encoding.UTF8.GetBytes(package.Name), builder.Word(package.Architecture));
            var version = builder.Version(index, Encoding.UTF8.GetBytes(package.Edition), 0, 0, 0, local);
            builder.SetBuildTime(version, package.BuildTime);
            builder.SetInstalled(
                index,
                version,
                new InstalledPackage
                {
                    Name = package.Name,
                    Architecture = package.Architecture,
                    Edition = package.Edition,
                    Vendor = package.Vendor,
                    InstalledTime =
                        package.InstallTime > 0 ? new EpochTime(package.InstallTime, IsFractional: false) : null,
                }
            );
            versions.Add((package.Name, version));
        }

        foreach (var (name, version) in versions)
        {
            if (!_speakers.TryGetValue(name, out var speakers))
                _speakers[name] = speakers = [];
            var speaker = builder.InstalledOf(version);
            speakers.Add(speaker);
            _oldest.TryAdd(speaker, Encoding.UTF8.GetString(builder.EditionOf(version)));
        }
    }

    public bool IsInstalledName(ReadOnlySpan<byte> name) => _installedNames.Contains(name);

    /// <summary>The origin with a reason why the tool does not see what it offers.</summary>
    public int Hidden(int origin, string because)
    {
        if (_hidden.TryGetValue((origin, because), out var hidden))
            return hidden;
        hidden = builder.AddOrigin(builder.Origin(origin) with { HiddenBecause = because });
        return _hidden[(origin, because)] = hidden;
    }

    /// <param name="versions">Indexes of versions.</param>
    /// <param name="repository">Index of the repository from which they are not seen; null for all.</param>
    /// <param name="because">Why.</param>
    public void Hide(IReadOnlyCollection<int> versions, int? repository, string because)
    {
        foreach (var version in versions)
        {
            foreach (var origin in builder.OriginsOf(version).ToArray())
            {
                if (
                    builder.Origin(origin) is { IsOffer: true } offer
                    && (repository is null || offer.Repository == repository)
                )
                    builder.ReplaceOrigin(version, origin, Hidden(origin, because));
            }
        }
    }

    /// <summary>
    /// A version for machines of another kind, of a name that is installed here: nobody may say that no repository
    /// offers it.
    /// </summary>
    public void AddForeign(
        int origin,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> architecture,
        ReadOnlySpan<byte> edition
    )
    {
        if (!IsInstalledName(name) || architecture.EndsWith("src"u8))
            return;
        var because = $"built for {Encoding.UTF8.GetString(architecture)}";
        builder.Version(builder.Package(name, builder.Word(architecture)), edition, 0, 0, 0, Hidden(origin, because));
    }

    public void AddObsoletes(int version, string name, string flags, string edition) =>
        _obsoletes.Add((version, name, flags, edition));

    /// <summary>
    /// Installed packages that another package replaces: a baseline does not follow replacements (reference 20 §3), so
    /// only their explanation names it, and a warning where the replacement is the fix of a security advisory.
    /// </summary>
    /// <param name="warnings">Takes a sentence for each such fix.</param>
    public void NoteReplacements(List<string> warnings)
    {
        foreach (var (version, name, flags, edition) in _obsoletes)
        {
            if (!OffersAny(version) || builder.NameOf(version).SequenceEqual(Encoding.UTF8.GetBytes(name)))
                continue;
            foreach (var index in builder.InstalledNamed(name))
            {
                var package = builder.Installed(index);
                if (package.PolicyNote is null && Includes(flags, RpmVersion.Order.Compare(package.Edition, edition)))
                {
                    var replacement =
                        $"{Encoding.UTF8.GetString(builder.NameOf(version))} "
                        + $"{Encoding.UTF8.GetString(builder.EditionOf(version))}";
                    var fix = _advisories
                        .GetValueOrDefault(version)
                        ?.Find(a => a.Classification.Equals("security", StringComparison.OrdinalIgnoreCase))
                        ?.Id;
                    var isFix = fix is null ? "" : $" and is the fix of {fix}";
                    builder.ReplaceInstalled(
                        index,
                        package with
                        {
                            PolicyNote =
                                $"{replacement} replaces it (obsoletes){isFix}; a baseline does not follow "
                                + $"replacements",
                        }
                    );
                    if (fix is not null)
                        warnings.Add(
                            $"{package.Name} {package.Edition}: {fix} fixes it only with {replacement}, which "
                                + $"replaces it. "
                                + "A baseline does not follow replacements: install it by hand."
                        );
                }
            }
        }

        static bool Includes(string flags, int order) =>
            flags switch
            {
                "" => true,
                "EQ" => order == 0,
                "LT" => order < 0,
                "LE" => order <= 0,
                "GT" => order > 0,
                "GE" => order >= 0,
                _ => false,
            };
    }

    /// <summary>
    /// One version that an advisory names. What the repository no longer offers is kept for installed packages, whose
    /// explanation says which newer version has the fix. Of copies of one advisory the newest counts.
    /// </summary>
    /// <param name="origin">Of the repository that publishes the advisory.</param>
    /// <param name="advisory">The advisory.</param>
    /// <param name="name">UTF-8.</param>
    /// <param name="architecture">UTF-8.</param>
    /// <param name="edition">UTF-8.</param>
    public void AddAdvisory(
        int origin,
        Advisory advisory,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> architecture,
        ReadOnlySpan<byte> edition
    )
    {
        var package = builder.FindPackage(name, architecture);
        var concerns = package >= 0 && builder.IsInstalled(package);
        if (!concerns && IsInstalledName(name) && ChangesFrom(name, architecture))
        {
            concerns = true;
            package = package >= 0 ? package : builder.Package(name, builder.Word(architecture));
        }

        if (package < 0)
            return;
        var version = builder.FindVersion(package, edition);
        if (version < 0)
        {
            if (!concerns)
                return;
            version = builder.Version(package, edition, 0, 0, 0, Hidden(origin, PackageOrigin.NoLongerOffered));
        }

        if (!_advisories.TryGetValue(version, out var list))
            _advisories[version] = list = [];
        var known = list.FindIndex(a => a.IsCopyOf(advisory));
        if (known < 0)
            list.Add(advisory);
        else if (advisory.Date > list[known].Date)
            list[known] = advisory;
    }

    /// <summary>Whether the package is installed under the other of noarch and an architecture of the host.</summary>
    private bool ChangesFrom(ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture) =>
        InstalledUnderOther(name, architecture) >= 0;

    private int InstalledUnderOtherArchitecture(int version) =>
        IsInstalledName(builder.NameOf(version))
        && InstalledUnderOther(builder.NameOf(version), builder.ArchitectureOf(version)) is var package and >= 0
            ? builder.InstalledOfPackage(package)
            : -1;

    /// <summary>
    /// The package under the other of noarch and an architecture of the host, where it is installed; else -1.
    /// </summary>
    private int InstalledUnderOther(ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture)
    {
        var isNoArchitecture = architecture.SequenceEqual("noarch"u8);
        if (!isNoArchitecture && !IsOfHost(architecture))
            return -1;
        IReadOnlyList<byte[]> others = isNoArchitecture ? OfHost : [NoArchitecture];
        foreach (var other in others)
        {
            if (builder.FindPackage(name, other) is var package and >= 0 && builder.IsInstalled(package))
                return package;
        }

        return -1;
    }

    private bool IsOfHost(ReadOnlySpan<byte> architecture)
    {
        foreach (var own in OfHost)
        {
            if (architecture.SequenceEqual(own))
                return true;
        }

        return false;
    }

    /// <summary>Hands the advisories to the catalog, once all are known.</summary>
    public void SetAdvisories()
    {
        foreach (var (version, list) in _advisories)
            builder.SetAdvisories(version, [.. list]);
    }

    private bool OffersAny(int version)
    {
        foreach (var origin in builder.OriginsOf(version))
        {
            if (builder.Origin(origin).IsOffer)
                return true;
        }

        return false;
    }
}
