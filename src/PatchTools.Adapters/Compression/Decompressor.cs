using System.Runtime.CompilerServices;
using PatchTools.Ports;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace PatchTools.Adapters.Compression;

/// <summary>
/// Opens package lists in the formats that the BCL does not read. Files of several frames or streams are read to the
/// end.
/// </summary>
public sealed class Decompressor : IDecompressor
{
    private const int BufferBytes = 128 * 1024;

    public Stream Open(CompressionFormat format, Stream compressed) =>
        format switch
        {
            CompressionFormat.Lz4 => Lz4(compressed),
            CompressionFormat.Xz => Xz(compressed),
            CompressionFormat.Zstd => Zstd(compressed),
            CompressionFormat.Bzip2 => Bzip2(compressed),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such compression."),
        };

    // A method for each, so that one format does not load another's package.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Lz4FrameStream Lz4(Stream compressed) => new(compressed);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DecodingStream Xz(Stream compressed) => new("xz", compressed, static source => new XZStream(source));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DecodingStream Zstd(Stream compressed) =>
        new("zstd", compressed, static source => new DecompressionStream(source, BufferBytes));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DecodingStream Bzip2(Stream compressed) =>
        new(
            "bzip2",
            compressed,
            static source => BZip2Stream.Create(source, CompressionMode.Decompress, decompressConcatenated: true)
        );
}
