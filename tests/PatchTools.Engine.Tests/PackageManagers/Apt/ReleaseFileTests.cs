using System.Globalization;
using System.Text;
using PatchTools.Families.Apt.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

public sealed class ReleaseFileTests
{
    /// <summary>Head and tail of security.debian.org's InRelease for bookworm.</summary>
    private const string InRelease = """
        -----BEGIN PGP SIGNED MESSAGE-----
        Hash: SHA256

        Origin: Debian
        Label: Debian-Security
        Suite: oldstable-security
        Version: 12
        Codename: bookworm-security
        Date: Sat, 21 Nov 2026 00:53:02 UTC
        Valid-Until: Sat, 28 Nov 2026 00:53:02 UTC
        Acquire-By-Hash: yes
        Architectures: amd64 arm64 armhf i386 ppc64el
        Components: updates/main updates/contrib
        Description: Debian 12 - Security Updates
        SHA256:
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855        0 contrib/binary-all/Packages
         f61f27bd17de546264aa58f40f3aafaac7021e0ef69c17f6b1b4cd7664a037ec  2523192 main/binary-amd64/Packages
         f61f27bd17de546264aa58f40f3aafaac7021e0ef69c17f6b1b4cd7664a037ec       20 main/binary-amd64/Packages.gz
        -----BEGIN PGP SIGNATURE-----

        Origin: Forged
        -----END PGP SIGNATURE-----
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_clear_signed_file_gives_its_facts(bool carriageReturns)
    {
        var release = ReleaseFile.Parse(
            Encoding.UTF8.GetBytes(
                carriageReturns ? InRelease.Replace("\n", "\r\n", StringComparison.Ordinal) : InRelease
            )
        );

        Assert.Equal("Debian", release.Origin);
        Assert.Equal("Debian-Security", release.Label);
        Assert.Equal("oldstable-security", release.Suite);
        Assert.Equal("12", release.Version);
        Assert.Equal("bookworm-security", release.Codename);
        Assert.Equal(At("2026-11-21T00:53:02Z"), release.Date);
        Assert.Equal(At("2026-11-28T00:53:02Z"), release.ValidUntil);
        Assert.False(release.NotAutomatic);
        Assert.Contains("main", release.Components);
        Assert.Contains("updates/main", release.Components);
        Assert.Equal(2_523_192, release.SizeOf("main/binary-amd64/Packages"));
        Assert.Equal(0, release.SizeOf("contrib/binary-all/Packages"));
        Assert.Null(release.SizeOf("binary-amd64/Packages"));
    }

    [Fact]
    public void A_plain_file_may_lack_everything_but_one_field()
    {
        var release = ReleaseFile.Parse("NotAutomatic: yes\nButAutomaticUpgrades: yes\nSuite:\n"u8.ToArray());

        Assert.True(release.NotAutomatic);
        Assert.True(release.ButAutomaticUpgrades);
        Assert.Null(release.Suite);
        Assert.Null(release.Origin);
        Assert.Null(release.Date);
    }

    [Theory]
    [InlineData("Sat, 21 Nov 2026 00:53:02 UTC", "2026-11-21T00:53:02Z")]
    [InlineData("Sat,  1 Nov 2026 9:03:02 GMT", "2026-11-01T09:03:02Z")]
    [InlineData("Mon, 01 Jan 2024 00:00:00 +0000", "2024-01-01T00:00:00Z")]
    [InlineData("Mon, 01 Jan 2024 00:00:00 Z", "2024-01-01T00:00:00Z")]
    [InlineData("Mon, 01 Jan 2024 00:00:00 CET", null)]
    [InlineData("Mon, 40 Jan 2024 00:00:00 UTC", null)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void Dates_are_in_UTC_or_none(string text, string? expected) =>
        Assert.Equal(expected is null ? null : At(expected), ReleaseFile.ParseDate(text));

    [Theory]
    [InlineData("")]
    [InlineData("\n\nOrigin: too late\n")]
    [InlineData("no field")]
    public void A_file_without_fields_is_none(string text) =>
        Assert.Throws<InvalidDataException>(() => ReleaseFile.Parse(Encoding.UTF8.GetBytes(text)));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
