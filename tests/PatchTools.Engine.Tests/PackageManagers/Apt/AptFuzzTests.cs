using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Apt.Refresh;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Damaged input of every parser of apt's folder: a result or a typed error, in bounded time and memory. Seed 20261124,
/// 10 000 cases each.
/// </summary>
public sealed class AptFuzzTests
{
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("PATCHTOOLS_SEED"), out var seed)
        ? seed
        : 20261124;

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

    private const string Release =
        "Origin: Debian\nLabel: Debian\nSuite: stable\nCodename: bookworm\nDate: Sat, 06 Sep 2025 09:58:37 "
        + "UTC\nValid-Until: Sat, 13 Sep 2025 09:58:37 UTC\nNotAutomatic: yes\nSHA256:\n 00 1 main/x\n";

    private const string Sources =
        "deb [arch=amd64,i386 trusted=yes] http://user:secret@deb.example/debian bookworm main contrib\n# text\ndeb-src http://x y z\ndeb file:/srv/repo ./\n";

    private const string Deb822Sources =
        "Types: deb deb-src\nURIs: http://deb.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nEnabled: yes\nSigned-By:\n -----BEGIN\n";

    private const string Configuration =
        "// comment\nAPT { Architecture \"amd64\"; Architectures { \"amd64\"; \"i386\"; }; };\n#clear "
        + "A::B;\nDir::State \"/var/lib/apt\"; /* x\n y */ Dir::State::lists \"lists/\";\n#include "
        + "\"/dev/null\";\nA:: \"1\"; A:: \"2\";\n";

    private const string UpdateOutput =
        "Hit:1 http://deb.example/debian bookworm InRelease\nErr:2 http://user:secret@deb.example/debian bookworm-updates InRelease\n  Could not connect\nE: The repository 'http://deb.example/debian bookworm Release' no longer has a Release file.\nW: GPG error: http://deb.example/debian bookworm InRelease: bad\n";

    private static readonly AptArchitectures s_architectures = new("amd64", ["amd64", "i386"]);

    private static readonly IReadOnlyList<AptRepository> s_repositories = AptSources
        .Parse(
            "deb http://deb.example/debian bookworm main\ndeb http://deb.example/debian bookworm-updates main\n",
            "x",
            s_architectures
        )
        .Repositories;

    private const string Preferences =
        "Package: nodejs /^lib.*/ *\nPin: release a=stable, n=bookworm, c=main\nPin-Priority: "
        + "600\n\nPackage: x\nPin: version 1.*\nPin-Priority: -1\n";

    [Fact]
    public void Stanzas() =>
        Fuzz(
            Packages,
            bytes =>
            {
                var sink = new CountingSink();
                StanzaReader.Read(new MemoryStream(bytes), "fuzz", ref sink);
                Assert.InRange(sink.Stanzas, 0, bytes.Length);
            }
        );

    [Fact]
    public void Release_files() =>
        Fuzz(
            Release,
            bytes =>
            {
                try
                {
                    var release = ReleaseFile.Parse(bytes);
                    _ = release.SizeOf("main/binary-amd64/Packages");
                    Assert.True(release.Architectures.Count <= bytes.Length);
                }
                catch (InvalidDataException)
                {
                    // What the reader of a repository turns into its status Unreadable.
                }
            }
        );

    [Fact]
    public void Configuration_files() =>
        Fuzz(
            Configuration,
            bytes =>
            {
                var configuration = AptConfiguration.Parse(Encoding.UTF8.GetString(bytes));
                Assert.StartsWith("/", configuration.FindFile("Dir::State::lists"), StringComparison.Ordinal);
                _ = configuration.FindList("APT::Architectures");
                Assert.InRange(configuration.Warnings.Count, 0, 1001);
            }
        );

    [Fact]
    public void Sources_lines() =>
        Fuzz(Sources, bytes => HoldsNoPath(AptSources.Parse(Encoding.UTF8.GetString(bytes), "fuzz", s_architectures)));

    [Fact]
    public void Sources_stanzas() =>
        Fuzz(
            Deb822Sources,
            bytes => HoldsNoPath(AptSources.ParseStanzas(Encoding.UTF8.GetString(bytes), "fuzz", s_architectures))
        );

    [Fact]
    public void Preferences_files() =>
        Fuzz(
            Preferences,
            bytes =>
            {
                var index = new AptIndexFacts
                {
                    Archive = "stable",
                    Codename = "bookworm",
                    Component = "main",
                    Site = "deb.example",
                };
                foreach (var pin in AptPreferences.Parse(Encoding.UTF8.GetString(bytes), "fuzz").Pins)
                {
                    pin.MatchesPackage("nodejs", "amd64", "amd64");
                    pin.Match.MatchesIndex(index);
                    pin.Match.MatchesVersion("1.2");
                }
            }
        );

    [Fact]
    public void Output_of_update() =>
        Fuzz(
            UpdateOutput,
            bytes =>
            {
                var text = Encoding.UTF8.GetString(bytes);
                var output = AptUpdateOutput.Parse(text, text, s_repositories);
                Assert.DoesNotContain(
                    output.Failures.Values,
                    reason => reason.Contains("://user:secret@", StringComparison.Ordinal)
                );
            }
        );

    /// <summary>Names of list files must not lead out of the lists directory.</summary>
    private static void HoldsNoPath(AptSources sources)
    {
        foreach (var repository in sources.Repositories)
        {
            foreach (var index in repository.Indexes)
                Assert.DoesNotContain('/', repository.ListFileName(index.MetaKey));
            Assert.DoesNotContain("://user:secret@", repository.Name, StringComparison.Ordinal);
        }
    }

    private static void Fuzz(string valid, Action<byte[]> parse)
    {
        var random = new Random(Seed);
        var original = Encoding.UTF8.GetBytes(valid);
        parse(original);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Damage(original, random);
            try
            {
                parse(bytes);
                read++;
            }
            catch (PatchToolsException)
            {
                // A typed error is an answer.
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Case {i} of seed {Seed}: {Convert.ToBase64String(bytes)}", e);
            }
        }

        // A parser that refuses everything would be none.
        TestContext.Current.TestOutputHelper?.WriteLine($"Seed {Seed}: {read} read, {refused} refused.");
        Assert.True(read > Cases / 50, $"Of {Cases} damaged texts {read} are read, {refused} are refused.");
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
