using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Refresh;

/// <summary>
/// The real <c>apt-get update</c>, waiting for whoever holds apt's lock, and honest about the repositories that failed.
/// </summary>
internal sealed class AptRefresh(HostContext host, IProcessRunner runner, IRunObserver observer)
{
    private const int AptFailed = 100;
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(250);

    /// <param name="setting">What is refreshed.</param>
    /// <param name="request">Sources and patience.</param>
    /// <param name="cancellationToken">Stops waiting, and interrupts apt-get.</param>
    /// <returns>Repositories that failed, with apt's reason.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerBusy"/>;
    /// <see cref="PatchErrors.PackageManagerFailed"/>.</exception>
    public async Task<IReadOnlyDictionary<AptRepository, string>> RunAsync(
        AptSetting setting,
        InventoryRequest request,
        CancellationToken cancellationToken
    )
    {
        var lockPath = Path.Combine(setting.ListsDirectory, "lock");
        var since = host.Clock.GetTimestamp();
        await WaitForLockAsync(lockPath, since, request.LockTimeout, cancellationToken);
        using var own = host.Paths.IsImage ? new ImageConfiguration(host) : null;
        var stage = request.CustomSources is null
            ? own?.Stage(setting.ListsDirectory, AptImage.ListsName, AptImage.Lists)
            : null;
        if (stage is not null)
            setting = setting with { ListsDirectory = stage.Folder };
        var image = own is null ? null : new AptImage(host, setting, own);
        var command = Command(setting, request, image);
        while (true)
        {
            await WaitForLockAsync(lockPath, since, request.LockTimeout, cancellationToken);
            observer.Progress("Refresh", "Asking the repositories (apt-get update)", 5);
            var result = await AskAsync(command, setting, image, cancellationToken);
            stage?.PutBack();
            var output = AptUpdateOutput.Parse(
                result.StandardOutput,
                result.StandardError,
                setting.Sources.Repositories
            );

            // Somebody else took the lock between the look and the start.
            if (
                output.Errors.Any(e => e.StartsWith("Could not get lock", StringComparison.Ordinal))
                && FileLock.Holder(lockPath) is not null
            )
                continue;
            if (result.ExitCode != 0 && output.Failures.Count == 0)
                throw new CommandFailedException(
                    PatchErrors.PackageManagerFailed,
                    command,
                    $"apt-get update ended with {result.ExitCode}: "
                        + $"{(output.Errors.Count > 0 ? string.Join(" / ", output.Errors) : "it said nothing")}",
                    result
                );
            var failures = image?.WithRefusals(output.Failures) ?? output.Failures;
            foreach (var (repository, reason) in failures)
                observer.Warning($"{repository.Name}: {reason}");
            return failures;
        }
    }

    private async Task<CommandResult> AskAsync(
        Command command,
        AptSetting setting,
        AptImage? image,
        CancellationToken cancellationToken
    )
    {
        if (image is null)
            return await runner.RunAsync(command, cancellationToken);
        image.Names.Lend();
        try
        {
            var result = await runner.RunAsync(command, cancellationToken);
            AptListLinks.Replace(setting.ListsDirectory, image.Folders);
            return image.Said(result);
        }
        finally
        {
            image.Names.TakeBack();
        }
    }

    private async Task WaitForLockAsync(string path, long since, TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (FileLock.Holder(path) is { } holder)
        {
            if (host.Clock.GetElapsedTime(since) >= timeout)
                throw new PatchToolsException(
                    PatchErrors.PackageManagerBusy,
                    $"apt's lists are locked by {holder} ({path}).",
                    path
                );
            observer.Progress("Refresh", $"Waiting for {holder}, which holds {path}", 2);
            await Task.Delay(s_pollInterval, host.Clock, cancellationToken);
        }
    }

    private Command Command(AptSetting setting, InventoryRequest request, AptImage? image)
    {
        // Without the first, a repository that cannot be reached is a warning and the exit code 0 (apt 2.1.8 and later
        // know it).
        List<string> arguments = ["-q", "-o", "APT::Update::Error-Mode=any"];
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" };
        if (host.Variable("APT_CONFIG") is { } configuration)
            environment["APT_CONFIG"] = configuration;
        if (request.CustomSources is { } text)
        {
            // Neither the host's lists nor its caches may learn of sources that are not its own. Addresses may carry
            // passwords.
            AtomicFile.Write(setting.PrivateSources!, Encoding.UTF8.GetBytes(text + "\n"), AtomicFile.PrivateFile);
            {
                AtomicFile.CreateDirectory(setting.ListsDirectory);

                // apt gives the folder of what it is downloading to its own user once it is there.
                var partial = Path.Combine(setting.ListsDirectory, "partial");
                if (!Directory.Exists(partial))
                    AtomicFile.CreateDirectory(partial);
            }

            // For an image they are written once more, with everything else that apt may know of it.
            if (image is null)
                arguments.AddRange([
                    "-o",
                    $"Dir::Etc::sourcelist={setting.PrivateSources}",
                    "-o",
                    "Dir::Etc::sourceparts=/dev/null",
                ]);
            arguments.AddRange([
                "-o",
                $"Dir::State::lists={setting.ListsDirectory}/",
                "-o",
                "Dir::Cache::pkgcache=",
                "-o",
                "Dir::Cache::srcpkgcache=",
            ]);
        }

        if (image is not null)
            environment["APT_CONFIG"] = image.Write();

        arguments.Add("update");
        return new Command("apt-get", arguments)
        {
            ExpectedExitCodes = [0, AptFailed],
            Environment = environment,
            Timeout = TimeSpan.FromMinutes(15),
        };
    }
}
