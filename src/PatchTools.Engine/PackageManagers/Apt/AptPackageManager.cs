using System.Diagnostics;
using System.Globalization;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>An inventory together with apt's policy over its packages.</summary>
public sealed record AptReading(HostInventory Inventory, AptPolicy Policy);

/// <summary>
/// apt and dpkg. Reads dpkg's database and apt's lists directly, as libapt does, without starting a process; only a refresh runs <c>apt-get update</c>.
/// Everything is looked for below <see cref="HostPaths.Root"/>.
/// </summary>
public sealed class AptPackageManager(HostContext host, IProcessRunner runner, IDecompressor decompressor) : IPackageManager
{
    public string Name => "apt";

    public IComparer<string> VersionOrder => DebianVersion.Order;

    /// <inheritdoc/>
    public async Task<HostInventory> GetInventoryAsync(InventoryRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        (await ReadAsync(request, observer, cancellationToken)).Inventory;

    /// <summary>As <see cref="GetInventoryAsync"/>, with the policy, which can be asked for the candidate of any package.</summary>
    public async Task<AptReading> ReadAsync(InventoryRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (request.Refresh && !host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Refreshing apt's package lists needs root.");
        var setting = ReadSetting(request);
        if (!DpkgDatabase.Exists(setting.StatusFile))
            throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"dpkg's database {setting.StatusFile} is missing.", setting.StatusFile);
        var failures = request.Refresh
            ? await new AptRefresh(host, runner, observer).RunAsync(setting, request.LockTimeout, cancellationToken)
            : null;
        observer.Progress("Inventory", "reading dpkg's status and apt's lists", -1);
        return new Reading(host, setting, request, failures, decompressor, observer).Read(cancellationToken);
    }

    private AptSetting ReadSetting(InventoryRequest request)
    {
        try
        {
            return AptSetting.Read(host, request);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"apt's configuration or dpkg's database below {host.Paths.Root} cannot be read: {e.Message}", host.Paths.Root, e);
        }
    }

    /// <summary>One reading of one host.</summary>
    private sealed class Reading
    {
        private readonly HostContext _host;
        private readonly AptSetting _setting;
        private readonly InventoryRequest _request;
        private readonly IDecompressor _decompressor;
        private readonly IRunObserver _observer;
        private readonly AptPreferences _preferences;
        private readonly List<string> _warnings = [];
        private readonly List<AptRepositoryState> _repositories = [];
        private readonly List<ListFile> _lists = [];

        public Reading(HostContext host, AptSetting setting, InventoryRequest request, IReadOnlyDictionary<AptRepository, string>? failures, IDecompressor decompressor, IRunObserver observer)
        {
            _host = host;
            _setting = setting;
            _request = request;
            _decompressor = decompressor;
            _observer = observer;
            _preferences = AptPreferences.Read(host.Paths, setting.Configuration);
            _warnings.AddRange(setting.Configuration.Warnings);
            _warnings.AddRange(_preferences.Warnings);
            if (setting.Configuration.FindBoolean("APT::Get::Phase-Policy", fallback: false))
                _warnings.Add("APT::Get::Phase-Policy is set: apt's candidates of phased updates may differ from those reported here.");
            foreach (var repository in setting.Sources.Repositories)
            {
                var state = new AptRepositoryState(repository, setting.ListsDirectory, setting.Configuration);
                if (failures is not null && failures.TryGetValue(repository, out var reason))
                    state.RefreshFailure = reason;
                else if (failures is not null)
                    state.RefreshedAt = host.Clock.GetUtcNow();
                foreach (var (index, path) in state.Files)
                    _lists.Add(new ListFile(_lists.Count, _repositories.Count, index, path, AptListFiles.EstimatePlainLength(path)));
                _repositories.Add(state);
            }
        }

        public AptReading Read(CancellationToken cancellationToken)
        {
            var watch = Stopwatch.StartNew();
            var (builder, extras) = ReadPackages(hashOnDemand: true, cancellationToken) ?? ReadPackages(hashOnDemand: false, cancellationToken)!.Value;
            builder.OrderByOrigin();
            var (catalog, policy) = WithCandidates(builder, extras);
            _observer.Verbose(string.Create(CultureInfo.InvariantCulture, $"Read {catalog.Installed.Count} installed packages and {catalog.VersionCount} versions of {_lists.Count} lists in {watch.Elapsed.TotalMilliseconds:0} ms."));
            var now = _host.Clock.GetUtcNow();
            var health = _repositories.Select(r => r.Health(now, _request.MaxMetadataAge)).Concat(_setting.Sources.Faults.Select(FaultHealth)).ToArray();
            var facts = HostFactsReader.Read(_host, _request.Origin, now, _warnings);
            foreach (var warning in _warnings)
                _observer.Warning(warning);
            var inventory = new HostInventory
            {
                Family = PackageFamily.Apt,
                PackageManager = "apt",
                Origin = _request.Origin,
                CapturedAt = now,
                OperatingSystem = OsReleaseFile.Read(_host.Paths.Root),
                Packages = catalog,
                Repositories = health,
                Facts = facts,
                Warnings = _warnings,
            };
            return new AptReading(inventory, policy);
        }

        /// <summary>
        /// Fills a catalog: dpkg's status, then the lists from the smallest to the largest. Hashes cost as much as everything else together, and only
        /// stanzas that share a version text need them; so the largest list, read last, computes them on demand. Null when it turned out to need all.
        /// </summary>
        private (PackageCatalogBuilder Builder, VersionExtras Extras)? ReadPackages(bool hashOnDemand, CancellationToken cancellationToken)
        {
            var builder = new PackageCatalogBuilder((int)Math.Min(1 << 20, (_lists.Sum(l => l.PlainLength) / 720) + 2048)) { NativeArchitecture = _setting.Architectures.Native };
            var extras = new VersionExtras(_preferences.Pins.Any(p => p.IsSource));
            foreach (var list in _lists)
                builder.AddOrigin(_repositories[list.Repository].Origin(list.Index, list.Repository, _setting.Architectures.Native));
            var local = builder.AddOrigin(new PackageOrigin { Archive = "now", Component = "now", Trusted = true });
            var warnings = new List<string>();
            DpkgDatabase.Read(_setting, builder, local, warnings, cancellationToken);
            var bySize = _lists.OrderBy(l => l.PlainLength).ToArray();
            foreach (var list in bySize)
            {
                var reader = new PackagesReader(builder, list.Origin, extras, hashOnDemand && list == bySize[^1]);
                ReadList(list, reader, warnings, cancellationToken);
                if (reader.NeedsHashes)
                    return null;
            }

            _warnings.AddRange(warnings);
            return (builder, extras);
        }

        private void ReadList(ListFile list, PackagesReader reader, List<string> warnings, CancellationToken cancellationToken)
        {
            var repository = _repositories[list.Repository];
            try
            {
                using var stream = AptListFiles.Open(list.Path, _decompressor);
                reader.Run(stream, cancellationToken);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                repository.AddUnreadable($"{list.Path} cannot be read: {e.Message}");
                warnings.Add($"The package list {list.Path} cannot be read: {e.Message}");
                return;
            }

            if (reader.FirstFault is { } fault)
                warnings.Add($"In {list.Path} {fault} and is left out{(reader.FaultCount > 1 ? $" ({reader.FaultCount} stanzas in all)" : "")}.");
            // apt compared sizes and hashes when it downloaded; a list that was cut off later must not pass for a whole one.
            if (repository.Release?.SizeOf(list.Index.MetaKey) is { } size && size != reader.BytesRead)
            {
                var message = $"{list.Path} holds {reader.BytesRead} bytes where its Release file says {size}: it is damaged";
                repository.AddUnreadable(message);
                warnings.Add($"The package list {message}.");
            }
        }

        private (PackageCatalog Catalog, AptPolicy Policy) WithCandidates(PackageCatalogBuilder builder, VersionExtras extras)
        {
            AptIndexFacts[] indexes = [.. _lists.Select(l => _repositories[l.Repository].Facts(l.Index)), new AptIndexFacts { Archive = "now", Component = "now", IsLocalDatabase = true }];
            var draft = builder.Build();
            var policy = new AptPolicy(draft, indexes, _preferences, extras);
            foreach (var package in draft)
            {
                if (package.Installed is not { } installed)
                    continue;
                var candidate = policy.Candidate(package);
                builder.ReplaceInstalled(package.InstalledIndex, installed with
                {
                    CandidateEdition = candidate.Version?.Edition ?? installed.Edition,
                    PolicyNote = candidate.Note,
                    PhasedPercentage = candidate.Version is { } version ? extras.PhasedPercentage(version) : null,
                });
            }

            var catalog = builder.Build();
            return (catalog, new AptPolicy(catalog, indexes, _preferences, extras));
        }

        /// <summary>apt does nothing at all while it cannot read its sources; what is read in spite of it proves nothing.</summary>
        private static RepositoryHealth FaultHealth(AptSourceFault fault) => new()
        {
            Name = fault.Place,
            Status = RepositoryStatus.Unreadable,
            Message = $"{fault.Fault}: apt refuses its sources until this is corrected",
        };

        /// <summary>One index file that is read. Its origin has the number of the list.</summary>
        private sealed record ListFile(int Origin, int Repository, AptIndex Index, string Path, long PlainLength);
    }
}
