using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// One reading of what dnf's cache holds: the metadata of every enabled repository, seen as dnf sees it (excludes,
/// priorities, cost, module streams, version locks). What dnf does not see stays in the catalog as a version that is
/// not offered, with the reason, so that explanations can name it.
/// </summary>
internal sealed class DnfReading(
    HostSession session,
    DnfConfiguration configuration,
    InventoryRequest request,
    List<string> warnings
)
{
    /// <summary>A package's part of a primary list, in bytes; Red Hat's have about this.</summary>
    private const int UsualPackageBytes = 3000;

    private readonly HostContext _host = session.Host;
    private readonly List<RepositoryReading> _repositories = [];
    private readonly MetadataIndex _index = new(new ListIndex(session.Host), session.Decompressor);
    private readonly KnownChecksums _checksums = new(session.Host, request.IsOfThisHost(session.Host));
    private PackageCatalogBuilder _builder = null!;
    private RpmOffers _offers = null!;

    public IReadOnlyList<RepositoryHealth> Repositories => [.. _repositories.Select(r => r.Health!)];

    /// <param name="cache">Absolute path of the cache.</param>
    /// <param name="installed">What rpm has.</param>
    /// <param name="architecture">rpm's word for the machine.</param>
    /// <param name="refresh">What a refresh of this run came to; null without one.</param>
    /// <param name="cancellationToken">Between repositories.</param>
    public PackageCatalog Read(
        string cache,
        IReadOnlyList<RpmPackage> installed,
        string architecture,
        RefreshOutcome? refresh,
        CancellationToken cancellationToken
    )
    {
        foreach (var repository in configuration.Repositories)
            _repositories.Add(new RepositoryReading(repository, cache, configuration.Tool, _repositories.Count));
        foreach (var reading in _repositories)
            reading.Attempt(reading.ReadAll);
        var modules = ReadModules(architecture);

        var expected =
            installed.Count
            + _repositories.Sum(r => r.Contents?.Entries.GetValueOrDefault("primary")?.OpenSize ?? 0)
                / UsualPackageBytes;
        _builder = new PackageCatalogBuilder(expected) { NativeArchitecture = RpmArchitectures.Base(architecture) };
        var local = _builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = architecture });
        _offers = new RpmOffers(_builder, [.. configuration.Repositories.Select(r => (r.Id, r.Priority))]);
        _offers.AddInstalled(installed, local);
        AddOrigins(architecture);
        ReadPackages(architecture, modules, cancellationToken);
        new DnfPolicy(configuration, _builder, _offers).Apply(
            [.. _repositories.Select(r => (r.Repository, r.Index))],
            _host.Paths.Root,
            session.Toml,
            warnings
        );
        foreach (var reading in _repositories.Where(r => r.Contents is not null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.Attempt(() => ReadAdvisories(reading, modules));
        }

        _checksums.Save();
        _offers.SetAdvisories();
        foreach (var reading in _repositories)
            reading.Health = HealthOf(reading, refresh);
        _offers.NoteReplacements(warnings);
        return _builder.Build();
    }

    private void AddOrigins(string architecture)
    {
        foreach (var reading in _repositories)
        {
            var repository = reading.Repository;
            reading.Origin = _builder.AddOrigin(
                new PackageOrigin
                {
                    Archive = repository.Id,
                    Label = repository.Name,
                    Site = repository.Site,
                    Architecture = architecture,
                    Trusted = repository.Trusted,
                    Repository = reading.Index,
                }
            );
        }
    }

    private void ReadPackages(string architecture, ModuleVisibility modules, CancellationToken cancellationToken)
    {
        // Where equally good repositories offer one version, the cheapest is taken from.
        IReadOnlyList<string> compatible = RpmArchitectures.Compatible(architecture);
        foreach (
            var reading in _repositories
                .Where(r => r.Contents is not null)
                .OrderBy(r => r.Repository.Priority)
                .ThenBy(r => r.Repository.Cost)
        )
        {
            cancellationToken.ThrowIfCancellationRequested();
            reading.Attempt(() => ReadPackages(reading, new PackageSink(this, reading, modules, compatible)));
        }
    }

    private void ReadPackages(RepositoryReading reading, PackageSink sink)
    {
        if (reading.FindDatabase() is { } database)
        {
            reading.PrimaryFile = database;
            using var opened = reading.Open(
                database,
                reading.PromiseOfDatabase(database),
                Verification,
                session.Decompressor
            );
            if (opened is null)
                return;
            using var content = opened.Content();
            PrimaryDatabase.Read(content, database, sink);
        }
        else if (reading.Find("primary") is { } path)
        {
            reading.PrimaryFile = path;
            using var list = reading.Open("primary", path, Verification, session.Decompressor);
            if (list is not null)
                _index.ReadPrimary(list, sink);
        }
    }

    private ListVerification Verification => new(_checksums);

    private ModuleVisibility ReadModules(string architecture)
    {
        List<ModuleDocuments> documents = [];
        foreach (var reading in _repositories.Where(r => r.Contents is not null))
        {
            reading.Attempt(() =>
            {
                if (reading.FindModules() is not { } path)
                    return;
                using var list = reading.Open("modules", path, Verification, session.Decompressor);
                if (list is null)
                    return;
                using var stream = MetadataFile.Open(list, session.Decompressor);
                documents.Add(ModuleDocumentReader.Read(stream, path));
            });
        }

        var root = _host.Paths.Root;
        var states =
            configuration.Tool.ReadModules?.Invoke(root, session.Toml, warnings)
            ?? new Dictionary<string, ModuleState>();
        documents.AddRange(ReadModuleFiles(Path.Combine(root, "etc/dnf/modules.defaults.d")));
        var known = documents.SelectMany(d => d.Streams).Select(s => (s.Stream.Name, s.Stream.Stream)).ToHashSet();

        // dnf keeps copies of enabled streams for the day their repository has lost them.
        documents.AddRange(
            ReadModuleFiles(Path.Combine(root, "var/lib/dnf/modulefailsafe"))
                .Select(d => d with { Streams = [.. d.Streams.Where(s => IsLost(s.Stream))] })
        );
        return new ModuleVisibility(documents, states, Platform, RpmArchitectures.Base(architecture));

        bool IsLost(ModuleStream stream) =>
            !known.Contains((stream.Name, stream.Stream))
            && states.GetValueOrDefault(stream.Name) is { Status: ModuleStatus.Enabled } state
            && state.Stream == stream.Stream;
    }

    private List<ModuleDocuments> ReadModuleFiles(string folder)
    {
        List<ModuleDocuments> documents = [];
        foreach (
            var path in HostFiles.DirectoryExists(folder)
                ? HostFiles.FilesIn(folder, "*.yaml").Order(StringComparer.Ordinal)
                : Enumerable.Empty<string>()
        )
        {
            try
            {
                using var stream = MetadataFile.Open(path, session.Decompressor);
                documents.Add(ModuleDocumentReader.Read(stream, path));
            }
            catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
            {
                warnings.Add(e.Message);
            }
        }

        return documents;
    }

    // platform:el8
    private string? Platform => session.System.PlatformId.Split(':') is [_, var stream] ? stream : null;

    private void ReadAdvisories(RepositoryReading reading, ModuleVisibility modules)
    {
        if (reading.FindAdvisories() is { } path)
        {
            using var list = reading.Open("updateinfo", path, Verification, session.Decompressor);
            reading.HasAdvisories = false;
            if (list is not null)
                _index.ReadAdvisories(list, new AdvisorySink(this, reading, modules));
        }
        else
        {
            reading.HasAdvisories = false;
        }
    }

    private RepositoryHealth HealthOf(RepositoryReading reading, RefreshOutcome? refresh)
    {
        var repository = reading.Repository;
        var refreshed = reading.ConfirmedAt;
        var age = _host.Clock.GetUtcNow() - refreshed;
        var (status, message) = StatusOf(reading, refresh, age);
        if (reading.NotVerified is not null)
            warnings.Add(
                $"The lists of repository {repository.Id} are not verified: its repomd.xml names no checksum of "
                    + $"{reading.NotVerified}."
            );
        if (reading.HasAdvisories == false)
            warnings.Add(
                $"Cannot tell which packages of repository {repository.Id} are security updates: it publishes "
                    + $"no advisories (updateinfo)."
            );
        return new RepositoryHealth
        {
            Name = repository.Title,
            Status = status,
            Message = message,
            PublishedAt = reading.Contents?.PublishedAt,
            RefreshedAt = refreshed,
            Trusted = repository.Trusted,
            SkipIfUnavailable = repository.SkipIfUnavailable,
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
        var refreshed = reading.ConfirmedAt;
        var tool = configuration.Tool.Command;
        if (reading.Damage is { } wrong)
            return (
                RepositoryStatus.Damaged,
                $"{wrong}; run {tool} clean metadata and then {tool} makecache, which fetch it again."
            );
        if (refresh?.FailureOf(reading.Repository.Id, refreshed) is { } failure)
            return (RepositoryStatus.RefreshFailed, $"{tool} makecache: {failure}");
        if (reading.Failure is { } damage)
            return (RepositoryStatus.Unreadable, damage);
        if (refreshed is null)
            return (RepositoryStatus.NeverFetched, $"No metadata of it is on this host; run {tool} makecache.");
        if (age > request.MaxMetadataAge)
            return (
                RepositoryStatus.Stale,
                $"Last confirmed {refreshed:yyyy-MM-dd HH:mm} UTC, {age.Value.TotalDays:0} days ago; run "
                    + $"{tool} makecache."
            );
        return (RepositoryStatus.Ok, null);
    }

    /// <summary>Packages of one primary list.</summary>
    private sealed class PackageSink(
        DnfReading reading,
        RepositoryReading repository,
        ModuleVisibility modules,
        IReadOnlyList<string> architectures
    ) : IPrimarySink
    {
        private readonly Utf8Set _architectures = Utf8Set.Of(architectures);
        private readonly bool _isModular = !modules.IsEmpty && !repository.Repository.ModuleHotfixes;
        private readonly List<(string Name, string Flags, string Edition)> _obsoletes = [];
        private bool _providesActiveName;

        public bool WantsProvides => _isModular && modules.Names.Count > 0;

        public void Provides(ReadOnlySpan<byte> name) => _providesActiveName |= modules.Names.Contains(name);

        public void Obsoletes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> flags, ReadOnlySpan<byte> edition)
        {
            if (reading._offers.IsInstalledName(name))
                _obsoletes.Add(
                    (Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(flags), Encoding.UTF8.GetString(edition))
                );
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
                var hidden = _isModular ? modules.Hides(name, architecture, edition, _providesActiveName) : null;
                var version = builder.Version(
                    package,
                    edition,
                    0,
                    0,
                    0,
                    hidden is null ? repository.Origin : reading._offers.Hidden(repository.Origin, hidden)
                );
                builder.SetBuildTime(version, buildTime);
                foreach (var (obsoleted, flags, upTo) in _obsoletes)
                    reading._offers.AddObsoletes(version, obsoleted, flags, upTo);
            }
            else
            {
                reading._offers.AddForeign(repository.Origin, name, architecture, edition);
            }

            _obsoletes.Clear();
            _providesActiveName = false;
        }
    }

    /// <summary>Advisories of one repository.</summary>
    private sealed class AdvisorySink(DnfReading reading, RepositoryReading repository, ModuleVisibility modules)
        : IUpdateInfoSink
    {
        public bool IsActive(ModuleStream stream)
        {
            repository.HasAdvisories = true;
            return modules.IsActive(stream);
        }

        public void Add(
            Advisory advisory,
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition
        )
        {
            repository.HasAdvisories = true;
            reading._offers.AddAdvisory(repository.Origin, advisory, name, architecture, edition);
        }
    }
}
