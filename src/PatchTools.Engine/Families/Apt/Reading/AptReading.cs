using System.Globalization;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;

namespace PatchTools.Families.Apt.Reading;

/// <summary>One reading of a host's apt and dpkg state.</summary>
/// <param name="session">Whose state it is, and what opens the lists.</param>
/// <param name="setting">Where everything is.</param>
/// <param name="request">What is wanted.</param>
/// <param name="failures">What a refresh just said of the repositories; null when there was none.</param>
internal sealed class AptReading(
    HostSession session,
    AptSetting setting,
    InventoryRequest request,
    IReadOnlyDictionary<AptRepository, string>? failures
)
{
    private readonly HostContext _host = session.Host;
    private readonly DateTimeOffset _now = session.Host.Clock.GetUtcNow();
    private readonly AptListIndex _index = new(new ListIndex(session.Host), session.Decompressor);
    private readonly KnownChecksums _checksums = new(session.Host, request.IsOfThisHost(session.Host));
    private readonly List<string> _doubts = [];
    private readonly List<string> _cautions = [];
    private readonly List<string> _warnings = [.. setting.Configuration.Warnings];

    public HostInventory Read(CancellationToken cancellationToken) => Read(out _, cancellationToken);

    /// <param name="policy">Can be asked for the candidate of every package, also of those that are not
    /// installed.</param>
    /// <param name="cancellationToken">Looked at between two lists.</param>
    public HostInventory Read(out AptPolicy policy, CancellationToken cancellationToken)
    {
        var native = setting.Architectures.Native;
        var preferences = AptPreferences.Read(_host.Paths, setting.Configuration);
        _warnings.AddRange(preferences.Warnings);
        List<AptRepositoryState> repositories = [.. setting.Sources.Repositories.Select(StateOf)];

        // From the sizes of the files: a stanza of Debian's has 760 bytes.
        var builder = new PackageCatalogBuilder(
            repositories.Sum(r => r.Files.Sum(f => AptListFiles.EstimatePlainLength(f.Path))) / 760
        )
        {
            NativeArchitecture = native,
        };
        List<AptIndexFacts> indexes = [new AptIndexFacts { Archive = "now", IsLocalDatabase = true }];
        var now = builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = native });
        var status = new DpkgReading(setting, _doubts, _cautions).Read(builder, now);
        var obeysFilters = ObeysFilters(builder);
        var lists = new Lists(builder, indexes, status, preferences.Pins.Any(p => p.IsSource), obeysFilters);
        for (var i = 0; i < repositories.Count; i++)
            ReadLists(repositories[i], i, lists, cancellationToken);
        _checksums.Save();
        WarnOf(repositories);
        var catalog = builder.Build();
        var system = session.System;
        var offersMost = OperatingSystemRepository.OfferMostPackages(catalog, repositories.Count);
        policy = new AptPolicy(catalog, indexes, preferences, status.Sources);
        RecordPolicy(catalog, policy, status.Phased);
        return new HostInventory
        {
            Family = PackageFamily.Apt,
            PackageManager = "apt",
            Origin = request.Origin,
            CapturedAt = _now,
            OperatingSystem = system,
            Packages = catalog,
            Repositories =
            [
                .. repositories.Select(
                    (r, i) =>
                        r.Health(_now, request.MaxMetadataAge) with
                        {
                            IsOperatingSystem = r.Proves && r.OffersPackages && (r.Names(system) || offersMost[i]),
                        }
                ),
                .. setting.Sources.Faults.Select(Refused),
                .. obeysFilters ? setting.Sources.FilterFaults.Select(Refused) : [],
            ],
            Facts = HostFactsReader.Read(_host, _warnings),
            Warnings = _warnings,
            Doubts = _doubts,
            Cautions = _cautions,
        };
    }

    /// <summary>The lists of one repository, in the order of its sources.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="number">Its place among all.</param>
    /// <param name="lists">Where what they offer goes.</param>
    /// <param name="cancellationToken">Looked at between two lists.</param>
    private void ReadLists(AptRepositoryState repository, int number, Lists lists, CancellationToken cancellationToken)
    {
        var native = setting.Architectures.Native;
        foreach (var (list, path) in repository.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lists.Indexes.Add(repository.Facts(list));
            var origin = repository.Origin(list, number, native);
            var visible = lists.Builder.AddOrigin(origin);
            AptHiddenPackages? hidden = null;
            if (lists.ObeyFilters && list.Filter is { } filter)
            {
                lists.Indexes.Add(repository.Facts(list) with { IsHidden = true });
                var because = filter.Because(setting.Sources.Repositories[number].Name);
                hidden = new AptHiddenPackages(
                    filter,
                    lists.Builder.AddOrigin(origin with { HiddenBecause = because })
                );
            }

            var sink = new AptIndexSink(
                lists.Builder,
                visible,
                native,
                lists.Status.Known,
                lists.Status.Phased,
                lists.KeepSources ? lists.Status.Sources : null,
                hidden
            );
            ReadList(repository, list, path, ref sink);
        }
    }

    private void WarnOf(List<AptRepositoryState> repositories)
    {
        foreach (var repository in repositories.Where(r => r.NotVerified is not null))
            _warnings.Add(
                $"The lists of {repository.Name} are not verified: no checksum is named of "
                    + $"{repository.NotVerified}."
            );
        foreach (var repository in repositories.Where(r => r is { Proves: true, OffersPackages: false }))
            _warnings.Add(
                $"{repository.Name} offers no package for {setting.Architectures.Native} and proves nothing: are the "
                    + "components and architectures of its source right?"
            );
    }

    /// <summary>Whether the host's apt leaves out what its sources say; an older one reads over the fields.</summary>
    private bool ObeysFilters(PackageCatalogBuilder builder)
    {
        var apt = builder.InstalledNamed("apt").Select(i => builder.Installed(i).Edition).FirstOrDefault();
        if (AptPackageFilter.IsKnownTo(apt))
            return true;
        if (setting.Sources.Repositories.Any(r => r.Indexes.Any(i => i.Filter is not null)))
            _warnings.Add($"Include and Exclude in apt's sources have no effect: apt {apt} does not know them.");
        return false;
    }

    private AptRepositoryState StateOf(AptRepository repository)
    {
        var state = new AptRepositoryState(repository, setting.ListsDirectory, setting.Configuration);
        if (failures is not null && failures.TryGetValue(repository, out var reason))
            state.RefreshFailure = reason;
        else if (failures is not null && state.RefreshedAt is not null)
            state.RefreshedAt = _now;
        return state;
    }

    /// <summary>
    /// A list whose bytes are not those that the Release file promises says nothing: neither what it offers nor what it
    /// lacks.
    /// </summary>
    private void ReadList(AptRepositoryState repository, AptIndex list, string path, ref AptIndexSink sink)
    {
        try
        {
            using var open = new ListVerification(_checksums).Open(
                path,
                repository.PromiseOf(list, path),
                l => AptListFiles.Open(l, session.Decompressor)
            );
            if (open.Verdict == ListVerdict.Damaged)
            {
                Damaged(repository, open.Fault!);
                return;
            }

            var isVerified = open.Verdict == ListVerdict.Verified;
            if (!isVerified)
                repository.AddNotVerified(path);
            var read = _index.Read(open, isVerified, ref sink);
            if (read > 0 && setting.Architectures.Native is var native)
                repository.OffersPackages |= list.Architecture is "" or "all" || list.Architecture == native;
            if (!isVerified && repository.Release?.SizeOf(list.MetaKey) is { } size && size != read)
                Damaged(
                    repository,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path} holds {read} bytes where its Release file says {size}"
                    )
                );
        }
        catch (PatchToolsException e)
            when (e.Error == PatchErrors.PackageDatabaseUnreadable || e.Error == PatchErrors.UnsupportedCompression)
        {
            Unreadable(repository, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable(repository, $"{path} cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private void Damaged(AptRepositoryState repository, string fault)
    {
        repository.AddDamaged(fault);
        _warnings.Add($"{fault}: the list is damaged.");
    }

    private void Unreadable(AptRepositoryState repository, string fault)
    {
        repository.AddUnreadable(fault);
        _warnings.Add($"{fault}.");
    }

    private static void RecordPolicy(PackageCatalog catalog, AptPolicy policy, Dictionary<int, int> phased)
    {
        for (var i = 0; i < catalog.Count; i++)
        {
            if (catalog.PackageRows[i].Installed < 0)
                continue;
            var package = catalog[i];
            var candidate = policy.Candidate(package);
            catalog.ReplaceInstalled(
                package.Index,
                package.Installed! with
                {
                    CandidateEdition = candidate.Version?.Edition,
                    PolicyNote = candidate.Note,
                    PhasedPercentage =
                        candidate.Version is { } chosen && phased.TryGetValue(chosen.Index, out var percentage)
                            ? percentage
                            : null,
                    RefusedEditions = policy.RefusedOf(package),
                    UnchosenEditions = policy.UnchosenOf(package, candidate.Version),
                }
            );
        }
    }

    /// <summary>
    /// apt does nothing at all while it cannot read its sources; what is read in spite of it proves nothing.
    /// </summary>
    private static RepositoryHealth Refused(AptSourceFault fault) =>
        new()
        {
            Name = fault.Place,
            Status = RepositoryStatus.Unreadable,
            IsOperatingSystem = false,
            Message = $"{fault.Fault}: apt refuses its sources until this is corrected",
        };

    /// <summary>Where what the lists offer goes.</summary>
    /// <param name="Builder">The catalog.</param>
    /// <param name="Indexes">What pins match, one for each origin of the catalog.</param>
    /// <param name="Status">What dpkg has.</param>
    /// <param name="KeepSources">Pins match source packages.</param>
    /// <param name="ObeyFilters">The host's apt leaves out what its sources say.</param>
    private sealed record Lists(
        PackageCatalogBuilder Builder,
        List<AptIndexFacts> Indexes,
        AptStatusSink Status,
        bool KeepSources,
        bool ObeyFilters
    );
}
