using System.Globalization;
using System.Text;
using PatchTools.Checksums;
using PatchTools.Families.Rpm.Reading;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>One enabled repository, its options resolved (dnf.conf(5)).</summary>
internal sealed record DnfRepository
{
    private const int DefaultPriority = 99;

    private const int DefaultCost = 1000;

    public required string Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>
    /// What the cache directory is called after: the metalink, else the mirror list, else the first base address, else
    /// the id.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>1 is the best; 99 unless set.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>Among equal priorities the cheaper repository is taken; 1000 unless set.</summary>
    public int Cost { get; init; } = DefaultCost;

    public IReadOnlyList<string> Excludes { get; init; } = [];

    public IReadOnlyList<string> Includes { get; init; } = [];

    /// <summary>Its packages are visible whatever module streams are enabled.</summary>
    public bool ModuleHotfixes { get; init; }

    public bool SkipIfUnavailable { get; init; }

    /// <summary>Packages or metadata must be signed.</summary>
    public bool Trusted { get; init; }

    /// <summary>Its options as written.</summary>
    public IniSection Options { get; init; } = new("");

    /// <summary>The <c>.repo</c> file that defines it.</summary>
    public required string DefinedIn { get; init; }

    /// <summary>
    /// Directory below the cache: <c>id-</c> and the first 16 hexadecimal digits of the SHA-256 of <see cref="Source"/>
    /// (dnf 4 and 5), or the id (yum 3).
    /// </summary>
    public string CacheName(DnfTool tool) =>
        tool.NamesCacheByAddress
            ? $"{Id}-{Convert.ToHexString(Sha256.Of(Encoding.UTF8.GetBytes(Source)), 0, 8).ToLowerInvariant()}"
            : Id;

    /// <summary>Host name of the repository; empty for <c>file:</c>.</summary>
    public string Site => Uri.TryCreate(Source, UriKind.Absolute, out var uri) ? uri.Host : "";

    /// <summary>For people: <c>appstream (AlmaLinux 9 - AppStream)</c>.</summary>
    public string Title => Name.Length == 0 || Name == Id ? Id : $"{Id} ({Name})";

    /// <summary>An enabled section as a repository; null for a disabled one.</summary>
    public static DnfRepository? From(
        IniSection section,
        IniSection main,
        DnfVariables variables,
        DnfTool tool,
        bool obeysPriorities,
        string file
    )
    {
        if (!(section.Flag("enabled") ?? true))
            return null;
        var id = variables.Resolve(section.Name);
        var source =
            new[]
            {
                section["metalink"],
                section["mirrorlist"],
                section.List("baseurl") is [var first, ..] ? first : null,
            }.FirstOrDefault(s => !string.IsNullOrWhiteSpace(s))
            ?? id;
        return new DnfRepository
        {
            Id = id,
            Name = variables.Resolve(section["name"] ?? ""),
            Source = variables.Resolve(source.Trim()),
            Priority = obeysPriorities ? Number(section["priority"], DefaultPriority) : DefaultPriority,
            Cost = Number(section["cost"], DefaultCost),
            Excludes = [.. section.List("exclude"), .. section.List("excludepkgs")],
            Includes = section.List("includepkgs"),
            ModuleHotfixes = section.Flag("module_hotfixes") ?? false,

            // dnf 4 and 5 take what [main] says for the default; yum 3 knows it in repositories only.
            SkipIfUnavailable =
                section.Flag("skip_if_unavailable")
                ?? (tool.MainSkipsRepositories ? main.Flag("skip_if_unavailable") : null)
                ?? false,
            Trusted =
                (section.Flag("gpgcheck") ?? main.Flag("gpgcheck") ?? main.Flag("pkg_gpgcheck") ?? false)
                || (section.Flag("repo_gpgcheck") ?? main.Flag("repo_gpgcheck") ?? false),
            Options = section,
            DefinedIn = file,
        };
    }

    private static int Number(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
