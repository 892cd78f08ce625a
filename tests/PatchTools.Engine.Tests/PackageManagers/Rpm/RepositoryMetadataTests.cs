using System.Diagnostics;
using System.Text;
using PatchTools.Adapters.Compression;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Rpm;

public sealed class RepositoryMetadataTests
{
    /// <summary>createrepo_c 0.17.3.</summary>
    internal const string Primary = """
        <?xml version="1.0" encoding="UTF-8"?>
        <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="2">
        <package type="rpm">
          <name>r-epoch</name>
          <arch>x86_64</arch>
          <version epoch="1" ver="1.1" rel="1"/>
          <checksum type="sha256" pkgid="YES">4a5f0a6b</checksum>
          <summary>synthetic &lt;r-epoch&gt;</summary>
          <description>synthetic package with a name of &lt;name&gt;</description>
          <packager></packager>
          <url></url>
          <time file="1767225600" build="1767225601"/>
          <size package="6289" installed="9" archive="0"/>
        <location href="rpms/r-epoch-1.1-1.x86_64.rpm"/>
          <format>
            <rpm:license>MIT</rpm:license>
            <rpm:vendor/>
            <rpm:group>Test</rpm:group>
            <rpm:provides>
              <rpm:entry name="r-epoch" flags="EQ" epoch="1" ver="1.1" rel="1"/>
              <rpm:entry name="r-epoch(x86-64)" flags="EQ" epoch="1" ver="1.1" rel="1"/>
            </rpm:provides>
            <rpm:requires>
              <rpm:entry name="r-not-provided"/>
            </rpm:requires>
            <rpm:obsoletes>
              <rpm:entry name="r-old" flags="LT" epoch="0" ver="2.0"/>
              <rpm:entry name="r-older"/>
            </rpm:obsoletes>
            <file>/usr/bin/r-epoch</file>
          </format>
        </package>
        <package type="rpm">
          <name>r-a+b</name>
          <arch>noarch</arch>
          <version epoch="0" ver="1.0~rc1^20260101" rel="1.el9_2"/>
          <format/>
        </package>
        </metadata>
        """;

    /// <summary>Advisories of Red Hat's, Amazon's and a hand-written form.</summary>
    internal const string UpdateInfo = """
        <?xml version="1.0" encoding="UTF-8"?>
        <updates>
          <update from="security@example.com" status="final" type="security" version="2">
            <id>FAKE-SA-2026:0001</id>
            <title>Important: tool &amp; more</title>
            <issued date="2026-01-05 00:00:00"/>
            <updated date="2026-01-07 10:11:12"/>
            <severity>Important</severity>
            <summary>text</summary>
            <references>
              <reference href="https://example.org/1" id="CVE-2026-0001" type="cve" title="CVE-2026-0001"/>
              <reference href="https://example.org/1" id="CVE-2026-0001" type="CVE" title="again"/>
              <reference href="https://example.org/2" id="1000001" type="bugzilla" title="id"/>
              <reference href="https://example.org/3" id="FAKE-SA-2026:0001" type="self" title="id"/>
            </references>
            <pkglist>
              <collection short="a">
                <name>plain</name>
                <package name="tool" version="1.1" release="1" epoch="0" arch="x86_64" src="tool-1.1-1.src.rpm"><filename>tool-1.1-1.x86_64.rpm</filename><reboot_suggested>True</reboot_suggested></package>
                <package name="no-epoch" version="2" release="1" arch="noarch"/>
              </collection>
              <collection short="b">
                <name>of a stream in use</name>
                <module name="on" stream="1" version="1" context="c" arch="x86_64"/>
                <package name="on-tool" version="1.1" release="1.module" epoch="3" arch="x86_64"/>
              </collection>
              <collection short="c">
                <name>of a stream not in use</name>
                <module name="off" stream="1" version="1" context="c" arch="x86_64"/>
                <package name="off-tool" version="1.1" release="1.module" epoch="0" arch="x86_64"/>
              </collection>
            </pkglist>
          </update>
          <update type="bugfix">
            <id></id>
            <updated date="yesterday"/>
            <issued date="1767953472"/>
            <severity/>
            <references><reference id="FAKE-BA-2026:0002" type="self"/></references>
            <pkglist><collection><package name="tool" version="1.2" release="1" epoch="" arch="x86_64"/></collection></pkglist>
          </update>
          <update>
            <id>FAKE-NONE</id>
            <pkglist><collection><package name="tool" version="1.3" release="1" epoch="0" arch="x86_64"/><package version="1" release="1" arch="x86_64"/></collection></pkglist>
          </update>
          <update type="security"><id>FAKE-EMPTY</id><pkglist/></update>
        </updates>
        """;

    internal const string RepomdText = """
        <?xml version="1.0" encoding="UTF-8"?>
        <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
          <revision>1767225600</revision>
          <data type="primary">
            <checksum type="sha256">5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a</checksum>
            <open-checksum type="sha">93b193b193b193b193b193b193b193b193b193b1</open-checksum>
            <location href="repodata/aa-primary.xml.gz"/>
            <timestamp>1767225600</timestamp>
            <size>3022</size>
            <open-size>34512</open-size>
          </data>
          <data type="updateinfo">
            <location href="repodata/cc-updateinfo.xml.gz"/>
            <timestamp>1767225700.58</timestamp>
          </data>
        </repomd>
        """;

    /// <summary>libmodulemd 2.14.0, and the shorter forms that people write by hand.</summary>
    internal const string Modules = """
        ---
        document: modulemd
        version: 2
        data:
          name: nodejs
          stream: "18"
          version: 8070020221209140102
          context: bd1311ed
          arch: x86_64
          summary: Javascript runtime with a long line that goes on
            on the next one
          description: >-
            Node.js is a platform: built on Chrome's JavaScript runtime.

            name: not-a-name
          license:
            module:
            - MIT
          xmd: {}
          dependencies:
          - buildrequires:
              nodejs: [18]
              platform: [el8.7.0]
            requires:
              platform: [el8]
              perl: []
          references:
            community: http://nodejs.org
          profiles:
            common:
              rpms:
              - nodejs
          api:
            rpms:
            - nodejs
          filter:
            rpms: [not-shipped-0:1-1.x86_64]
          demodularized:
            rpms:
            - left
          components:
            rpms:
              nodejs:
                rationale: 'Javascript runtime: the name'
                repository: git://example.org/rpms/nodejs
          artifacts:
            rpms:
            - nodejs-1:18.12.1-2.module+el8.7.0+17306+fc023f99.x86_64
            - npm-1:8.19.2-1.18.12.1.2.module+el8.7.0+17306+fc023f99.x86_64
        ...
        ---
        document: modulemd-defaults
        version: 1
        data:
          module: nodejs
          modified: 202001010000
          stream: "10"
          profiles:
            10: [common]
        ...
        ---
        document: modulemd-defaults
        version: 1
        data: {module: bare, stream: '1'}
        ---
        # by hand
        document: modulemd
        data:
          name: "rmodon"
          stream: 1   # a number
          version: 1
          context: "00000001"
          arch: x86_64
          dependencies: [{requires: {platform: [el8], perl: ["5.26", '5.30']}}]
          artifacts:
            rpms: ["r-mod-on-0:1.1-1.module.x86_64",
              "r-mod-more-0:1.1-1.module.noarch"]
        """;

    [Fact]
    public void Packages_come_with_name_architecture_edition_build_time_and_what_they_replace()
    {
        var sink = new PackageLines();
        PrimaryReader.Read(Plain(Primary), "primary.xml", sink);

        Assert.Equal(
            [
                "provides r-epoch",
                "provides r-epoch(x86-64)",
                "obsoletes r-old LT 2.0",
                "obsoletes r-older",
                "r-epoch x86_64 1:1.1-1 1767225601",
                "r-a+b noarch 1.0~rc1^20260101-1.el9_2 0",
            ],
            sink.Lines
        );
    }

    [Fact]
    public void Advisories_come_per_package_with_the_collections_that_concern_the_host()
    {
        var sink = new AdvisoryLines();
        UpdateInfoReader.Read(Plain(UpdateInfo), "updateinfo.xml", sink);

        Assert.Equal(
            [
                "FAKE-SA-2026:0001 tool x86_64 1.1-1",
                "FAKE-SA-2026:0001 no-epoch noarch 2-1",
                "FAKE-SA-2026:0001 on-tool x86_64 3:1.1-1.module",
                "FAKE-BA-2026:0002 tool x86_64 1.2-1",
                "FAKE-NONE tool x86_64 1.3-1",
            ],
            sink.Lines
        );
        var first = sink.Advisories[0];
        Assert.Equal(
            ("security", "Important", new DateTimeOffset(2026, 1, 7, 10, 11, 12, TimeSpan.Zero)),
            (first.Classification, first.Severity, first.Date)
        );
        Assert.Equal(["CVE-2026-0001"], first.CveIds);
        Assert.Equal(["1000001"], first.BugzillaIds);
        Assert.Equal(
            ("bugfix", "", DateTimeOffset.FromUnixTimeSeconds(1767953472)),
            (sink.Advisories[3].Classification, sink.Advisories[3].Severity, sink.Advisories[3].Date!.Value)
        );
        Assert.Equal(
            ("", "", null),
            (sink.Advisories[4].Classification, sink.Advisories[4].Severity, sink.Advisories[4].Date)
        );
    }

    [Theory]
    [InlineData("2020-01-02 03:04:05", "2020-01-02 03:04:05")]
    [InlineData("2020-01-02 03:04:05 UTC", "2020-01-02 03:04:05")]
    [InlineData("2020-01-02T03:04:05Z", "2020-01-02 03:04:05")]
    [InlineData("2020-01-02 03:04", "2020-01-02 03:04:00")]
    [InlineData("2020-01-02 03", "2020-01-02 03:00:00")]
    [InlineData("2020-01-02", "2020-01-02 00:00:00")]
    [InlineData("1577934245", "2020-01-02 03:04:05")]
    [InlineData("Jan 1 2020", null)]
    [InlineData("", null)]
    [InlineData("99999999999999", null)]
    public void Dates_are_read_in_every_form_that_vendors_write(string text, string? instant) =>
        Assert.Equal(
            instant,
            UpdateInfoReader
                .Date(Encoding.UTF8.GetBytes(text))
                ?.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)
        );

    [Fact]
    public void The_table_of_contents_names_files_and_the_time_of_the_youngest()
    {
        var contents = RepomdReader.Read(Plain(RepomdText), "repomd.xml");

        Assert.Equal(
            new RepomdEntry("repodata/aa-primary.xml.gz", 1767225600, 34512)
            {
                Checksum = new ListChecksum("sha256", string.Concat(Enumerable.Repeat("5f0a", 16))),
                OpenChecksum = new ListChecksum("sha1", string.Concat(Enumerable.Repeat("93b1", 10))),
                Size = 3022,
            },
            contents.Entries["primary"]
        );
        Assert.Equal("repodata/cc-updateinfo.xml.gz", contents.Entries["updateinfo"].Location);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767225700), contents.PublishedAt);
    }

    [Theory]
    [InlineData("1893456000", "2030-01-01")]
    [InlineData("1767225650.3", "2026-01-01")]
    [InlineData("20301231", "2026-01-01")]
    [InlineData("20301231120000", "2026-01-01")]
    [InlineData("el8-build-7", "2026-01-01")]
    public void A_revision_that_is_a_time_counts_and_other_texts_do_not(string revision, string published) =>
        Assert.Equal(
            published,
            RepomdReader
                .Read(
                    Plain(
                        RepomdText.Replace("<revision>1767225600<", $"<revision>{revision}<", StringComparison.Ordinal)
                    ),
                    "repomd.xml"
                )
                .PublishedAt!.Value.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
        );

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public void A_location_outside_the_repository_is_refused(string location) =>
        Assert.Throws<PatchToolsException>(() =>
            RepomdReader.Read(
                Plain(RepomdText.Replace("repodata/aa-primary.xml.gz", location, StringComparison.Ordinal)),
                "repomd.xml"
            )
        );

    [Theory]
    [InlineData("<html><body>404</body></html>")]
    [InlineData("")]
    [InlineData("not found")]
    public void Another_document_is_no_empty_list(string text)
    {
        Assert.Throws<PatchToolsException>(() => PrimaryReader.Read(Plain(text), "x", new PackageLines()));
        Assert.Throws<PatchToolsException>(() => UpdateInfoReader.Read(Plain(text), "x", new AdvisoryLines()));
        Assert.Throws<PatchToolsException>(() => RepomdReader.Read(Plain(text), "x"));
    }

    [Fact]
    public void Module_documents_give_streams_artifacts_requirements_and_defaults()
    {
        var documents = ModuleDocumentReader.Read(Plain(Modules), "modules.yaml");

        Assert.Equal([new ModuleDefault("nodejs", "10"), new ModuleDefault("bare", "1")], documents.Defaults);
        Assert.Equal(2, documents.Streams.Count);
        var node = documents.Streams[0];
        Assert.Equal(new ModuleStream("nodejs", "18", "bd1311ed", "x86_64"), node.Stream);
        Assert.Equal(8070020221209140102ul, node.Version);
        Assert.Equal(
            [
                "nodejs-1:18.12.1-2.module+el8.7.0+17306+fc023f99.x86_64",
                "npm-1:8.19.2-1.18.12.1.2.module+el8.7.0+17306+fc023f99.x86_64",
            ],
            node.Artifacts
        );
        Assert.Equal(["left"], node.Demodularized);
        Assert.Equal(["el8"], Assert.Single(node.Requires)["platform"]);
        Assert.Empty(node.Requires[0]["perl"]);
        var hand = documents.Streams[1];
        Assert.Equal(new ModuleStream("rmodon", "1", "00000001", "x86_64"), hand.Stream);
        Assert.Equal(["r-mod-on-0:1.1-1.module.x86_64", "r-mod-more-0:1.1-1.module.noarch"], hand.Artifacts);
        Assert.Equal(["5.26", "5.30"], Assert.Single(hand.Requires)["perl"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("xz")]
    [InlineData("zstd")]
    [InlineData("bzip2")]
    public void Every_compression_of_a_repository_is_read(string? tool)
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("primary.xml");
        File.WriteAllText(path, Primary);
        if (tool is not null)
        {
            Rig.NeedsCommands(tool);
            using var process = Process.Start(new ProcessStartInfo(tool, ["-q", path]))!;
            process.WaitForExit();
            path = Directory
                .GetFiles(folder.Path)
                .Single(f => tool is not "zstd" || f.EndsWith(".zst", StringComparison.Ordinal));
        }

        var sink = new PackageLines();
        PrimaryReader.Read(MetadataFile.Open(path, new Decompressor()), path, sink);

        Assert.Equal("r-a+b noarch 1.0~rc1^20260101-1.el9_2 0", sink.Lines[^1]);
    }

    [Fact]
    public void Zchunk_without_a_plain_twin_is_an_error_that_says_so()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("primary.xml.zck");
        File.WriteAllBytes(path, "\0ZCK1 and more"u8.ToArray());

        Assert.Contains(
            "zchunk=0",
            Assert.Throws<PatchToolsException>(() => MetadataFile.Open(path, new Decompressor())).Message,
            StringComparison.Ordinal
        );
    }

    internal static MemoryStream Plain(string text) => new(Encoding.UTF8.GetBytes(text));

    internal sealed class PackageLines : IPrimarySink
    {
        public List<string> Lines { get; } = [];

        public bool WantsProvides => true;

        public void Provides(ReadOnlySpan<byte> name) => Lines.Add($"provides {Encoding.UTF8.GetString(name)}");

        public void Obsoletes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> flags, ReadOnlySpan<byte> edition) =>
            Lines.Add(
                string.Join(
                        ' ',
                        "obsoletes",
                        Encoding.UTF8.GetString(name),
                        Encoding.UTF8.GetString(flags),
                        Encoding.UTF8.GetString(edition)
                    )
                    .TrimEnd()
            );

        public void Add(
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition,
            long buildTime
        ) =>
            Lines.Add(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{Encoding.UTF8.GetString(name)} {Encoding.UTF8.GetString(architecture)} "
                        + $"{Encoding.UTF8.GetString(edition)} {buildTime}"
                )
            );
    }

    internal sealed class AdvisoryLines : IUpdateInfoSink
    {
        public List<string> Lines { get; } = [];

        public List<Advisory> Advisories { get; } = [];

        public bool IsActive(ModuleStream stream) => stream.Name == "on";

        public void Add(
            Advisory advisory,
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition
        )
        {
            Advisories.Add(advisory);
            Lines.Add(
                $"{advisory.Id} {Encoding.UTF8.GetString(name)} {Encoding.UTF8.GetString(architecture)} "
                    + $"{Encoding.UTF8.GetString(edition)}"
            );
        }
    }
}
