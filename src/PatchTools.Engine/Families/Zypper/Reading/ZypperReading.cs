using System.Text;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// One reading of what zypper's cache holds: the metadata of every enabled repository as it was published, seen as
/// zypper sees it (priorities, locks, vendors). A patch is the advisory of the editions that it names; what zypper
/// calls its conflicts are those.
/// </summary>
internal sealed class ZypperReading(
    HostContext host,
    ZypperConfiguration configuration,
    IDecompressor decompressor,
    InventoryRequest request,
    List<string> warnings
)
{
    /// <summary>A package's part of a primary list, in bytes; SUSE's have about this.</summary>
    private const int UsualPackageBytes = 3000;

    private readonly List<RepositoryReading> _repositories = [];
    private readonly MetadataIndex _index = new(new ListIndex(host), decompressor);
    private readonly KnownChecksums _checksums = new(host, request.IsOfThisHost(host));
    private readonly Dictionary<(int Repository, string Vendor), int> _vendors = [];
    private readonly ZypperBlacklist _blacklist = new();
    private readonly Dictionary<Advisory, PackageLock> _lockedPatches = new(ReferenceEqualityComparer.Instance);
    private PackageCatalogBuilder _builder = null!;
    private RpmOffers _offers = null!;

    public IReadOnlyList<RepositoryHealth> Repositories => [.. _repositories.Select(r => r.Health!)];

    /// <param name="cache">Absolute path of the metadata.</param>
    /// <param name="installed">What rpm has.</param>
    /// <param name="architecture">rpm's word for the machine.</param>
    /// <param name="refresh">What a refresh of this run came to; null without one.</param>
    /// <param name="query">Asked only where a repository offers temporary fixes.</param>
    /// <param name="cancellationToken">Between repositories.</param>
    public async Task<PackageCatalog> ReadAsync(
        string cache,
        IReadOnlyList<RpmPackage> installed,
        string architecture,
        RefreshOutcome? refresh,
        RpmQuery query,
        CancellationToken cancellationToken
    )
    {
        foreach (var repository in configuration.Repositories)
            _repositories.Add(new RepositoryReading(repository, cache, _repositories.Count));
        foreach (var reading in _repositories)
            reading.Attempt(reading.ReadContents);

        var expected =
            installed.Count
            + _repositories.Sum(r => r.Contents?.Entries.GetValueOrDefault("primary")?.OpenSize ?? 0)
                / UsualPackageBytes;
        _builder = new PackageCatalogBuilder(expected) { NativeArchitecture = RpmArchitectures.Base(architecture) };
        var local = _builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = architecture });
        _offers = new RpmOffers(_builder, [.. configuration.Repositories.Select(r => (r.Alias, r.Priority))]);
        _offers.AddInstalled(installed, local);
        AddOrigins(architecture);
        ReadPackages(architecture, cancellationToken);
        foreach (var reading in _repositories.Where(r => r.Contents is not null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.Attempt(() => ReadAdvisories(reading));
        }

        _checksums.Save();
        var retractedHere = _blacklist.HideRetracted(_builder, _offers);
        if (_blacklist.HasTemporaryFixes)
            _blacklist.HideTemporaryFixes(_builder, _offers, await query.TemporaryFixesAsync(cancellationToken));
        _offers.ApplyPriorities(PriorityRule.ByName);
        _offers.ShowNeeded();
        _offers.SetAdvisories();
        foreach (var reading in _repositories)
            reading.Health = HealthOf(reading, refresh);
        ApplyLocks();
        _offers.NoteReplacements(warnings);
        NoteRetracted(retractedHere);
        var catalog = _builder.Build();
        new ZypperPolicy(configuration, _lockedPatches).Apply(catalog);
        return catalog;
    }

    private void AddOrigins(string architecture)
    {
        foreach (var reading in _repositories)
        {
            var repository = reading.Repository;
            reading.Origin = _builder.AddOrigin(
                new PackageOrigin
                {
                    Archive = repository.Alias,
                    Label = repository.Name,
                    Site = repository.Site,
                    Architecture = architecture,
                    Trusted = repository.Trusted,
                    Repository = reading.Index,
                }
            );
        }
    }

    private void ReadPackages(string architecture, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> compatible = RpmArchitectures.Compatible(architecture);
        foreach (var reading in _repositories.Where(r => r.Contents is not null).OrderBy(r => r.Repository.Priority))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.Attempt(() =>
            {
                if (reading.Find("primary") is not { } path)
                    return;
                reading.PrimaryFile = path;
                using var list = reading.Open("primary", path, new ListVerification(_checksums), decompressor);
                if (list is not null)
                    _index.ReadPrimary(list, new PackageSink(this, reading, compatible));
            });
        }
    }

    private void ReadAdvisories(RepositoryReading reading)
    {
        reading.HasAdvisories = false;
        if (reading.FindAdvisories() is not { } path)
            return;
        using var list = reading.Open("updateinfo", path, new ListVerification(_checksums), decompressor);
        if (list is not null)
            _index.ReadAdvisories(list, new AdvisorySink(this, reading));
    }

    /// <summary>
    /// The administrator's locks on what is installed; those on single versions are for <see cref="ZypperPolicy"/>.
    /// </summary>
    private void ApplyLocks()
    {
        if (configuration.Locks.IsEmpty)
            return;
        for (var version = 0; version < _builder.VersionCount; version++)
        {
            if (
                _builder.InstalledOf(version) is not (var index and >= 0)
                || _builder.Installed(index) is not { IsHeld: false } package
            )
                continue;
            if (configuration.Locks.Entries.FirstOrDefault(l => l.Matches(package.Name, package.Edition)) is { } entry)
                _builder.ReplaceInstalled(
                    index,
                    package with
                    {
                        IsHeld = true,
                        PolicyNote = $"lock '{entry.Text}' in {configuration.Locks.File} (zypper removelock lifts it)",
                    }
                );
        }
    }

    /// <summary>
    /// What is installed and was taken back since is said; no newer version may be there to replace it.
    /// </summary>
    private void NoteRetracted(IReadOnlyList<(int Installed, string Patch)> retracted)
    {
        foreach (var (index, patch) in retracted)
        {
            var package = _builder.Installed(index);
            warnings.Add($"{package.Name} {package.Edition} is installed, and its patch {patch} is retracted.");
        }
    }

    private PackageLock? LockOf(Advisory patch, RepositoryReading repository) =>
        configuration.Locks.Patches.FirstOrDefault(l =>
            l.MatchesOffer(patch.Id, patch.Version, repository.Repository.Alias)
        );

    private int OriginOf(RepositoryReading reading, string vendor)
    {
        if (vendor.Length == 0)
            return reading.Origin;
        if (!_vendors.TryGetValue((reading.Index, vendor), out var origin))
            _vendors[(reading.Index, vendor)] = origin = _builder.AddOrigin(
                _builder.Origin(reading.Origin) with
                {
                    Vendor = vendor,
                }
            );
        return origin;
    }

    private RepositoryHealth HealthOf(RepositoryReading reading, RefreshOutcome? refresh)
    {
        var repository = reading.Repository;
        var refreshed = reading.ConfirmedAt;
        var age = host.Clock.GetUtcNow() - refreshed;
        var (status, message) = StatusOf(reading, refresh, age);
        if (reading.NotVerified is not null)
            warnings.Add(
                $"The lists of repository {repository.Alias} are not verified: its repomd.xml names no checksum of "
                    + $"{reading.NotVerified}."
            );
        if (reading.HasAdvisories == false)
            warnings.Add(
                $"Cannot tell which packages of repository {repository.Alias} are security updates: it "
                    + $"publishes no patches (updateinfo)."
            );
        return new RepositoryHealth
        {
            Name = repository.Title,
            Status = status,
            Message = message,
            PublishedAt = reading.Contents?.PublishedAt,
            RefreshedAt = refreshed,
            Trusted = repository.Trusted,
            HasAdvisories = reading.HasAdvisories,
            HasUsableMetadata = refreshed is not null && reading.IsSound && age <= request.MaxMetadataAge,
            NotVerified = reading.NotVerified,
            NewestFile = reading.NewestFile,
        };
    }

    /// <summary>What is wrong with a repository's lists, the worst first, and what to do.</summary>
    private (RepositoryStatus Status, string? Message) StatusOf(
        RepositoryReading reading,
        RefreshOutcome? refresh,
        TimeSpan? age
    )
    {
        var alias = reading.Repository.Alias;
        var refreshed = reading.ConfirmedAt;
        if (reading.Damage is { } wrong)
            return (RepositoryStatus.Damaged, $"{wrong}; run zypper refresh --force, which fetches it again.");
        if (
            refresh?.FailureOf(alias, refreshed) is { } failure
            && (reading.ForeignType is null || refresh.Failures.ContainsKey(alias))
        )
            return (RepositoryStatus.RefreshFailed, $"zypper refresh: {failure}");
        if (reading.Failure is { } damage)
            return (RepositoryStatus.Unreadable, damage);
        if (reading.ForeignType is { } type)
            return (
                RepositoryStatus.Unreadable,
                $"It is of the type {type}, without metadata that PatchTools reads; zypper modifyrepo "
                    + $"--disable {alias} leaves it out."
            );
        if (refreshed is null)
            return (RepositoryStatus.NeverFetched, "No metadata of it is on this host; run zypper refresh.");
        if (age > request.MaxMetadataAge)
            return (
                RepositoryStatus.Stale,
                $"Last confirmed {refreshed:yyyy-MM-dd HH:mm} UTC, {age.Value.TotalDays:0} days ago; run "
                    + $"zypper refresh."
            );
        return (RepositoryStatus.Ok, null);
    }

    /// <summary>Packages of one primary list.</summary>
    private sealed class PackageSink(
        ZypperReading reading,
        RepositoryReading repository,
        IReadOnlyList<string> architectures
    ) : IPrimarySink
    {
        private readonly Utf8Set _architectures = Utf8Set.Of(architectures);
        private readonly List<(string Name, string Flags, string Edition)> _obsoletes = [];
        private byte[] _vendor = [];
        private bool _hasVendor;
        private bool _isTemporaryFix;
        private int _origin = repository.Origin;

        public bool WantsProvides => false;

        public bool WantsTemporaryFixes => true;

        public void TemporaryFix() => _isTemporaryFix = true;

        public void Provides(ReadOnlySpan<byte> name) { }

        public void Obsoletes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> flags, ReadOnlySpan<byte> edition)
        {
            if (reading._offers.IsInstalledName(name))
                _obsoletes.Add(
                    (Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(flags), Encoding.UTF8.GetString(edition))
                );
        }

        /// <summary>Most packages of a repository have the vendor of the one before.</summary>
        public void Vendor(ReadOnlySpan<byte> vendor)
        {
            _hasVendor = true;
            if (vendor.SequenceEqual(_vendor))
                return;
            _vendor = vendor.ToArray();
            _origin = reading.OriginOf(repository, Encoding.UTF8.GetString(vendor));
        }

        public void Add(
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition,
            long buildTime
        )
        {
            if (_architectures.Contains(architecture))
            {
                var builder = reading._builder;
                var package = builder.Package(name, builder.Word(architecture));
                var version = builder.Version(package, edition, 0, 0, 0, _hasVendor ? _origin : repository.Origin);
                builder.SetBuildTime(version, buildTime);
                if (_isTemporaryFix)
                    reading._blacklist.AddTemporaryFix(repository.Index, version);
                foreach (var (obsoleted, flags, upTo) in _obsoletes)
                    reading._offers.AddObsoletes(version, obsoleted, flags, upTo);
            }
            else
            {
                reading._offers.AddForeign(repository.Origin, name, architecture, edition);
            }

            _obsoletes.Clear();
            _hasVendor = false;
            _isTemporaryFix = false;
        }
    }

    /// <summary>
    /// Patches of one repository. zypper takes each of their packages for both architectures: the one that is named,
    /// and noarch.
    /// </summary>
    private sealed class AdvisorySink(ZypperReading reading, RepositoryReading repository) : IUpdateInfoSink
    {
        public bool IsActive(ModuleStream stream) => true;

        public void Add(
            Advisory advisory,
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition
        )
        {
            repository.HasAdvisories = true;
            if (advisory.Status == ZypperBlacklist.RetractedStatus)
            {
                reading._blacklist.AddRetracted(repository.Index, advisory.Id, name, architecture, edition);
                return;
            }

            if (!reading._lockedPatches.ContainsKey(advisory) && reading.LockOf(advisory, repository) is { } entry)
                reading._lockedPatches[advisory] = entry;
            reading._offers.AddAdvisory(repository.Origin, advisory, name, architecture, edition);
            if (
                !architecture.SequenceEqual("noarch"u8)
                && reading._builder.FindPackage(name, "noarch"u8) is var package and >= 0
                && (reading._builder.IsInstalled(package) || reading._builder.FindVersion(package, edition) >= 0)
            )
                reading._offers.AddAdvisory(repository.Origin, advisory, name, "noarch"u8, edition);
        }
    }
}
