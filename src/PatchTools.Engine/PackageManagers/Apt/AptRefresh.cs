using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.State;

namespace PatchTools.PackageManagers.Apt;

/// <summary>The real <c>apt-get update</c>, waiting for whoever holds apt's lock, and honest about the repositories that failed.</summary>
internal sealed class AptRefresh(HostContext host, IProcessRunner runner, IRunObserver observer)
{
    private const int AptFailed = 100;
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Settings of a mounted image's apt.conf that an update of its lists follows. Everything else stays unread by apt: hooks and proxy finders of an image
    /// are commands, and would run on this host, as root.
    /// </summary>
    private static readonly string[] s_imageSettings =
    [
        "Acquire::Check-Date",
        "Acquire::Check-Valid-Until",
        "Acquire::Min-ValidTime",
        "Acquire::Max-ValidTime",
        "Acquire::AllowInsecureRepositories",
        "Acquire::AllowWeakRepositories",
        "Acquire::AllowDowngradeToInsecureRepositories",
        "Acquire::By-Hash",
        "Acquire::GzipIndexes",
        "Acquire::CompressionTypes",
        "Acquire::Languages",
        "Acquire::PDiffs",
        "Acquire::Retries",
        "Acquire::ForceIPv4",
        "Acquire::ForceIPv6",
        "Acquire::http::Proxy",
        "Acquire::https::Proxy",
        "Acquire::http::Timeout",
        "Acquire::https::Timeout",
    ];

    /// <param name="setting">What is refreshed.</param>
    /// <param name="request">Sources and patience.</param>
    /// <param name="cancellationToken">Stops waiting, and interrupts apt-get.</param>
    /// <returns>Repositories that failed, with apt's reason.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerBusy"/>; <see cref="PatchErrors.PackageManagerFailed"/>.</exception>
    public async Task<IReadOnlyDictionary<AptRepository, string>> RunAsync(
        AptSetting setting,
        InventoryRequest request,
        CancellationToken cancellationToken
    )
    {
        var lockPath = Path.Combine(setting.ListsDirectory, "lock");
        var since = host.Clock.GetTimestamp();
        var command = Command(setting, request);
        while (true)
        {
            await WaitForLockAsync(lockPath, since, request.LockTimeout, cancellationToken);
            observer.Progress("Refresh", "Asking the repositories (apt-get update)", 5);
            var result = await runner.RunAsync(command, cancellationToken);
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
                    $"apt-get update ended with {result.ExitCode}: {(output.Errors.Count > 0 ? string.Join(" / ", output.Errors) : "it said nothing")}",
                    result
                );
            if (host.Paths.IsImage)
                AptListLinks.Replace(setting);
            foreach (var (repository, reason) in output.Failures)
                observer.Warning($"{repository.Name}: {reason}");
            return output.Failures;
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

    private Command Command(AptSetting setting, InventoryRequest request)
    {
        // Without the first, a repository that cannot be reached is a warning and the exit code 0 (apt 2.1.8 and later know it).
        List<string> arguments = ["-q", "-o", "APT::Update::Error-Mode=any"];
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" };
        if (host.Variable("APT_CONFIG") is { } configuration)
            environment["APT_CONFIG"] = configuration;
        if (request.CustomSources is { } text)
        {
            // Neither the host's lists nor its caches may learn of sources that are not its own. Addresses may carry passwords.
            AtomicFile.Write(setting.PrivateSources!, Encoding.UTF8.GetBytes(text + "\n"), AtomicFile.PrivateFile);
            AtomicFile.CreateDirectory(Path.Combine(setting.ListsDirectory, "partial"));
            arguments.AddRange([
                "-o",
                $"Dir::Etc::sourcelist={setting.PrivateSources}",
                "-o",
                "Dir::Etc::sourceparts=/dev/null",
                "-o",
                $"Dir::State::lists={setting.ListsDirectory}/",
                "-o",
                "Dir::Cache::pkgcache=",
                "-o",
                "Dir::Cache::srcpkgcache=",
            ]);
        }

        if (host.Paths.Root != "/")
        {
            // Only at its own default place does apt make the folder itself.
            AtomicFile.CreateDirectory(Path.Combine(setting.ListsDirectory, "partial"));
            environment["APT_CONFIG"] = WriteImageConfiguration(setting);
        }

        arguments.Add("update");
        return new Command("apt-get", arguments)
        {
            ExpectedExitCodes = [0, AptFailed],
            Environment = environment,
            Timeout = TimeSpan.FromMinutes(15),
        };
    }

    /// <summary>
    /// Configuration of an update inside a mounted image. Keys that its sources name by absolute path are those of this host; where they are missing, the
    /// signature does not verify and the refresh fails.
    /// </summary>
    private string WriteImageConfiguration(AptSetting setting)
    {
        var root = Path.GetFullPath(host.Paths.Root);
        var text = new StringBuilder();
        Set("Dir", root + "/");
        Set("Dir::Etc::main", "/dev/null");
        Set("Dir::Etc::parts", "/dev/null");
        foreach (
            var (place, _) in setting
                .Configuration.Below("Dir::Etc")
                .Where(p => p.Name is not ("Dir::Etc" or "Dir::Etc::main" or "Dir::Etc::parts"))
        )
            Set(place, Path.GetFullPath(host.Paths.InRoot(setting.Configuration.FindFile(place))));

        Set("Dir::State::lists", Path.GetFullPath(setting.ListsDirectory) + "/");
        Set("Dir::State::status", Path.GetFullPath(setting.StatusFile));
        Set("Dir::Cache::pkgcache", "");
        Set("Dir::Cache::srcpkgcache", "");

        // The image's accounts are not this host's.
        Set("APT::Sandbox::User", "root");
        Set("APT::Architecture", setting.Architectures.Native);
        foreach (var architecture in setting.Architectures.Configured)
            Set("APT::Architectures::", architecture);
        foreach (var (name, value) in s_imageSettings.SelectMany(setting.Configuration.Below))
            Set(name, value);
        var path = Path.Combine(setting.PrivateDirectory, "image.conf");
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()), AtomicFile.PrivateFile);
        return path;

        void Set(string name, string value)
        {
            // apt.conf has no escape for it, and a setting left out would lead apt to this host's own files.
            if (value.Contains('"', StringComparison.Ordinal))
                throw new PatchToolsException(
                    PatchErrors.PackageManagerFailed,
                    $"{name} of {root} holds a quotation mark and cannot be given to apt-get.",
                    root
                );
            text.Append(CultureInfo.InvariantCulture, $"{name} \"{value}\";\n");
        }
    }
}
