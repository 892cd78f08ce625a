using PatchTools.Hosts;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

public sealed class OsReleaseFileTests
{
    [Fact]
    public void Quotes_escapes_and_comments_follow_the_shell()
    {
        var system = OsReleaseFile.Parse("# comment\nNAME='Single $x'\nID=debian\nID_LIKE=\"rhel fedora\"\r\nPRETTY_NAME=\"A \\\"quoted\\\" \\$name\"\nVERSION_ID=12\n  VERSION_CODENAME=bookworm  \nBROKEN\n=x\n");

        Assert.Equal("Single $x", system.Name);
        Assert.Equal("debian", system.Id);
        Assert.Equal(["rhel", "fedora"], system.IdLike);
        Assert.Equal("A \"quoted\" $name", system.PrettyName);
        Assert.Equal("12", system.VersionId);
        Assert.Equal("bookworm", system.Codename);
    }

    [Fact]
    public void The_vendor_copy_stands_in_and_the_defaults_of_the_manual_page_close_the_line()
    {
        using var root = new TemporaryDirectory();
        Assert.Equal("linux", OsReleaseFile.Read(root.Path).Id);

        File.WriteAllText(root.File("usr/lib/os-release"), "ID=vendor\n");
        Assert.Equal("vendor", OsReleaseFile.Read(root.Path).Id);

        File.WriteAllText(root.File("etc/os-release"), "ID=own\n");
        Assert.Equal("own", OsReleaseFile.Read(root.Path).Id);
    }
}
