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
public sealed class AptPackageManager(HostContext host, IProcessRunner runner, IDecompressor decompressor)
    : IPackageManager
{
    public string Name => "apt";

    public async Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (request.Refresh && !host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can refresh apt's package lists.");
        var moved = new AptSourcesBackup(host);
        if (request.RestoresSources)
            moved.Restore(observer);
        var inventory = await new QuietReading(host, request).ReadAsync(
            AptLocks.OfReading(host, AptSetting.Read(host, request), observer),
            () => ReadAsync(request, observer, cancellationToken),
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
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        var setting = AptSetting.Read(host, request);
        var failures = request.Refresh
            ? await new AptRefresh(host, runner, observer).RunAsync(setting, request, cancellationToken)
            : null;
        cancellationToken.ThrowIfCancellationRequested();
        return new AptReading(host, decompressor, setting, request, failures).Read(cancellationToken);
    }

    public Task<InstallPlan> PlanAsync(
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => new AptPlanner(host, runner, request, observer).PlanAsync(cancellationToken);

    public Task<InstallOutcome> InstallAsync(
        InstallPlan plan,
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => new AptInstaller(host, runner, request, observer).InstallAsync(plan, cancellationToken);

    public Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new AptRebootSigns(host).Read());
}
