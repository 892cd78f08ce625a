using PatchTools.Model;

namespace PatchTools.Baselines;

/// <summary>
/// Filter keys and values that AWS has published for each operating system (reference 20 §4). AWS refers to
/// DescribePatchProperties today, which knows nothing else for Linux; another value is not refused, only pointed out.
/// </summary>
public static class BaselineVocabulary
{
    public const string Product = "PRODUCT";
    public const string Classification = "CLASSIFICATION";
    public const string Severity = "SEVERITY";
    public const string Priority = "PRIORITY";
    public const string Section = "SECTION";

    /// <summary>
    /// dpkg's priorities (Debian policy §2.5), gravest first; <c>Extra</c> is deprecated there and still published by
    /// AWS.
    /// </summary>
    public static IReadOnlyList<string> Priorities { get; } =
    ["Required", "Important", "Standard", "Optional", "Extra"];

    /// <summary>Sections of Debian's archive (Debian policy §2.4).</summary>
    public static IReadOnlyList<string> Sections { get; } =
    [
        "admin",
        "cli-mono",
        "comm",
        "database",
        "debug",
        "devel",
        "doc",
        "editors",
        "education",
        "electronics",
        "embedded",
        "fonts",
        "games",
        "gnome",
        "gnu-r",
        "gnustep",
        "graphics",
        "hamradio",
        "haskell",
        "httpd",
        "interpreters",
        "introspection",
        "java",
        "javascript",
        "kde",
        "kernel",
        "libdevel",
        "libs",
        "lisp",
        "localization",
        "mail",
        "math",
        "metapackages",
        "misc",
        "net",
        "news",
        "ocaml",
        "oldlibs",
        "otherosfs",
        "perl",
        "php",
        "python",
        "ruby",
        "rust",
        "science",
        "shells",
        "sound",
        "tasks",
        "tex",
        "text",
        "utils",
        "vcs",
        "video",
        "web",
        "x11",
        "xfce",
        "zope",
    ];

    /// <summary>AWS's names of operating systems, in ordinal order.</summary>
    public static IReadOnlyList<string> OperatingSystemNames { get; } =
    [.. OperatingSystems.All.Select(system => system.AwsName).Distinct().Order(StringComparer.Ordinal)];

    private static readonly string[] _classifications =
    [
        "Security",
        "Bugfix",
        "Enhancement",
        "Recommended",
        "Newpackage",
    ];

    /// <summary>The family of an operating system's releases of today; null when AWS's name is not known.</summary>
    public static PackageFamily? FamilyOf(string operatingSystem) => Of(operatingSystem).FirstOrDefault()?.Family;

    /// <summary>Published values of a key, gravest first where they rank; empty when anything goes.</summary>
    public static IReadOnlyList<string> Values(string operatingSystem, string key) =>
        key switch
        {
            Product => [.. Of(operatingSystem).SelectMany(Products).Distinct()],
            Priority => Priorities,
            Section => [],
            Classification => operatingSystem == "SUSE"
                ? ["Security", "Recommended", "Optional", "Feature", "Document", "Yast"]
                : _classifications,
            Severity => Severities(operatingSystem),
            _ => [],
        };

    /// <summary>What product texts of the operating system begin with.</summary>
    internal static IReadOnlyList<string> ProductNames(string operatingSystem) =>
        [.. Of(operatingSystem).Select(system => system.ProductName).Distinct()];

    /// <summary>Ranks of severities, 1 the gravest; 0 for words that do not rank.</summary>
    internal static int RankOf(string severity) =>
        severity.ToUpperInvariant() switch
        {
            "CRITICAL" => 1,
            "IMPORTANT" => 2,
            "MODERATE" or "MEDIUM" => 3,
            "LOW" => 4,
            _ => 0,
        };

    /// <summary>
    /// Amazon's advisories say Medium, everybody else's Moderate; 2023 may meet both, from repositories of others.
    /// </summary>
    private static string[] Severities(string operatingSystem) =>
        operatingSystem switch
        {
            "AMAZON_LINUX" or "AMAZON_LINUX_2" => ["Critical", "Important", "Medium", "Low"],
            "AMAZON_LINUX_2022" or "AMAZON_LINUX_2023" =>
            [
                "Critical",
                "Important",
                "Medium",
                "Moderate",
                "Low",
                "None",
            ],
            "SUSE" => ["Critical", "Important", "Moderate", "Low", "None"],
            _ => ["Critical", "Important", "Moderate", "Low"],
        };

    private static IEnumerable<SupportedOperatingSystem> Of(string operatingSystem) =>
        OperatingSystems.All.Where(system => system.AwsName == operatingSystem);

    private static IEnumerable<string> Products(SupportedOperatingSystem system) =>
        system
            .ListedReleases.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(release => !release.Contains(' ', StringComparison.Ordinal))
            .Select(release => system.ProductName + release);
}
