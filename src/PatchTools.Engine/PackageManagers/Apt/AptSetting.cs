using PatchTools.Errors;
using PatchTools.Hosts;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Where apt's things are on one host, and what its configuration says of them. All paths are this process's own, not the image's.</summary>
internal sealed record AptSetting
{
    private const int MaxSmallFileBytes = 1 << 20;

    public required AptConfiguration Configuration { get; init; }

    public required AptArchitectures Architectures { get; init; }

    public required AptSources Sources { get; init; }

    public required string StatusFile { get; init; }

    public required string ExtendedStatesFile { get; init; }

    public required string ListsDirectory { get; init; }

    /// <summary>Below <see cref="HostPaths.DataDirectory"/>: sources and lists that are not the host's own.</summary>
    public required string PrivateDirectory { get; init; }

    /// <summary>File of custom sources whose lists are private; null when the host's own lists are read.</summary>
    public string? PrivateSources { get; init; }

    /// <summary>dpkg's database: <c>var/lib/dpkg</c>.</summary>
    public string AdminDirectory => Path.GetDirectoryName(StatusFile)!;

    public static AptSetting Read(HostContext host, InventoryRequest request)
    {
        var paths = host.Paths;
        var configuration = AptConfiguration.Read(host);
        var status = paths.InRoot(configuration.FindFile("Dir::State::status"));
        var architectures = ReadArchitectures(configuration, status);
        var privateDirectory = Path.Combine(paths.DataDirectory, "apt");
        var listsDirectory = paths.InRoot(configuration.FindFile("Dir::State::lists")).TrimEnd('/');
        string? privateSources = null;
        if (request is { CustomSources: not null, Refresh: true })
        {
            privateSources = Path.Combine(privateDirectory, "sources.list");
            listsDirectory = Path.Combine(privateDirectory, "lists");
            WritePrivateSources(privateSources, request.CustomSources);
        }

        return new AptSetting
        {
            Configuration = configuration,
            Architectures = architectures,
            Sources = request.CustomSources is { } text ? AptSources.Parse(text, "custom sources", architectures) : AptSources.Read(paths, configuration, architectures),
            StatusFile = status,
            ExtendedStatesFile = paths.InRoot(configuration.FindFile("Dir::State::extended_states")),
            ListsDirectory = listsDirectory,
            PrivateDirectory = privateDirectory,
            PrivateSources = privateSources,
        };
    }

    /// <summary>
    /// dpkg has its own architecture compiled in. It is read from where dpkg leaves it: apt's configuration, the first line of dpkg's <c>arch</c>, the architecture of
    /// the package dpkg, and at last the one that most packages have.
    /// </summary>
    internal static AptArchitectures ReadArchitectures(AptConfiguration configuration, string statusFile)
    {
        var archFile = Path.Combine(Path.GetDirectoryName(statusFile)!, "arch");
        string[] known = File.Exists(archFile) ? AptFiles.ReadText(archFile, MaxSmallFileBytes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
        var native = configuration.Find("APT::Architecture") is { Length: > 0 } configured ? configured
            : known.Length > 0 ? known[0]
            : StatusArchitectures.NativeOf(statusFile);
        var wanted = configuration.FindList("APT::Architectures") is { Count: > 0 } listed ? listed : known;
        return new AptArchitectures(native, [.. wanted.Where(a => a.Length > 0 && a != native).Distinct().Prepend(native)]);
    }

    private static void WritePrivateSources(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text.EndsWith('\n') ? text : text + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.StateUnwritable, $"The baseline's custom sources cannot be written to {path}: {e.Message}", path, e);
        }
    }

    /// <summary>Looks through a status file for the host's own architecture.</summary>
    private sealed class StatusArchitectures : StanzaScanner
    {
        private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
        private string? _dpkg;

        public static string NativeOf(string statusFile)
        {
            var scanner = new StatusArchitectures();
            if (File.Exists(statusFile))
            {
                using var stream = File.OpenRead(statusFile);
                scanner.Run(stream, CancellationToken.None);
            }

            return scanner._dpkg ?? scanner._counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).FirstOrDefault().Key ?? OfThisProcess();
        }

        protected override void OnStanza(long offset)
        {
            var architecture = TextOf(StanzaField.Architecture);
            if (architecture is "" or "all")
                return;
            _counts[architecture] = _counts.GetValueOrDefault(architecture) + 1;
            if (Field(StanzaField.Package).SequenceEqual("dpkg"u8))
                _dpkg = architecture;
        }

        private static string OfThisProcess() => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.X86 => "i386",
            System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
            System.Runtime.InteropServices.Architecture.Arm => "armhf",
            System.Runtime.InteropServices.Architecture.S390x => "s390x",
            System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64el",
            var other => other.ToString().ToLowerInvariant(),
        };
    }
}
