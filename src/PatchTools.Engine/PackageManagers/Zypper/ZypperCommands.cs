using System.Globalization;
using System.Text;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.State;

namespace PatchTools.PackageManagers.Zypper;

/// <summary>The command lines of zypper: options that hold for every call of one request, spelled out once.</summary>
internal sealed class ZypperCommands
{
    private readonly IReadOnlyList<string> _places;
    private readonly TimeSpan _lockTimeout;

    /// <param name="host">Whose.</param>
    /// <param name="customSources">Text of the baseline's own repositories; null for the host's.</param>
    /// <param name="lockTimeout">How long zypper waits for its lock.</param>
    public ZypperCommands(HostContext host, string? customSources, TimeSpan lockTimeout)
    {
        _places = Places(host, customSources);
        _lockTimeout = lockTimeout;
    }

    /// <summary>Cache of a baseline's own sources: apart from the host's, which stays as it is.</summary>
    public static string PrivateCache(HostContext host) => Path.Combine(host.Paths.DataDirectory, "zypper-cache");

    private static string PrivateSources(HostContext host) => Path.Combine(host.Paths.DataDirectory, "zypper-sources");

    /// <summary>Asks every enabled repository, however young its metadata is. <c>--non-interactive</c> answers no to every key that the host does not trust.</summary>
    public Command Refresh() => Query(["refresh"]) with { Timeout = TimeSpan.FromMinutes(15) };

    private Command Query(IEnumerable<string> arguments) => new("zypper", [.. _places, "--non-interactive", "--xmlout", .. arguments])
    {
        ExpectedExitCodes = ZypperExitCode.All,
        Environment = Unattended(),
    };

    /// <summary>zypper waits for its lock itself; agents start their children with little.</summary>
    private Dictionary<string, string> Unattended() => new(StringComparer.Ordinal)
    {
        ["ZYPP_LOCK_TIMEOUT"] = Math.Max(0, (int)_lockTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    };

    /// <summary>
    /// Which root, repositories and caches. A baseline's own sources live in PatchTools' directory and are named on the command line, so that nothing has to be
    /// put back, whatever happens (spec 12 §1).
    /// </summary>
    private static List<string> Places(HostContext host, string? customSources)
    {
        List<string> options = [];
        if (host.Paths.Root != "/")
            options.AddRange(["--root", host.Paths.Root]);
        if (customSources is null)
            return options;
        var sources = PrivateSources(host);
        AtomicFile.CreateDirectory(sources);

        // Addresses may carry passwords.
        AtomicFile.Write(Path.Combine(sources, "baseline.repo"), Encoding.UTF8.GetBytes(customSources + "\n"), AtomicFile.PrivateFile);
        options.AddRange(["--reposd-dir", sources, "--cache-dir", PrivateCache(host)]);
        return options;
    }
}
