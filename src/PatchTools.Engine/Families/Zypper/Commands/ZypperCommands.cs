using System.Globalization;
using System.Text;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Commands;

/// <summary>The command lines of zypper: options that hold for every call of one request, spelled out once.</summary>
internal sealed class ZypperCommands
{
    private readonly IReadOnlyList<string> _places;
    private readonly TimeSpan _lockTimeout;

    /// <param name="host">Whose.</param>
    /// <param name="customSources">Text of the baseline's own repositories; null for the host's.</param>
    /// <param name="hasPrivateCache">Their metadata is in <see cref="PrivateCache"/>, or is to be fetched into
    /// it.</param>
    /// <param name="lockTimeout">How long zypper waits for its lock.</param>
    public ZypperCommands(HostContext host, string? customSources, bool hasPrivateCache, TimeSpan lockTimeout)
    {
        _places = Places(host, customSources, hasPrivateCache);
        _lockTimeout = lockTimeout;
    }

    public ZypperCommands(HostContext host, InstallRequest request, TimeSpan lockTimeout)
        : this(host, request.CustomSources, HostFiles.DirectoryExists(PrivateCache(host)), lockTimeout) { }

    /// <summary>Cache of a baseline's own sources: apart from the host's, which stays as it is.</summary>
    public static string PrivateCache(HostContext host) =>
        System.IO.Path.Combine(host.Paths.DataDirectory, "zypper-cache");

    private static string PrivateSources(HostContext host) =>
        System.IO.Path.Combine(host.Paths.DataDirectory, "zypper-sources");

    /// <summary>
    /// Asks every enabled repository, however young its metadata is. <c>--non-interactive</c> answers no to every key
    /// that the host does not trust.
    /// </summary>
    public Command Refresh() => Query(["refresh"]) with { Timeout = TimeSpan.FromMinutes(15) };

    /// <summary>The same for an image, whose own configuration zypper never reads.</summary>
    /// <param name="options">Which root, repositories and caches.</param>
    /// <param name="settings">Path of a <c>zypp.conf</c>.</param>
    /// <param name="lockTimeout">How long zypper waits for its lock.</param>
    public static Command RefreshImage(IReadOnlyList<string> options, string settings, TimeSpan lockTimeout) =>
        new("zypper", [.. options, "--non-interactive", "--xmlout", "refresh"])
        {
            ExpectedExitCodes = ZypperExitCode.All,
            Environment = Unattended(settings, lockTimeout),
            Timeout = TimeSpan.FromMinutes(15),
        };

    /// <summary>
    /// Asks the resolver; changes nothing. Only what is in the cache: the plan is made of what the inventory was read
    /// from.
    /// </summary>
    /// <param name="wanted">Exact versions.</param>
    /// <param name="settings">Path of another <c>zypp.conf</c>; null for the host's.</param>
    public Command Plan(IEnumerable<PatchTarget> wanted, string? settings)
    {
        var query = Query(["--no-refresh", .. Install(wanted, isDryRun: true)]);
        return query with { Environment = Unattended(settings) };
    }

    /// <summary>The transaction itself, in words for its log.</summary>
    public Command Install(IEnumerable<PatchTarget> wanted, string? settings, TransactionFiles files) =>
        new("zypper", [.. _places, "--non-interactive", "--no-refresh", .. Install(wanted, isDryRun: false)])
        {
            ExpectedExitCodes = ZypperExitCode.All,
            Environment = Unattended(settings),
            Interruptible = false,
            LogPath = files.LogPath,
            Timeout = TimeSpan.FromHours(1),
        };

    /// <summary>
    /// Takes away what an interrupted transaction was about to remove; nothing can need it while the newer version is
    /// there.
    /// </summary>
    public static Command Erase(IEnumerable<string> versions, TransactionFiles files) =>
        new("rpm", ["-e", "--nodeps", "--", .. versions])
        {
            ExpectedExitCodes = ZypperExitCode.All,
            Interruptible = false,
            LogPath = files.LogPath,
            Timeout = TimeSpan.FromHours(1),
        };

    /// <summary>A version as zypper takes it, <c>name.arch=[epoch:]version-release</c>.</summary>
    public static string Spec(string name, string architecture, string edition) => $"{name}.{architecture}={edition}";

    /// <summary>
    /// Exactly what is asked for or nothing, however the host is configured: by name only, never what else provides it;
    /// nothing that is merely recommended; no forced way out of a conflict. An approval is an instruction, so licences
    /// are agreed to (reference 12 §9).
    /// </summary>
    private static IEnumerable<string> Install(IEnumerable<PatchTarget> wanted, bool isDryRun) =>
        [
            "install",
            .. isDryRun ? (string[])["--dry-run"] : [],
            "--name",
            "--no-recommends",
            "--no-force-resolution",
            "--auto-agree-with-licenses",
            "--",
            .. wanted.Select(t => Spec(t.Name, t.Architecture, t.Edition)),
        ];

    private Command Query(IEnumerable<string> arguments) =>
        new("zypper", [.. _places, "--non-interactive", "--xmlout", .. arguments])
        {
            ExpectedExitCodes = ZypperExitCode.All,
            Environment = Unattended(null),
        };

    /// <summary>zypper waits for its lock itself.</summary>
    private Dictionary<string, string> Unattended(string? settings) => Unattended(settings, _lockTimeout);

    private static Dictionary<string, string> Unattended(string? settings, TimeSpan lockTimeout)
    {
        Dictionary<string, string> environment = new(StringComparer.Ordinal)
        {
            ["ZYPP_LOCK_TIMEOUT"] = Math.Max(0, (int)lockTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture),
        };
        if (settings is not null)
            environment["ZYPP_CONF"] = settings;
        return environment;
    }

    /// <summary>
    /// Which root, repositories and caches. A baseline's own sources live in PatchTools' directory and are named on the
    /// command line, so that nothing has to be put back, whatever happens (reference 12 §1).
    /// </summary>
    private static List<string> Places(HostContext host, string? customSources, bool hasPrivateCache)
    {
        List<string> options = [];
        if (host.Paths.Root != "/")
            options.AddRange(["--root", host.Paths.Root]);
        if (customSources is null)
            return options;
        var sources = PrivateSources(host);
        AtomicFile.CreateDirectory(sources);

        // Addresses may carry passwords.
        AtomicFile.Write(
            System.IO.Path.Combine(sources, "baseline.repo"),
            Encoding.UTF8.GetBytes(customSources + "\n"),
            AtomicFile.PrivateFile
        );
        options.AddRange(["--reposd-dir", sources]);
        if (hasPrivateCache)
            options.AddRange(["--cache-dir", PrivateCache(host)]);
        return options;
    }
}
