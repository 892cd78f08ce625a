using System.Text;
using PatchTools.Families.Apt.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>Which stanzas of one version text libapt takes for one version (apt-pkg/deb/deblistparser.cc).</summary>
public sealed class VersionHashTests
{
    [Theory]
    [InlineData("Depends: libc6 (<= 2.36), b", "Depends: libc6 (< 2.36) ,  b")]
    [InlineData("Depends: libc6 (= 0:2.36)", "Depends: LIBC6 (= 2.36)")]
    [InlineData("Depends: a,\n b", "Depends: a, b")]
    [InlineData("Architecture: amd64", "Architecture: amd64\nMulti-Arch: no")]
    [InlineData("Architecture: amd64", "Architecture: amd64\nMulti-Arch: SAME")]
    [InlineData("Architecture: all", "Architecture: all\nMulti-Arch: same")]
    [InlineData("Priority: optional", "Priority: extra")]
    public void What_dpkg_rewrites_and_apt_overlooks_is_one_version(string one, string other) =>
        Assert.Equal(Hash(one), Hash(other));

    [Theory]
    [InlineData("Architecture: all", "Architecture: amd64")]
    [InlineData("Architecture: amd64", "Architecture: amd64\nMulti-Arch: same")]
    [InlineData("Architecture: all", "Architecture: all\nMulti-Arch: foreign")]
    [InlineData("Multi-Arch: foreign", "Multi-Arch: allowed")]
    [InlineData("Depends: a", "Depends: b")]
    [InlineData("Depends: a (= 10)", "Depends: a (= 1)")]
    [InlineData("Installed-Size: 10", "Installed-Size: 11")]
    [InlineData("Breaks: a", "Conflicts: a")]
    public void What_apt_tells_apart_is_two_versions(string one, string other) =>
        Assert.NotEqual(Hash(one), Hash(other));

    private static ulong Hash(string fields) =>
        VersionHash.Of(Encoding.UTF8.GetBytes($"Package: pa\nVersion: 1.0\n{fields}\nDescription: pa\n"));
}
