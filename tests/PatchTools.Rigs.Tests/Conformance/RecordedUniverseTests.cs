using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using PatchTools.Testing.Conformance;
using SharpCompress.Compressors.Xz;

namespace PatchTools.Rigs.Tests.Conformance;

/// <summary>The universe made here is the one that the recordings were made with.</summary>
public sealed class RecordedUniverseTests : IDisposable
{
    private readonly RecordedUniverse _universe = new("base");

    public void Dispose() => _universe.Dispose();

    [Fact]
    public void The_package_database_is_the_recorded_one_to_the_byte_and_the_file_time()
    {
        var recorded = Recorded(path =>
            path is "dpkg/status" or "dpkg/arch" or "dpkg/extended_states"
            || path.StartsWith("dpkg/info/", StringComparison.Ordinal)
        );
        Assert.True(recorded.Count > 40);
        foreach (var (path, content, time) in recorded)
        {
            var ours =
                path == "dpkg/extended_states"
                    ? _universe.ExtendedStates
                    : Path.Combine(_universe.Database, path["dpkg/".Length..]);
            Assert.Equal(content, File.ReadAllText(ours));
            if (path.EndsWith(".list", StringComparison.Ordinal))
                Assert.Equal(time.UtcDateTime, File.GetLastWriteTimeUtc(ours));
        }
    }

    [Theory]
    [InlineData("clean", "c23bc6d7accede68ff2445eb0c7509916733a16d031ddfb5e180a8c1b7d4e2c7")]
    [InlineData("fail", "7df6dc593c570677df0578b9de4ea6f99c5563e5596217227dc77d64571d8b5a")]
    public void The_package_database_of_the_other_universes_is_the_recorded_one(string name, string recordedHash)
    {
        using var universe = new RecordedUniverse(name);
        Assert.Equal(
            recordedHash,
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(universe.Database, "status"))))
        );
    }

    [Fact]
    public void The_sources_are_the_recorded_ones() =>
        Assert.Equal(RecordedUniverse.SourcesList, Recorded(path => path == "sources.list").Single().Content);

    [Fact]
    public void The_repository_offers_what_the_recorded_one_offered()
    {
        var indexes = Recorded(path => path.EndsWith("/Packages", StringComparison.Ordinal));
        Assert.Equal(8, indexes.Count);
        foreach (var (path, content, _) in indexes)
            Assert.Equal(
                Stanzas(content),
                Stanzas(File.ReadAllText(Path.Combine(_universe.Repository, path["repo/".Length..])))
            );
    }

    /// <summary>Stanzas without what depends on the bytes of the package files, in one order.</summary>
    private static List<string> Stanzas(string index) =>
        [
            .. index
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(stanza =>
                    string.Join(
                        '\n',
                        stanza
                            .Trim()
                            .Replace("\n ", " ", StringComparison.Ordinal)
                            .Split('\n')
                            .Where(line =>
                                line.Split(':')[0] is not ("Size" or "MD5sum" or "SHA1" or "SHA256" or "SHA512")
                            )
                            .Order(StringComparer.Ordinal)
                    )
                )
                .Order(StringComparer.Ordinal),
        ];

    private static List<(string Path, string Content, DateTimeOffset Time)> Recorded(Func<string, bool> wanted)
    {
        List<(string Path, string Content, DateTimeOffset Time)> files = [];
        using var compressed = File.OpenRead(Path.Combine(RecordedCase.Base, "apt-state-base.tar.xz"));
        using var plain = new MemoryStream();
        using (var xz = new XZStream(compressed))
            xz.CopyTo(plain);
        plain.Position = 0;
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !wanted(entry.Name))
                continue;
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null, Encoding.UTF8);
            files.Add((entry.Name, reader.ReadToEnd(), entry.ModificationTime));
        }

        return files;
    }
}
