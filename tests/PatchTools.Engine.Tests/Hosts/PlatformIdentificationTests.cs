using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Hosts;

public sealed class PlatformIdentificationTests
{
    private static readonly OsRelease Nothing = OperatingSystemIdentityTests.Os("", "");

    [Theory]
    [InlineData("Amazon Linux AMI", "AMAZON_LINUX")]
    [InlineData("Amazon Linux Bare Metal", "AMAZON_LINUX")]
    [InlineData("Amazon Linux", "AMAZON_LINUX_2")]
    [InlineData("Amazon Linux 2", "AMAZON_LINUX_2")]
    [InlineData("Amazon Linux 2023", "AMAZON_LINUX_2023")]
    [InlineData("CentOS Linux", "CENTOS")]
    [InlineData("CentOS Stream", "CENTOS")]
    [InlineData("Debian GNU/Linux", "DEBIAN")]
    [InlineData("Raspbian GNU/Linux", "RASPBIAN")]
    [InlineData("Ubuntu", "UBUNTU")]
    [InlineData("Oracle Linux Server", "ORACLE_LINUX")]
    [InlineData("Red Hat Enterprise Linux Server", "REDHAT_ENTERPRISE_LINUX")]
    [InlineData("Red Hat Enterprise Linux", "REDHAT_ENTERPRISE_LINUX")]
    [InlineData("SLES", "SUSE")]
    [InlineData("SLES_SAP", "SUSE")]
    [InlineData("SUSE Linux Enterprise Server", "SUSE")]
    [InlineData("openSUSE Leap", "SUSE")]
    [InlineData("Rocky Linux", "ROCKY_LINUX")]
    [InlineData("AlmaLinux", "ALMA_LINUX")]
    [InlineData("AMAZON_LINUX_2023", "AMAZON_LINUX_2023")]
    public void The_agents_platform_name_comes_first(string platform, string awsName) =>
        Assert.Equal(
            awsName,
            PlatformIdentification.AwsNameOf(
                Host("/nowhere", platform),
                awsName == "DEBIAN" ? Nothing : OperatingSystemIdentityTests.Os("debian", "12")
            )
        );

    [Fact]
    public void Amazon_linux_is_told_by_its_release_where_the_agent_names_only_the_vendor()
    {
        Assert.Equal(
            "AMAZON_LINUX_2023",
            PlatformIdentification.AwsNameOf(
                Host("/nowhere", "Amazon Linux"),
                OperatingSystemIdentityTests.Os("amzn", "2023")
            )
        );
        Assert.Equal(
            "AMAZON_LINUX_2",
            PlatformIdentification.AwsNameOf(
                Host("/nowhere", "Amazon Linux"),
                OperatingSystemIdentityTests.Os("amzn", "2")
            )
        );
    }

    [Fact]
    public void An_unknown_platform_name_leaves_it_to_os_release() =>
        Assert.Equal(
            "UBUNTU",
            PlatformIdentification.AwsNameOf(
                Host("/nowhere", "Plan 9"),
                OperatingSystemIdentityTests.Os("ubuntu", "22.04")
            )
        );

    [Fact]
    public void The_id_of_os_release_decides_and_its_name_where_the_id_is_unknown()
    {
        Assert.Equal(
            "ROCKY_LINUX",
            PlatformIdentification.AwsNameOf(
                Host("/nowhere"),
                OperatingSystemIdentityTests.Os("rocky", "9.4", "rhel centos fedora", "Rocky Linux")
            )
        );
        Assert.Equal(
            "ORACLE_LINUX",
            PlatformIdentification.AwsNameOf(
                Host("/nowhere"),
                OperatingSystemIdentityTests.Os("oracle", "6.10", name: "Oracle Linux Server")
            )
        );
    }

    [Theory]
    [InlineData("centos-release", "CentOS release 6.10 (Final)", "CENTOS")]
    [InlineData("system-release", "Amazon Linux AMI release 2018.03", "AMAZON_LINUX")]
    [InlineData("system-release", "Amazon Linux release 2 (Karoo)", "AMAZON_LINUX_2")]
    [InlineData("system-release", "Red Hat Enterprise Linux Server release 7.5 (Maipo)", "REDHAT_ENTERPRISE_LINUX")]
    [InlineData("system-release", "Oracle Linux Server release 6.10", "ORACLE_LINUX")]
    [InlineData("system-release", "Raspbian release 9", "RASPBIAN")]
    [InlineData("redhat-release", "anything", "REDHAT_ENTERPRISE_LINUX")]
    public void Hosts_older_than_os_release_are_told_by_their_release_files(string file, string content, string awsName)
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File($"etc/{file}"), content + "\n");
        Assert.Equal(awsName, PlatformIdentification.AwsNameOf(Host(root.Path), Nothing));
    }

    [Fact]
    public void A_host_that_nothing_names_is_code_166()
    {
        var error = Assert.Throws<PatchToolsException>(() =>
            PlatformIdentification.AwsNameOf(
                Host("/nowhere"),
                OperatingSystemIdentityTests.Os("arch", "", name: "Arch Linux")
            )
        );
        Assert.Equal((PatchErrors.BaselineOverrideUnsupportedSystem, 166), (error.Error, error.ExitCode));
    }

    private static HostContext Host(string root, string? platform = null) =>
        new()
        {
            Paths = new HostPaths { Root = root },
            Environment = platform is null
                ? new Dictionary<string, string>()
                : new Dictionary<string, string> { ["AWS_SSM_PLATFORM_NAME"] = platform },
        };
}
