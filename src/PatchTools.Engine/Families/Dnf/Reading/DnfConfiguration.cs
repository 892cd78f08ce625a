using PatchTools.Errors;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// What dnf's or yum's own files say: the main section, variables, and every enabled repository in the order of the
/// files.
/// </summary>
internal sealed record DnfConfiguration
{
    public required DnfTool Tool { get; init; }

    public required IniSection Main { get; init; }

    public required DnfVariables Variables { get; init; }

    public required IReadOnlyList<DnfRepository> Repositories { get; init; }

    /// <summary>The file that holds the main section; for messages.</summary>
    public required string MainFile { get; init; }

    /// <summary>Where the tool keeps what it fetched, below the root.</summary>
    public string CacheDirectory => Variables.Resolve(Main[Tool.CacheOption] ?? Tool.CacheDirectory);

    /// <summary>Packages that no repository shows.</summary>
    public IReadOnlyList<string> Excludes =>
        IsDisabled("main") ? [] : [.. Main.List("exclude"), .. Main.List("excludepkgs")];

    /// <summary>When not empty: the only packages that repositories show.</summary>
    public IReadOnlyList<string> Includes => IsDisabled("main") ? [] : Main.List("includepkgs");

    /// <summary><c>disable_excludes</c> of dnf.conf(5): by repository, <c>main</c>, or all.</summary>
    public bool IsDisabled(string part)
    {
        var disabled = Main.List("disable_excludes");
        return disabled.Contains("all", StringComparer.Ordinal)
            || disabled.Contains("*", StringComparer.Ordinal)
            || disabled.Contains(part, StringComparer.Ordinal);
    }

    /// <param name="root">Of the host.</param>
    /// <param name="tool">Whose files.</param>
    /// <param name="architecture">rpm's word for the machine.</param>
    /// <param name="releaseVersion"><c>$releasever</c> where no file sets it; null when it is not known.</param>
    /// <param name="customSources">Text of <c>.repo</c> files that stand for the host's own.</param>
    /// <param name="warnings">Repositories that cannot be told are named here.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static DnfConfiguration Read(
        string root,
        DnfTool tool,
        string architecture,
        string? releaseVersion,
        string? customSources,
        List<string> warnings
    )
    {
        var (main, file) = ReadMain(root, tool);
        Dictionary<string, string> values = new(StringComparer.Ordinal)
        {
            ["arch"] = architecture,
            ["basearch"] = RpmArchitectures.Base(architecture),
        };
        if (releaseVersion is not null)
            values["releasever"] = releaseVersion;
        foreach (var (name, value) in DnfVariables.ReadFolders(root, tool))
            values[name] = value;
        var variables = new DnfVariables(values);
        var obeysPriorities =
            tool.PriorityPlugin is not { } plugin
            || (
                IniFile.Read(Path.Combine(root, plugin)).FirstOrDefault(s => s.Name == "main")?.Flag("enabled") ?? false
            );
        List<DnfRepository> repositories = [];
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (var (source, sections) in ReadRepositories(root, tool, main, file, variables, customSources))
        {
            foreach (var section in sections)
            {
                if (section.Name == "main" || !known.Add(section.Name))
                {
                    if (section.Name != "main")
                        warnings.Add(
                            $"Repository {section.Name} is defined more than once; what {source} says of it "
                                + $"is not read."
                        );
                    continue;
                }

                if (DnfRepository.From(section, main, variables, tool, obeysPriorities, source) is { } repository)
                    repositories.Add(repository);
            }
        }

        return new DnfConfiguration
        {
            Tool = tool,
            Main = main,
            Variables = variables,
            Repositories = repositories,
            MainFile = file,
        };
    }

    /// <summary>Whether anything of the host's configuration asks for <c>$releasever</c> and no file answers.</summary>
    public static bool NeedsReleaseVersion(string root, OsRelease system, DnfTool tool, string? customSources)
    {
        if (DnfVariables.ReadFolders(root, tool).ContainsKey("releasever"))
            return false;
        var (main, _) = ReadMain(root, tool);
        return tool.CacheDirectory.Contains("$releasever", StringComparison.Ordinal)
            || (customSources ?? "").Contains("releasever", StringComparison.Ordinal)
            || Folders(root, tool, main)
                .SelectMany(RepoFiles)
                .Any(f => IniFile.Text(f)?.Contains("releasever", StringComparison.Ordinal) ?? false)
            || OperatesWithLockedRelease(system);
    }

    /// <summary>
    /// Amazon Linux 2023 names its release in the package that says so, and updates come from that release only.
    /// </summary>
    internal static bool OperatesWithLockedRelease(OsRelease system) =>
        system.Id == "amzn" && system.VersionId.StartsWith("202", StringComparison.Ordinal);

    /// <summary>
    /// dnf 5 adds the lists of its drop-ins up, the main file's last (dnf5.conf(5)); an empty first entry drops what
    /// came before.
    /// </summary>
    private static readonly string[] s_addedUp =
    [
        "exclude",
        "excludepkgs",
        "includepkgs",
        "installonlypkgs",
        "protected_packages",
        "tsflags",
    ];

    private static (IniSection Main, string File) ReadMain(string root, DnfTool tool)
    {
        var main = new IniSection("main");
        if (tool.AddsUpConfiguration)
        {
            foreach (var found in DropIns(root, tool.Configuration.SkipLast(1), "*.conf"))
                AddTo(main, found, tool);
            var last = Path.Combine(root, tool.Configuration[^1]);
            AddTo(main, last, tool);
            return (main, last);
        }

        var file =
            tool.Configuration.Select(relative => Path.Combine(root, relative)).FirstOrDefault(HostFiles.Exists)
            ?? Path.Combine(root, tool.Configuration[^1]);
        foreach (var section in Sections(file, tool).Where(s => s.Name == "main"))
            main.Overlay(section);
        return (main, file);
    }

    private static void AddTo(IniSection main, string file, DnfTool tool)
    {
        foreach (var section in Sections(file, tool).Where(s => s.Name == "main"))
        {
            foreach (var option in s_addedUp)
            {
                if (section[option] is { } more && main[option] is { } before && !more.TrimStart().StartsWith(','))
                    section[option] = $"{before} {more}";
            }

            main.Overlay(section);
        }
    }

    /// <summary>
    /// Files of several folders in the order of their names. Of two of one name that of the later folder, the
    /// administrator's, stands for both.
    /// </summary>
    private static SortedDictionary<string, string>.ValueCollection DropIns(
        string root,
        IEnumerable<string> folders,
        string pattern
    )
    {
        SortedDictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (var folder in folders.Select(f => Path.Combine(root, f)).Where(HostFiles.DirectoryExists))
        {
            foreach (var file in HostFiles.FilesIn(folder, pattern))
                files[Path.GetFileName(file)] = file;
        }

        return files.Values;
    }

    private static IEnumerable<(string File, IReadOnlyList<IniSection> Sections)> ReadRepositories(
        string root,
        DnfTool tool,
        IniSection main,
        string mainFile,
        DnfVariables variables,
        string? customSources
    )
    {
        if (customSources is not null)
        {
            yield return ("the baseline's sources", IniFile.Parse(customSources));
            yield break;
        }

        if (HostFiles.Exists(mainFile))
            yield return (mainFile, Sections(mainFile, tool));
        List<IniSection> overrides = [];
        foreach (var file in DropIns(root, tool.OverrideFolders, "*.repo"))
            overrides.AddRange(Sections(file, tool));
        foreach (var file in Folders(root, tool, main).SelectMany(f => RepoFiles(variables.Resolve(f))))
        {
            var sections = Sections(file, tool);
            foreach (var section in sections)
            {
                foreach (var change in overrides.Where(o => PackageSpec.Glob(o.Name, section.Name)))
                    section.Overlay(change);
            }

            yield return (file, sections);
        }
    }

    private static IReadOnlyList<IniSection> Sections(string file, DnfTool tool)
    {
        var sections = IniFile.Read(file);
        foreach (var section in tool.TakesQuotesOff ? sections : [])
            section.TakeQuotesOff();
        return sections;
    }

    private static IEnumerable<string> Folders(string root, DnfTool tool, IniSection main)
    {
        var configured = main.List("reposdir");
        IReadOnlyList<string> folders = configured.Count > 0 ? configured : tool.RepositoryFolders;
        return folders.Select(f => Path.Combine(root, f.TrimStart('/')));
    }

    private static IEnumerable<string> RepoFiles(string folder) =>
        HostFiles.DirectoryExists(folder) ? HostFiles.FilesIn(folder, "*.repo").Order(StringComparer.Ordinal) : [];
}
