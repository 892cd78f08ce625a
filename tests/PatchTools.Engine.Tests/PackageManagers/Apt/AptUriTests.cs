using PatchTools.Families.Apt.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

public sealed class AptUriTests
{
    [Theory]
    [InlineData("http://deb.debian.org/debian", "bookworm", "deb.debian.org_debian_dists_bookworm_InRelease")]
    [InlineData(
        "http://deb.debian.org/debian/",
        "stable/updates",
        "deb.debian.org_debian_dists_stable_updates_InRelease"
    )]
    [InlineData("https://user:secret@host:8080/a_b", "x~y", "host:8080_a%5fb_dists_x%257ey_InRelease")]
    [InlineData("file:/srv/repo", "bookworm", "_srv_repo_dists_bookworm_InRelease")]
    [InlineData("file:///srv/repo", "./", "_srv_repo_._InRelease")]
    [InlineData("copy:/a+b", "/", "_a+b_InRelease")]
    [InlineData("cdrom:[Debian GNU/Linux 12]/", "bookworm", "Debian%20GNU_Linux%2012_dists_bookworm_InRelease")]
    [InlineData("http://[::1]:80/x", "s", "::1:80_x_dists_s_InRelease")]
    [InlineData("http://host", "s", "host_dists_s_InRelease")]
    public void File_names_are_apts(string uri, string suite, string expected) =>
        Assert.Equal(expected, AptUri.Parse(uri)!.AsDirectory().FileName(AptUri.SuiteFolder(suite) + "InRelease"));

    [Theory]
    [InlineData("https://user:secret@host:8080/path/", "https://host:8080/path")]
    [InlineData("http://token@host/path", "http://host/path")]
    [InlineData("file:/srv/repo/", "file:/srv/repo")]
    [InlineData("http://us%40er:p%2Fw@host/", "http://host")]
    public void Display_has_no_credentials(string uri, string expected) =>
        Assert.Equal(expected, AptUri.Parse(uri)!.Display);

    [Theory]
    [InlineData("Failed to fetch https://u:p@host/x  404", "Failed to fetch https://host/x  404")]
    [InlineData("two http://a@b/ and ftp://c:d@e f", "two http://b/ and ftp://e f")]
    [InlineData("nothing@here", "nothing@here")]
    public void Credentials_are_cut_out_of_messages(string message, string expected) =>
        Assert.Equal(expected, AptUri.Redact(message));

    [Fact]
    public void A_text_without_scheme_is_no_uri() => Assert.Null(AptUri.Parse("deb.debian.org/debian"));
}
