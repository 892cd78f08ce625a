using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Transaction;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Planning;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Transaction;

/// <summary>
/// One <c>zypper install</c>, followed while it runs. What is installed afterwards says rpm's database, never zypper.
/// Nothing is rolled back.
/// </summary>
internal sealed class ZypperTransaction(
    HostContext host,
    IProcessRunner runner,
    InstalledPackages packages,
    InstallRequest request,
    IRunObserver observer,
    TransactionFiles files
) : ITransactions
{
    private readonly ZypperExclusions _exclusions = new(
        host,
        ZypperConfiguration.Read(host.Paths.Root, request.CustomSources, [])
    );

    private readonly RpmJournal _journal = new(host, ZypperPlaces.JournalName);

    public string Tool => "zypper";

    public Task<InstallPlan> PlanAsync(InstallRequest request) =>
        new ZypperPlanner(host, runner, packages, request, observer).PlanAsync(CancellationToken.None);

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
        var commands = new ZypperCommands(host, request, lockTimeout);
        try
        {
            var command = commands.Install(
                plan.Accepted,
                _exclusions.Apply([.. plan.Arguments.Select(Exclusion.Parse)]),
                files
            );

            // Not the caller's token: a transaction that has begun ends by itself.
            var running = runner.RunAsync(command, CancellationToken.None);
            await new ZypperProgress(host, observer, fromPercent, toPercent).FollowAsync(files.LogPath, running);
            var result = await running;
            packages.Forget();
            var after = await ReadAsync();
            return Result(plan, result, before, after);
        }
        finally
        {
            _exclusions.Remove();
        }
    }

    /// <summary>Takes replaced versions out of rpm's database and off the disk.</summary>
    /// <returns>What rpm said.</returns>
    public async Task<string> EraseAsync(IReadOnlyList<string> versions)
    {
        var result = await runner.RunAsync(ZypperCommands.Erase(versions, files), CancellationToken.None);
        packages.Forget();
        return result.StandardOutput.Trim();
    }

    private TransactionResult Result(InstallPlan plan, CommandResult result, RpmDatabase before, RpmDatabase after)
    {
        var transcript = ZypperTranscript.Parse(result.StandardOutput);
        IReadOnlyList<PatchTarget> installed = [.. plan.Accepted.Where(after.Has)];
        List<string> problems = [.. Problems(transcript, installed)];
        var ending = $"zypper ended with {ZypperExitCode.Describe(result.ExitCode)}";
        if (_journal.Unfinished(before, after, problems, ending) is { } unfinished)
            problems.Add(unfinished);
        return new TransactionResult
        {
            ExitCode = ExitCodeOf(result.ExitCode, transcript),
            Duration = result.Duration,
            HasChanged = !before.Equals(after),
            Installed = installed,
            PackageFailures = transcript.PackageFailures,
            DownloadFailures = transcript.DownloadFailures,
            NotAuthenticated = transcript.NotAuthenticated,
            IsLocked = result.ExitCode == ZypperExitCode.Locked,
            DiskFull = transcript.DiskFull,
            HasNoRoomForDownloads = transcript.HasNoRoomForDownloads,
            Reason = transcript.Reason ?? $"{ending} and gave no reason",
            Problems = problems,
            Warnings = [.. Warnings(result.ExitCode, transcript)],
        };
    }

    /// <summary>
    /// 0 only where nothing failed: in one transaction of rpm zypper ends with 0 whatever a scriptlet does.
    /// </summary>
    private static int ExitCodeOf(int code, ZypperTranscript transcript)
    {
        if (!ZypperExitCode.IsSuccess(code))
            return code;
        return transcript.PackageFailures.Count == 0 ? ZypperExitCode.Ok : ZypperExitCode.CommitError;
    }

    /// <summary>The new version is there, and what was to go with the old one is not.</summary>
    private static IEnumerable<string> Problems(ZypperTranscript transcript, IReadOnlyList<PatchTarget> installed)
    {
        foreach (var target in installed)
        {
            if (transcript.PackageFailures.TryGetValue(target.Name, out var failure))
                yield return $"{target.Name} {target.Edition} is installed, but not all went well: {failure}";
        }
    }

    /// <summary>What the informational exit codes inform of.</summary>
    private static IEnumerable<string> Warnings(int exitCode, ZypperTranscript transcript)
    {
        foreach (var warning in transcript.ScriptWarnings)
            yield return warning;
        if (exitCode == ZypperExitCode.RepositoriesSkipped)
            yield return $"zypper left out repositories that it could not read ({ZypperExitCode.Describe(exitCode)})";
        if (exitCode == ZypperExitCode.ScriptFailed && transcript.ScriptWarnings.Count == 0)
            yield return $"zypper ended with {ZypperExitCode.Describe(exitCode)} and did not say which";
    }

    private Task<RpmDatabase> ReadAsync() => packages.DatabaseAsync();
}
