using K4os.Compression.LZ4.Streams;
using PatchTools.Ports;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;

namespace PatchTools.Adapters.Compression;

/// <summary>Opens package lists in the formats that the BCL does not read.</summary>
public sealed class Decompressor : IDecompressor
{
    public Stream Open(CompressionFormat format, Stream compressed) => format switch
    {
        CompressionFormat.Lz4 => LZ4Stream.Decode(compressed, extraMemory: 1 << 20, leaveOpen: false),
        CompressionFormat.Xz => new XZStream(compressed),
        CompressionFormat.Zstd => new ZstdSharp.DecompressionStream(compressed, bufferSize: 1 << 17, leaveOpen: false),
        CompressionFormat.Bzip2 => BZip2Stream.Create(compressed, SharpCompress.Compressors.CompressionMode.Decompress, true),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such compression"),
    };
}
