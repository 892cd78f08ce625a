using PatchTools.Families.Apt.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

public sealed class AptSourcesTests
{
    private static readonly AptArchitectures s_architectures = new("amd64", ["amd64", "i386"]);

    [Fact]
    public void One_line_style_names_suites_components_and_options()
    {
        var sources = AptSources.Parse(
            """
            # deb http://commented.example/ x main
            deb http://deb.debian.org/debian bookworm main contrib # trailing
            deb-src http://deb.debian.org/debian bookworm main
            deb [arch=amd64 trusted=yes] http://deb.debian.org/debian/ bookworm non-free
            deb [ arch+=arm64 arch-=i386 signed-by=/usr/share/keyrings/x.gpg ] https://u:p@other.example/ stable main
            deb file:/srv/flat ./
            """,
            "sources.list",
            s_architectures
        );

        Assert.Empty(sources.Faults);
        Assert.Equal(
            [
                "http://deb.debian.org/debian bookworm main contrib non-free",
                "https://other.example stable main",
                "file:/srv/flat ./",
            ],
            sources.Repositories.Select(r => r.Name)
        );
        var debian = sources.Repositories[0];
        Assert.True(debian.Trusted);
        Assert.Equal(
            [
                "main/binary-amd64",
                "main/binary-i386",
                "main/binary-all",
                "contrib/binary-amd64",
                "contrib/binary-i386",
                "contrib/binary-all",
                "non-free/binary-amd64",
                "non-free/binary-all",
            ],
            debian.Indexes.Select(i => i.MetaKey.Replace("/Packages", "", StringComparison.Ordinal))
        );
        Assert.Equal(["amd64", "arm64", "all"], sources.Repositories[1].Indexes.Select(i => i.Architecture));
        Assert.Null(sources.Repositories[1].Trusted);
        Assert.Equal(
            "_srv_flat_._Packages",
            sources.Repositories[2].ListFileName(sources.Repositories[2].Indexes[0].MetaKey)
        );
    }

    [Fact]
    public void Paragraphs_multiply_types_uris_suites_and_components()
    {
        var sources = AptSources.ParseStanzas(
            """
            # Written by the installer
            Types: deb deb-src
            # between the fields
            URIs: http://a.example/debian http://b.example/debian
            Suites: bookworm
             bookworm-updates
            Components: main non-free-firmware
            Architectures: amd64
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             mDMEY865UxYJKwYBBAHaRw8BAQdAd7Z0srwuhlB6JKFkcf4HU4SSS
             -----END PGP PUBLIC KEY BLOCK-----

            Types: deb
            URIs: http://off.example/
            Suites: x
            Components: main
            Enabled: no

            Types: deb
            URIs: http://flat.example/$(ARCH)
            Suites: ./
            Trusted: no
            Check-Valid-Until: false
            """,
            "debian.sources",
            s_architectures
        );

        Assert.Empty(sources.Faults);
        Assert.Equal(
            [
                "http://a.example/debian bookworm main non-free-firmware",
                "http://a.example/debian bookworm-updates main non-free-firmware",
                "http://b.example/debian bookworm main non-free-firmware",
                "http://b.example/debian bookworm-updates main non-free-firmware",
                "http://flat.example/amd64 ./",
            ],
            sources.Repositories.Select(r => r.Name)
        );
        Assert.False(sources.Repositories[4].Trusted);
        Assert.False(sources.Repositories[4].CheckValidUntil);
    }

    [Theory]
    [InlineData("deb", "type")]
    [InlineData("rpm http://x.example/ a b", "'rpm' is not known")]
    [InlineData("deb http://x.example/", "URI or Suite")]
    [InlineData("deb http://x.example/ stable", "Component")]
    [InlineData("deb http://x.example/ ./ main", "absolute Suite Component")]
    [InlineData("deb x.example stable main", "URI parse")]
    [InlineData("deb [trusted] http://x.example/ stable main", "not assignment")]
    [InlineData("deb [trusted=yes http://x.example/ stable main", "unparsable")]
    public void What_apt_refuses_is_named_with_its_place(string line, string fault)
    {
        var sources = AptSources.Parse("deb http://good.example/ a b\n" + line + "\n", "sources.list", s_architectures);

        Assert.Equal("sources.list:2", Assert.Single(sources.Faults).Place);
        Assert.Contains(fault, sources.Faults[0].Fault, StringComparison.Ordinal);
        Assert.Single(sources.Repositories);
    }

    [Fact]
    public void Contradicting_options_of_one_repository_are_refused()
    {
        var sources = AptSources.Parse(
            "deb [trusted=yes] http://x.example/ a main\ndeb [trusted=no] http://x.example/ a contrib\n",
            "s",
            s_architectures
        );

        Assert.Contains(
            "conflicting values set for option trusted",
            Assert.Single(sources.Faults).Fault,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("URIs: http://x.example/\nSuites: a\nComponents: b\n", "type")]
    [InlineData("Types: deb\nSuites: a\nComponents: b\n", "URI")]
    [InlineData("Types: deb\nURIs: http://x.example/\nComponents: b\n", "Suite")]
    [InlineData("Types: deb\nURIs: http://x.example/\nSuites: a\n", "Component")]
    [InlineData("Types: zip\nURIs: http://x.example/\nSuites: a\nComponents: b\n", "'zip' is not known")]
    [InlineData("Types: deb\nno field at all\n", "line 2 is not a field")]
    public void A_paragraph_that_apt_refuses_is_named_with_its_place(string text, string fault) =>
        Assert.Contains(
            fault,
            Assert.Single(AptSources.ParseStanzas(text, "x.sources", s_architectures).Faults).Fault,
            StringComparison.Ordinal
        );
}
