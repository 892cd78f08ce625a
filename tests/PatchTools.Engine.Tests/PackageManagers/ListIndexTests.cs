using System.Globalization;
using System.Text;
using CsCheck;
using PatchTools.Adapters.Compression;
using PatchTools.Engine.Tests.PackageManagers.Rpm;
using PatchTools.Errors;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>
/// What is remembered of lists. That it was used shows when the list has become nonsense of the same length, and is
/// still said to have the checksum that it had.
/// </summary>
public sealed class ListIndexTests : IDisposable
{
    private static readonly DateTime _time = new(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc);

    private readonly TemporaryDirectory _folder = new();
    private readonly Dictionary<string, ListChecksum> _checksums = new(StringComparer.Ordinal);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_primary_list_is_remembered_with_everything_that_its_reader_says()
    {
        var list = Write("5f0a5f0a5f0a5f0a5f0a5f0a5f0a5f0a-primary.xml", RepositoryMetadataTests.Primary);
        var fresh = Packages(list);

        MakeNonsense(list);

        Assert.NotEmpty(fresh);
        Assert.Equal(fresh, Packages(list));
    }

    [Fact]
    public void Advisories_are_remembered_with_everything_that_their_reader_says()
    {
        var list = Write("updateinfo.xml", RepositoryMetadataTests.UpdateInfo);
        var fresh = Advisories(list);

        MakeNonsense(list);

        var known = Advisories(list);
        Assert.NotEmpty(fresh.Lines);
        Assert.Equal(fresh.Lines, known.Lines);
        Assert.Equivalent(fresh.Advisories, known.Advisories, strict: true);
    }

    [Fact]
    public void Advisories_are_read_anew_when_other_module_streams_are_in_use()
    {
        var list = Write("updateinfo.xml", RepositoryMetadataTests.UpdateInfo);
        var fresh = Advisories(list).Lines;

        var sink = new EveryStream();
        using (var open = Open(list))
            Index().ReadAdvisories(open, sink);

        Assert.True(sink.Count > fresh.Count);
        Assert.Equal(fresh, Advisories(list).Lines);
    }

    [Theory]
    [InlineData("checksum")]
    [InlineData("length")]
    [InlineData("index")]
    [InlineData("truncated index")]
    [InlineData("older index")]
    [InlineData("no index")]
    public void A_list_is_read_itself_when_it_changed_or_its_index_is_no_good(string what)
    {
        var list = Write("primary.xml", RepositoryMetadataTests.Primary);
        Packages(list);
        MakeNonsense(list);
        var index = Assert.Single(Directory.GetFiles(_folder.File("data/metadata")));
        var content = File.ReadAllBytes(index);
        switch (what)
        {
            case "checksum":
                _checksums.Remove(list);
                break;
            case "length":
                File.AppendAllText(list, "x");
                File.SetLastWriteTimeUtc(list, _time);
                break;
            case "index":
                content[^5] ^= 1;
                File.WriteAllBytes(index, content);
                break;
            case "truncated index":
                File.WriteAllBytes(index, content[..^7]);
                break;
            case "older index":
                content[7]++;
                File.WriteAllBytes(index, content);
                break;
            default:
                File.Delete(index);
                break;
        }

        Assert.Same(
            PatchErrors.RepositoryMetadataMalformed,
            Assert.Throws<PatchToolsException>(() => Packages(list)).Error
        );
    }

    [Fact]
    public void What_one_list_holds_is_never_taken_for_another_of_the_same_length()
    {
        var list = Write("primary.xml", RepositoryMetadataTests.Primary);
        var fresh = Packages(list);

        File.WriteAllText(list, RepositoryMetadataTests.Primary.Replace("<name>", "<NAME>", StringComparison.Ordinal));
        _checksums.Clear();
        Assert.Throws<PatchToolsException>(() => Packages(list));

        File.WriteAllText(list, RepositoryMetadataTests.Primary);
        File.SetLastWriteTimeUtc(list, _time.AddDays(1));
        _checksums.Clear();
        Assert.Equal(fresh, Packages(list));
    }

    [Fact]
    public void A_list_that_cannot_be_read_to_its_end_leaves_no_index()
    {
        var list = Write("primary.xml", RepositoryMetadataTests.Primary[..^20]);
        Assert.Throws<PatchToolsException>(() => Packages(list));
        Assert.False(Directory.Exists(_folder.File("data/metadata")));
    }

    [Fact]
    public void Small_lists_are_not_worth_an_index_and_a_newer_list_takes_the_place_of_the_older()
    {
        var small = Write("small/primary.xml", RepositoryMetadataTests.Primary);
        using (var open = Open(small))
            new MetadataIndex(new ListIndex(Host), new Decompressor()).ReadPrimary(
                open,
                new RepositoryMetadataTests.PackageLines()
            );
        Assert.False(Directory.Exists(_folder.File("data/metadata")));

        Packages(Write($"{new string('a', 64)}-primary.xml", RepositoryMetadataTests.Primary));
        Packages(Write($"{new string('b', 64)}-primary.xml", RepositoryMetadataTests.Primary));
        Assert.Single(Directory.GetFiles(_folder.File("data/metadata")));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_only_costs_time()
    {
        var list = Write("primary.xml", RepositoryMetadataTests.Primary);
        File.WriteAllText(_folder.File("data"), "no folder");
        Assert.Equal(Packages(list), Packages(list));
    }

    [Fact]
    public void The_oldest_indexes_go_when_there_are_many()
    {
        for (var i = 0; i < 50; i++)
            Packages(Write(FormattableString.Invariant($"repo{i}/primary.xml"), RepositoryMetadataTests.Primary));
        Assert.Equal(48, Directory.GetFiles(_folder.File("data/metadata")).Length);
    }

    [Fact]
    public void A_list_of_apt_is_remembered_with_its_length_and_gives_the_same_versions()
    {
        var text = string.Concat(
            Enumerable
                .Range(0, 300)
                .Select(i =>
                    FormattableString.Invariant(
                        $"Package: p{i % 150}\nSource: s{i} (1.0)\nVersion: 1.{i}\nDepends: libc6 (>= 2.{i % 7})\n"
                    )
                    + $"Architecture: {(i % 3 == 0 ? "all" : "amd64")}\n"
                    + FormattableString.Invariant($"Size: {i * 1000}\n")
                    + (i % 5 == 0 ? FormattableString.Invariant($"Phased-Update-Percentage: {i % 100}\n") : "")
                    + "Section: utils\nPriority: optional\n\n"
                )
        );
        var list = Write("list_Packages", text);
        var fresh = Apt(list);

        MakeNonsense(list);

        Assert.Equal(text.Length, fresh.Length);
        Assert.Equal(300, fresh.Versions.Count);
        Assert.Equal(fresh.Versions, Apt(list).Versions);
        Assert.Equal(fresh.Length, Apt(list).Length);
    }

    [Fact]
    public void Numbers_texts_and_words_come_back_as_they_went() =>
        Gen.Select(Gen.Long[0, long.MaxValue].Array[0, 20], Gen.String.Array[0, 20], Gen.ULong)
            .ForAll(
                (numbers, texts, hash) =>
                {
                    var writer = new ListIndexWriter();
                    foreach (var number in numbers)
                        writer.Number(number);
                    foreach (var text in texts.Concat(texts))
                        writer.Word(Encoding.UTF8.GetBytes(text));
                    writer.Texts(texts);
                    writer.Hash(hash);
                    using var reader = new ListIndexReader(new MemoryStream(writer.Written.ToArray()));
                    reader.Next();
                    foreach (var number in numbers)
                        Assert.Equal(number, reader.Number());
                    foreach (var text in texts.Concat(texts))
                        Assert.Equal(Encoding.UTF8.GetBytes(text), reader.Word());
                    Assert.Equal(
                        texts.Select(t => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(t))),
                        reader.Strings()
                    );
                    Assert.Equal(hash, reader.Hash());
                    Assert.False(reader.Next());
                },
                cases: 2000
            );

    private HostContext Host =>
        new()
        {
            Paths = new HostPaths { DataDirectory = _folder.File("data"), StateDirectory = _folder.File("data") },
            Environment = new Dictionary<string, string>(),
        };

    private MetadataIndex Index() => new(new ListIndex(Host, smallestList: 0), new Decompressor());

    /// <summary>With the checksum that it had when it was opened first.</summary>
    private OpenList Open(string list)
    {
        var open = new OpenList(list, new FileStream(list, FileMode.Open, FileAccess.Read));
        if (!_checksums.TryGetValue(list, out var checksum))
        {
            using var content = open.Content();
            _checksums[list] = checksum = ListChecksum.Compute(content, ListChecksum.UsualKind);
        }

        open.Checksum = checksum;
        return open;
    }

    private List<string> Packages(string list)
    {
        var sink = new RepositoryMetadataTests.PackageLines();
        using var open = Open(list);
        Index().ReadPrimary(open, sink);
        return sink.Lines;
    }

    private RepositoryMetadataTests.AdvisoryLines Advisories(string list)
    {
        var sink = new RepositoryMetadataTests.AdvisoryLines();
        using var open = Open(list);
        Index().ReadAdvisories(open, sink);
        return sink;
    }

    /// <summary>
    /// Every other name is one that dpkg knows, so that versions are told apart by more than their text.
    /// </summary>
    private (long Length, List<string> Versions) Apt(string list)
    {
        var builder = new PackageCatalogBuilder { NativeArchitecture = "amd64" };
        Dictionary<int, AptStatusSink.KnownVersion> known = [];
        for (var i = 0; i < 150; i += 2)
            known[
                builder.Package(Encoding.UTF8.GetBytes(FormattableString.Invariant($"p{i}")), builder.Word("amd64"))
            ] = new AptStatusSink.KnownVersion("1.2"u8.ToArray(), 1);
        Dictionary<int, int> phased = [];
        Dictionary<int, string> sources = [];
        var sink = new AptIndexSink(
            builder,
            builder.AddOrigin(new PackageOrigin { Archive = "stable" }),
            "amd64",
            known,
            phased,
            sources
        );
        using var open = Open(list);
        var length = new AptListIndex(new ListIndex(Host, smallestList: 0), new Decompressor()).Read(
            open,
            isVerified: true,
            ref sink
        );
        var catalog = builder.Build();
        return (
            length,
            [
                .. Enumerable
                    .Range(0, catalog.Count)
                    .SelectMany(i =>
                        catalog[i]
                            .Versions.ToList()
                            .Select(v =>
                                string.Create(
                                    CultureInfo.InvariantCulture,
                                    $"{catalog[i].Name} {catalog[i].Architecture} {v.Edition} {v.Section} {v.Priority} "
                                        + $"{v.MetadataHash} {phased.GetValueOrDefault(v.Index)} "
                                        + $"{sources.GetValueOrDefault(v.Index)}"
                                )
                            )
                    ),
            ]
        );
    }

    private string Write(string name, string text)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, _time);
        return path;
    }

    private static void MakeNonsense(string list)
    {
        File.WriteAllBytes(list, [.. Enumerable.Repeat((byte)'x', (int)new FileInfo(list).Length)]);
        File.SetLastWriteTimeUtc(list, _time);
    }

    private sealed class EveryStream : IUpdateInfoSink
    {
        public int Count { get; private set; }

        public bool IsActive(ModuleStream stream) => true;

        public void Add(
            Advisory advisory,
            ReadOnlySpan<byte> name,
            ReadOnlySpan<byte> architecture,
            ReadOnlySpan<byte> edition
        ) => Count++;
    }
}
