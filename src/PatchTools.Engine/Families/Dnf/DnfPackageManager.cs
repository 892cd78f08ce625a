using PatchTools.Errors;
using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Planning;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Dnf.Reboot;
using PatchTools.Families.Dnf.Refresh;
using PatchTools.Families.Dnf.Transaction;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf;

/// <summary>
/// Amazon Linux, Red Hat and everything like it: dnf 4, dnf 5 and yum 3, told apart by one <see cref="DnfTool"/>.
/// Installed packages come from one rpm query, offers and advisories from the metadata that the tool keeps of its
/// enabled repositories; only a refresh starts the tool itself.
/// </summary>
internal sealed class DnfPackageManager(HostSession session) : IPackageManager
{
    /// <summary>
    /// Where dnf 4 keeps the files that say who works with its metadata, unless it is told otherwise.
    /// </summary>
    private const string UsualCache = "/var/cache/dnf";

    private readonly HostContext _host = session.Host;
    private readonly IProcessRunner _runner = session.Runner;
    private readonly string _root = session.Host.Paths.Root;
    private readonly InstalledPackages _packages = new(session.Host, session.Runner, session.Memory);
    private readonly DnfTool _tool = DnfTool.Of(session.Host.Paths.Root, session.System);

    public string Name => _tool.Name;

    public async Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        var moved = new RepositoryFilesBackup(_host, _tool.Name, DnfTool.RepositoryFolder);
        if (request.RestoresSources)
            moved.Restore(request.CustomSources, observer);
        return await new QuietReading(_host, request).ReadAsync(
            DnfLocks.Of(_host, _tool, _host.Paths.InRoot(UsualCache), observer, "Inventory"),
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
        var (installed, doubts) = await _packages.ReadAsync(place, cancellationToken);
        var architecture = RpmArchitectures.Of(_root, installed.Select(package => package.Architecture));
        var configuration = await ConfigureAsync(
            place,
            architecture,
            request.CustomSources,
            warnings,
            cancellationToken
        );
        var cache = CacheOf(configuration, request.CustomSources, request.Refresh);
        var refresher = new DnfRefresh(_host, _runner, _tool, configuration);
        var refresh = request.Refresh ? await refresher.RunAsync(request, cache, observer, cancellationToken) : null;
        var reading = new DnfReading(session, configuration, request, warnings);
        var (catalog, cautions) = await new RpmCautions(
            place,
            _runner,
            new KnownDependencies(_host, _root, request.IsOfThisHost(_host))
        ).BesideAsync(
            installed,
            configuration.Main.List("installonlypkgs"),
            () => Task.Run(() => reading.Read(cache, installed, architecture, refresh, cancellationToken)),
            cancellationToken
        );
        var system = session.System;
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
            Family = _tool.Family,
            PackageManager = _tool.Name,
            Origin = request.Origin,
            CapturedAt = _host.Clock.GetUtcNow(),
            OperatingSystem = system,
            Packages = catalog,
            Repositories = repositories,
            Facts = facts,
            HostPolicy = ReleaseLock(configuration) is { } locked ? [locked] : [],
            Warnings = warnings,
            Doubts = doubts,
            Cautions = cautions,
        };
    }

    private static void Warn(IReadOnlyList<RpmPackage> installed, HostFacts facts, List<string> warnings)
    {
        if (RpmKernels.NewerThan(facts.RunningKernel, installed) is { } kernel)
            warnings.Add(
                $"Kernel {facts.RunningKernel} runs, {RpmKernels.ReleaseOf(kernel)} is installed: what it "
                    + $"fixes takes effect with the next boot."
            );
    }

    public async Task<InstallPlan> PlanAsync(
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (!_host.IsRoot && !_tool.PlansForEveryone)
            throw new PatchToolsException(
                PatchErrors.ElevationRequired,
                $"{_tool} answers only root what an install would do."
            );
        return await new DnfPlanner(
            _host,
            _runner,
            _packages,
            _tool,
            await CacheAsync(request, cancellationToken),
            request,
            observer
        ).PlanAsync(cancellationToken);
    }

    public async Task<InstallOutcome> InstallAsync(
        InstallPlan plan,
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        InstallWork.DemandRunningHost(_host);
        return await new DnfInstaller(
            _host,
            _runner,
            _packages,
            _tool,
            await CacheAsync(request, cancellationToken),
            request,
            observer
        ).InstallAsync(plan, cancellationToken);
    }

    public Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken) =>
        new DnfRebootSigns(_host, _packages, _tool).ReadAsync(cancellationToken);

    private async Task<DnfConfiguration> ConfigureAsync(
        RpmPlace place,
        string architecture,
        string? customSources,
        List<string> warnings,
        CancellationToken cancellationToken
    )
    {
        var release = DnfConfiguration.NeedsReleaseVersion(_root, session.System, _tool, customSources)
            ? await new RpmQuery(place, _runner).ReleaseVersionAsync(cancellationToken)
            : null;
        return DnfConfiguration.Read(_root, _tool, architecture, release, customSources, warnings);
    }

    /// <summary>Where the metadata of the request's repositories is, or goes.</summary>
    private string CacheOf(DnfConfiguration configuration, string? customSources, bool refreshes) =>
        customSources is not null && (refreshes || HostFiles.DirectoryExists(DnfCommands.PrivateCache(_host)))
            ? DnfCommands.PrivateCache(_host)
            : _host.Paths.InRoot(configuration.CacheDirectory);

    private async Task<string> CacheAsync(InstallRequest request, CancellationToken cancellationToken) =>
        CacheOf(
            await ConfigureAsync(
                RpmPlace.InPlace(_root),
                request.Inventory.Packages.NativeArchitecture,
                request.CustomSources,
                [],
                cancellationToken
            ),
            request.CustomSources,
            refreshes: false
        );

    /// <summary>
    /// Amazon Linux 2023 takes updates from one release only until the administrator moves on
    /// (docs.aws.amazon.com/linux/al2023, "Deterministic upgrades"). AWS's own patching ignores the lock; here it is
    /// followed as dnf follows it, and said.
    /// </summary>
    private string? ReleaseLock(DnfConfiguration configuration)
    {
        if (
            !DnfConfiguration.OperatesWithLockedRelease(session.System)
            || configuration.Variables["releasever"] is not { Length: > 0 } release
            || release == "latest"
        )
            return null;
        return $"{_tool.Name} is locked to release {release}; updates of later releases are not visible "
            + $"(releasever=latest shows them)";
    }
}
