using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Planning;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Transaction;

/// <summary>
/// Installs with zypper: puts moved repositories back, waits for the lock, finishes what an interrupted transaction
/// left, and hands the plan to <see cref="InstallWork"/>, what changes the package manager itself first.
/// </summary>
internal sealed class ZypperInstaller(
    HostContext host,
    IProcessRunner runner,
    InstalledPackages packages,
    InstallRequest request,
    IRunObserver observer
)
{
    private readonly LockWait _locks = ZypperLocks.Of(host, observer);
    private readonly RpmJournal _journal = new(host, ZypperPlaces.JournalName);

    public async Task<InstallOutcome> InstallAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        InstallWork.DemandRunningHost(host);
        new RepositoryFilesBackup(host, ZypperPlaces.ReferenceName, ZypperPlaces.RepositoryFolder).Restore(
            request.CustomSources,
            observer
        );
        var work = new InstallWork(host, request, observer, _locks);
        if (plan.IsEmpty && !_journal.IsOpen)
            return work.Outcome(plan, null);

        await _locks.WaitAsync(request.LockTimeout, cancellationToken);
        var files = TransactionFiles.Create(host, "zypper");
        try
        {
            var transaction = new ZypperTransaction(host, runner, packages, request, observer, files);

            // Whoever held the lock may have been the one who finished it.
            var installed = await packages.DatabaseAsync();
            if (_journal.Leftovers(installed) is { Count: > 0 } interrupted)
                installed = await RepairAsync(transaction, interrupted, installed, work);
            var stack = new ZypperRefusals(request.Inventory).OfTheStack(plan.Accepted);
            var comesFirst = stack.Count < plan.Accepted.Count ? stack : new HashSet<PatchTarget>();
            await work.RunAsync(transaction, plan, installed.Fits(plan), cancellationToken, comesFirst);
        }
        finally
        {
            files.Finish();
        }

        return work.Outcome(plan, files.LogPath);
    }

    /// <summary>
    /// What a transaction that was killed between installing a version and removing the one before left: the older one
    /// goes, as it would have gone then.
    /// </summary>
    private async Task<RpmDatabase> RepairAsync(
        ZypperTransaction transaction,
        IReadOnlyList<string> left,
        RpmDatabase before,
        InstallWork work
    )
    {
        observer.Progress("Install", "Finishing what an interrupted transaction left", InstallWork.FirstPercent);
        observer.Warning(
            $"An earlier transaction was not finished; removing the versions that it replaced: "
                + $"{string.Join(", ", left)}."
        );
        var failure = await transaction.EraseAsync(left);
        var after = await packages.DatabaseAsync();
        work.HasChanged |= !before.Equals(after);
        if (_journal.Leftovers(after).Count > 0)
            work.Problem(
                "rpm",
                $"{string.Join(", ", left)} could not be removed after an interrupted transaction had "
                    + $"replaced {(left.Count == 1 ? "it" : "them")}: {failure}"
            );
        return after;
    }
}
