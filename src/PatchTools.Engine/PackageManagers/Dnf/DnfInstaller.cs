using PatchTools.Hosts;
using PatchTools.PackageManagers.Rpm;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>
/// Installs with dnf or yum: puts moved repositories back, waits for the locks, finishes what an interrupted transaction left, and hands the plan to
/// <see cref="InstallWork"/>.
/// </summary>
internal sealed class DnfInstaller(HostContext host, IProcessRunner runner, DnfTool tool, string cache, InstallRequest request, IRunObserver observer)
{
    private readonly LockWait _locks = DnfLocks.Of(host, tool, cache, observer);

    public async Task<InstallOutcome> InstallAsync(InstallPlan plan, CancellationToken cancellationToken)
    {
        InstallWork.DemandRunningHost(host);
        new RepositoryFilesBackup(host, tool.Name, DnfPackageManager.RepositoryFolder).Restore(request.CustomSources, observer);
        var work = new InstallWork(host, request, observer, _locks);
        var installed = await RpmDatabase.ReadAsync(host.Paths.Root, runner);
        if (plan.IsEmpty && !installed.HasSeveralOfOne)
            return work.Outcome(plan, null);

        await _locks.WaitAsync(request.LockTimeout, cancellationToken);
        var files = TransactionFiles.Create(host, tool.Command);
        try
        {
            var transaction = new DnfTransaction(host, runner, tool, cache, request, observer, files);
            if (installed.HasSeveralOfOne && await transaction.RepairAsync() is { } repair)
            {
                work.HasChanged |= repair.HasChanged;
                if (repair.Problem is { } problem)
                    work.Problem(problem, problem);
                installed = await RpmDatabase.ReadAsync(host.Paths.Root, runner);
            }

            await work.RunAsync(transaction, plan, installed.Fits(plan), cancellationToken);
        }
        finally
        {
            files.Finish();
        }

        return work.Outcome(plan, files.LogPath);
    }
}
