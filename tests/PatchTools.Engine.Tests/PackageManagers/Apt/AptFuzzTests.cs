using System.Text;
using PatchTools.Errors;
using PatchTools.PackageManagers.Apt;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>Damaged input of every parser of apt's folder: a result or a typed error, in bounded time and memory. Seed 20261124, 10 000 cases each.</summary>
public sealed class AptFuzzTests
{
    private const int Seed = 20261124;
    private const int Cases = 10_000;

    private const string Packages = """
        Package: openssl
        Source: openssl (3.0.15-1~deb12u1)
        Version: 3.0.15-1~deb12u1
        Architecture: amd64
        Maintainer: Debian OpenSSL Team <x@example.org>
        Installed-Size: 2291
        Depends: libc6 (>= 2.34), libssl3 (>= 3.0.9)
        Status: install ok installed
        Description: Secure Sockets Layer toolkit
         More text
        Section: utils
        Priority: optional
        Phased-Update-Percentage: 30

        Package: zlib1g
        Version: 1:1.2.13.dfsg-1
        Architecture: all

        """;

    private const string Release = "Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: bookworm\nDate: Sat, 06 Sep 2025 09:58:37 UTC\nValid-Until: Sat, 13 Sep 2025 09:58:37 UTC\nNotAutomatic: yes\nSHA256:\n 00 1 main/x\n";

    private const string Sources = "deb [arch=amd64,i386 trusted=yes] http://user:secret@deb.example/debian bookworm main contrib\n# text\ndeb-src http://x y z\ndeb file:/srv/repo ./\n";

    private const string Deb822Sources = "Types: deb deb-src\nURIs: http://deb.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nEnabled: yes\nSigned-By:\n -----BEGIN\n";

    private const string Preferences = "Package: nodejs /^lib.*/ *\nPin: release a=stable, n=bookworm, c=main\nPin-Priority: 600\n\nPackage: x\nPin: version 1.*\nPin-Priority: -1\n";

    [Fact]
    public void Stanzas() => Fuzz(Packages, bytes =>
    {
        var sink = new CountingSink();
        StanzaReader.Read(new MemoryStream(bytes), "fuzz", ref sink);
        Assert.InRange(sink.Stanzas, 0, bytes.Length);
    });

    [Fact]
    public void Release_files() => Fuzz(Release, bytes => Assert.NotNull(ReleaseFile.Parse(Encoding.UTF8.GetString(bytes).Split('\n'))));

    [Fact]
    public void Sources_lines() => Fuzz(Sources, bytes =>
    {
        List<string> warnings = [];
        foreach (var source in AptSourcesReader.ReadLines(Encoding.UTF8.GetString(bytes), "fuzz", warnings))
            Assert.DoesNotContain('/', source.ReleaseBase + source.Site);
    });

    [Fact]
    public void Sources_stanzas() => Fuzz(Deb822Sources, bytes =>
    {
        List<string> warnings = [];
        foreach (var source in AptSourcesReader.ReadStanzas(Encoding.UTF8.GetString(bytes), "fuzz", warnings))
            Assert.DoesNotContain('/', source.IndexName("main", "amd64"));
    });

    [Fact]
    public void Preferences_files() => Fuzz(Preferences, bytes =>
    {
        List<string> warnings = [];
        foreach (var pin in AptPreferences.Parse(Encoding.UTF8.GetString(bytes), "fuzz", warnings))
        {
            pin.MatchesPackage("nodejs");
            pin.MatchesOrigin(new AptPreferences.OriginFacts(new PackageOrigin { Repository = 0, Archive = "stable" }, "12", false, false));
        }
    });

    private static void Fuzz(string valid, Action<byte[]> parse)
    {
        var random = new Random(Seed);
        var original = Encoding.UTF8.GetBytes(valid);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Damage(original, random);
            try
            {
                parse(bytes);
            }
            catch (PatchToolsException)
            {
                // A typed error is an answer.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i} of seed {Seed}: {Convert.ToBase64String(bytes)}", e);
            }
        }
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (var changes = random.Next(1, 8); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 3:
                    bytes.Insert(at, (byte)"\n :,[]/@=*\0"[random.Next(11)]);
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat((byte)'9', random.Next(1, 400)));
                    break;
            }
        }

        return [.. bytes];
    }

    private struct CountingSink : IStanzaSink
    {
        public static bool ReadsStatus => false;

        public int Stanzas { get; private set; }

        public void Add(in PackageStanza stanza)
        {
            Stanzas++;
            _ = VersionHash.Of(stanza.Text);
        }
    }
}
