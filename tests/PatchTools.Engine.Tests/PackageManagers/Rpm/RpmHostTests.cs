using PatchTools.PackageManagers.Rpm;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

public sealed class RpmHostTests
{
    [Theory]
    [InlineData("sles", "15.5", true, true)]
    [InlineData("sles_sap", "15.6", true, true)]
    [InlineData("opensuse-leap", "15.6", true, true)]
    [InlineData("something", "1", true, true)]
    [InlineData("fedora", "42", true, false)]
    [InlineData("rhel", "9.4", true, false)]
    [InlineData("amzn", "2", true, false)]
    [InlineData("rhel", "9.4", false, false)]
    [InlineData("something", "1", false, false)]
    public void An_rpm_host_is_zyppers_by_its_configuration_unless_os_release_says_that_it_is_dnfs(
        string id,
        string version,
        bool hasConfiguration,
        bool isZyppers
    )
    {
        using var root = new TemporaryDirectory();
        File.WriteAllText(root.File("etc/os-release"), $"ID={id}\nVERSION_ID=\"{version}\"\n");
        if (hasConfiguration)
            Directory.CreateDirectory(Path.Combine(root.Path, "etc/zypp"));

        Assert.Equal(isZyppers, RpmHost.BelongsToZypper(root.Path));
    }
}
