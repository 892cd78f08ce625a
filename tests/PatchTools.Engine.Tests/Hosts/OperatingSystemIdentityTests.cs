using PatchTools.Errors;
using PatchTools.Model;
using Xunit;

namespace PatchTools.Engine.Tests.Hosts;

public sealed class OperatingSystemIdentityTests
{
    [Theory]
    [InlineData("almalinux", "8.10", "ALMA_LINUX", "AlmaLinux8.10", PackageFamily.Dnf)]
    [InlineData("almalinux", "9.4", "ALMA_LINUX", "AlmaLinux9.4", PackageFamily.Dnf)]
    [InlineData("amzn", "2", "AMAZON_LINUX_2", "AmazonLinux2", PackageFamily.Yum)]
    [InlineData("amzn", "2023", "AMAZON_LINUX_2023", "AmazonLinux2023", PackageFamily.Dnf)]
    [InlineData("centos", "9", "CENTOS", "CentOS9", PackageFamily.Dnf)]
    [InlineData("debian", "11", "DEBIAN", "Debian11", PackageFamily.Apt)]
    [InlineData("debian", "12", "DEBIAN", "Debian12", PackageFamily.Apt)]
    [InlineData("ol", "7.9", "ORACLE_LINUX", "OracleLinux7.9", PackageFamily.Yum)]
    [InlineData("ol", "8.10", "ORACLE_LINUX", "OracleLinux8.10", PackageFamily.Dnf)]
    [InlineData("ol", "9.4", "ORACLE_LINUX", "OracleLinux9.4", PackageFamily.Dnf)]
    [InlineData("rhel", "7.9", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux7.9", PackageFamily.Yum)]
    [InlineData("rhel", "8.5", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux8.5", PackageFamily.Dnf)]
    [InlineData("rhel", "9.4", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux9.4", PackageFamily.Dnf)]
    [InlineData("rhel", "10.0", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux10.0", PackageFamily.Dnf)]
    [InlineData("rocky", "8.9", "ROCKY_LINUX", "RockyLinux8.9", PackageFamily.Dnf)]
    [InlineData("rocky", "9.4", "ROCKY_LINUX", "RockyLinux9.4", PackageFamily.Dnf)]
    [InlineData("sles", "15.3", "SUSE", "Suse15.3", PackageFamily.Zypper)]
    [InlineData("sles_sap", "15.6", "SUSE", "Suse15.6", PackageFamily.Zypper)]
    [InlineData("ubuntu", "16.04", "UBUNTU", "Ubuntu16.04", PackageFamily.Apt)]
    [InlineData("ubuntu", "24.04", "UBUNTU", "Ubuntu24.04", PackageFamily.Apt)]
    [InlineData("ubuntu", "25.04", "UBUNTU", "Ubuntu25.04", PackageFamily.Apt)]
    public void A_listed_release_is_known_without_a_warning(
        string id,
        string version,
        string awsName,
        string product,
        PackageFamily family
    ) =>
        Assert.Equal(
            new OperatingSystemIdentity(awsName, product, family, null),
            OperatingSystemIdentity.From(Os(id, version))
        );

    [Theory]
    [InlineData("amzn", "2018.03", "AMAZON_LINUX", "AmazonLinux2018.03", PackageFamily.Yum)]
    [InlineData("amzn", "2022", "AMAZON_LINUX_2022", "AmazonLinux2022", PackageFamily.Dnf)]
    [InlineData("amzn", "2025", "AMAZON_LINUX_2023", "AmazonLinux2025", PackageFamily.Dnf)]
    [InlineData("centos", "7", "CENTOS", "CentOS7", PackageFamily.Yum)]
    [InlineData("centos", "8", "CENTOS", "CentOS8", PackageFamily.Dnf)]
    [InlineData("centos", "10", "CENTOS", "CentOS10", PackageFamily.Dnf)]
    [InlineData("debian", "10", "DEBIAN", "Debian10", PackageFamily.Apt)]
    [InlineData("debian", "13", "DEBIAN", "Debian13", PackageFamily.Apt)]
    [InlineData("debian", "", "DEBIAN", "Debian", PackageFamily.Apt)]
    [InlineData("fedora", "42", "REDHAT_ENTERPRISE_LINUX", "Fedora42", PackageFamily.Dnf)]
    [InlineData("ol", "7.4", "ORACLE_LINUX", "OracleLinux7.4", PackageFamily.Yum)]
    [InlineData("ol", "10.0", "ORACLE_LINUX", "OracleLinux10.0", PackageFamily.Dnf)]
    [InlineData("opensuse-leap", "15.6", "SUSE", "OpenSuse15.6", PackageFamily.Zypper)]
    [InlineData("opensuse-tumbleweed", "20260101", "SUSE", "OpenSuse20260101", PackageFamily.Zypper)]
    [InlineData("raspbian", "11", "RASPBIAN", "Raspbian11", PackageFamily.Apt)]
    [InlineData("rhel", "6.10", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux6.10", PackageFamily.Yum)]
    [InlineData("rhel", "11.0", "REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux11.0", PackageFamily.Dnf)]
    [InlineData("sles", "12.5", "SUSE", "Suse12.5", PackageFamily.Zypper)]
    [InlineData("sles", "15.2", "SUSE", "Suse15.2", PackageFamily.Zypper)]
    [InlineData("sles", "16.0", "SUSE", "Suse16.0", PackageFamily.Zypper)]
    [InlineData("ubuntu", "26.04", "UBUNTU", "Ubuntu26.04", PackageFamily.Apt)]
    public void Another_release_of_a_known_family_works_with_a_warning(
        string id,
        string version,
        string awsName,
        string product,
        PackageFamily family
    )
    {
        var identity = OperatingSystemIdentity.From(Os(id, version));
        Assert.Equal(new OperatingSystemIdentity(awsName, product, family, null), identity with { Warning = null });
        Assert.Contains(awsName, identity.Warning!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("linuxmint", "22", "ubuntu debian", "UBUNTU", "Linuxmint22", PackageFamily.Apt)]
    [InlineData("kali", "2026.1", "debian", "DEBIAN", "Kali2026.1", PackageFamily.Apt)]
    [InlineData(
        "cloudlinux",
        "9.4",
        "rhel fedora centos",
        "REDHAT_ENTERPRISE_LINUX",
        "Cloudlinux9.4",
        PackageFamily.Dnf
    )]
    [InlineData(
        "scientific",
        "7.9",
        "rhel centos fedora",
        "REDHAT_ENTERPRISE_LINUX",
        "Scientific7.9",
        PackageFamily.Yum
    )]
    [InlineData("alinux", "3", "rhel fedora centos anolis", "REDHAT_ENTERPRISE_LINUX", "Alinux3", PackageFamily.Dnf)]
    [InlineData("sled", "15.5", "suse", "SUSE", "Sled15.5", PackageFamily.Zypper)]
    [InlineData("unknown", "", "nothing debian", "DEBIAN", "Unknown", PackageFamily.Apt)]
    public void A_relative_is_recognised_by_what_it_is_like(
        string id,
        string version,
        string like,
        string awsName,
        string product,
        PackageFamily family
    )
    {
        var identity = OperatingSystemIdentity.From(Os(id, version, like));
        Assert.Equal(new OperatingSystemIdentity(awsName, product, family, null), identity with { Warning = null });
        Assert.Contains("not known to AWS", identity.Warning!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arch", "")]
    [InlineData("", "")]
    [InlineData("alpine", "gentoo")]
    public void What_is_like_nothing_known_is_not_supported(string id, string like)
    {
        Assert.Null(OperatingSystemIdentity.TryFrom(Os(id, "1", like)));
        var error = Assert.Throws<PatchToolsException>(() => OperatingSystemIdentity.From(Os(id, "1", like)));
        Assert.Equal(PatchErrors.UnsupportedOperatingSystem, error.Error);
        Assert.Contains($"ID={id}", error.Message, StringComparison.Ordinal);
    }

    internal static OsRelease Os(string id, string version, string like = "", string name = "") =>
        new()
        {
            Id = id,
            VersionId = version,
            IdLike = like.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            Name = name,
        };
}
