using System.Diagnostics;
using CsCheck;
using PatchTools.Adapters.Compression;
using PatchTools.Ports;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Adapters.Tests.Compression;

public sealed class DecompressorTests
{
    private static readonly (CompressionFormat Format, string Sample)[] Samples =
    [
        (CompressionFormat.Lz4, "stanzas.lz4"),
        (CompressionFormat.Xz, "stanzas.xz"),
        (CompressionFormat.Zstd, "stanzas.zst"),
        (CompressionFormat.Bzip2, "stanzas.bz2"),
    ];

    public static TheoryData<CompressionFormat, string> Formats => new(Samples.Select(s => (s.Format, s.Sample)));

    /// <summary>Format and the command that writes it to standard output.</summary>
    public static TheoryData<CompressionFormat, string[]> Commands =>
        new(
            (CompressionFormat.Lz4, ["lz4", "-c", "-q", "-B4", "-BD"]),
            (CompressionFormat.Lz4, ["lz4", "-c", "-q", "-B4", "-BI"]),
            (CompressionFormat.Lz4, ["lz4", "-c", "-q", "-9", "-B7", "-BD", "-BX", "--content-size"]),
            (CompressionFormat.Lz4, ["lz4", "-c", "-q", "-B5", "--no-frame-crc"]),
            (CompressionFormat.Xz, ["xz", "-c", "-1"]),
            (CompressionFormat.Xz, ["xz", "-c", "-1", "--block-size=200000", "-T2"]),
            (CompressionFormat.Xz, ["xz", "-c", "-1", "--check=sha256"]),
            (CompressionFormat.Xz, ["xz", "-c", "-1", "--check=crc32"]),
            (CompressionFormat.Zstd, ["zstd", "-c", "-q", "--check"]),
            (CompressionFormat.Zstd, ["zstd", "-c", "-q", "--no-check", "-15"]),
            (CompressionFormat.Bzip2, ["bzip2", "-c"])
        );

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_sample_is_read_whole(CompressionFormat format, string sample) =>
        Assert.Equal(Resource("stanzas.txt"), Decompressed(format, Resource(sample)));

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_of_several_streams_is_read_to_its_end(CompressionFormat format, string sample)
    {
        var one = Resource(sample);
        var text = Resource("stanzas.txt");

        Assert.Equal([.. text, .. text, .. text], Decompressed(format, [.. one, .. one, .. one]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Data_cut_anywhere_is_refused(CompressionFormat format, string sample)
    {
        var whole = Resource(sample);
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => Decompressed(format, whole[..length]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void No_changed_byte_yields_other_text(CompressionFormat format, string sample)
    {
        var whole = Resource(sample);
        var text = Resource("stanzas.txt");
        for (var i = 0; i < whole.Length; i++)
        {
            foreach (var flip in new byte[] { 0x01, 0x80, 0xFF })
            {
                var changed = (byte[])whole.Clone();
                changed[i] ^= flip;
                try
                {
                    Assert.Equal(text, Decompressed(format, changed));
                }
                catch (InvalidDataException)
                {
                    // As it should be.
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Trailing_garbage_is_refused(CompressionFormat format, string sample) =>
        Assert.Throws<InvalidDataException>(() =>
            Decompressed(format, [.. Resource(sample), .. "garbage that is not a stream"u8])
        );

    [Theory]
    [MemberData(nameof(Formats))]
    public void Garbage_is_refused(CompressionFormat format, string sample)
    {
        Assert.NotEmpty(sample);
        Gen.Byte.Array[0, 300]
            .ForAll(bytes => Assert.Throws<InvalidDataException>(() => Decompressed(format, bytes)), cases: 200);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_failing_source_is_not_taken_for_damage(CompressionFormat format, string sample)
    {
        using var stream = new Decompressor().Open(format, new FailingStream(Resource(sample)));

        Assert.Equal("the disk", Assert.Throws<IOException>(() => stream.CopyTo(Stream.Null)).Message);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_source_is_closed_with_the_stream(CompressionFormat format, string sample)
    {
        var source = new MemoryStream(Resource(sample));
        new Decompressor().Open(format, source).Dispose();

        Assert.False(source.CanRead);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void What_the_real_command_writes_is_read_back(CompressionFormat format, string[] command)
    {
        Rig.NeedsCommands(command[0]);
        using var directory = new TemporaryDirectory();
        foreach (
            var (name, text) in new[]
            {
                ("packages", PackageLists(30_000)),
                ("noise", Noise(700_000)),
                ("zeros", new byte[3_000_000]),
                ("one", "x"u8.ToArray()),
            }
        )
        {
            var plain = directory.File(name);
            File.WriteAllBytes(plain, text);
            var compressed = Output(command, plain);

            foreach (var bufferBytes in new[] { 7, 5_000, 65_536, 100_000, 1 << 20, 9 << 20 })
                Assert.True(
                    text.AsSpan().SequenceEqual(Decompressed(format, compressed, bufferBytes)),
                    $"{name}, read by {bufferBytes} bytes"
                );
        }
    }

    [Fact]
    public void Skippable_frames_are_skipped()
    {
        byte[] skippable = [0x53, 0x2A, 0x4D, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5];

        Assert.Equal(
            Resource("stanzas.txt"),
            Decompressed(CompressionFormat.Lz4, [.. skippable, .. Resource("stanzas.lz4"), .. skippable])
        );
    }

    private static byte[] Decompressed(CompressionFormat format, byte[] compressed, int bufferBytes = 81920)
    {
        using var stream = new Decompressor().Open(format, new MemoryStream(compressed));
        using var plain = new MemoryStream();
        var buffer = new byte[bufferBytes];
        for (int read; (read = stream.Read(buffer)) > 0; )
        {
            plain.Write(buffer, 0, read);
            if (plain.Length > 64 << 20)
                throw new InvalidOperationException("no end");
        }

        return plain.ToArray();
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DecompressorTests).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static byte[] PackageLists(int stanzas)
    {
        var random = new Random(1);
        return System.Text.Encoding.ASCII.GetBytes(
            string.Concat(
                Enumerable
                    .Range(0, stanzas)
                    .Select(i =>
                        $"Package: p{i}\nVersion: "
                        + $"{random.Next(9)}.{random.Next(99)}-{random.Next(9)}\nSHA256: "
                        + $"{random.NextInt64():x}{random.NextInt64():x}\n\n"
                    )
            )
        );
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(2).NextBytes(noise);
        return noise;
    }

    private static byte[] Output(string[] command, string path)
    {
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in command.Skip(1).Append(path))
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    /// <summary>Half of the data, then an error of the disk.</summary>
    private sealed class FailingStream(byte[] content) : MemoryStream(content, 0, content.Length / 2)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, count) is > 0 and var read ? read : throw new IOException("the disk");
    }
}
