using PatchTools.Errors;
using PatchTools.Families.Apt.Planning;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Apt.Reboot;
using PatchTools.Families.Apt.Refresh;
using PatchTools.Families.Apt.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Apt;

/// <summary>
/// Debian, Ubuntu and Raspbian. Reads dpkg's status and the lists that the enabled sources name, no other: stale lists
/// lie. No process per package; only a refresh starts one.
/// </summary>
internal sealed class AptPackageManager(HostSession session) : IPackageManager
{
    private readonly HostContext _host = session.Host;
    private readonly IProcessRunner _runner = session.Runner;

    public string Name => "apt";

    public async Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (request.Refresh && !_host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can refresh apt's package lists.");
        var moved = new AptSourcesBackup(_host);
        if (request.RestoresSources)
            moved.Restore(observer);
        // A reading that is done again, because somebody was at work, may meet another configuration.
        var first = AptSetting.Read(_host, request);
        AptSetting? read = first;
        var inventory = await new QuietReading(_host, request).ReadAsync(
            AptLocks.OfReading(_host, first, observer),
            () =>
            {
                var setting = read ?? AptSetting.Read(_host, request);
                read = null;
                return ReadAsync(setting, request, observer, cancellationToken);
            },
            cancellationToken
        );
        observer.Verbose(
            $"Read {inventory.Installed.Count} installed packages and {inventory.Packages.VersionCount} "
                + $"versions from {inventory.Repositories.Count} repositories."
        );
        return moved.Warning() is { } warning
            ? inventory with
            {
                Warnings = [.. inventory.Warnings, warning],
            }
            : inventory;
    }

    private async Task<HostInventory> ReadAsync(
        AptSetting setting,
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        var failures = request.Refresh
            ? await new AptRefresh(_host, _runner, observer).RunAsync(setting, request, cancellationToken)
            : null;
        cancellationToken.ThrowIfCancellationRequested();
        return new AptReading(session, setting, request, failures).Read(cancellationToken);
    }

    public Task<InstallPlan> PlanAsync(
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => new AptPlanner(_host, _runner, request, observer).PlanAsync(cancellationToken);

    public Task<InstallOutcome> InstallAsync(
        InstallPlan plan,
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => new AptInstaller(_host, _runner, request, observer).InstallAsync(plan, cancellationToken);

    public Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new AptRebootSigns(_host).Read());
}
