using System.Text;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Dnf.Commands;

/// <summary>
/// The command lines of dnf and yum: options that hold for every call of one request, spelled out once.
/// </summary>
internal sealed class DnfCommands
{
    /// <summary>ASCII's own separators, as <see cref="PatchTools.Families.Rpm.Reading.RpmQuery"/> has them.</summary>
    public const char Record = '\u001e';

    public const char Field = '\u001f';

    private static readonly Dictionary<string, string> s_unattended = new(StringComparer.Ordinal)
    {
        // Each line when it is written, not when a buffer is full.
        ["PYTHONUNBUFFERED"] = "1",

        // dnf 5's table (libsmartcols) fits itself into as many.
        ["COLUMNS"] = "4096",

        // dnf 5 cuts its messages where a terminal of 80 columns ends, also in a file: addresses and package names with
        // them. The second is its older name.
        ["DNF5_FORCE_COLUMNS"] = "500",
        ["FORCE_COLUMNS"] = "500",
    };

    private readonly DnfTool _tool;
    private readonly IReadOnlyList<string> _places;

    public DnfCommands(HostContext host, DnfTool tool, InstallRequest request)
    {
        _tool = tool;
        _places = Places(
            host,
            tool,
            request.CustomSources,
            request.CustomSources is not null && HostFiles.DirectoryExists(PrivateCache(host))
                ? PrivateCache(host)
                : null
        );
    }

    /// <summary>Cache of a baseline's own sources: apart from the host's, which stays as it is.</summary>
    public static string PrivateCache(HostContext host) => Path.Combine(host.Paths.DataDirectory, "dnf-cache");

    /// <summary>What every call of the tools finds in its environment.</summary>
    public static IReadOnlyDictionary<string, string> Unattended => s_unattended;

    /// <summary>
    /// Which root, repositories and cache. A baseline's own sources live in PatchTools' directory and are named on the
    /// command line, so that nothing has to be put back, whatever happens (reference 14 §6).
    /// </summary>
    /// <param name="host">Of which root.</param>
    /// <param name="tool">Whose options.</param>
    /// <param name="customSources">Text of <c>.repo</c> files that stand for the host's own.</param>
    /// <param name="cache">Absolute path of the cache; null for the tool's own.</param>
    public static IReadOnlyList<string> Places(HostContext host, DnfTool tool, string? customSources, string? cache)
    {
        List<string> options = [];
        if (host.Paths.Root != "/")
            options.Add($"--installroot={host.Paths.Root}");
        if (customSources is { } text)
        {
            // Addresses may carry passwords.
            var sources = Path.Combine(host.Paths.DataDirectory, "dnf-sources");
            AtomicFile.CreateDirectory(sources);
            AtomicFile.Write(
                Path.Combine(sources, "baseline.repo"),
                Encoding.UTF8.GetBytes(text + "\n"),
                AtomicFile.PrivateFile
            );
            options.Add($"--setopt=reposdir={sources}");
        }

        if (cache is not null)
            options.Add($"--setopt={tool.CacheOption}={cache}");

        // Every repository may fail alone, or the first dead one would keep the others from being asked.
        options.Add("--setopt=*.skip_if_unavailable=1");
        return options;
    }

    /// <summary>
    /// Asks the resolver; changes nothing. What it would do comes as one line for each package from dnf 4 (its debug
    /// level 6 says what its table says, and never wraps) and yum 3 (at its usual one), and as a table from dnf 5,
    /// which never wraps either where it is not written to a terminal. Its <c>--store</c> is no way to a plan: it
    /// fetches every package first, and with <c>-C</c> fails. Only what is in the cache: the plan is made of what the
    /// inventory was read from.
    /// </summary>
    public Command Plan(IEnumerable<string> wanted, IEnumerable<string> excluded) =>
        new(
            _tool.Command,
            [
                .. _places,
                "-C",
                "--setopt=exit_on_lock=1",
                "--assumeno",
                .. _tool.SayChanges,
                .. Resolver(excluded),
                _tool.InstallVerb,
                .. wanted,
            ]
        )
        {
            ExpectedExitCodes = [DnfExitCode.Done, DnfExitCode.Failed, DnfExitCode.LockHeld],
            Environment = s_unattended,
            EndsForLock = true,
        };

    /// <summary>
    /// Download and installed sizes in bytes, and the repository, of versions that are offered. dnf only.
    /// </summary>
    public Command Sizes(IEnumerable<string> versions) =>
        new(
            _tool.Command,
            [
                .. _places,
                "-C",
                "-q",
                "repoquery",
                "--queryformat",
                string.Join(
                    Field,
                    "%{name}",
                    "%{arch}",
                    "%{epoch}",
                    "%{version}",
                    "%{release}",
                    "%{downloadsize}",
                    "%{installsize}",
                    "%{repoid}"
                ) + Record,
                .. versions,
            ]
        )
        {
            Environment = s_unattended,
            EndsForLock = true,
            ExpectedExitCodes = [DnfExitCode.Done, DnfExitCode.Failed],
        };

    /// <summary>
    /// The transaction itself. <c>-y</c> also imports a key that a repository's own <c>gpgkey</c> names, when a package
    /// is first signed by it: the administrator has named it there, and without it nothing of that repository could
    /// ever be installed unattended (the reference does the same).
    /// </summary>
    public Command Install(IEnumerable<string> wanted, IEnumerable<string> excluded, TransactionFiles files) =>
        new(
            _tool.Command,
            [
                .. _places,
                "-y",
                "--setopt=exit_on_lock=1",
                // The repositories' lists as the plan saw them; only packages are fetched.
                "--setopt=*.metadata_expire=-1",
                .. Resolver(excluded),
                _tool.InstallVerb,
                .. wanted,
            ]
        )
        {
            ExpectedExitCodes = [.. Enumerable.Range(-1, 257)],
            Environment = s_unattended,
            EndsForLock = true,
            Interruptible = false,
            LogPath = files.LogPath,
            Timeout = TimeSpan.FromHours(1),
        };

    /// <summary>
    /// Finishes what an interrupted transaction had left to do: takes the older of two versions away, as its last part
    /// would have.
    /// </summary>
    public static Command Erase(IEnumerable<string> versions, TransactionFiles files) =>
        new("rpm", ["-e", "--nodeps", "--", .. versions])
        {
            ExpectedExitCodes = [.. Enumerable.Range(-1, 257)],
            Environment = s_unattended,
            Interruptible = false,
            LogPath = files.LogPath,
            Timeout = TimeSpan.FromHours(1),
        };

    /// <summary>A version as dnf and yum take it, <c>name-epoch:version-release.arch</c>.</summary>
    public static string Spec(string name, string architecture, string edition) =>
        $"{name}-{(edition.Contains(':', StringComparison.Ordinal) ? "" : "0:")}{edition}.{architecture}";

    /// <summary>
    /// Exactly what is asked for or nothing, however the host is configured: what cannot be had is to be named, not
    /// passed over.
    /// </summary>
    private IEnumerable<string> Resolver(IEnumerable<string> excluded) =>
        [.. _tool.AllOrNothing, .. excluded.Select(e => $"--exclude={e}")];
}
