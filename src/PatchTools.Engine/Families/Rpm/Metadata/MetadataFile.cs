using System.IO.Compression;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Ports;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Opens a file of a repository's metadata, whatever it is compressed with. Its first bytes say so; names have lied.
/// </summary>
internal static class MetadataFile
{
    /// <summary>A stream of the plain bytes, decompressed ahead of the reader.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: not there, not
    /// readable, or zchunk.</exception>
    public static Stream Open(string path, IDecompressor decompressor)
    {
        try
        {
            return Decompressed(
                HostFiles.OpenRead(path, FileOptions.SequentialScan, bufferSize: 1),
                path,
                decompressor
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }

    /// <inheritdoc cref="Open(string, IDecompressor)"/>
    public static Stream Open(OpenList list, IDecompressor decompressor) =>
        Decompressed(list.Content(), list.Path, decompressor);

    private static Stream Decompressed(FileStream file, string path, IDecompressor decompressor)
    {
        switch (FormatOf(file))
        {
            case "zchunk":
                file.Dispose();
                throw new PatchToolsException(
                    PatchErrors.RepositoryMetadataMalformed,
                    $"{path} is zchunk, which PatchTools does not read; set zchunk=0 in dnf.conf and run dnf "
                        + "makecache.",
                    path
                );
            case "gzip":
                return new ReadAheadStream(new GZipStream(file, CompressionMode.Decompress));
            case "zstd":
                return new ReadAheadStream(decompressor.Open(CompressionFormat.Zstd, file));
            case "xz":
                return new ReadAheadStream(decompressor.Open(CompressionFormat.Xz, file));
            case "bzip2":
                return new ReadAheadStream(decompressor.Open(CompressionFormat.Bzip2, file));
            default:
                return file;
        }
    }

    private static string FormatOf(FileStream file)
    {
        Span<byte> magic = stackalloc byte[6];
        ReadOnlySpan<byte> head = magic[..RandomAccess.Read(file.SafeFileHandle, magic, 0)];
        return head switch
        {
            [0x1f, 0x8b, ..] => "gzip",
            [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, ..] => "xz",
            [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
            [0, (byte)'Z', (byte)'C', (byte)'K', (byte)'1', ..] => "zchunk",
            _ => "plain",
        };
    }
}
