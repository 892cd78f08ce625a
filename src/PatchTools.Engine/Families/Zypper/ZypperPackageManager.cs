using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Planning;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Families.Zypper.Reboot;
using PatchTools.Families.Zypper.Refresh;
using PatchTools.Families.Zypper.Transaction;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper;

/// <summary>
/// SUSE Linux Enterprise and openSUSE. Installed packages come from one rpm query, offers and patches from the metadata
/// that zypper keeps of its enabled repositories; a scan starts no zypper, so that nobody's lock can make it fail or
/// see nothing.
/// </summary>
internal sealed class ZypperPackageManager(HostSession session) : IPackageManager
{
    private readonly HostContext _host = session.Host;
    private readonly IProcessRunner _runner = session.Runner;
    private readonly string _root = session.Host.Paths.Root;
    private readonly InstalledPackages _packages = new(session.Host, session.Runner, session.Memory);

    public string Name => "zypper";

    public async Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        var moved = new RepositoryFilesBackup(_host, ZypperPlaces.ReferenceName, ZypperPlaces.RepositoryFolder);
        if (request.RestoresSources)
            moved.Restore(request.CustomSources, observer);
        return await new QuietReading(_host, request).ReadAsync(
            ZypperLocks.Of(_host, observer, "Inventory"),
            () => ReadAsync(request, moved.Warning() is { } warning ? [warning] : [], observer, cancellationToken),
            cancellationToken,
            () => RpmQuery.DatabaseFileOf(_root)
        );
    }

    private async Task<HostInventory> ReadAsync(
        InventoryRequest request,
        List<string> warnings,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        using var copy = RpmDatabaseCopy.Of(_host);
        var place = copy.Place;
        var query = new RpmQuery(place, _runner);
        var (installed, doubts) = await _packages.ReadAsync(place, cancellationToken);
        var architecture = RpmArchitectures.Of(_root, installed.Select(package => package.Architecture));
        var configuration = ZypperConfiguration.Read(_root, request.CustomSources, warnings);
        var cache = CacheOf(request, configuration);
        var refresh = request.Refresh
            ? await RefreshAsync(request, configuration, place, cache, architecture, observer, cancellationToken)
            : null;
        var reading = new ZypperReading(_host, configuration, session.Decompressor, request, warnings);
        var (catalog, cautions) = await new RpmCautions(
            place,
            _runner,
            new KnownDependencies(_host, _root, request.IsOfThisHost(_host))
        ).BesideAsync(
            installed,
            configuration.Main.List("multiversion"),
            () => reading.ReadAsync(cache.Folder, installed, architecture, refresh, query, cancellationToken),
            cancellationToken
        );
        var system = WithProduct(session.System);
        var duplicates = await new RpmDuplicates(place, _runner).FindAsync(
            installed,
            configuration.Main.List("multiversion"),
            cancellationToken
        );
        MarkLeftovers(catalog, duplicates);
        var vendor = await SystemVendor.AskAsync(place, _runner, system, installed, cancellationToken);
        var repositories = RpmRepositories.WithOperatingSystem(reading.Repositories, catalog, vendor);
        var facts = HostFactsReader.Read(_host, warnings);
        Warn(installed, facts, warnings);
        observer.Verbose(
            $"Read {catalog.Installed.Count} installed packages and {catalog.VersionCount} versions from "
                + $"{reading.Repositories.Count} repositories."
        );
        return new HostInventory
        {
            Family = PackageFamily.Zypper,
            PackageManager = Name,
            Origin = request.Origin,
            CapturedAt = _host.Clock.GetUtcNow(),
            OperatingSystem = system,
            Packages = catalog,
            Repositories = repositories,
            Facts = facts,
            Warnings = warnings,
            Doubts = doubts,
            Cautions = cautions,
        };
    }

    public Task<InstallPlan> PlanAsync(
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) =>
        !_host.IsRoot
            ? throw new PatchToolsException(
                PatchErrors.ElevationRequired,
                "zypper answers only root what an install would do."
            )
            : new ZypperPlanner(_host, _runner, _packages, request, observer).PlanAsync(cancellationToken);

    public Task<InstallOutcome> InstallAsync(
        InstallPlan plan,
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => new ZypperInstaller(_host, _runner, _packages, request, observer).InstallAsync(plan, cancellationToken);

    public Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken) =>
        new ZypperRebootSigns(_host, _packages).ReadAsync(cancellationToken);

    /// <summary>SUSE's product file knows when the updates end; os-release of SUSE does not say it.</summary>
    private OsRelease WithProduct(OsRelease system) =>
        BaseProduct.Read(_root) is { EndOfLife: { } end } ? system with { SupportEnd = end } : system;

    /// <summary>Where the metadata lies; that of a baseline's own sources in a cache of PatchTools' own.</summary>
    private MetadataCache CacheOf(InventoryRequest request, ZypperConfiguration configuration)
    {
        var isPrivate =
            request.CustomSources is not null
            && (request.Refresh || HostFiles.DirectoryExists(ZypperCommands.PrivateCache(_host)));
        return new MetadataCache(
            isPrivate ? Path.Combine(ZypperCommands.PrivateCache(_host), "raw") : configuration.MetadataDirectory,
            isPrivate
        );
    }

    private async Task<RefreshOutcome> RefreshAsync(
        InventoryRequest request,
        ZypperConfiguration configuration,
        RpmPlace place,
        MetadataCache cache,
        string architecture,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (!_host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can refresh zypper's metadata.");
        using var own = _host.Paths.IsImage ? new ImageConfiguration(_host) : null;
        ZypperImage? image = null;
        ImageStage? stage = null;
        Command command;
        if (own is not null)
        {
            // The cache of a baseline's own sources is PatchTools' own already.
            if (cache.Folder.StartsWith(_root + "/", StringComparison.Ordinal))
                stage = own.Stage(cache.Folder, "raw", ImageStageRules.Metadata);
            image = new ZypperImage(_host, configuration.Repositories, own, place);
            var (options, settings) = await image.WriteAsync(
                stage?.Folder ?? cache.Folder,
                architecture,
                _runner,
                cancellationToken
            );
            command = ZypperCommands.RefreshImage(options, settings, request.LockTimeout);
        }
        else
        {
            command = new ZypperCommands(_host, request.CustomSources, cache.IsPrivate, request.LockTimeout).Refresh();
        }

        return await new ZypperRefresh(_host, _runner).RunAsync(
            request,
            configuration.Repositories,
            image,
            stage,
            command,
            observer,
            cancellationToken
        );
    }

    /// <summary>zypper asks each installed version for itself whether a patch is needed.</summary>
    private static void MarkLeftovers(PackageCatalog catalog, IReadOnlyList<RpmDuplicate> duplicates)
    {
        for (var i = 0; duplicates.Count > 0 && i < catalog.Count; i++)
        {
            if (
                catalog[i].Installed is { } package
                && duplicates.FirstOrDefault(d => d.Name == package.Name && d.Architecture == package.Architecture)
                    is { } duplicate
            )
                catalog.ReplaceInstalled(i, package with { LeftoverEdition = duplicate.Editions[0] });
        }
    }

    private static void Warn(IReadOnlyList<RpmPackage> installed, HostFacts facts, List<string> warnings)
    {
        if (ZypperKernels.NewerThan(facts.RunningKernel, installed) is { } kernel)
            warnings.Add(
                $"Kernel {facts.RunningKernel} runs, {kernel.Name} {kernel.Edition} is installed: what it "
                    + $"fixes takes effect with the next boot."
            );
    }

    /// <param name="Folder">Absolute path.</param>
    /// <param name="IsPrivate">PatchTools' own, of a baseline's own sources.</param>
    private sealed record MetadataCache(string Folder, bool IsPrivate);
}
