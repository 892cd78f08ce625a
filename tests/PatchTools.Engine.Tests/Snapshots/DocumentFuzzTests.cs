using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

/// <summary>Bad input is a typed error or a result. 10 000 mutations of valid documents for each reader, seed 20261124.</summary>
public sealed class DocumentFuzzTests
{
    private const int Seed = 20261124;
    private const int Cases = 10_000;

    /// <summary>Fragments that mean something to a JSON reader or to ours.</summary>
    private static readonly string[] Fragments =
    [
        "null", "true", "[]", "{}", "\"\"", "-1", "1e999", "1e-999", "99999999999999999999", "0.5", "\"\\ud800\"", "\"\\u0000\"", "\"2026-02-30\"", "\"2026-3-1\"", "\"hihg\"", "\"BLOCK\"",
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\u0000", "\uFEFF", "<", "//", "/*", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\"patchBaseline\":", "\"OperatingSystem\":", "\"operatingSystem\":\"X\",",
    ];

    [Fact]
    public void Ten_thousand_damaged_snapshots_are_read_or_refused()
    {
        byte[][] seeds =
        [
            .. RecordedDocuments.Snapshots.Select(RecordedDocuments.Read),
            SnapshotWriter.WriteDocument(SnapshotWriterTests.Full, "web"),
            SnapshotWriter.WriteBaseline(SnapshotWriterTests.Full),
            SnapshotReaderTests.Gzip(RecordedDocuments.Read("scan-default.json")),
            Encoding.UTF8.GetBytes(SnapshotReaderTests.Pascal(SnapshotReaderTests.Change(_ => { })["patchBaseline"]!).ToJsonString()),
        ];
        var (read, refused) = Run(seeds, content => SnapshotReader.Read(content, "fuzz"), PatchErrors.SnapshotMalformed, PatchErrors.BaselineInvalid);
        Assert.True(read > Cases / 50 && refused > Cases / 5, $"The mutations are too tame or too wild: {read} read, {refused} refused.");
    }

    [Fact]
    public void Ten_thousand_damaged_overrides_are_read_or_refused()
    {
        byte[][] seeds = [RecordedDocuments.Read("override-debian.json"), RecordedDocuments.Read("override-ubuntu.json"), SnapshotReaderTests.Gzip(RecordedDocuments.Read("override-debian.json"))];
        var (read, refused) = Run(
            seeds,
            content => BaselineOverrideFile.Select(content, "fuzz", "DEBIAN"),
            PatchErrors.BaselineOverrideMalformed,
            PatchErrors.BaselineOverrideNotAList,
            PatchErrors.BaselineOverrideNoEntry,
            PatchErrors.BaselineOverrideSeveralEntries,
            PatchErrors.BaselineOverrideAccessDenied);
        Assert.True(read > Cases / 50 && refused > Cases / 5, $"The mutations are too tame or too wild: {read} read, {refused} refused.");
    }

    private static (int Read, int Refused) Run(byte[][] seeds, Action<byte[]> reader, params PatchError[] expected)
    {
        var random = new Random(Seed);
        var (read, refused) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var content = Mutate(seeds[random.Next(seeds.Length)], seeds, random);
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
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Case {i}: {e.GetType().Name}: {e.Message}\n{Convert.ToBase64String(content)}"));
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
            switch (random.Next(7))
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
                case 4:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length);
                    content.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 200), other.Length - from)).ToArray());
                    break;
                default:
                    ReplaceValue(content, random);
                    break;
            }
        }

        return [.. content];
    }

    /// <summary>Puts a fragment in the place of a value, so that the result is often still JSON.</summary>
    private static void ReplaceValue(List<byte> content, Random random)
    {
        var colon = content.IndexOf((byte)':', random.Next(content.Count));
        if (colon < 0)
            return;
        var end = content.FindIndex(colon, b => b is (byte)',' or (byte)'}' or (byte)']' or (byte)'\n');
        if (end < 0)
            return;
        content.RemoveRange(colon + 1, end - colon - 1);
        content.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Fragments[random.Next(16)]));
    }
}
