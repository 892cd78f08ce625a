using System.Globalization;
using System.Text;
using System.Xml;
using BenchmarkDotNet.Attributes;
using K4os.Compression.LZ4.Streams;
using PatchTools.Adapters.Compression;
using PatchTools.Families.Rpm.Metadata;
using YamlDotNet.Core;

namespace PatchTools.Benchmarks;

/// <summary>
/// PatchTools' own readers and the libraries that could stand in for them, over the same bytes. The libraries only walk
/// through the document, which is the least that a reader built on them does.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(warmupCount: 3, iterationCount: 9)]
public class ReaderBenchmarks
{
    private const int Packages = 20_000;
    private const int Streams = 400;

    private byte[] _lz4 = [];
    private byte[] _xml = [];
    private byte[] _modules = [];

    [GlobalSetup]
    public void Prepare()
    {
        var xml = new StringBuilder("<metadata xmlns=\"urn:common\" xmlns:rpm=\"urn:rpm\">");
        var text = new StringBuilder();
        for (var i = 0; i < Packages; i++)
        {
            xml.Append(
                CultureInfo.InvariantCulture,
                $"""
                <package type="rpm"><name>package-{i}</name><arch>x86_64</arch>
                <version epoch="0" ver="{i % 40}.{i % 7}" rel="{i % 9}.el9"/>
                <summary>Package number {i} &amp; its files</summary><time file="17672256{i % 90
                    + 10}" build="1767225600"/>
                <location href="Packages/p/package-{i}.rpm"/><format><rpm:vendor>Rig</rpm:vendor>
                <rpm:provides><rpm:entry name="package-{i}" flags="EQ" epoch="0" ver="1" rel="1"/></rpm:provides>
                </format></package>

                """
            );
            text.Append(
                CultureInfo.InvariantCulture,
                $"Package: package-{i}\nVersion: {i % 40}.{i % 7}-{i % 9}\nArchitecture: amd64\nSection: libs\n"
            );
            text.Append(
                CultureInfo.InvariantCulture,
                $"Filename: pool/main/p/package-{i}.deb\nSHA256: {i * 7919:x16}{i * 104729:x16}\nPriority: optional\n\n"
            );
        }

        _xml = Encoding.UTF8.GetBytes(xml.Append("</metadata>").ToString());
        using var packed = new MemoryStream();
        using (var encoder = LZ4Stream.Encode(packed, leaveOpen: true))
            encoder.Write(Encoding.UTF8.GetBytes(text.ToString()));
        _lz4 = packed.ToArray();

        var modules = new StringBuilder();
        for (var i = 0; i < Streams; i++)
        {
            modules.Append(
                CultureInfo.InvariantCulture,
                $"""
                ---
                document: modulemd
                version: 2
                data:
                  name: module{i / 4}
                  stream: "{i % 4}"
                  version: 80{i}
                  context: c{i}
                  arch: x86_64
                  summary: A module
                  description: >-
                    Many words about what it is for.
                  dependencies:
                  - requires:
                      platform: [el9]
                  artifacts:
                    rpms:

                """
            );
            for (var rpm = 0; rpm < 60; rpm++)
                modules.Append(
                    CultureInfo.InvariantCulture,
                    $"    - module{i / 4}-part{rpm}-1:{i % 4}.{rpm}-2.module+el9+{i}.x86_64\n"
                );
            modules.Append("...\n");
        }

        _modules = Encoding.UTF8.GetBytes(modules.ToString());
    }

    [Benchmark]
    public long Lz4OfPatchTools() =>
        Drain(new Decompressor().Open(Ports.CompressionFormat.Lz4, new MemoryStream(_lz4)));

    [Benchmark]
    public long Lz4OfK4os() => Drain(LZ4Stream.Decode(new MemoryStream(_lz4)));

    [Benchmark]
    public int XmlOfPatchTools()
    {
        using var scanner = new XmlScanner(new MemoryStream(_xml), "primary.xml");
        var starts = 0;
        while (scanner.Read())
            starts += scanner.IsStart ? 1 : 0;
        return starts;
    }

    [Benchmark]
    public int XmlOfDotNet()
    {
        using var reader = XmlReader.Create(new MemoryStream(_xml));
        var starts = 0;
        while (reader.Read())
            starts += reader.NodeType == XmlNodeType.Element ? 1 : 0;
        return starts;
    }

    [Benchmark]
    public int ModulesOfPatchTools() =>
        ModuleDocumentReader.Read(new MemoryStream(_modules), "modules.yaml").Streams.Count;

    [Benchmark]
    public int ModulesOfYamlDotNet()
    {
        var parser = new Parser(new StreamReader(new MemoryStream(_modules)));
        var events = 0;
        while (parser.MoveNext())
            events++;
        return events;
    }

    private static long Drain(Stream plain)
    {
        using (plain)
        {
            var buffer = new byte[1 << 16];
            long bytes = 0;
            int read;
            while ((read = plain.Read(buffer)) > 0)
                bytes += read;
            return bytes;
        }
    }
}
