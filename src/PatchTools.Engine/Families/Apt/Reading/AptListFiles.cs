using System.IO.Compression;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Ports;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// Index files below <c>lists/</c>: apt keeps them plain or, with <c>Acquire::GzipIndexes</c>, in one of its
/// compression formats.
/// </summary>
internal static class AptListFiles
{
    /// <summary>Extensions in apt's order of preference; the plain file wins.</summary>
    private static readonly string[] s_extensions = ["", ".zst", ".lz4", ".gz", ".xz", ".bz2", ".lzma"];

    /// <summary>The file of an index, null when apt has none.</summary>
    public static string? Find(string listsDirectory, string name)
    {
        foreach (var extension in s_extensions)
        {
            var path = Path.Combine(listsDirectory, name + extension);
            if (HostFiles.Exists(path))
                return path;
        }

        return null;
    }

    /// <summary>How apt has compressed an index: <c>.lz4</c>; empty where it is plain.</summary>
    public static string ExtensionOf(string path) =>
        s_extensions.FirstOrDefault(e => e.Length > 0 && path.EndsWith(e, StringComparison.Ordinal)) ?? "";

    /// <summary>The plain text of an index.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.UnsupportedCompression"/>.</exception>
    public static Stream Open(OpenList list, IDecompressor decompressor)
    {
        var path = list.Path;
        var format = Path.GetExtension(path) switch
        {
            ".lz4" => CompressionFormat.Lz4,
            ".xz" => CompressionFormat.Xz,
            ".zst" => CompressionFormat.Zstd,
            ".bz2" => CompressionFormat.Bzip2,
            ".lzma" => throw new PatchToolsException(
                PatchErrors.UnsupportedCompression,
                $"{path} is compressed as lzma, which PatchTools does not read.",
                path
            ),
            _ => (CompressionFormat?)null,
        };
        var file = list.Content();
        if (Path.GetExtension(path) == ".gz")
            return new ReadAheadStream(new GZipStream(file, CompressionMode.Decompress));
        return format is { } known ? new ReadAheadStream(decompressor.Open(known, file)) : file;
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static FileStream OpenFile(string path)
    {
        try
        {
            return HostFiles.OpenRead(path, FileOptions.SequentialScan, bufferSize: 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }

    /// <summary>
    /// Bytes of plain text that a file is likely to hold: lists shrink to about a third (lz4) or a fifth.
    /// </summary>
    public static long EstimatePlainLength(string path) =>
        HostFiles.Length(path)
        * (
            Path.GetExtension(path) switch
            {
                ".lz4" => 3,
                ".gz" or ".xz" or ".zst" or ".bz2" => 5,
                _ => 1,
            }
        );
}
