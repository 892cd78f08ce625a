namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// A host as a distribution ships it: the package managers of one release of Debian under that distribution's
/// os-release. One root of a release serves all of its systems.
/// </summary>
/// <param name="Distribution">For people: <c>Fedora 43</c>.</param>
/// <param name="Release">Whose package managers; null for those of the machine's own release.</param>
/// <param name="Packages">What the root has beside the minimal ones.</param>
/// <param name="Tool">Package whose version the table of results gives.</param>
/// <param name="OsRelease">Text of os-release(5), as the distribution writes it.</param>
/// <param name="OperatingSystem">AWS's enum text of a baseline.</param>
/// <param name="Product">AWS's product text.</param>
internal sealed record RigSystem(
    string Distribution,
    DebianRelease? Release,
    IReadOnlyList<string> Packages,
    string Tool,
    string OsRelease,
    string OperatingSystem,
    string Product
)
{
    private static readonly string[] s_bullseye = ["rpm", "dnf", "zypper"];
    private static readonly string[] s_trixie = ["rpm", "dnf", "dnf-plugins-core", "zypper"];
    private static readonly string[] s_sid = ["rpm", "dnf", "dnf5", "zypper"];

    public static RigSystem Rhel9 { get; } =
        new(
            "RHEL 9",
            null,
            ["dnf", "dnf-plugins-core", "rpm"],
            "dnf",
            """
            NAME="Red Hat Enterprise Linux"
            VERSION="9.4 (Plow)"
            ID="rhel"
            ID_LIKE="fedora"
            VERSION_ID="9.4"
            PLATFORM_ID="platform:el9"
            PRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"
            ANSI_COLOR="0;31"
            LOGO="fedora-logo-icon"
            CPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"
            HOME_URL="https://www.redhat.com/"
            DOCUMENTATION_URL="https://access.redhat.com/documentation/en-us/red_hat_enterprise_linux/9"
            BUG_REPORT_URL="https://issues.redhat.com/"
            REDHAT_BUGZILLA_PRODUCT="Red Hat Enterprise Linux 9"
            REDHAT_BUGZILLA_PRODUCT_VERSION=9.4
            REDHAT_SUPPORT_PRODUCT="Red Hat Enterprise Linux"
            REDHAT_SUPPORT_PRODUCT_VERSION="9.4"
            """,
            "REDHAT_ENTERPRISE_LINUX",
            "RedhatEnterpriseLinux9.4"
        );

    public static RigSystem Rhel8 { get; } =
        new(
            "RHEL 8",
            DebianRelease.Bullseye,
            s_bullseye,
            "dnf",
            """
            NAME="Red Hat Enterprise Linux"
            VERSION="8.10 (Ootpa)"
            ID="rhel"
            ID_LIKE="fedora"
            VERSION_ID="8.10"
            PLATFORM_ID="platform:el8"
            PRETTY_NAME="Red Hat Enterprise Linux 8.10 (Ootpa)"
            ANSI_COLOR="0;31"
            CPE_NAME="cpe:/o:redhat:enterprise_linux:8::baseos"
            HOME_URL="https://www.redhat.com/"
            """,
            "REDHAT_ENTERPRISE_LINUX",
            "RedhatEnterpriseLinux8.10"
        );

    public static RigSystem AmazonLinux2023 { get; } =
        new(
            "Amazon Linux 2023",
            DebianRelease.Trixie,
            s_trixie,
            "dnf",
            """
            NAME="Amazon Linux"
            VERSION="2023"
            ID="amzn"
            ID_LIKE="fedora"
            VERSION_ID="2023"
            PLATFORM_ID="platform:al2023"
            PRETTY_NAME="Amazon Linux 2023.6.20250107"
            ANSI_COLOR="0;33"
            CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"
            HOME_URL="https://aws.amazon.com/linux/amazon-linux-2023/"
            VENDOR_NAME="AWS"
            VENDOR_URL="https://aws.amazon.com/"
            SUPPORT_END="2029-06-30"
            """,
            "AMAZON_LINUX_2023",
            "AmazonLinux2023"
        );

    public static RigSystem Fedora { get; } =
        new(
            "Fedora 43",
            DebianRelease.Sid,
            s_sid,
            "dnf5",
            """
            NAME="Fedora Linux"
            VERSION="43 (Cloud Edition)"
            RELEASE_TYPE=stable
            ID=fedora
            VERSION_ID=43
            VERSION_CODENAME=""
            PRETTY_NAME="Fedora Linux 43 (Cloud Edition)"
            ANSI_COLOR="0;38;2;60;110;180"
            LOGO=fedora-logo-icon
            CPE_NAME="cpe:/o:fedoraproject:fedora:43"
            DEFAULT_HOSTNAME="fedora"
            HOME_URL="https://fedoraproject.org/"
            SUPPORT_END=2030-12-02
            VARIANT="Cloud Edition"
            VARIANT_ID=cloud
            """,
            "REDHAT_ENTERPRISE_LINUX",
            "Fedora43"
        );

    /// <summary>The same root, where <c>dnf</c> is dnf 4 and dnf 5 lies beside it.</summary>
    public static RigSystem Fedora40 { get; } =
        Fedora with
        {
            Distribution = "Fedora 40",
            Tool = "dnf",
            OsRelease = Fedora.OsRelease.Replace("43", "40", StringComparison.Ordinal),
            Product = "Fedora40",
        };

    public static RigSystem Sles15 { get; } =
        new(
            "SLES 15 SP5",
            null,
            ["zypper", "rpm"],
            "zypper",
            """
            NAME="SLES"
            VERSION="15-SP5"
            VERSION_ID="15.5"
            PRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"
            ID="sles"
            ID_LIKE="suse"
            ANSI_COLOR="0;32"
            CPE_NAME="cpe:/o:suse:sles:15:sp5"
            DOCUMENTATION_URL="https://documentation.suse.com/"
            """,
            "SUSE",
            "Suse15.5"
        );

    public static RigSystem OldSles15 { get; } =
        Sles15 with
        {
            Distribution = "SLES 15 SP3",
            Release = DebianRelease.Bullseye,
            Packages = s_bullseye,
            OsRelease = Sles15
                .OsRelease.Replace("15-SP5", "15-SP3", StringComparison.Ordinal)
                .Replace("15.5", "15.3", StringComparison.Ordinal)
                .Replace("15 SP5", "15 SP3", StringComparison.Ordinal)
                .Replace("sp5", "sp3", StringComparison.Ordinal),
            Product = "Suse15.3",
        };

    public static RigSystem Leap15 { get; } =
        new(
            "openSUSE Leap 15.6",
            DebianRelease.Trixie,
            s_trixie,
            "zypper",
            """
            NAME="openSUSE Leap"
            VERSION="15.6"
            ID="opensuse-leap"
            ID_LIKE="suse opensuse"
            VERSION_ID="15.6"
            PRETTY_NAME="openSUSE Leap 15.6"
            ANSI_COLOR="0;32"
            CPE_NAME="cpe:/o:opensuse:leap:15.6"
            BUG_REPORT_URL="https://bugs.opensuse.org"
            HOME_URL="https://www.opensuse.org/"
            DOCUMENTATION_URL="https://en.opensuse.org/Portal:Leap"
            LOGO="distributor-logo-Leap"
            """,
            "SUSE",
            "OpenSuse15.6"
        );

    public static RigSystem Leap16 { get; } =
        Leap15 with
        {
            Distribution = "openSUSE Leap 16.0",
            Release = DebianRelease.Sid,
            Packages = s_sid,
            OsRelease = Leap15.OsRelease.Replace("15.6", "16.0", StringComparison.Ordinal),
            Product = "OpenSuse16.0",
        };

    /// <summary>The machine's own suite, as it is.</summary>
    public static RigSystem Debian12 { get; } = new("Debian 12", null, [], "apt", "", "DEBIAN", "Debian12");

    public static RigSystem Debian11 { get; } =
        Debian12 with
        {
            Distribution = "Debian 11",
            Release = DebianRelease.Bullseye,
            Packages = s_bullseye,
            Product = "Debian11",
        };

    public static RigSystem Debian13 { get; } =
        Debian12 with
        {
            Distribution = "Debian 13",
            Release = DebianRelease.Trixie,
            Packages = s_trixie,
            Product = "Debian13",
        };

    public static RigSystem Ubuntu26 { get; } =
        new(
            "Ubuntu 26.04",
            DebianRelease.Sid,
            s_sid,
            "apt",
            """
            PRETTY_NAME="Ubuntu 26.04 LTS"
            NAME="Ubuntu"
            VERSION_ID="26.04"
            VERSION="26.04 LTS (Resolute Raccoon)"
            VERSION_CODENAME=resolute
            ID=ubuntu
            ID_LIKE=debian
            HOME_URL="https://www.ubuntu.com/"
            UBUNTU_CODENAME=resolute
            LOGO=ubuntu-logo
            """,
            "UBUNTU",
            "Ubuntu26.04"
        );

    /// <summary>A table's heading: <c>dnf 4.23.0, rpm 4.20.1 (Amazon Linux 2023)</c>.</summary>
    public string Heading(string root) =>
        $"{Tool} {DebianRoot.VersionOf(root, Tool)}, {(Tool == "apt" ? "dpkg" : "rpm")} "
        + $"{DebianRoot.VersionOf(root, Tool == "apt" ? "dpkg" : "rpm")} ({Distribution})";

    /// <summary>What an overlay of it is made with.</summary>
    public OverlayOptions Apply(OverlayOptions? options) =>
        (options ?? new OverlayOptions()) with
        {
            Release = Release,
            Packages = Packages,
        };
}
