using PatchTools.Hosts;
using PatchTools.PackageManagers.Rpm;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>One <c>dnf install</c>, followed while it runs. What is installed afterwards says rpm's database, never the tool. Nothing is rolled back.</summary>
internal sealed class DnfTransaction(HostContext host, IProcessRunner runner, DnfTool tool, string cache, InstallRequest request, IRunObserver observer, TransactionFiles files) : ITransactions
{
    private readonly DnfCommands _commands = new(host, tool, request);

    public string Tool => tool.Command;

    public Task<InstallPlan> PlanAsync(InstallRequest request) => new DnfPlanner(host, runner, tool, cache, request, observer).PlanAsync(CancellationToken.None);

    public async Task<IReadOnlyList<PatchTarget>> InstalledAsync(IReadOnlyList<PatchTarget> targets)
    {
        var database = await ReadAsync();
        return [.. targets.Where(database.Has)];
    }

    public async Task<TransactionResult> RunAsync(InstallPlan plan, TimeSpan lockTimeout, int fromPercent, int toPercent)
    {
        var before = await ReadAsync();
        var command = _commands.Install(plan.Accepted.Select(t => DnfCommands.Spec(t.Name, t.Architecture, t.Edition)), plan.Arguments, files);

        // Not the caller's token: a transaction that has begun ends by itself.
        var running = runner.RunAsync(command, CancellationToken.None);
        await new DnfProgress(host, observer, fromPercent, toPercent).FollowAsync(files.LogPath, running);
        var result = await running;
        var after = await ReadAsync();
        var transcript = DnfTranscript.Parse(result.StandardOutput);
        return new TransactionResult
        {
            ExitCode = result.ExitCode,
            Duration = result.Duration,
            HasChanged = !before.Equals(after),
            Installed = [.. plan.Accepted.Where(after.Has)],
            PackageFailures = transcript.PackageFailures,
            DownloadFailures = transcript.DownloadFailures,
            NotAuthenticated = transcript.NotAuthenticated,
            IsLocked = result.ExitCode == DnfCommands.LockHeld || transcript.IsLocked,
            DiskFull = transcript.DiskFull,
            HasNoRoomForDownloads = transcript.HasNoRoomForDownloads,
            Reason = transcript.Reason ?? $"{tool.Command} ended with {result.ExitCode} and gave no reason",
            Problems = transcript.ScriptWarnings,
        };
    }

    /// <summary>
    /// A transaction that was killed between installing a version and removing the one before leaves both in rpm's database. The older one is taken away as the
    /// transaction would have done. Null when there is nothing of the kind.
    /// </summary>
    public async Task<(bool HasChanged, string? Problem)?> RepairAsync()
    {
        if (tool.IsYum3 || tool.IsDnf5)
            return null;
        var older = OlderDuplicates((await runner.RunAsync(_commands.Duplicates(), CancellationToken.None)).StandardOutput);
        if (older.Count == 0)
            return null;
        observer.Progress("Install", "Finishing what an interrupted transaction left", InstallWork.FirstPercent);
        observer.Warning($"An earlier transaction was interrupted and left packages in two versions: removing {string.Join(", ", older)}.");
        var before = await ReadAsync();
        var result = await runner.RunAsync(DnfCommands.Erase(older, files), CancellationToken.None);
        var after = await ReadAsync();
        return (!before.Equals(after), result.ExitCode == 0 ? null : $"Packages that an interrupted transaction left in two versions could not be put right ({string.Join(", ", older)}): {result.StandardOutput.Trim()}");
    }

    // dnf 4.14.0 check --duplicates:
    // s-app-1.0-1.x86_64 is a duplicate with s-app-1.1-1.x86_64
    internal static IReadOnlyList<string> OlderDuplicates(string output)
    {
        List<string> older = [];
        foreach (var line in output.Split('\n'))
        {
            if (line.Split(" is a duplicate with ") is not [var one, var other] || Nevra.TryParse(one.Trim()) is not { } first || Nevra.TryParse(other.Trim()) is not { } second)
                continue;
            var old = RpmVersion.Order.Compare(first.Edition, second.Edition) < 0 ? first : second;
            older.Add($"{old.Name}-{RpmVersion.WithoutEpoch(old.Edition)}.{old.Architecture}");
        }

        return [.. older.Distinct(StringComparer.Ordinal)];
    }

    private Task<RpmDatabase> ReadAsync() => RpmDatabase.ReadAsync(host.Paths.Root, runner);
}
