using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>One repository that a refresh could not ask.</summary>
internal sealed record RefreshFailure(string Address, string Message)
{
    /// <summary>Whether the address lies under the source's suite.</summary>
    public bool Concerns(AptSource source)
    {
        var address = Normal(Address);
        return address.StartsWith(Normal(source.SafeUri), StringComparison.Ordinal)
            && (source.IsFlat || address.Contains($" {source.Suite} ", StringComparison.Ordinal) || address.Contains($"/dists/{source.Suite}/", StringComparison.Ordinal) || address.EndsWith($" {source.Suite}", StringComparison.Ordinal));

        static string Normal(string text) => text.Replace("://", ":", StringComparison.Ordinal).TrimEnd('/');
    }
}

/// <summary>The real <c>apt-get update</c>, waiting for apt's lock, and honest about the repositories that failed.</summary>
internal sealed class AptRefresh(HostContext host, IProcessRunner runner)
{
    /// <summary>Lists of a baseline's own sources: apart from the host's, which stay as they are.</summary>
    public static string PrivateLists(HostContext host) => Path.Combine(host.Paths.DataDirectory, "apt-lists");

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ElevationRequired"/>; <see cref="PatchErrors.PackageManagerBusy"/>; <see cref="PatchErrors.PackageManagerFailed"/>.</exception>
    public async Task<IReadOnlyList<RefreshFailure>> RunAsync(InventoryRequest request, string lists, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (!host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can refresh apt's package lists.");
        if (request.CustomSources is not null)
            lists = PrivateLists(host);
        var lockPath = Path.Combine(lists, "lock");
        await WaitForLockAsync(lockPath, request.LockTimeout, observer, cancellationToken);
        observer.Progress("Refresh", "Asking the repositories (apt-get update)", 5);
        var command = new Command("apt-get", Arguments(request, lists))
        {
            ExpectedExitCodes = [0, 100],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" },
            Timeout = TimeSpan.FromMinutes(15),
        };
        var result = await runner.RunAsync(command, cancellationToken);
        var failures = Failures(result.StandardError);
        if (result.ExitCode != 0 && failures.Count == 0)
        {
            if (FileLock.Holder(lockPath) is { } holder)
                throw Busy(lockPath, holder);
            throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"apt-get update ended with {result.ExitCode}: {LastLine(result.StandardError)}", result);
        }

        foreach (var failure in failures)
            observer.Warning($"{failure.Address}: {failure.Message}");
        return failures;
    }

    // E: Failed to fetch http://dead.example/dists/bookworm/InRelease  Could not connect to dead.example:80
    // W: Failed to fetch http://dead.example/dists/bookworm/InRelease  Could not resolve 'dead.example'
    // E: The repository 'file:/srv/repo bookworm Release' does not have a Release file.
    // W: GPG error: http://x.example bookworm InRelease: The following signatures couldn't be verified …
    public static IReadOnlyList<RefreshFailure> Failures(string standardError)
    {
        List<RefreshFailure> failures = [];
        foreach (var line in standardError.Split('\n').Select(l => l.Trim()))
        {
            if (line.Length < 4 || line[0] is not ('E' or 'W') || line[1] != ':')
                continue;
            var text = line[3..];
            const string fetch = "Failed to fetch ";
            const string signature = "GPG error: ";
            if (text.StartsWith(fetch, StringComparison.Ordinal))
            {
                var rest = text[fetch.Length..];
                var end = rest.IndexOf("  ", StringComparison.Ordinal);
                failures.Add(end < 0 ? new RefreshFailure(rest, "could not be fetched") : new RefreshFailure(rest[..end], rest[end..].Trim()));
            }
            else if (text.StartsWith(signature, StringComparison.Ordinal) && text.IndexOf(": ", signature.Length, StringComparison.Ordinal) is var colon and > 0)
            {
                failures.Add(new RefreshFailure(text[signature.Length..colon], text[(colon + 2)..]));
            }
            else if (text.StartsWith("The repository '", StringComparison.Ordinal) && text.IndexOf('\'', 16) is var quote and > 0)
            {
                failures.Add(new RefreshFailure(text[16..quote], text[(quote + 1)..].Trim()));
            }
        }

        return failures;
    }

    private List<string> Arguments(InventoryRequest request, string lists)
    {
        List<string> arguments = ["-q", "-o", "APT::Update::Error-Mode=any"];
        var root = host.Paths.Root;
        if (root != "/")
            arguments.AddRange(["-o", $"Dir={root}", "-o", $"Dir::State::status={AptPackageManager.StatusPath(root)}", "-o", $"Dir::Etc::trustedparts={Path.Combine(root, "etc/apt/trusted.gpg.d")}"]);
        if (request.CustomSources is { } text)
        {
            var sources = Path.Combine(host.Paths.DataDirectory, "apt-sources.list");
            State.AtomicFile.CreateDirectory(Path.Combine(lists, "partial"));
            State.AtomicFile.Write(sources, System.Text.Encoding.UTF8.GetBytes(text + "\n"));
            arguments.AddRange(["-o", $"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-", "-o", $"Dir::State::lists={lists}"]);
        }

        arguments.Add("update");
        return arguments;
    }

    private async Task WaitForLockAsync(string path, TimeSpan timeout, IRunObserver observer, CancellationToken cancellationToken)
    {
        var since = host.Clock.GetTimestamp();
        while (FileLock.Holder(path) is { } holder)
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw Busy(path, holder);
            observer.Progress("Refresh", $"Waiting for {holder}, which holds {path}", 2);
            await Task.Delay(TimeSpan.FromMilliseconds(250), host.Clock, cancellationToken);
        }
    }

    private static PatchToolsException Busy(string path, string holder) =>
        new(PatchErrors.PackageManagerBusy, $"apt's lists are locked by {holder} ({path}).", path);

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it said nothing";
}
