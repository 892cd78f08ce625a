using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Refresh;

/// <summary>
/// The real <c>zypper refresh</c>: every enabled repository is asked, and those that fail are named. No key is ever
/// imported.
/// </summary>
internal sealed class ZypperRefresh(HostContext host, IProcessRunner runner)
{
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ElevationRequired"/>;
    /// <see cref="PatchErrors.PackageManagerBusy"/>; <see cref="PatchErrors.PackageManagerFailed"/>.</exception>
    public async Task<RefreshOutcome> RunAsync(
        InventoryRequest request,
        IReadOnlyList<ZypperRepository> repositories,
        ZypperImage? image,
        ImageStage? stage,
        Command command,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (!host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Only root can refresh zypper's metadata.");
        var locks = ZypperLocks.Of(host, observer);
        await locks.WaitAsync(request.LockTimeout, cancellationToken);
        observer.Progress("Refresh", "Asking the repositories (zypper refresh)", 5);

        // File times have no finer grain than the clock's ticks of the kernel.
        var began = host.Clock.GetUtcNow() - TimeSpan.FromSeconds(1);
        var result = await runner.RunAsync(command, cancellationToken);
        if (result.ExitCode == ZypperExitCode.Locked)
            throw locks.Busy();
        stage?.PutBack();
        var failures = Failures(result.StandardOutput, repositories);
        if (
            result.ExitCode
                is not (ZypperExitCode.Ok or ZypperExitCode.NoRepositories or ZypperExitCode.RepositoriesSkipped)
            && failures.Count == 0
        )
            throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"zypper refresh ended with {ZypperExitCode.Describe(result.ExitCode)}: "
                    + $"{ZypperMessage.ReasonOf(result)}",
                result
            );
        if (image is not null)
            failures = image.WithRefusals(failures);
        foreach (var (repository, message) in failures)
            observer.Warning($"{repository}: {message}");
        return new RefreshOutcome(began, failures);
    }

    /// <summary>By alias. zypper names a repository by its name, and in the details by alias and address.</summary>
    public static IReadOnlyDictionary<string, string> Failures(
        string output,
        IReadOnlyList<ZypperRepository> repositories
    )
    {
        Dictionary<string, string> failures = new(StringComparer.Ordinal);
        foreach (var message in ZypperMessage.Parse(output).Where(m => m.IsError))
        {
            foreach (
                var repository in repositories.Where(r =>
                    message.Text.Contains($"[{r.Alias}|", StringComparison.Ordinal)
                    || (r.Name.Length > 0 && message.Text.Contains($"'{r.Name}'", StringComparison.Ordinal))
                    || message.Text.Contains($"'{r.Alias}'", StringComparison.Ordinal)
                )
            )
            {
                failures.TryAdd(repository.Alias, Detail(message.Text, repository));
            }
        }

        return failures;
    }

    // zypper 1.14.89:
    // Repository 'The dead one' is invalid.
    // [dead|http://127.0.0.1:8799/nothere] Failed to retrieve new repository metadata.
    // History:
    //  - [|] Error trying to read from 'http://127.0.0.1:8799/nothere'
    //  - Download (curl) error for 'http://127.0.0.1:8799/nothere/content':
    //    Error code: Connection failed
    //    Error message: Failed to connect to 127.0.0.1 port 8799 after 0 ms: Could not connect to server
    // Please check if the URIs defined for this repository are pointing to a valid repository.
    // or, where the server has nothing there, as the whole history:
    //  - [dead|http://127.0.0.1:8765/nothere] Repository type can't be determined.
    /// <summary>
    /// What the line with alias and address says, and what the history says of its cause; addresses may carry a
    /// password.
    /// </summary>
    private static string Detail(string text, ZypperRepository repository)
    {
        const string message = "Error message: ";
        var lines = text.Split('\n').Select(l => l.Trim().TrimStart('-', ' ')).ToList();
        var own = lines.FindIndex(l =>
            l.StartsWith($"[{repository.Alias}|", StringComparison.Ordinal)
            && l.Contains("] ", StringComparison.Ordinal)
        );
        if (own < 0)
            return ZypperMessage.OneLine(text);
        var history = lines
            .Skip(own + 1)
            .Where(l => l.Length > 0 && l != "History:" && !l.StartsWith("Please check", StringComparison.Ordinal))
            .ToList();
        var cause =
            history.FindLast(l => l.StartsWith(message, StringComparison.Ordinal))?[message.Length..]
            ?? history.FindLast(l => l.Contains("] ", StringComparison.Ordinal));
        var what = AfterAddress(lines[own]);
        return cause is null ? what : $"{what.TrimEnd('.')}: {ZypperTranscript.WithoutAddress(AfterAddress(cause))}";
    }

    private static string AfterAddress(string line) =>
        line.StartsWith('[') ? line[(line.IndexOf("] ", StringComparison.Ordinal) + 2)..].Trim() : line;
}
