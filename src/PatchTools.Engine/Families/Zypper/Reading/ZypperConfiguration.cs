using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// What zypper's own files say: <c>zypp.conf</c>, vendors, the administrator's locks, and every enabled repository in
/// the order of the files.
/// </summary>
internal sealed record ZypperConfiguration
{
    private readonly string _root;

    private ZypperConfiguration(string root, IniSection main, string mainFile)
    {
        _root = root;
        Main = main;
        MainFile = mainFile;
    }

    public IniSection Main { get; }

    /// <summary>The file that holds the main section, whether it is there or not.</summary>
    public string MainFile { get; }

    public IReadOnlyList<ZypperRepository> Repositories { get; private init; } = [];

    public ZypperVendors Vendors { get; private init; } = new([]);

    /// <summary>The administrator's locks count.</summary>
    public bool AppliesLocks => Main.Flag("locksfile.apply") ?? true;

    public PackageLocks Locks { get; private init; } = PackageLocks.None;

    /// <summary>The administrator lets updates change a package's vendor.</summary>
    public bool AllowsVendorChange => Main.Flag("solver.allowVendorChange") ?? false;

    /// <summary>Where the metadata of repositories lies as they published it.</summary>
    public string MetadataDirectory => InRoot(Main["metadatadir"] ?? $"{CacheDirectory}/raw");

    /// <summary>Where packages are downloaded to.</summary>
    public string PackagesDirectory => InRoot(Main["packagesdir"] ?? $"{CacheDirectory}/packages");

    public string LocksFile => InRoot(Main["locksfile.path"] ?? $"{ConfigurationDirectory}/locks");

    private string CacheDirectory => Main["cachedir"] ?? "/var/cache/zypp";

    private string ConfigurationDirectory => Main["configdir"] ?? "/etc/zypp";

    /// <param name="root">Of the host.</param>
    /// <param name="customSources">Text of <c>.repo</c> files that stand for the host's own.</param>
    /// <param name="warnings">What cannot be told is named here.</param>
    /// <exception cref="Errors.PatchToolsException">
    /// <see cref="Errors.PatchErrors.PackageDatabaseUnreadable"/>.
    /// </exception>
    public static ZypperConfiguration Read(string root, string? customSources, List<string> warnings)
    {
        var (main, file) = ReadMain(root);
        var configuration = new ZypperConfiguration(root, main, file);
        return configuration with
        {
            Repositories = configuration.ReadRepositories(customSources, warnings),
            Vendors = ZypperVendors.Read(
                configuration.InRoot(main["vendordir"] ?? $"{configuration.ConfigurationDirectory}/vendors.d")
            ),
            Locks = configuration.AppliesLocks
                ? PackageLocks.Read(configuration.LocksFile, warnings)
                : PackageLocks.None,
        };
    }

    /// <summary>
    /// The distribution keeps its own file below <c>/usr/etc</c> where it is new enough; the administrator's snippets
    /// win.
    /// </summary>
    private static (IniSection Main, string File) ReadMain(string root)
    {
        var main = new IniSection("main");
        var own = Path.Combine(root, "etc/zypp/zypp.conf");
        var vendors = Path.Combine(root, "usr/etc/zypp/zypp.conf");
        var file = !HostFiles.Exists(own) && HostFiles.Exists(vendors) ? vendors : own;
        foreach (var path in FilesOf(Path.Combine(root, "etc/zypp/zypp.conf.d"), "*.conf").Prepend(file))
        {
            foreach (var section in IniFile.Read(path).Where(s => s.Name == "main"))
                main.Overlay(section);
        }

        return (main, file);
    }

    private List<ZypperRepository> ReadRepositories(string? customSources, List<string> warnings)
    {
        var folder = InRoot(Main["reposdir"] ?? $"{ConfigurationDirectory}/repos.d");
        IEnumerable<(string File, IReadOnlyList<IniSection> Sections)> sources = customSources is not null
            ? [("the baseline's sources", IniFile.Parse(customSources))]
            : FilesOf(folder, "*.repo").Select(f => (f, IniFile.Read(f)));
        List<ZypperRepository> repositories = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (var (file, sections) in sources)
        {
            foreach (var section in sections)
            {
                if (!known.Add(section.Name))
                    warnings.Add(
                        $"Repository {section.Name} is defined more than once; what {file} says of it is not read."
                    );
                else if (ZypperRepository.From(section, Main, file) is { } repository)
                    repositories.Add(repository);
            }
        }

        return repositories;
    }

    private string InRoot(string path) => Path.Combine(_root, path.TrimStart('/'));

    private static IEnumerable<string> FilesOf(string folder, string pattern) =>
        HostFiles.DirectoryExists(folder) ? HostFiles.FilesIn(folder, pattern).Order(StringComparer.Ordinal) : [];
}
