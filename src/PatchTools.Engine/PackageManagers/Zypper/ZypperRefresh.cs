using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.PackageManagers.Rpm;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Zypper;

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
        var failures = Failures(result.StandardOutput, repositories);
        if (
            result.ExitCode
                is not (ZypperExitCode.Ok or ZypperExitCode.NoRepositories or ZypperExitCode.RepositoriesSkipped)
            && failures.Count == 0
        )
            throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"zypper refresh ended with {ZypperExitCode.Describe(result.ExitCode)}: {ZypperMessage.ReasonOf(result)}",
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

    /// <summary>The line that gives alias and address says why; the address itself may carry a password.</summary>
    private static string Detail(string text, ZypperRepository repository)
    {
        var line = text.Split('\n')
            .FirstOrDefault(l =>
                l.StartsWith($"[{repository.Alias}|", StringComparison.Ordinal)
                && l.Contains("] ", StringComparison.Ordinal)
            );
        return line is null
            ? ZypperMessage.OneLine(text)
            : line[(line.IndexOf("] ", StringComparison.Ordinal) + 2)..].Trim();
    }
}
