using System.Globalization;
using System.Text;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Commands;

/// <summary>
/// The command lines of apt and dpkg: options that hold for every call of one request, spelled out once.
/// </summary>
internal sealed class AptCommands
{
    /// <summary>
    /// No question, from nobody: debconf, apt-listchanges, needrestart (which only lists what it would restart).
    /// </summary>
    private static readonly Dictionary<string, string> s_unattended = new(StringComparer.Ordinal)
    {
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["DEBCONF_NONINTERACTIVE_SEEN"] = "true",
        ["APT_LISTCHANGES_FRONTEND"] = "none",
        ["APT_LISTBUGS_FRONTEND"] = "none",
        ["NEEDRESTART_MODE"] = "l",
        ["NEEDRESTART_SUSPEND"] = "1",
    };

    /// <summary>An approval is an instruction: phasing is shown, not obeyed (design §4).</summary>
    private static readonly string[] s_resolver = ["-o", "APT::Get::Always-Include-Phased-Updates=true"];

    private readonly IReadOnlyList<string> _places;

    public AptCommands(HostContext host, InstallRequest request) => _places = Places(host, request);

    /// <summary>
    /// Asks the resolver; changes nothing. <c>-y</c> makes apt refuse by itself what nobody may accept: Essential
    /// packages removed, held ones changed, downgrades.
    /// </summary>
    public Command Simulate(IEnumerable<string> wanted) =>
        Query(["-q", "-y", "--simulate", .. s_resolver, "install", "--", .. wanted]);

    /// <summary>How apt would put an inconsistent database right. It answers only when no package is named.</summary>
    public Command SimulateRepair() => Query(["-q", "-y", "--simulate", .. s_resolver, "--fix-broken", "install"]);

    /// <summary>What would be downloaded, one address a line, and the sizes as apt rounds them.</summary>
    public Command PrintUris(IEnumerable<string> wanted) =>
        Query(["-q", "-y", "--print-uris", .. s_resolver, "install", "--", .. wanted]);

    /// <summary>The stanzas of versions that are not installed.</summary>
    public Command Show(IEnumerable<string> versions) =>
        new("apt-cache", [.. _places, "show", "--", .. versions])
        {
            Environment = s_unattended,
            Timeout = TimeSpan.FromMinutes(5),
        };

    /// <summary>
    /// The transaction itself. Conffiles the administrator changed are kept. <c>--no-remove</c> holds apt to a plan
    /// without removals, should the host have changed since.
    /// </summary>
    /// <param name="wanted">As for <see cref="Simulate"/>.</param>
    /// <param name="options">dpkg's options, from <see cref="ConffileOptions"/>.</param>
    /// <param name="mayRemove">The plan holds removals.</param>
    /// <param name="files">Where output and progress go.</param>
    /// <param name="lockTimeout">How long apt itself (1.9.11 and later) waits for a lock that was taken at the last
    /// moment.</param>
    public Command Install(
        IEnumerable<string> wanted,
        IReadOnlyList<string> options,
        bool mayRemove,
        TransactionFiles files,
        TimeSpan lockTimeout
    ) =>
        Transaction(
            "apt-get",
            [
                .. _places,
                "-q",
                "-y",
                .. s_resolver,
                "-o",
                string.Create(CultureInfo.InvariantCulture, $"APT::Status-Fd={Command.StatusDescriptor}"),
                "-o",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"DPkg::Lock::Timeout={Math.Max(1, (int)lockTimeout.TotalSeconds)}"
                ),
                "-o",
                "Acquire::Retries=3",
                .. options.SelectMany(o => (string[])["-o", $"Dpkg::Options::={o}"]),
                .. mayRemove ? (string[])[] : ["--no-remove"],
                "install",
                "--",
                .. wanted,
            ],
            files
        );

    /// <summary>Configures whatever was left unpacked.</summary>
    public static Command ConfigureAll(IReadOnlyList<string> options, TransactionFiles files) =>
        Transaction("dpkg", [.. options, "--configure", "-a"], files);

    /// <summary>Marks packages as installed only because others need them.</summary>
    public static Command MarkAutomatic(IEnumerable<string> packages, TransactionFiles files) =>
        Transaction("apt-mark", ["auto", "--", .. packages], files);

    /// <summary>What the host's own configuration says of dpkg's options.</summary>
    public static Command DumpDpkgOptions() =>
        new("apt-config", ["dump", "DPkg::Options"]) { ExpectedExitCodes = [0, 1, 100] };

    // DPkg::Options "";
    // DPkg::Options:: "--force-confnew";
    /// <summary>
    /// The administrator's conffiles are kept, and no question asked, unless apt's configuration has options of its own
    /// (reference 09 §7.3).
    /// </summary>
    public static IReadOnlyList<string> ConffileOptions(string dump) =>
        dump.Contains("DPkg::Options:: ", StringComparison.OrdinalIgnoreCase)
            ? []
            : ["--force-confdef", "--force-confold"];

    private static Command Transaction(string tool, IReadOnlyList<string> arguments, TransactionFiles files) =>
        new(tool, arguments)
        {
            ExpectedExitCodes = [.. Enumerable.Range(-1, 257)],
            Environment = s_unattended,
            Interruptible = false,
            LogPath = files.LogPath,
            StatusPath = files.StatusPath,
            Timeout = TimeSpan.FromHours(1),
        };

    private Command Query(IEnumerable<string> arguments) =>
        new("apt-get", [.. _places, .. arguments])
        {
            ExpectedExitCodes = [0, 1, 100],
            Environment = s_unattended,
            Timeout = TimeSpan.FromMinutes(10),
        };

    /// <summary>
    /// Which root, sources, lists and caches. A baseline's own sources live in PatchTools' directory and are named on
    /// the command line, so that nothing has to be put back, whatever happens (reference 09 §8).
    /// </summary>
    private static List<string> Places(HostContext host, InstallRequest request)
    {
        List<string> options = [];
        var root = host.Paths.Root;
        if (root != "/")
        {
            options.AddRange([
                "-o",
                $"Dir={root}",
                "-o",
                $"Dir::State::status={DpkgStatus.PathIn(root)}",
                "-o",
                $"Dir::Etc::trustedparts={Path.Combine(root, "etc/apt/trusted.gpg.d")}",
            ]);
            options.AddRange([
                "-o",
                $"APT::Architecture={request.Inventory.Packages.NativeArchitecture}",
                "-o",
                "Dir::Cache::pkgcache=",
                "-o",
                "Dir::Cache::srcpkgcache=",
            ]);
        }

        if (request.CustomSources is { } text)
        {
            var paths = host.Paths;
            var sources = AptSetting.PrivateSourcesFile(paths, text);

            // Addresses may carry passwords.
            AtomicFile.Write(sources, Encoding.UTF8.GetBytes(text + "\n"), AtomicFile.PrivateFile);
            options.AddRange(["-o", $"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=/dev/null"]);
            if (HostFiles.DirectoryExists(AptSetting.PrivateLists(paths)))
                options.AddRange(["-o", $"Dir::State::lists={AptSetting.PrivateLists(paths)}/"]);
            options.AddRange(["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]);
        }

        return options;
    }
}
