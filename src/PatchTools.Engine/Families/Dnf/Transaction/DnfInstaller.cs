using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Dnf.Transaction;

/// <summary>
/// Installs with dnf or yum: puts moved repositories back, waits for the locks, finishes what an interrupted
/// transaction left, and hands the plan to <see cref="InstallWork"/>.
/// </summary>
internal sealed class DnfInstaller(
    HostContext host,
    IProcessRunner runner,
    InstalledPackages packages,
    DnfTool tool,
    string cache,
    InstallRequest request,
    IRunObserver observer
)
{
    private readonly LockWait _locks = DnfLocks.Of(host, tool, cache, observer);
    private readonly RpmJournal _journal = new(host, DnfTool.JournalName);

    public async Task<InstallOutcome> InstallAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        new RepositoryFilesBackup(host, tool.Name, DnfTool.RepositoryFolder).Restore(request.CustomSources, observer);
        var work = new InstallWork(host, request, observer, _locks);
        if (plan.IsEmpty && !_journal.IsOpen)
            return work.Outcome(plan, null);

        await _locks.WaitAsync(request.LockTimeout, cancellationToken);
        var files = TransactionFiles.Create(host, tool.Command);
        try
        {
            var transaction = new DnfTransaction(host, runner, packages, tool, cache, request, observer, files);
            var installed = await packages.DatabaseAsync();
            if (_journal.Leftovers(installed) is { Count: > 0 } interrupted)
                installed = await RepairAsync(transaction, interrupted, installed, work);
            await work.RunAsync(transaction, plan, installed.Fits(plan), cancellationToken);
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
        DnfTransaction transaction,
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
