using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// Where apt's things are on one host, and what its configuration says of them. All paths are this process's own, not
/// the image's.
/// </summary>
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

    /// <summary>File of the baseline's own sources; null when the host's are asked.</summary>
    public string? PrivateSources { get; init; }

    /// <summary>dpkg's database: <c>var/lib/dpkg</c>.</summary>
    public string AdminDirectory => Path.GetDirectoryName(StatusFile)!;

    /// <summary>Lists of a baseline's own sources: apart from the host's, which stay as they are.</summary>
    public static string PrivateLists(HostPaths paths) => Path.Combine(PrivatePlace(paths), "lists");

    /// <summary>
    /// The file that hands a baseline's own sources to apt, which tells the two forms apart by the ending.
    /// </summary>
    public static string PrivateSourcesFile(HostPaths paths, string text) =>
        Path.Combine(PrivatePlace(paths), AptSources.IsParagraphs(text) ? "baseline.sources" : "baseline.list");

    private static string PrivatePlace(HostPaths paths) => Path.Combine(paths.DataDirectory, "apt");

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageManagerNotFound"/>;
    /// <see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static AptSetting Read(HostContext host, InventoryRequest request)
    {
        var paths = host.Paths;
        var configuration = AptConfiguration.Read(host);
        var status = paths.InRoot(configuration.FindFile("Dir::State::status"));
        if (!HostFiles.Exists(status))
            throw new PatchToolsException(
                PatchErrors.PackageManagerNotFound,
                $"There is no dpkg status file {status}.",
                paths.Root
            );
        var architectures = ReadArchitectures(configuration, status);
        var privateDirectory = PrivatePlace(paths);
        var privateLists = PrivateLists(paths);
        var listsDirectory = paths.InRoot(configuration.FindFile("Dir::State::lists")).TrimEnd('/');
        string? privateSources = null;
        if (request.CustomSources is { } text)
        {
            // What an earlier refresh fetched for a baseline lies apart; without one the host may have the same
            // repositories.
            if (request.Refresh || HostFiles.DirectoryExists(privateLists))
                listsDirectory = privateLists;
            privateSources = PrivateSourcesFile(paths, text);
        }

        return new AptSetting
        {
            Configuration = configuration,
            Architectures = architectures,
            Sources = request.CustomSources is { } custom
                ? AptSources.ParseEither(custom, "the baseline's sources", architectures)
                : AptSources.Read(paths, configuration, architectures),
            StatusFile = status,
            ExtendedStatesFile = paths.InRoot(configuration.FindFile("Dir::State::extended_states")),
            ListsDirectory = listsDirectory,
            PrivateDirectory = privateDirectory,
            PrivateSources = privateSources,
        };
    }

    // amd64
    // i386
    /// <summary>
    /// dpkg has its own architecture compiled in. It is read from where dpkg leaves it: apt's configuration, the first
    /// line of dpkg's <c>arch</c>, the architecture of the package dpkg, and at last that of this process.
    /// </summary>
    private static AptArchitectures ReadArchitectures(AptConfiguration configuration, string status)
    {
        var file = Path.Combine(Path.GetDirectoryName(status)!, "arch");
        string[] known;
        try
        {
            known = HostFiles.Exists(file)
                ? AptFiles.ReadText(file, MaxSmallFileBytes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                : [];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{file} cannot be read: {e.Message}",
                file,
                e
            );
        }

        var native = NativeArchitecture(configuration, known, status);
        var wanted = configuration.FindList("APT::Architectures") is { Count: > 0 } listed ? listed : known.Skip(1);
        return new AptArchitectures(
            native,
            [.. wanted.Where(a => a.Length > 0 && a != native).Distinct(StringComparer.Ordinal).Prepend(native)]
        );
    }

    private static string NativeArchitecture(AptConfiguration configuration, string[] known, string status)
    {
        if (configuration.Find("APT::Architecture") is { Length: > 0 } configured)
            return configured;
        return known.Length > 0 ? known[0] : ArchitectureOfDpkg(status) ?? OfThisProcess();
    }

    private static string? ArchitectureOfDpkg(string status)
    {
        var sink = new DpkgArchitectureSink();
        using var stream = AptListFiles.OpenFile(status);
        StanzaReader.Read(stream, status, ref sink);
        return sink.Architecture;
    }

    private static string OfThisProcess() =>
        RuntimeInformation.OSArchitecture switch
        {
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "armhf",
            Architecture.X86 => "i386",
            Architecture.S390x => "s390x",
            Architecture.Ppc64le => "ppc64el",
            _ => "amd64",
        };

    private struct DpkgArchitectureSink : IStanzaSink
    {
        public static bool ReadsStatus => true;

        public string? Architecture { get; private set; }

        public void Add(in PackageStanza stanza)
        {
            if (stanza.Package.SequenceEqual("dpkg"u8))
                Architecture = Encoding.UTF8.GetString(stanza.Architecture);
        }
    }
}
