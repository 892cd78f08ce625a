using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Apt.Refresh;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Transaction;

/// <summary>
/// Installs with apt: puts moved sources back, waits for apt's locks, finishes what others left unconfigured, and hands
/// the plan to <see cref="InstallWork"/>.
/// </summary>
internal sealed class AptInstaller(
    HostContext host,
    IProcessRunner runner,
    InstallRequest request,
    IRunObserver observer
)
{
    private readonly LockWait _locks = AptLocks.Of(host, observer);

    private string Native => request.Inventory.Packages.NativeArchitecture;

    public async Task<InstallOutcome> InstallAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        InstallWork.DemandRunningHost(host);
        new AptSourcesBackup(host).Restore(observer);
        var work = new InstallWork(host, request, observer, _locks);
        if (plan.IsEmpty && !DpkgStatus.Read(host, Native).NeedsRepair)
            return work.Outcome(plan, null);

        await _locks.WaitAsync(request.LockTimeout, cancellationToken);
        var files = TransactionFiles.Create(host, "apt");
        try
        {
            var options = AptCommands.ConffileOptions(
                (await runner.RunAsync(AptCommands.DumpDpkgOptions(), cancellationToken)).StandardOutput
            );
            var transaction = new AptTransaction(host, runner, request, observer, files, options);
            await RepairAsync(transaction, work);
            await work.RunAsync(transaction, plan, Fits(plan, DpkgStatus.Read(host, Native)), cancellationToken);
        }
        finally
        {
            files.Finish();
        }

        return work.Outcome(plan, files.LogPath);
    }

    /// <summary>Half-configured packages of somebody else's, and a dpkg that was killed.</summary>
    private async Task RepairAsync(AptTransaction transaction, InstallWork work)
    {
        if (await transaction.RestoreMarksAsync() is { } marks)
            work.Problem(marks, marks);
        var status = DpkgStatus.Read(host, Native);
        if (!status.NeedsRepair)
            return;
        var what = status.Unsound.Count > 0 ? string.Join(", ", status.Unsound) : "dpkg's journal";
        observer.Progress(
            "Install",
            "Finishing what was left unconfigured (dpkg --configure -a)",
            InstallWork.FirstPercent
        );
        observer.Warning($"An earlier transaction was not finished: {what}. Running dpkg --configure -a first.");
        var (transcript, hasChanged) = await transaction.RepairAsync();
        work.HasChanged |= hasChanged;
        foreach (var (package, reason) in transcript.PackageFailures)
            work.Problem(package, $"{package} was left unconfigured earlier and still is: {reason}");
    }

    /// <summary>Whether the plan still begins with what is installed.</summary>
    private static bool Fits(InstallPlan plan, DpkgStatus status) =>
        plan.Changes.All(c =>
            c.Action != PlannedAction.Configure && (status.Of(c.Name, c.Architecture)?.Edition ?? "") == c.FromVersion
        );
}
