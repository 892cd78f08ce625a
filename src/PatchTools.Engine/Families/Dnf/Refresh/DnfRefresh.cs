using System.Text.RegularExpressions;
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
internal sealed partial class DnfRefresh(
    HostContext host,
    IProcessRunner runner,
    DnfTool tool,
    DnfConfiguration configuration
)
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

    // dnf 4.14.0:
    // Errors during downloading metadata for repository 'dead':
    // - Curl error (37): Couldn't read a file:// file for file:///nonexistent/repodata/repomd.xml [Couldn't open file
    // /nonexistent/repodata/repomd.xml] Error: Failed to download metadata for repo 'dead': Cannot download repomd.xml:
    // Cannot download repodata/repomd.xml: All mirrors were tried dnf5 5.2 and 5.4; where the repository may be
    // skipped, the last line is missing and nobody says whose the others are: >>> Status code: 404 for https://mirrors.tuna.tsinghua.edu.cn/fedora/updates/43/Everything/SRPMS/repodata/repomd.xml (IP: 101.6.15.130) - https://…
    // >>> Usable URL not found
    // Failed to download metadata (baseurl: "https://mirrors.tuna.tsinghua.edu.cn/fedora/updates/43/Everything/SRPMS/") for repository "updates-source": Usable URL not found
    // yum 3.4.3; where the repository may be skipped, only the first two lines, and exit code 0. A repository is named
    // with the variables of its address (base/7/x86_64): http://vault.centos.org/centos/7/sclo/Source/rh/repodata/repomd.xml: [Errno 14] HTTP Error 404 - Not Found
    // Trying other mirror.
    // failure: repodata/repomd.xml from centos-sclo-rh-source: [Errno 256] No more mirrors to try.
    // http://vault.centos.org/centos/7/sclo/Source/rh/repodata/repomd.xml: [Errno 14] HTTP Error 404 - Not Found
    // Could not retrieve mirrorlist http://mirrorlist.centos.org/?release=7&arch=x86_64&repo=os&infra=stock error was
    // 14: curl#6 - "Could not resolve host: mirrorlist.centos.org; Unknown error"
    // Cannot find a valid baseurl for repo: base/7/x86_64
    /// <summary>By repository id. The last cause of each is kept: the first ones are retries of it.</summary>
    /// <param name="output">What the tool said.</param>
    /// <param name="repositories">Those that were asked: dnf 5 calls them by their names.</param>
    public static IReadOnlyDictionary<string, string> Failures(
        string output,
        IReadOnlyList<DnfRepository>? repositories = null
    )
    {
        Dictionary<string, string> failures = new(StringComparer.Ordinal);
        string? current = null;
        string? loose = null;
        string? asked = null;
        foreach (var raw in output.Split('\n'))
        {
            var line = raw.Trim();
            if (Quoted(line, "Errors during downloading metadata for repository '", '\'') is { } named)
            {
                current = named;
                failures.TryAdd(named, "its metadata could not be downloaded");
            }
            else if (current is not null && line.StartsWith("- ", StringComparison.Ordinal))
            {
                failures[current] = line[2..];
            }
            else if (Quoted(line, "Failed to download metadata for repo '", '\'') is { } repo)
            {
                current = null;
                failures.TryAdd(repo, After(line, "': ") ?? "its metadata could not be downloaded");
            }
            else if (
                line.Contains("Failed to download metadata", StringComparison.Ordinal)
                && Quoted(line, "for repository \"", '"') is { } repository
            )
            {
                failures[repository] = loose ?? After(line, "\": ") ?? "its metadata could not be downloaded";
            }
            else if (YumFailure().Match(line) is { Success: true } yum)
            {
                failures.TryAdd(yum.Groups["repository"].Value, loose ?? yum.Groups["why"].Value);
            }
            else if (Cause().Match(line) is { Success: true } cause)
            {
                loose = cause.Groups["why"].Value;
            }
            else if (Bar().Match(raw) is { Success: true } bar)
            {
                asked = repositories?.FirstOrDefault(r => Shown(r, bar.Groups["name"].Value))?.Id;
                loose = null;
            }
            else if (line == ">>> Usable URL not found" && asked is not null)
            {
                failures[asked] = loose ?? "its metadata could not be downloaded";
            }
        }

        return failures;

        static bool Shown(DnfRepository repository, string name) =>
            (repository.Name.Length > 0 ? repository.Name : repository.Id) == name;

        static string? Quoted(string line, string before, char quote)
        {
            var start = line.IndexOf(before, StringComparison.Ordinal);
            if (start < 0)
                return null;
            start += before.Length;
            var end = line.IndexOf(quote, start);
            return end < 0 ? null : line[start..end];
        }

        static string? After(string line, string text) =>
            line.IndexOf(text, StringComparison.Ordinal) is var at and >= 0 && at + text.Length < line.Length
                ? line[(at + text.Length)..]
                : null;
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

    // dnf5 5.4, one line for each repository that it asks:
    //  dead       ???% |   0.0   B/s |   0.0   B |  00m00s
    [GeneratedRegex(@"^ (?<name>\S.*?) +[0-9?]+% \|", RegexOptions.CultureInvariant)]
    private static partial Regex Bar();

    // What dnf 5 adds behind the dash is the address once more.
    [GeneratedRegex(
        @"^(?:>>> )?(?<why>(?:Curl error|Status code|Downloading successful).*?)(?: - "
            + @"(?:https?|ftp|file)://\S*)?$|^\S+://\S+: (?<why>\[Errno -?[0-9]+\] .+)$|^(?<why>[0-9]+: curl#[0-9]+ "
            + @"- .+)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Cause();

    [GeneratedRegex(
        @"^(?:Error: )?failure: \S+ from (?<repository>[^/\s:]+)\S*: (?<why>\[Errno 256\] .+)$|^(?:Error: "
            + @")?(?<why>Cannot find a valid baseurl for repo: (?<repository>[^/\s]+)\S*)$|^(?:Error: "
            + @")?(?<why>Cannot retrieve (?:metalink|repository metadata \S+) for repository: "
            + @"(?<repository>[^/\s.]+)\S*.*)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex YumFailure();
}
