using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Asks the repositories by the real <c>apt-get update</c>, waiting for whoever holds the lock of apt's lists.</summary>
internal sealed class AptRefresh(HostContext host, IProcessRunner runner, IRunObserver observer)
{
    private const int AptFailed = 100;
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromSeconds(1);

    /// <param name="setting">What is refreshed.</param>
    /// <param name="lockTimeout">How long to wait for the lock.</param>
    /// <param name="cancellationToken">Stops waiting, and interrupts apt-get.</param>
    /// <returns>Repositories that failed, with apt's reason.</returns>
    /// <exception cref="PatchToolsException">Not root; the lock is held for too long; apt-get did nothing at all.</exception>
    public async Task<IReadOnlyDictionary<AptRepository, string>> RunAsync(AptSetting setting, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        if (!host.IsRoot)
            throw new PatchToolsException(PatchErrors.ElevationRequired, "Refreshing apt's package lists needs root.", setting.ListsDirectory);
        Directory.CreateDirectory(Path.Combine(setting.ListsDirectory, "partial"));
        var command = Command(setting);
        var lockFile = Path.Combine(setting.ListsDirectory, "lock");
        var deadline = host.Clock.GetUtcNow() + lockTimeout;
        while (true)
        {
            await WaitForLockAsync(lockFile, deadline, lockTimeout, cancellationToken);
            observer.Progress("Refresh", "apt-get update", -1);
            var result = await runner.RunAsync(command, cancellationToken);
            var output = AptUpdateOutput.Parse(result.StandardOutput, result.StandardError, setting.Sources.Repositories);
            // Somebody else took the lock between the look and the start.
            if (output.Errors.Any(e => e.StartsWith("Could not get lock", StringComparison.Ordinal)) && ListsLock.HolderOf(lockFile, host.Paths.ProcDirectory) is not null)
                continue;
            if (result.ExitCode != 0 && output.Failures.Count == 0)
                throw new CommandFailedException(PatchErrors.PackageManagerFailed, command, $"'{command}' ended with exit code {result.ExitCode}: {(output.Errors.Count > 0 ? string.Join(" / ", output.Errors) : "it gave no reason")}", result);
            return output.Failures;
        }
    }

    private async Task WaitForLockAsync(string lockFile, DateTimeOffset deadline, TimeSpan lockTimeout, CancellationToken cancellationToken)
    {
        LockHolder? last = null;
        while (ListsLock.HolderOf(lockFile, host.Paths.ProcDirectory) is { } holder)
        {
            var now = host.Clock.GetUtcNow();
            if (now >= deadline)
                throw new PatchToolsException(PatchErrors.PackageManagerBusy, string.Create(CultureInfo.InvariantCulture, $"apt's package lists are locked by {holder}; waited {lockTimeout.TotalSeconds:0} seconds for {lockFile}."), holder.ProcessId);
            observer.Progress("Refresh", $"waiting for {holder}, which holds apt's package lists", -1);
            if (holder != last)
                observer.Verbose($"Waiting for {holder}, which holds {lockFile}.");
            last = holder;
            var pause = deadline - now < s_pollInterval ? deadline - now : s_pollInterval;
            await Task.Delay(pause, host.Clock, cancellationToken);
        }
    }

    private Command Command(AptSetting setting)
    {
        var arguments = new List<string> { "-q", "-o", "APT::Update::Error-Mode=any" };
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" };
        if (setting.PrivateSources is { } sources)
        {
            // Neither the host's lists nor its caches may learn of sources that are not its own.
            arguments.AddRange(["-o", $"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=/dev/null", "-o", $"Dir::State::lists={setting.ListsDirectory}/", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]);
        }

        if (host.Paths.Root != "/")
            environment["APT_CONFIG"] = WriteImageConfiguration(setting);
        arguments.Add("update");
        return new Command("apt-get", arguments) { Environment = environment, ExpectedExitCodes = [0, AptFailed], Timeout = TimeSpan.FromMinutes(30) };
    }

    /// <summary>
    /// Configuration of an update inside a mounted image. The image's own <c>apt.conf</c> must not be read: it may name hooks, which would run on this host,
    /// as root. Keys that its sources name by absolute path are those of this host; where they are missing, the signature does not verify and the refresh fails.
    /// </summary>
    private string WriteImageConfiguration(AptSetting setting)
    {
        var root = Path.GetFullPath(host.Paths.Root);
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"Dir \"{root}/\";\n")
            .Append("Dir::Etc::main \"/dev/null\";\nDir::Etc::parts \"/dev/null\";\n")
            .Append(CultureInfo.InvariantCulture, $"Dir::State::lists \"{Path.GetFullPath(setting.ListsDirectory)}/\";\n")
            .Append(CultureInfo.InvariantCulture, $"Dir::State::status \"{Path.GetFullPath(setting.StatusFile)}\";\n")
            .Append("Dir::Cache::pkgcache \"\";\nDir::Cache::srcpkgcache \"\";\n")
            // The image's accounts are not this host's.
            .Append("APT::Sandbox::User \"root\";\n")
            .Append(CultureInfo.InvariantCulture, $"APT::Architecture \"{setting.Architectures.Native}\";\n");
        foreach (var architecture in setting.Architectures.Configured)
            text.Append(CultureInfo.InvariantCulture, $"APT::Architectures:: \"{architecture}\";\n");
        var path = Path.Combine(setting.PrivateDirectory, "image.conf");
        Directory.CreateDirectory(setting.PrivateDirectory);
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
