using PatchTools.Errors;
using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Dnf.Refresh;

/// <summary>The real <c>dnf makecache</c>: every enabled repository is asked, and those that fail are named.</summary>
internal sealed class DnfRefresh(HostContext host, IProcessRunner runner, DnfTool tool, DnfConfiguration configuration)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ElevationRequired"/>;
    /// <see cref="PatchErrors.PackageManagerBusy"/>; <see cref="PatchErrors.PackageManagerFailed"/>.</exception>
    public async Task<RefreshOutcome> RunAsync(
        InventoryRequest request,
        string cache,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        DemandRoot();

        // dnf 5 calls it an error to be asked for the lists of no repository. That there is none, the inventory says.
        if (configuration.Repositories.Count == 0)
            return new RefreshOutcome(host.Clock.GetUtcNow(), new Dictionary<string, string>(StringComparer.Ordinal));
        var since = host.Clock.GetTimestamp();
        await WaitForLockAsync(since, request.LockTimeout, cache, observer, cancellationToken);
        using var own = host.Paths.IsImage ? new ImageConfiguration(host) : null;
        var image = own is null ? null : new DnfImage(host, configuration, own);
        var stage = image is null ? null : StageOf(cache, own!);
        var command = new Command(tool.Command, image?.Arguments(stage?.Folder ?? cache) ?? Arguments(request, cache))
        {
            ExpectedExitCodes = [DnfExitCode.Done, DnfExitCode.Failed, DnfExitCode.LockHeld],
            Environment = DnfCommands.Unattended,
            Timeout = TimeSpan.FromMinutes(15),
            EndsForLock = true,
        };

        // File times have no finer grain than the clock's ticks of the kernel.
        var began = host.Clock.GetUtcNow() - TimeSpan.FromSeconds(1);
        observer.Progress("Refresh", $"Asking the repositories ({tool.Command} makecache)", 5);
        var result = await AskAsync(command, image?.Names(stage?.Folder ?? cache), cancellationToken);
        while (DnfExitCode.EndedForLock(result))
        {
            // Somebody took it between the look and the start: the tool is told to end there, or it would wait for
            // ever.
            await WaitForLockAsync(since, request.LockTimeout, cache, observer, cancellationToken);
            if (host.Clock.GetElapsedTime(since) >= request.LockTimeout)
                throw new PatchToolsException(
                    PatchErrors.PackageManagerBusy,
                    $"Another process kept taking the lock of {tool.Name}'s metadata in {cache}.",
                    cache
                );
            await Task.Delay(s_interval, host.Clock, cancellationToken);
            began = host.Clock.GetUtcNow() - TimeSpan.FromSeconds(1);
            result = await AskAsync(command, image?.Names(stage?.Folder ?? cache), cancellationToken);
        }

        stage?.PutBack(new PromisedLists(stage.Folder).Has);
        var failures = Failures($"{result.StandardOutput}\n{result.StandardError}", configuration.Repositories);
        if (result.ExitCode != 0 && failures.Count == 0)
            throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"{tool.Command} makecache ended with {result.ExitCode}: {LastLine(result.StandardError)}",
                result
            );
        if (image is not null)
            failures = image.WithRefusals(failures);
        foreach (var (repository, message) in failures)
            observer.Warning($"{repository}: {message}");
        return new RefreshOutcome(began, failures);
    }

    private void DemandRoot()
    {
        if (!host.IsRoot)
            throw new PatchToolsException(
                PatchErrors.ElevationRequired,
                $"Only root can refresh {tool.Name}'s metadata."
            );
    }

    /// <summary>The cache of a baseline's own sources is PatchTools' own already.</summary>
    private ImageStage? StageOf(string cache, ImageConfiguration own)
    {
        DnfImage.DemandPath(cache, tool);
        return cache.StartsWith(host.Paths.Root + "/", StringComparison.Ordinal)
            ? own.Stage(cache, "cache", DnfImage.Cache)
            : null;
    }

    private async Task<CommandResult> AskAsync(Command command, ImageNames? names, CancellationToken cancellationToken)
    {
        names?.Lend();
        try
        {
            return await runner.RunAsync(command, cancellationToken);
        }
        finally
        {
            names?.TakeBack();
        }
    }

    /// <summary>By repository id. The last cause of each is kept: the first ones are retries of it.</summary>
    /// <param name="output">What the tool said.</param>
    /// <param name="repositories">Those that were asked: dnf 5 calls them by their names.</param>
    public static IReadOnlyDictionary<string, string> Failures(
        string output,
        IReadOnlyList<DnfRepository>? repositories = null
    )
    {
        var failures = new DnfRefreshFailures(repositories ?? []);
        foreach (var line in output.Split('\n'))
            failures.Take(line);
        return failures.ByRepository;
    }

    /// <summary>
    /// Asks however young the cache is. What the host makes of a repository's failure is decided afterwards.
    /// </summary>
    private IReadOnlyList<string> Arguments(InventoryRequest request, string cache) =>
        [
            "-y",
            .. DnfCommands.Places(host, tool, request.CustomSources, request.CustomSources is not null ? cache : null),
            "--setopt=exit_on_lock=1",
            .. tool.AskAgain,
            "makecache",
        ];

    /// <summary>dnf 4 and yum write their process id into files and wait for them without end.</summary>
    private async Task WaitForLockAsync(
        long since,
        TimeSpan timeout,
        string cache,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        while (DnfLocks.Metadata(host, cache) is { } held)
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw new PatchToolsException(
                    PatchErrors.PackageManagerBusy,
                    $"{tool.Name}'s metadata is locked by {held.Holder} ({held.Path}).",
                    held.Path
                );
            observer.Progress("Refresh", $"Waiting for {held.Holder}, which holds {held.Path}", 2);
            await Task.Delay(s_interval, host.Clock, cancellationToken);
        }
    }

    private static string LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()
        ?? "it said nothing";
}
