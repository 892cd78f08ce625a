using PatchTools.Hosts;
using PatchTools.PackageManagers.Rpm;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Zypper;

/// <summary>
/// Installs with zypper: puts moved repositories back, waits for the lock, finishes what an interrupted transaction left, and hands the plan to <see cref="InstallWork"/>, what
/// changes the package manager itself first.
/// </summary>
internal sealed class ZypperInstaller(
    HostContext host,
    IProcessRunner runner,
    InstallRequest request,
    IRunObserver observer
)
{
    private readonly LockWait _locks = ZypperLocks.Of(host, observer);

    public async Task<InstallOutcome> InstallAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        InstallWork.DemandRunningHost(host);
        new RepositoryFilesBackup(
            host,
            ZypperPackageManager.ReferenceName,
            ZypperPackageManager.RepositoryFolder
        ).Restore(request.CustomSources, observer);
        var work = new InstallWork(host, request, observer, _locks);
        var duplicates = new ZypperDuplicates(
            host.Paths.Root,
            runner,
            ZypperConfiguration.Read(host.Paths.Root, request.CustomSources, [])
        );
        var older = await duplicates.OlderAsync();
        if (plan.IsEmpty && older.Count == 0)
            return work.Outcome(plan, null);

        await _locks.WaitAsync(request.LockTimeout, cancellationToken);
        var files = TransactionFiles.Create(host, "zypper");
        try
        {
            var transaction = new ZypperTransaction(host, runner, request, observer, files);
            if (older.Count > 0)
            {
                // Whoever held the lock may have been the one who finishes it.
                older = await duplicates.OlderAsync();
            }

            if (older.Count > 0)
            {
                var (hasChanged, problem) = await transaction.RepairAsync(older);
                work.HasChanged |= hasChanged;
                if (problem is not null)
                    work.Problem(problem, problem);
            }

            var installed = await RpmDatabase.ReadAsync(host.Paths.Root, runner);
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
}
