using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PatchTools.Errors;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

/// <summary>
/// Bad input is a typed error or a result. 10 000 mutations of valid documents for each reader, seed 20261124.
/// </summary>
public sealed class DocumentFuzzTests
{
    private const int Seed = 20261124;
    private const int Cases = 10_000;

    private static readonly string[] Values =
    [
        "null",
        "true",
        "[]",
        "[null]",
        "{}",
        "\"\"",
        "0",
        "-1",
        "7.0",
        "1e999",
        "1e-999",
        "99999999999999999999",
        "0.5",
        "\"\\u0000\"",
        "\"\\n\\u001b[31m\"",
        "\"2026-02-30\"",
        "\"2026-3-1\"",
        "\"hihg\"",
        "\"high\"",
        "\"BLOCK\"",
        "\"DEBIAN\"",
        "[\"*\"]",
        "[{\"key\":\"PRODUCT\",\"values\":[\"*\"]}]",
        "{\"filters\":null}",
        "{\"rules\":[{\"filterGroup\":{}}]}",
        "[{\"name\":\"../x\",\"products\":[],\"configuration\":\"\"}]",
    ];

    /// <summary>Fragments that mean something to a JSON reader or to ours.</summary>
    private static readonly string[] Fragments =
    [
        .. Values,
        "\"\\ud800\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\u0000",
        "\uFEFF",
        "<",
        "//",
        "/*",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "\"patchBaseline\":",
        "\"OperatingSystem\":",
        "\"operatingSystem\":\"X\",",
    ];

    [Fact]
    public void Ten_thousand_damaged_snapshots_are_read_or_refused()
    {
        byte[][] seeds =
        [
            .. RecordedDocuments.Snapshots.Select(RecordedDocuments.Read),
            SnapshotWriter.WriteDocument(SnapshotWriterTests.Full, "web"),
            BareBaseline.Of(SnapshotWriterTests.Full),
            SnapshotReaderTests.Gzip(RecordedDocuments.Read("scan-default.json")),
            Encoding.UTF8.GetBytes(
                SnapshotReaderTests.Pascal(SnapshotReaderTests.Change(_ => { })["patchBaseline"]!).ToJsonString()
            ),
        ];
        var (read, refused) = Run(
            seeds,
            content => SnapshotReader.Read(content, "fuzz"),
            PatchErrors.SnapshotMalformed,
            PatchErrors.BaselineInvalid
        );
        Assert.True(
            read > Cases / 20 && refused > Cases / 5,
            $"The mutations are too tame or too wild: {read} read, {refused} refused."
        );
    }

    [Fact]
    public void Ten_thousand_damaged_overrides_are_read_or_refused()
    {
        JsonNode whole = SnapshotReaderTests.Pascal(
            JsonNode.Parse(BareBaseline.Of(SnapshotWriterTests.Full with { OperatingSystem = "DEBIAN" }))!
        );
        var list = new JsonArray(
            JsonNode.Parse(RecordedDocuments.Read("override-ubuntu.json"))![0]!.DeepClone(),
            whole
        );
        byte[][] seeds =
        [
            RecordedDocuments.Read("override-debian.json"),
            Encoding.UTF8.GetBytes(list.ToJsonString()),
            SnapshotReaderTests.Gzip(RecordedDocuments.Read("override-debian.json")),
        ];
        var (read, refused) = Run(
            seeds,
            content => BaselineOverrideFile.Select(content, "fuzz", "DEBIAN"),
            PatchErrors.BaselineOverrideMalformed,
            PatchErrors.BaselineOverrideNotAList,
            PatchErrors.BaselineOverrideNoEntry,
            PatchErrors.BaselineOverrideSeveralEntries,
            PatchErrors.BaselineOverrideAccessDenied
        );
        Assert.True(
            read > Cases / 20 && refused > Cases / 5,
            $"The mutations are too tame or too wild: {read} read, {refused} refused."
        );
    }

    private static (int Read, int Refused) Run(byte[][] seeds, Action<byte[]> reader, params PatchError[] expected)
    {
        var random = new Random(Seed);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var seed = seeds[random.Next(seeds.Length)];
            var content = i % 2 == 0 || seed[0] == 0x1F ? Mutate(seed, seeds, random) : Restructure(seed, random);
            try
            {
                reader(content);
                read++;
            }
            catch (PatchToolsException e)
            {
                refused++;
                Assert.Contains(e.Error, expected);
                Assert.StartsWith("fuzz: ", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(e.Message, char.IsControl);
            }
            catch (Exception e)
            {
                Assert.Fail(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Case {i}: {e.GetType().Name}: {e.Message}\n{Convert.ToBase64String(content)}"
                    )
                );
            }
        }

        return (read, refused);
    }

    private static byte[] Mutate(byte[] seed, byte[][] seeds, Random random)
    {
        var content = new List<byte>(seed);
        for (var n = random.Next(1, 5); n > 0 && content.Count > 0; n--)
        {
            var at = random.Next(content.Count);
            switch (random.Next(5))
            {
                case 0:
                    content[at] = (byte)random.Next(256);
                    break;
                case 1:
                    content.RemoveRange(at, random.Next(1, Math.Min(40, content.Count - at + 1)));
                    break;
                case 2:
                    content.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                    break;
                case 3:
                    content.RemoveRange(at, content.Count - at);
                    break;
                default:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    content.InsertRange(
                        at,
                        other.AsSpan(from, Math.Min(random.Next(1, 200), other.Length - from)).ToArray()
                    );
                    break;
            }
        }

        return [.. content];
    }

    /// <summary>
    /// Changes the meaning and leaves the JSON sound: members replaced, removed and renamed anywhere in the tree.
    /// </summary>
    private static byte[] Restructure(byte[] seed, Random random)
    {
        var root = JsonNode.Parse(seed)!;
        for (var n = random.Next(1, 3); n > 0; n--)
        {
            var containers = Containers(root).ToList();
            switch (containers[random.Next(containers.Count)])
            {
                case JsonObject { Count: > 0 } o:
                    var name = o.ElementAt(random.Next(o.Count)).Key;
                    if (random.Next(4) == 0)
                        o.Remove(name);
                    else if (random.Next(4) == 0)
                        o[name.ToUpperInvariant()] = o[name]?.DeepClone();
                    else
                        o[name] = JsonNode.Parse(Values[random.Next(Values.Length)]);
                    break;
                case JsonArray { Count: > 0 } a:
                    a[random.Next(a.Count)] = JsonNode.Parse(Values[random.Next(Values.Length)]);
                    break;
                case JsonArray a:
                    a.Add(JsonNode.Parse(Values[random.Next(Values.Length)]));
                    break;
            }
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static IEnumerable<JsonNode> Containers(JsonNode? node) =>
        node switch
        {
            JsonObject o => o.SelectMany(member => Containers(member.Value)).Prepend(o),
            JsonArray a => a.SelectMany(Containers).Prepend(a),
            _ => [],
        };
}
