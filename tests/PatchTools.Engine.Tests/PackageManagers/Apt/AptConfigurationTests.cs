using PatchTools.Families.Apt.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

public sealed class AptConfigurationTests
{
    [Fact]
    public void Blocks_lists_and_comments_are_understood()
    {
        var configuration = AptConfiguration.Parse(
            """
            // a comment with "quotes; and { braces
            APT {
              Architecture "arm64"; # trailing
              Architectures { "arm64"; "armhf"; };
              Get::Phase-Policy "true"; /* over
              several lines; */ Default-Release "stable";
            };
            Acquire::http::Proxy "http://proxy:3128/";
            acquire::Check-Valid-Until "0";
            List:: "one";
            List:: "two";
            """
        );

        Assert.Equal("arm64", configuration.Find("APT::Architecture"));
        Assert.Equal(["arm64", "armhf"], configuration.FindList("APT::Architectures"));
        Assert.True(configuration.FindBoolean("APT::Get::Phase-Policy", fallback: false));
        Assert.Equal("stable", configuration.Find("apt::default-release"));
        Assert.Equal("http://proxy:3128/", configuration.Find("Acquire::http::Proxy"));
        Assert.False(configuration.FindBoolean("Acquire::Check-Valid-Until", fallback: true));
        Assert.Equal(["one", "two"], configuration.FindList("List"));
        Assert.Empty(configuration.Warnings);
    }

    [Fact]
    public void Clear_takes_back_what_was_said()
    {
        var configuration = AptConfiguration.Parse(
            "A { B \"1\"; C:: \"x\"; };\n#clear A::C;\nA::B \"2\";\n#clear A::D;\n"
        );

        Assert.Equal("2", configuration.Find("A::B"));
        Assert.Empty(configuration.FindList("A::C"));
    }

    [Theory]
    [InlineData("", "Dir::State::lists", "/var/lib/apt/lists/")]
    [InlineData("Dir::State \"else\";", "Dir::State::lists", "/else/lists/")]
    [InlineData("Dir::State::lists \"/ram/lists\";", "Dir::State::lists", "/ram/lists")]
    [InlineData("Dir \"/chroot\";", "Dir::Etc::sourcelist", "/chroot/etc/apt/sources.list")]
    [InlineData("Dir::Etc::sourceparts \"/dev/null\";", "Dir::Etc::sourceparts", "/dev/null")]
    [InlineData("RootDir \"/img/\";", "Dir::Etc::main", "/img/etc/apt/apt.conf")]
    public void Files_are_found_below_their_parents(string text, string name, string expected) =>
        Assert.Equal(expected, AptConfiguration.Parse(text).FindFile(name));

    [Theory]
    [InlineData("A \"open;\n")]
    [InlineData("{ B \"1\"; }\n")]
    [InlineData("A \"1\" 2 3;\n")]
    [InlineData("A \"1\"\n")]
    [InlineData("A { #clear B; };\n")]
    public void What_apt_refuses_is_a_warning_with_its_line(string text)
    {
        var configuration = AptConfiguration.Parse(text);

        Assert.Contains("apt.conf, line ", Assert.Single(configuration.Warnings), StringComparison.Ordinal);
    }
}
