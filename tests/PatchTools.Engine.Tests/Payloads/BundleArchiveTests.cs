using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PatchTools.Engine.Tests.State;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Payloads;
using PatchTools.Testing;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.Payloads;

/// <summary>What a bundle may not do to the host that unpacks it.</summary>
public sealed class BundleArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    private string Target => Path.Combine(_folder.Path, "in", "target");

    public static TheoryData<string, TarEntryType, string> Refused =>
        new()
        {
            { "/etc/cron.d/evil", TarEntryType.RegularFile, "absolute" },
            { "PatchTools/../../evil", TarEntryType.RegularFile, "leads elsewhere" },
            { "../evil", TarEntryType.RegularFile, "leads elsewhere" },
            { "PatchTools/./evil", TarEntryType.RegularFile, "leads elsewhere" },
            { "PatchTools//evil", TarEntryType.RegularFile, "leads elsewhere" },
            { "PatchTools/a\\..\\evil", TarEntryType.RegularFile, "backslash" },
            { "PatchTools/a\u0001b", TarEntryType.RegularFile, "control character" },
            { "Other/evil", TarEntryType.RegularFile, "outside of the folder" },
            { "PatchTools", TarEntryType.RegularFile, "a file where the folder should be" },
            { "PatchTools/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/evil", TarEntryType.RegularFile, "too deep" },
            { "PatchTools/PatchTools.psd1", TarEntryType.RegularFile, "comes twice" },
            { "PatchTools/PatchTools.psd1/evil", TarEntryType.RegularFile, "makes a file of what is a directory" },
            { "PatchTools/bin", TarEntryType.RegularFile, "makes a file of what is a directory" },
            { "PatchTools/evil", TarEntryType.SymbolicLink, "symbolic link" },
            { "PatchTools/evil", TarEntryType.HardLink, "hard link" },
            { "PatchTools/evil", TarEntryType.CharacterDevice, "device" },
            { "PatchTools/evil", TarEntryType.BlockDevice, "device" },
            { "PatchTools/evil", TarEntryType.Fifo, "pipe" },
        };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_bundle_is_unpacked_with_modes_of_the_hosts_own()
    {
        Assert.Equal(Bundles.Version, Unpack(Bundles.Pack(Bundles.Module())));

        Assert.Equal(["PatchTools.psd1", "bin/PatchTools.dll", "bin/adapters/tool"], Files());
        Assert.Equal(AtomicFile.PublicFile, File.GetUnixFileMode(Path.Combine(Target, "bin/PatchTools.dll")));
        Assert.Equal(AtomicFile.PublicDirectory, File.GetUnixFileMode(Path.Combine(Target, "bin/adapters/tool")));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_leads_out_or_is_no_plain_file_is_refused_and_named(string name, TarEntryType type, string why)
    {
        var evil = new PaxTarEntry(type, name);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            evil.LinkName = "../../../etc/passwd";
        if (type == TarEntryType.RegularFile)
            evil.DataStream = new MemoryStream([1, 2, 3]);

        var failure = Failure(Bundles.Pack([.. Bundles.Module(), evil]));

        Assert.Equal((PatchErrors.PayloadUnsafe, 152), (failure.Error, failure.ExitCode));
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories),
            path => path.Contains("evil", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(UnixFileMode.SetUser)]
    [InlineData(UnixFileMode.SetGroup)]
    [InlineData(UnixFileMode.StickyBit)]
    public void Special_modes_are_refused(UnixFileMode mode)
    {
        var failure = Failure(
            Bundles.Pack([
                .. Bundles.Module(),
                Bundles.File("PatchTools/bin/evil", "x", UnixFileMode.UserRead | UnixFileMode.UserExecute | mode),
            ])
        );

        Assert.Equal(PatchErrors.PayloadUnsafe, failure.Error);
        Assert.Contains("set-uid", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_a_later_entry_would_write_through_is_refused_before_that()
    {
        var failure = Failure(
            Bundles.Pack([
                .. Bundles.Module(),
                Bundles.Link(TarEntryType.SymbolicLink, "PatchTools/out", _folder.Path),
                Bundles.File("PatchTools/out/evil", "x"),
            ])
        );

        Assert.Equal(PatchErrors.PayloadUnsafe, failure.Error);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "evil")));
    }

    [Fact]
    public void A_bomb_is_refused_long_before_it_is_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "PatchTools/zeros") { DataStream = new Zeros(64L << 20) }
            );

        var bomb = packed.ToArray();
        var failure = Failure(bomb, BundleLimits.Default with { UnpackedBytes = 1 << 20 });

        Assert.Equal(PatchErrors.PayloadUnsafe, failure.Error);
        Assert.InRange(bomb.Length, 1, 1 << 20);
        Assert.InRange(
            Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length),
            0,
            1 << 20
        );
    }

    [Fact]
    public void A_swarm_of_empty_files_is_refused()
    {
        var failure = Failure(
            Bundles.Pack([
                .. Bundles.Module(),
                .. Enumerable.Range(0, 100).Select(i => Bundles.File($"PatchTools/{i}", "")),
            ]),
            BundleLimits.Default with
            {
                Entries = 50,
            }
        );

        Assert.Equal(PatchErrors.PayloadUnsafe, failure.Error);
        Assert.Contains("entry 51", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sparse_file_is_refused_however_its_headers_name_it()
    {
        var sparse = new PaxTarEntry(
            TarEntryType.RegularFile,
            "PatchTools/sparse",
            new Dictionary<string, string> { ["GNU.sparse.major"] = "1", ["GNU.sparse.realsize"] = "1099511627776" }
        )
        {
            DataStream = new MemoryStream([1]),
        };

        var error = Refusal(Bundles.Pack([.. Bundles.Module(), sparse]));

        Assert.Equal(PatchErrors.PayloadUnsafe, error.Error);
        Assert.Contains("sparse", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('L', "17777777777")]
    [InlineData('K', "17777777777")]
    [InlineData('x', "17777777777")]
    [InlineData('g', "17777777777")]
    [InlineData('L', "00000300000")]
    public void A_header_that_announces_more_names_than_any_module_has_takes_no_memory(char type, string size)
    {
        var bundle = WithRawHeader(type, size, "");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Refusal(bundle);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(PatchErrors.PayloadUnsafe, error.Error);
        Assert.Contains("bytes of names", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('x', "20 size=000000000000\n", "a second time")]
    [InlineData('g', "25 GNU.sparse.realsize=9\n", "sparse")]
    [InlineData('g', "20 path=/etc/shadow1\n", "names all of them")]
    [InlineData('5', "what a folder cannot hold", "has content")]
    [InlineData('2', "what a link cannot hold", "has content")]
    public void A_header_that_two_readers_would_read_in_two_ways_is_refused(char type, string content, string why)
    {
        var error = Refusal(WithRawHeader(type, Convert.ToString(content.Length, 8).PadLeft(11, '0'), content));

        Assert.Equal(PatchErrors.PayloadUnsafe, error.Error);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_follows_the_end_of_the_archive_is_refused()
    {
        using var gzip = new GZipStream(new MemoryStream(Bundles.Pack(Bundles.Module())), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        byte[] longer = [.. plain.ToArray(), .. plain.ToArray()];

        var error = Refusal(Compressed(longer));

        Assert.Equal(PatchErrors.PayloadDamaged, error.Error);
        Assert.Contains("follows the end", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_the_name_of_a_file_is_refused()
    {
        var error = Refusal(Bundles.Pack([.. Bundles.Module(), Bundles.Directory("PatchTools/PatchTools.psd1/")]));

        Assert.Equal(PatchErrors.PayloadUnsafe, error.Error);
    }

    /// <summary>A bundle in which one header is of a type, a size and a content that no writer makes.</summary>
    private static byte[] WithRawHeader(char type, string size, string content)
    {
        using var gzip = new GZipStream(new MemoryStream(Bundles.Pack(Bundles.Module())), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        var header = new byte[512];
        Encoding.ASCII.GetBytes("PatchTools/x").CopyTo(header, 0);
        Encoding.ASCII.GetBytes("0000644\00000000\00000000\0").CopyTo(header, 100);
        Encoding.ASCII.GetBytes(size).CopyTo(header, 124);
        Encoding.ASCII.GetBytes("00000000000").CopyTo(header, 136);
        header.AsSpan(148, 8).Fill((byte)' ');
        header[156] = (byte)type;
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
        var data = new byte[(content.Length + 511) / 512 * 512];
        Encoding.ASCII.GetBytes(content).CopyTo(data, 0);
        return Compressed([.. header, .. data, .. plain.ToArray()]);
    }

    private static byte[] Compressed(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        return packed.ToArray();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void A_bundle_whose_compressed_end_is_cut_off_is_refused(int bytes) =>
        Assert.Equal(PatchErrors.PayloadDamaged, Refusal(Bundles.Pack(Bundles.Module())[..^bytes]).Error);

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    public void A_bundle_without_the_two_empty_blocks_at_its_end_is_refused(int bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(Bundles.Pack(Bundles.Module())), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        using var packed = new MemoryStream();
        using (var again = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            again.Write(plain.ToArray().AsSpan(0, (int)plain.Length - bytes));

        Assert.Equal(PatchErrors.PayloadDamaged, Refusal(packed.ToArray()).Error);
    }

    [Theory]
    [InlineData("@{\n# ModuleVersion = '9.9'\nModuleVersion = '1.2.3' }", "1.2.3")]
    [InlineData("<#\nModuleVersion = '9.9'\n#>\n@{ 'ModuleVersion' = \"1.2.3\"; GUID = 'x' }", "1.2.3")]
    [InlineData("@{ Description = @'\nModuleVersion = '9.9'\n'@\nmoduleversion='1.2.3'\n}", "1.2.3")]
    [InlineData(
        "@{ PrivateData = @{ ModuleVersion = '9.9' }\nDescription = 'it''s ModuleVersion = "
            + "9.9'\nModuleVersion = '1.2' }",
        "1.2"
    )]
    [InlineData("@{ RequiredModules = @(@{ ModuleName = 'x'; ModuleVersion = '9.9' }) }", null)]
    [InlineData("# @{ ModuleVersion = '9.9' }", null)]
    public void The_version_is_the_manifests_own_key_and_not_a_comment_in_it(string manifest, string? version) =>
        Assert.Equal(version, ManifestVersion.Of(manifest));

    private PatchToolsException Refusal(byte[] bundle)
    {
        Directory.CreateDirectory(Target);
        return Assert.Throws<PatchToolsException>(() =>
            BundleArchive.Unpack(bundle, Target, BundleLimits.Default, CancellationToken.None)
        );
    }

    [Fact]
    public void What_is_no_module_is_refused()
    {
        Assert.Equal(PatchErrors.PayloadDamaged, Failure(Bundles.Pack(Bundles.Module()[..2])).Error);
        Assert.Equal(
            PatchErrors.PayloadDamaged,
            Failure(
                Bundles.Pack([
                    Bundles.File("PatchTools/PatchTools.psd1", "@{ }"),
                    Bundles.File("PatchTools/bin/PatchTools.dll", "x"),
                ])
            ).Error
        );
        Assert.Equal(PatchErrors.PayloadDamaged, Failure("<html>not found</html>"u8.ToArray()).Error);
        Assert.Equal(PatchErrors.PayloadDamaged, Failure([]).Error);
    }

    [Fact]
    public void Three_thousand_mutilated_archives_are_unpacked_or_refused_and_write_nothing_elsewhere()
    {
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(Bundles.Pack(Bundles.Module())), CompressionMode.Decompress))
            gzip.CopyTo(plain);
        var (unpacked, refused) = (0, 0);
        foreach (var content in Mutilated.Cases([plain.ToArray()], 3_000, seed: 20261126))
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
                gzip.Write(content);
            try
            {
                Unpack(packed.ToArray());
                unpacked++;
            }
            catch (PatchToolsException e)
                when (e.Error == PatchErrors.PayloadDamaged || e.Error == PatchErrors.PayloadUnsafe)
            {
                refused++;
            }

            Directory.Delete(Target, recursive: true);
        }

        Assert.True(unpacked > 150 && refused > 1_000, $"{unpacked} unpacked, {refused} refused");
        Assert.Equal([Path.GetDirectoryName(Target)], Directory.GetFileSystemEntries(_folder.Path));
    }

    private string Unpack(byte[] content, BundleLimits? limits = null)
    {
        Directory.CreateDirectory(Target);
        return BundleArchive.Unpack(content, Target, limits ?? BundleLimits.Default, CancellationToken.None);
    }

    private PatchToolsException Failure(byte[] content, BundleLimits? limits = null)
    {
        if (Directory.Exists(Target))
            Directory.Delete(Target, recursive: true);
        return Assert.Throws<PatchToolsException>(() => Unpack(content, limits));
    }

    private string[] Files() =>
        [
            .. Directory
                .GetFiles(Target, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Target, file))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>So many zeros, none of them in memory.</summary>
    private sealed class Zeros(long length) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, length - Position);
            buffer.AsSpan(offset, read).Clear();
            Position += read;
            return read;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = offset;

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }
    }
}
