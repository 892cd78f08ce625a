using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Planning;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Dnf.Transaction;

/// <summary>
/// One <c>dnf install</c>, followed while it runs. What is installed afterwards says rpm's database, never the tool.
/// Nothing is rolled back.
/// </summary>
internal sealed class DnfTransaction(
    HostContext host,
    IProcessRunner runner,
    InstalledPackages packages,
    DnfTool tool,
    string cache,
    InstallRequest request,
    IRunObserver observer,
    TransactionFiles files
) : ITransactions
{
    private readonly DnfCommands _commands = new(host, tool, request);
    private readonly RpmJournal _journal = new(host, DnfTool.JournalName);

    public string Tool => tool.Command;

    public Task<InstallPlan> PlanAsync(InstallRequest request) =>
        new DnfPlanner(host, runner, packages, tool, cache, request, observer).PlanAsync(CancellationToken.None);

    public async Task<IReadOnlyList<PatchTarget>> InstalledAsync(IReadOnlyList<PatchTarget> targets)
    {
        var database = await ReadAsync();
        return [.. targets.Where(database.Has)];
    }

    public async Task<TransactionResult> RunAsync(
        InstallPlan plan,
        TimeSpan lockTimeout,
        int fromPercent,
        int toPercent
    )
    {
        var before = await ReadAsync();
        _journal.Remember(plan.Changes);
        var command = _commands.Install(
            plan.Accepted.Select(t => DnfCommands.Spec(t.Name, t.Architecture, t.Edition)),
            plan.Arguments,
            files
        );

        // Not the caller's token: a transaction that has begun ends by itself.
        var running = runner.RunAsync(command, CancellationToken.None);
        await new DnfProgress(host, observer, fromPercent, toPercent).FollowAsync(files.LogPath, running);
        var result = await running;
        packages.Forget();
        var after = await ReadAsync();
        var transcript = DnfTranscript.Parse(result.StandardOutput);
        var ending = $"{tool.Command} ended with {DnfExitCode.Describe(result.ExitCode)}";
        var unfinished = _journal.Unfinished(before, after, transcript.ScriptFailures, ending);
        return new TransactionResult
        {
            ExitCode = result.ExitCode,
            Duration = result.Duration,
            HasChanged = !before.Equals(after),
            Installed = [.. plan.Accepted.Where(after.Has)],
            PackageFailures = transcript.PackageFailures,
            DownloadFailures = transcript.DownloadFailures,
            NotAuthenticated = transcript.NotAuthenticated,
            IsLocked = DnfExitCode.EndedForLock(result) || transcript.IsLocked,
            DiskFull = transcript.DiskFull,
            HasNoRoomForDownloads = transcript.HasNoRoomForDownloads,
            Reason = transcript.Reason ?? $"{ending} and gave no reason",
            Problems = unfinished is null ? transcript.ScriptFailures : [.. transcript.ScriptFailures, unfinished],
            Warnings = transcript.ScriptWarnings,
        };
    }

    /// <summary>Takes replaced versions out of rpm's database and off the disk.</summary>
    /// <returns>What rpm said.</returns>
    public async Task<string> EraseAsync(IReadOnlyList<string> versions)
    {
        var result = await runner.RunAsync(DnfCommands.Erase(versions, files), CancellationToken.None);
        packages.Forget();
        return result.StandardOutput.Trim();
    }

    private Task<RpmDatabase> ReadAsync() => packages.DatabaseAsync();
}
