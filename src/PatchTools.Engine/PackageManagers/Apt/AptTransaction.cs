using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// One <c>apt-get install</c>, followed while it runs, and what it left: where it failed, dpkg finishes what can be finished
/// (<c>dpkg --configure -a</c>). Nothing is rolled back.
/// </summary>
internal sealed class AptTransaction(HostContext host, IProcessRunner runner, AptCommands commands, TransactionFiles files, IReadOnlyList<string> dpkgOptions, string native)
{
    private readonly AptAutomaticMarks _marks = new(host, runner);

    public async Task<AptTransactionResult> RunAsync(InstallPlan plan, IReadOnlyList<string> wanted, TimeSpan lockTimeout, AptStatusChannel channel)
    {
        var before = DpkgStatus.Read(host, native);
        _marks.Remember(plan.Changes, native);
        files.Reset();
        var command = commands.Install(wanted, dpkgOptions, plan.Changes.Any(c => c.Action == PlannedAction.Remove), files, lockTimeout);
        var result = await FollowAsync(command, channel);
        var output = result.StandardOutput;
        var after = DpkgStatus.Read(host, native);
        if (result.ExitCode != 0 && after.NeedsRepair && !AptTranscript.Parse(output).IsLocked)
        {
            output += "\n" + (await ConfigureAsync()).StandardOutput;
            after = DpkgStatus.Read(host, native);
        }

        var marks = await _marks.RestoreAsync(after, native, files);
        return new AptTransactionResult(result.ExitCode, AptTranscript.Parse(output), channel.Errors, after, !before.Equals(after), result.Duration, marks);
    }

    /// <summary>Finishes what was left unpacked, by whomever.</summary>
    public async Task<AptTransactionResult> RepairAsync()
    {
        var before = DpkgStatus.Read(host, native);
        var result = await ConfigureAsync();
        var after = DpkgStatus.Read(host, native);
        return new AptTransactionResult(result.ExitCode, AptTranscript.Parse(result.StandardOutput), [], after, !before.Equals(after), result.Duration, await _marks.RestoreAsync(after, native, files));
    }

    /// <summary>What a killed run could not put back.</summary>
    public Task<string?> RestoreMarksAsync() => _marks.RestoreAsync(DpkgStatus.Read(host, native), native, files);

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

/// <summary>How a transaction ended and what is installed after it.</summary>
/// <param name="ExitCode">apt-get's.</param>
/// <param name="Transcript">What it and dpkg said.</param>
/// <param name="Reported">What the status channel said of failures.</param>
/// <param name="Status">dpkg's database afterwards.</param>
/// <param name="HasChanged">Whether it differs from the one before.</param>
/// <param name="Duration">Of apt-get alone.</param>
/// <param name="Problem">Something beside the packages themselves that went wrong.</param>
internal sealed record AptTransactionResult(int ExitCode, AptTranscript Transcript, IReadOnlyList<AptStatusLine> Reported, DpkgStatus Status, bool HasChanged, TimeSpan Duration, string? Problem)
{
    /// <summary>Why a package failed, by bare name; null when nobody blames it.</summary>
    public string? ReasonOf(string name) =>
        Transcript.PackageFailures.GetValueOrDefault(name) ?? Reported.FirstOrDefault(e => e.Package == name)?.Text;

    /// <summary>Every package that was blamed.</summary>
    public IEnumerable<string> Blamed => Transcript.PackageFailures.Keys.Concat(Transcript.DownloadFailures.Keys).Concat(Reported.Select(e => e.Package)).Distinct(StringComparer.Ordinal);
}
