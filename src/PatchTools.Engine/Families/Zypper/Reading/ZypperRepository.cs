using System.Globalization;
using PatchTools.Families.Rpm.Reading;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>One enabled repository of <c>/etc/zypp/repos.d</c> (zypper(8), repository management).</summary>
internal sealed record ZypperRepository
{
    private const int DefaultPriority = 99;

    /// <summary>What zypper knows it by; names need not be unique.</summary>
    public required string Alias { get; init; }

    public string Name { get; init; } = "";

    /// <summary>Its first address, as written.</summary>
    public string Source { get; init; } = "";

    /// <summary><c>rpm-md</c>, <c>yast2</c>, <c>plaindir</c>; empty when zypper is to find out.</summary>
    public string Type { get; init; } = "";

    /// <summary>Folder of the repository below its address, without slashes around it.</summary>
    public string Folder { get; init; } = "";

    /// <summary>1 is the best; 99 unless set.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>Packages or metadata must be signed.</summary>
    public bool Trusted { get; init; }

    /// <summary>Its options as written.</summary>
    public IniSection Options { get; init; } = new("");

    /// <summary>The <c>.repo</c> file that defines it.</summary>
    public required string DefinedIn { get; init; }

    /// <summary>Its directory below the cache of metadata.</summary>
    public string CacheFolder => Alias.Replace('/', '_');

    /// <summary>Directory below the cache of metadata that holds its table of contents.</summary>
    public string CacheName => Path.Join(CacheFolder, Folder);

    /// <summary>Host name of the repository; empty for <c>dir:</c>.</summary>
    public string Site => Uri.TryCreate(Source, UriKind.Absolute, out var uri) ? uri.Host : "";

    /// <summary>For people: <c>SLE-Module-Basesystem15-SP5-Updates (SLE-Module-Basesystem-Updates)</c>.</summary>
    public string Title => Name.Length == 0 || Name == Alias ? Alias : $"{Alias} ({Name})";

    // [SUSE_Linux_Enterprise_Server_15_SP5_x86_64:SLE-Module-Basesystem15-SP5-Updates]
    // name=SLE-Module-Basesystem15-SP5-Updates
    // enabled=1
    // autorefresh=1
    // baseurl=https://updates.suse.com/SUSE/Updates/SLE-Module-Basesystem/15-SP5/x86_64/update/?…
    // service=SUSE_Linux_Enterprise_Server_15_SP5_x86_64
    /// <summary>An enabled section as a repository; null for a disabled one.</summary>
    public static ZypperRepository? From(IniSection section, IniSection main, string file)
    {
        if (!(section.Flag("enabled") ?? true))
            return null;
        var source =
            new[]
            {
                section.List("baseurl") is [var first, ..] ? first : null,
                section["metalink"],
                section["mirrorlist"],
            }.FirstOrDefault(s => !string.IsNullOrWhiteSpace(s))
            ?? "";

        // 0 asks for the default (libzypp's RepoInfo::priority).
        var priority =
            int.TryParse(section["priority"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
                ? number
                : DefaultPriority;
        return new ZypperRepository
        {
            Alias = section.Name,
            Name = section["name"] ?? "",
            Source = source.Trim(),
            Type = (section["type"] ?? "").Trim().ToLowerInvariant() is var type and not "none" ? type : "",
            Folder = (section["path"] ?? "").Trim().Trim('/'),
            Priority = priority,
            Trusted =
                (section.Flag("gpgcheck") ?? main.Flag("gpgcheck") ?? true)
                || (section.Flag("repo_gpgcheck") ?? main.Flag("repo_gpgcheck") ?? false)
                || (section.Flag("pkg_gpgcheck") ?? main.Flag("pkg_gpgcheck") ?? false),
            Options = section,
            DefinedIn = file,
        };
    }
}
