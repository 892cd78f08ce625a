using System.Globalization;

namespace PatchTools.Model;

/// <summary>One operating system that PatchTools patches (reference 20 §1), and how os-release(5) tells it.</summary>
internal sealed record SupportedOperatingSystem
{
    /// <summary>AWS's enum text, <c>AMAZON_LINUX_2023</c>.</summary>
    public required string AwsName { get; init; }

    /// <summary>Its <c>ID</c>s in os-release.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>
    /// What AWS's product text begins with; <c>VERSION_ID</c> follows (reference 20 §4 "PRODUCT spellings").
    /// </summary>
    public required string ProductName { get; init; }

    /// <summary>Package family of its releases of today.</summary>
    public required PackageFamily Family { get; init; }

    /// <summary>First major release with dnf; earlier ones have yum. 0: the family never changed.</summary>
    public int FirstDnfRelease { get; init; }

    /// <summary>The releases on AWS's page, for people; empty: none any more.</summary>
    public string ListedReleases { get; init; } = "";

    /// <summary>Tells systems apart that share an <c>ID</c>.</summary>
    public Func<string, bool> IsRelease { get; init; } = static _ => true;

    /// <summary>Whether AWS's page lists this <c>VERSION_ID</c> today.</summary>
    public Func<string, bool> IsListed { get; init; } = static _ => false;

    public PackageFamily FamilyOf(string versionId) =>
        FirstDnfRelease > 0 && OperatingSystems.Major(versionId) is { } major && major < FirstDnfRelease
            ? PackageFamily.Yum
            : Family;
}

/// <summary>
/// The table of operating systems: AWS's page of today, its enum's older members, and kin that AWS does not list.
/// </summary>
internal static class OperatingSystems
{
    /// <summary>Every row. Amazon Linux 2023 comes last among Amazon's so that later releases fall to it.</summary>
    public static IReadOnlyList<SupportedOperatingSystem> All { get; } =
    [
        new()
        {
            AwsName = "ALMA_LINUX",
            Ids = ["almalinux"],
            ProductName = "AlmaLinux",
            Family = PackageFamily.Dnf,
            ListedReleases = "8, 9",
            IsListed = MajorIn(8, 9),
        },
        new()
        {
            AwsName = "AMAZON_LINUX",
            Ids = ["amzn"],
            ProductName = "AmazonLinux",
            Family = PackageFamily.Yum,
            IsRelease = static v => Major(v) is >= 2010 and < 2022,
        },
        new()
        {
            AwsName = "AMAZON_LINUX_2",
            Ids = ["amzn"],
            ProductName = "AmazonLinux",
            Family = PackageFamily.Yum,
            ListedReleases = "2",
            IsRelease = static v => Major(v) == 2,
            IsListed = MajorIn(2),
        },
        new()
        {
            AwsName = "AMAZON_LINUX_2022",
            Ids = ["amzn"],
            ProductName = "AmazonLinux",
            Family = PackageFamily.Dnf,
            IsRelease = static v => Major(v) == 2022,
        },
        new()
        {
            AwsName = "AMAZON_LINUX_2023",
            Ids = ["amzn"],
            ProductName = "AmazonLinux",
            Family = PackageFamily.Dnf,
            ListedReleases = "2023",
            IsListed = MajorIn(2023),
        },
        new()
        {
            AwsName = "CENTOS",
            Ids = ["centos"],
            ProductName = "CentOS",
            Family = PackageFamily.Dnf,
            FirstDnfRelease = 8,
            ListedReleases = "9",
            IsListed = MajorIn(9),
        },
        new()
        {
            AwsName = "DEBIAN",
            Ids = ["debian"],
            ProductName = "Debian",
            Family = PackageFamily.Apt,
            ListedReleases = "11, 12",
            IsListed = MajorIn(11, 12),
        },
        new()
        {
            AwsName = "ORACLE_LINUX",
            Ids = ["ol"],
            ProductName = "OracleLinux",
            Family = PackageFamily.Dnf,
            FirstDnfRelease = 8,
            ListedReleases = "7.5 to 9",
            IsListed = static v => AtLeast(v, 7, 5) && Major(v) <= 9,
        },
        new()
        {
            AwsName = "RASPBIAN",
            Ids = ["raspbian"],
            ProductName = "Raspbian",
            Family = PackageFamily.Apt,
        },
        new()
        {
            AwsName = "REDHAT_ENTERPRISE_LINUX",
            Ids = ["rhel"],
            ProductName = "RedhatEnterpriseLinux",
            Family = PackageFamily.Dnf,
            FirstDnfRelease = 8,
            ListedReleases = "7 to 10",
            IsListed = MajorIn(7, 8, 9, 10),
        },
        new()
        {
            AwsName = "ROCKY_LINUX",
            Ids = ["rocky"],
            ProductName = "RockyLinux",
            Family = PackageFamily.Dnf,
            ListedReleases = "8, 9",
            IsListed = MajorIn(8, 9),
        },
        new()
        {
            AwsName = "SUSE",
            Ids = ["sles", "sles_sap"],
            ProductName = "Suse",
            Family = PackageFamily.Zypper,
            ListedReleases = "15.3 and later",
            IsListed = static v => AtLeast(v, 15, 3) && Major(v) == 15,
        },
        new()
        {
            AwsName = "UBUNTU",
            Ids = ["ubuntu"],
            ProductName = "Ubuntu",
            Family = PackageFamily.Apt,
            ListedReleases = "16.04, 18.04, 20.04, 22.04, 24.04, 25.04",
            IsListed = static v => v is "16.04" or "18.04" or "20.04" or "22.04" or "24.04" or "25.04",
        },
        // Not AWS's: patched by the rules of their nearest relative, under a product text of their own so that no
        // PRODUCT filter takes them for it.
        new()
        {
            AwsName = "REDHAT_ENTERPRISE_LINUX",
            Ids = ["fedora"],
            ProductName = "Fedora",
            Family = PackageFamily.Dnf,
        },
        new()
        {
            AwsName = "SUSE",
            Ids = ["opensuse-leap", "opensuse-tumbleweed", "opensuse"],
            ProductName = "OpenSuse",
            Family = PackageFamily.Zypper,
        },
    ];

    /// <summary>The number before the first dot; null when there is none.</summary>
    internal static int? Major(string versionId) => Part(versionId, 0);

    private static bool AtLeast(string versionId, int major, int minor) =>
        (Major(versionId) ?? 0, Part(versionId, 1) ?? 0).CompareTo((major, minor)) >= 0;

    private static Func<string, bool> MajorIn(params int[] majors) =>
        versionId => Major(versionId) is { } major && majors.Contains(major);

    private static int? Part(string versionId, int index)
    {
        var parts = versionId.Split('.');
        return
            index < parts.Length
            && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
