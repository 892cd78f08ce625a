using System.Globalization;
using System.Text;
using CsCheck;
using PatchTools.Adapters.Toml;
using PatchTools.Errors;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Apt.Refresh;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Fleet;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>
/// Texts made of the pieces that attacks are made of. Each says how many were read and how many were refused, so that a
/// test whose texts are all refused is not taken for a proof.
/// </summary>
public sealed class DataOfOthersFuzzTests : IDisposable
{
    private const int Cases = 5_000;

    private readonly TemporaryDirectory _root = new();
    private int _read;
    private int _refused;

    public DataOfOthersFuzzTests()
    {
        Directory.CreateDirectory(Path.Combine(_root.Path, "srv/repo/dists"));
        Directory.CreateDirectory(Path.Combine(_root.Path, "etc/dnf"));
    }

    private static Gen<string> Texts(params string[] pieces) => One(pieces).Array[1, 12].Select(string.Concat);

    private static Gen<string> One(string[] pieces) => Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Whatever_an_image_has_for_sources_apt_is_given_nothing_else_than_the_grammar()
    {
        var options = One([
            "",
            "[trusted=yes]",
            "[signed-by=/etc/key.gpg arch=amd64]",
            "[lang=$(id)]",
            "[arch=amd64",
            "[x=\"y\"]",
            "[target=a;b]",
            "[check-date=no by-hash=`id`]",
        ]);
        var addresses = One([
            "http://x/",
            "https://u:p@x/debian",
            "file:/srv/repo",
            "file:/etc",
            "copy:/srv/repo/",
            "cdrom:[x]/",
            "mirror+file:/x",
            "mirror+http://x/",
            "http://x/%22;APT::Update::Pre-Invoke",
            "http://x/\"",
            "file:/srv/repo\"",
            "http://é/",
            "x",
            "ssh://x/",
            "file:/../etc",
            "file:/srv/./repo/../repo",
        ]);
        var words = One([
            "bookworm",
            "main",
            "a/b",
            "./",
            "$(id)",
            "`id`",
            "%0aTypes:",
            "\"",
            ";",
            "{",
            "x\u0085y",
            "x\u2028y",
            "é",
            "\0",
            "main contrib",
            "#",
            "..",
            "-x",
        ]);
        var texts = Gen.Select(options, addresses, words, words)
            .Select((option, address, suite, component) => $"deb {option} {address} {suite} {component}\n")
            .Array[1, 3]
            .Select(string.Concat);
        var paragraphs = Gen.Select(addresses, words, words)
            .Select(
                (address, suite, component) =>
                    $"Types: deb\nURIs: {address}\nSuites: {suite}\nComponents: {component}\nSigned-By:\n "
                    + $"-----BEGIN PGP\n .\n {suite}\n\n"
            );
        Gen.OneOf(texts, paragraphs)
            .ForAll(
                text =>
                {
                    foreach (var source in new[] { Parsed(text), ParsedStanzas(text) })
                    {
                        foreach (var entry in source?.Entries ?? [])
                        {
                            var address = ImageAddress.Of(_root.Path, entry.Address, p => p);
                            if (AptImageSources.RefusalOf(address, entry) is not null)
                            {
                                Interlocked.Increment(ref _refused);
                                continue;
                            }

                            Interlocked.Increment(ref _read);
                            AssertOneParagraph(AptImageSources.Paragraph(entry, address.HandedOn!, _ => "/copy.gpg"));
                        }
                    }
                },
                cases: Cases
            );
        Conclude();
    }

    [Fact]
    public void Whatever_a_lock_file_holds_is_read_or_refused()
    {
        var file = Path.Combine(_root.Path, "etc/dnf/versionlock.toml");
        const string condition = "[[packages.conditions]]\nkey = \"evr\"\ncomparator = \"<\"\nvalue = \"1.0-1\"\n";
        var pieces = Texts(
            $"[[packages]]\nname = \"a\"\n{condition}",
            $"[[packages]]\nname = \"*\"\n{condition}{condition}",
            "[[packages]]\nname = \"b\"\n[[packages.conditions]]\nkey = \"arch\"\ncomparator = \"~\"\nvalue = \"\"\n",
            "[[packages]]\nname = 3\n",
            "[[packages]]\nname = \"c\"\nconditions = [ { key = \"epoch\", comparator = \"=\", value = \"1\" } ]\n",
            "[[packages]]\nname = \"\\u001b[2J\"\n",
            "# x\n",
            "\n"
        );
        var noise = One(["", "", "packages = []\n", "\"", "'''", "[", "=", "\0", "\u0085", "1e999", "{", "[a.b]\n"]);
        Gen.Select(pieces, noise, (text, end) => text + end)
            .ForAll(
                text =>
                {
                    List<string> warnings = [];
                    File.WriteAllText(file, "version = \"1.0\"\n" + text);
                    var locks = Dnf5VersionLock.Read(
                        Path.Combine(_root.Path, DnfTool.Dnf5.VersionLockFile!),
                        new TomlReader(),
                        warnings
                    );
                    if (locks is null)
                        _refused++;
                    else
                        _read++;
                    Assert.All(locks?.Entries ?? [], entry => _ = entry.Allows("1.0-1", "x86_64") || entry.Holds);
                    Assert.True(warnings.Count <= text.Length + 1);
                },
                cases: Cases
            );
        Conclude();
    }

    [Fact]
    public void Whatever_a_table_of_contents_holds_is_read_or_refused()
    {
        var sum = new string('a', 64);
        Texts(
                "<data type=\"primary\">",
                "</data>",
                "<checksum type=\"sha256\">",
                $"{sum}</checksum>",
                "<checksum type=\"md5\">x</checksum>",
                "<location href=\"repodata/p.xml.gz\"/>",
                "<location href=\"../../etc/passwd\"/>",
                "<open-checksum type=\"sha512\">",
                "</open-checksum>",
                "<size>12</size>",
                "<size>-1</size>",
                "<size>99999999999999999999</size>",
                "<timestamp>1</timestamp>",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "&amp;",
                "&#0;",
                "&x;",
                "<!DOCTYPE a [<!ENTITY x \"y\">]>",
                "<?pi?>",
                "\0",
                "<",
                ">"
            )
            .ForAll(
                text =>
                {
                    var whole = $"<repomd><revision>1</revision>{text}</repomd>";
                    try
                    {
                        var contents = RepomdReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(whole)), "fuzz");
                        Interlocked.Increment(ref _read);
                        foreach (var entry in contents.Entries.Values)
                        {
                            Assert.DoesNotContain("..", entry.Location.Split('/'));
                            AssertWellFormed(entry.Checksum);
                            AssertWellFormed(entry.OpenChecksum);
                        }
                    }
                    catch (PatchToolsException)
                    {
                        Interlocked.Increment(ref _refused);
                    }
                },
                cases: Cases
            );
        Conclude();
    }

    [Fact]
    public void Whatever_a_release_file_holds_is_read_or_refused()
    {
        var sum = new string('b', 64);
        Texts(
                "SHA256:\n",
                "SHA1:\n",
                "MD5Sum:\n",
                $" {sum} 12 main/binary-amd64/Packages\n",
                $" {sum} -1 main/x\n",
                " zz 1 main/x\n",
                $" {sum} 99999999999999999999 main/x\n",
                "Date: Sat, 06 Sep 2025 09:58:37 UTC\n",
                "Date: never\n",
                "Origin: Debian\n",
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n",
                "-----BEGIN PGP SIGNATURE-----\n\nx\n",
                "-----END PGP SIGNATURE-----\n",
                "- -----BEGIN",
                "\n\n",
                "\0",
                "\r",
                ":",
                "x"
            )
            .ForAll(
                text =>
                {
                    try
                    {
                        var release = ReleaseFile.Parse(Encoding.UTF8.GetBytes(text));
                        Interlocked.Increment(ref _read);
                        AssertWellFormed(release.ChecksumOf("main/binary-amd64/Packages"));
                        Assert.True(release.SizeOf("main/x") is null or >= 0);
                    }
                    catch (Exception e) when (e is InvalidDataException or PatchToolsException)
                    {
                        Interlocked.Increment(ref _refused);
                    }
                },
                cases: Cases
            );
        Conclude();
    }

    [Fact]
    public void Whatever_a_parameter_of_the_documents_accepts_holds_no_letter_that_could_end_a_text()
    {
        Gen.Select(
                One([.. DocumentParameters.Patterns.Keys]),
                Texts(
                    "https://x/",
                    "s3://b/",
                    "key",
                    "../",
                    "a",
                    "0",
                    "-",
                    "{region}",
                    "1.0",
                    new string('0', 64),
                    "'",
                    "\"",
                    "`",
                    "$",
                    "$(id)",
                    ";",
                    "\n",
                    "\r",
                    "\t",
                    " ",
                    "\0",
                    "\u2019",
                    "\u00a0",
                    "\u2028",
                    "\\",
                    "|",
                    "@'",
                    "'@",
                    "#",
                    "%0a"
                )
            )
            .ForAll(
                (name, value) =>
                {
                    if (!DocumentParameters.Accepts(name, value))
                    {
                        Interlocked.Increment(ref _refused);
                        return;
                    }

                    Interlocked.Increment(ref _read);
                    Assert.All(
                        value,
                        letter => Assert.False(letter is < ' ' or > '~' or '\'' or '"' or '`' or '$' or '\\')
                    );
                },
                cases: 10 * Cases
            );
        Conclude();
    }

    private void Conclude()
    {
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{_read} read, {_refused} refused")
        );
        Assert.True(_read > 50 && _refused > 50, $"{_read} read, {_refused} refused");
    }

    private void AssertOneParagraph(string paragraph)
    {
        Assert.EndsWith("\n\n", paragraph, StringComparison.Ordinal);
        var lines = paragraph[..^2].Split('\n');
        Assert.Equal("Types: deb", lines[0]);
        Assert.All(
            lines,
            line =>
            {
                Assert.NotEmpty(line);
                Assert.All(line, letter => Assert.InRange(letter, ' ', '~'));
                Assert.DoesNotContain('"', line);
                Assert.True(line[0] == ' ' || line.Contains(':', StringComparison.Ordinal), line);
            }
        );
        var address = lines.Single(l => l.StartsWith("URIs: ", StringComparison.Ordinal))["URIs: ".Length..];
        Assert.DoesNotContain(' ', address);
        if (ImageAddress.IsLocal(address))
            Assert.Contains($":{_root.Path}/", address, StringComparison.Ordinal);
    }

    private static void AssertWellFormed(ListChecksum checksum) =>
        Assert.True(checksum.IsNone || checksum.Hex.All(char.IsAsciiHexDigitLower));

    private static AptSources? Parsed(string text) =>
        Guarded(() => AptSources.Parse(text, "fuzz", new AptArchitectures("amd64", ["amd64"])));

    private static AptSources? ParsedStanzas(string text) =>
        Guarded(() => AptSources.ParseStanzas(text, "fuzz", new AptArchitectures("amd64", ["amd64"])));

    private static AptSources? Guarded(Func<AptSources> parse)
    {
        try
        {
            return parse();
        }
        catch (PatchToolsException)
        {
            return null;
        }
    }
}
