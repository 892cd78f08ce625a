using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Apt.Planning;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Transaction;

/// <summary>
/// One <c>apt-get install</c>, followed while it runs, and what it left: where it failed, dpkg finishes what can be
/// finished (<c>dpkg --configure -a</c>). Nothing is rolled back.
/// </summary>
internal sealed class AptTransaction(
    HostContext host,
    IProcessRunner runner,
    InstallRequest request,
    IRunObserver observer,
    TransactionFiles files,
    IReadOnlyList<string> dpkgOptions
) : ITransactions
{
    private readonly AptCommands _commands = new(host, request);
    private readonly AptAutomaticMarks _marks = new(host, runner);
    private readonly string _native = request.Inventory.Packages.NativeArchitecture;

    public string Tool => "apt-get";

    public Task<InstallPlan> PlanAsync(InstallRequest request) =>
        new AptPlanner(host, runner, request, observer).PlanAsync(CancellationToken.None);

    public Task<IReadOnlyList<PatchTarget>> InstalledAsync(IReadOnlyList<PatchTarget> targets)
    {
        var status = DpkgStatus.Read(host, _native);
        return Task.FromResult<IReadOnlyList<PatchTarget>>([.. targets.Where(status.Has)]);
    }

    public async Task<TransactionResult> RunAsync(
        InstallPlan plan,
        TimeSpan lockTimeout,
        int fromPercent,
        int toPercent
    )
    {
        var before = DpkgStatus.Read(host, _native);
        _marks.Remember(plan.Changes, _native);
        files.Reset();
        var channel = new AptStatusChannel(host, observer, fromPercent, toPercent);
        var result = await FollowAsync(
            _commands.Install(
                Arguments(plan),
                dpkgOptions,
                plan.Changes.Any(c => c.Action == PlannedAction.Remove),
                files,
                lockTimeout
            ),
            channel
        );
        var output = result.StandardOutput;
        var after = DpkgStatus.Read(host, _native);
        if (result.ExitCode != 0 && after.NeedsRepair && !AptTranscript.Parse(output).IsLocked)
        {
            output += "\n" + (await ConfigureAsync()).StandardOutput;
            after = DpkgStatus.Read(host, _native);
        }

        var marks = await _marks.RestoreAsync(after, _native, files);
        var transcript = AptTranscript.Parse(output);
        Dictionary<string, string> failures = new(transcript.PackageFailures, StringComparer.Ordinal);
        foreach (var reported in channel.Errors)
            failures.TryAdd(reported.Package, reported.Text);
        return new TransactionResult
        {
            ExitCode = result.ExitCode,
            Duration = result.Duration,
            HasChanged = !before.Equals(after),
            Installed = [.. plan.Accepted.Where(after.Has)],
            PackageFailures = failures,
            DownloadFailures = transcript.DownloadFailures,
            LeftHalfDone = plan
                .Accepted.Where(t => !after.Has(t) && after.Of(t.Name, t.Architecture)?.Edition == t.Edition)
                .ToDictionary(t => t, t => $"it was unpacked and left {after.Of(t.Name, t.Architecture)!.Value.State}"),
            IsLocked = transcript.IsLocked,
            DiskFull = transcript.DiskFull,
            HasNoRoomForDownloads = transcript.NoRoomForArchives is not null,
            Reason = transcript.Reason,
            Problems = marks is null ? [] : [marks],
        };
    }

    /// <summary>Finishes what was left unpacked, by whomever.</summary>
    /// <returns>What dpkg said, and whether its database has changed.</returns>
    public async Task<(AptTranscript Transcript, bool HasChanged)> RepairAsync()
    {
        var before = DpkgStatus.Read(host, _native);
        var result = await ConfigureAsync();
        var after = DpkgStatus.Read(host, _native);
        await _marks.RestoreAsync(after, _native, files);
        return (AptTranscript.Parse(result.StandardOutput), !before.Equals(after));
    }

    /// <summary>What a killed run could not put back.</summary>
    public Task<string?> RestoreMarksAsync() => _marks.RestoreAsync(DpkgStatus.Read(host, _native), _native, files);

    /// <summary>The resolver gets in the transaction what it got in the plan.</summary>
    private static IReadOnlyList<string> Arguments(InstallPlan plan) =>
        [.. plan.Accepted.Select(t => $"{t.Name}:{t.Architecture}={t.Edition}"), .. plan.Arguments];

    private Task<CommandResult> ConfigureAsync()
    {
        files.Reset();
        return runner.RunAsync(AptCommands.ConfigureAll(dpkgOptions, files), CancellationToken.None);
    }

    private async Task<CommandResult> FollowAsync(Command command, AptStatusChannel channel)
    {
        // Not the caller's token: a transaction that has begun ends by itself.
        var running = runner.RunAsync(command, CancellationToken.None);
        await channel.FollowAsync(files.StatusPath, running);
        return await running;
    }
}
