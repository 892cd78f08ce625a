using PatchTools.Errors;
using PatchTools.PackageManagers.Rpm;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

public sealed class RpmQueryTests
{
    [Fact]
    public void Installed_packages_come_with_epoch_and_times_and_public_keys_are_none()
    {
        const string answer =
            "r-epoch\u001fx86_64\u001f1\u001f1.0\u001f1\u001f1767916800\u001f1767225600\u001fSUSE LLC <https://www.suse.com/>\u001egpg-pubkey\u001f(none)\u001f0\u001f8483c65d\u001f5ccc5b19\u001f1556896537\u001f1556896537\u001f(none)\u001ebash\u001fx86_64\u001f0\u001f5.1.8\u001f6.el9\u001f0\u001f1767225600\u001f(none)\u001e";

        Assert.Equal(
            [
                new RpmPackage(
                    "r-epoch",
                    "x86_64",
                    "1:1.0-1",
                    1767916800,
                    1767225600,
                    "SUSE LLC <https://www.suse.com/>"
                ),
                new RpmPackage("bash", "x86_64", "5.1.8-6.el9", 0, 1767225600),
            ],
            RpmQuery.Installed(answer)
        );
    }

    [Fact]
    public void Anything_else_is_an_error_and_no_empty_host()
    {
        var error = Assert.Throws<PatchToolsException>(() =>
            RpmQuery.Installed("error: cannot open Packages database\n")
        );
        Assert.Equal(PatchErrors.PackageDatabaseUnreadable, error.Error);
    }

    [Theory]
    [InlineData(
        "system-release\u001f2023.3.20240108\u001fsystem-release\u001c8\u001c2023.3.20240108-1.amzn2023\u001dsystem-release(releasever)\u001c8\u001c2023.3.20240108\u001d\u001e",
        "2023.3.20240108"
    )]
    [InlineData(
        "redhat-release\u001f9.4\u001fredhat-release\u001c8\u001c9.4-0.4.el9\u001dsystem-release(releasever)\u001c8\u001c9\u001dsystem-release\u001c8\u001c9.4-0.4.el9\u001d\u001e",
        "9"
    )]
    [InlineData(
        "centos-release\u001f7\u001fcentos-release\u001c8\u001c7-9\u001dredhat-release\u001c0\u001c\u001d\u001eno package provides system-release\n",
        "7"
    )]
    [InlineData("no package provides system-release\nno package provides suse-release\n", null)]
    public void The_release_is_the_version_with_which_a_package_provides_it(string answer, string? release) =>
        Assert.Equal(release, RpmQuery.ReleaseVersion(answer));
}
