using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.PackageManagers.Rpm;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>The real <c>dnf makecache</c>: every enabled repository is asked, and those that fail are named.</summary>
internal sealed class DnfRefresh(HostContext host, IProcessRunner runner, DnfTool tool)
{
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ElevationRequired"/>; <see cref="PatchErrors.PackageManagerBusy"/>; <see cref="PatchErrors.PackageManagerFailed"/>.</exception>
    public async Task<RefreshOutcome> RunAsync(InventoryRequest request, string cache, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (!host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, $"Only root can refresh {tool.Name}'s metadata.");
        await WaitForLockAsync(request.LockTimeout, cache, observer, cancellationToken);
        observer.Progress("Refresh", $"Asking the repositories ({tool.Command} makecache)", 5);

        // File times have no finer grain than the clock's ticks of the kernel.
        var began = host.Clock.GetUtcNow() - TimeSpan.FromSeconds(1);
        var command = new Command(tool.Command, Arguments(request, cache)) { ExpectedExitCodes = [0, 1], Timeout = TimeSpan.FromMinutes(15) };
        var result = await runner.RunAsync(command, cancellationToken);
        var failures = Failures($"{result.StandardOutput}\n{result.StandardError}");
        if (result.ExitCode != 0 && failures.Count == 0)
            throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"{tool.Command} makecache ended with {result.ExitCode}: {LastLine(result.StandardError)}", result);
        foreach (var (repository, message) in failures)
            observer.Warning($"{repository}: {message}");
        return new RefreshOutcome(began, failures);
    }

    // dnf 4.14.0:
    // Errors during downloading metadata for repository 'dead':
    //   - Curl error (37): Couldn't read a file:// file for file:///nonexistent/repodata/repomd.xml [Couldn't open file /nonexistent/repodata/repomd.xml]
    // Error: Failed to download metadata for repo 'dead': Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried
    // dnf5 5.2.6:
    // >>> Curl error (6): Could not resolve hostname for https://dead.example/repodata/repomd.xml [Could not resolve host: dead.example]
    // >>> Failed to download metadata (baseurl: "https://dead.example") for repository "dead": …
    /// <summary>By repository id. The last cause of each is kept: the first ones are retries of it.</summary>
    public static IReadOnlyDictionary<string, string> Failures(string output)
    {
        Dictionary<string, string> failures = new(StringComparer.Ordinal);
        string? current = null;
        string? loose = null;
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
            else if (line.Contains("Failed to download metadata", StringComparison.Ordinal) && Quoted(line, "for repository \"", '"') is { } repository)
            {
                failures[repository] = loose ?? After(line, "\": ") ?? "its metadata could not be downloaded";
            }
            else if (line.Contains("Curl error", StringComparison.Ordinal))
            {
                loose = line.TrimStart('>', ' ');
            }
        }

        return failures;

        static string? Quoted(string line, string before, char quote)
        {
            var start = line.IndexOf(before, StringComparison.Ordinal);
            if (start < 0)
                return null;
            start += before.Length;
            var end = line.IndexOf(quote, start);
            return end < 0 ? null : line[start..end];
        }

        static string? After(string line, string text) => line.IndexOf(text, StringComparison.Ordinal) is var at and >= 0 && at + text.Length < line.Length ? line[(at + text.Length)..] : null;
    }

    /// <summary><c>--refresh</c> asks however young the cache is. What the host makes of a repository's failure is decided afterwards.</summary>
    private List<string> Arguments(InventoryRequest request, string cache)
    {
        List<string> arguments = ["-y", .. DnfCommands.Places(host, tool, request.CustomSources, host.Paths.Root != "/" || request.CustomSources is not null ? cache : null)];
        if (!tool.IsYum3)
            arguments.Add("--refresh");
        arguments.Add("makecache");
        return arguments;
    }

    /// <summary>dnf 4 and yum write their process id into files and wait for them without end.</summary>
    private async Task WaitForLockAsync(TimeSpan timeout, string cache, IRunObserver observer, CancellationToken cancellationToken)
    {
        var since = host.Clock.GetTimestamp();
        while (DnfLocks.Metadata(host, cache) is { } held)
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw new PatchToolsException(PatchErrors.PackageManagerBusy, $"{tool.Name}'s metadata is locked by {held.Holder} ({held.Path}).", held.Path);
            observer.Progress("Refresh", $"Waiting for {held.Holder}, which holds {held.Path}", 2);
            await Task.Delay(TimeSpan.FromMilliseconds(250), host.Clock, cancellationToken);
        }
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}
