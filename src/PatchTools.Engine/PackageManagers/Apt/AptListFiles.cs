using System.IO.Compression;
using PatchTools.Ports;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Index files below <c>lists/</c>: apt keeps them plain or, with <c>Acquire::GzipIndexes</c>, in one of its compression formats.</summary>
internal static class AptListFiles
{
    /// <summary>Extensions in apt's order of preference; the plain file wins.</summary>
    private static readonly string[] s_extensions = ["", ".zst", ".lz4", ".gz", ".xz", ".bz2", ".lzma"];

    /// <summary>The file of an index, null when apt has none.</summary>
    public static string? Find(string listsDirectory, string name)
    {
        var plain = Path.Combine(listsDirectory, name);
        return s_extensions.Select(e => plain + e).FirstOrDefault(File.Exists);
    }

    /// <summary>Opens the plain text of an index.</summary>
    /// <exception cref="InvalidDataException">The compression format is not supported.</exception>
    public static Stream Open(string path, IDecompressor decompressor)
    {
        CompressionFormat? format = Path.GetExtension(path) switch
        {
            ".lz4" => CompressionFormat.Lz4,
            ".xz" => CompressionFormat.Xz,
            ".zst" => CompressionFormat.Zstd,
            ".bz2" => CompressionFormat.Bzip2,
            ".lzma" => throw new InvalidDataException("the compression format lzma is not supported"),
            _ => null,
        };
        FileStream? file = null;
        try
        {
            // The scanner reads in large chunks itself.
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Stream plain = format is { } known ? decompressor.Open(known, file)
                : path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress)
                : file;
            file = null;
            return plain;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <summary>Bytes of plain text that a file is likely to hold.</summary>
    public static long EstimatePlainLength(string path)
    {
        var length = new FileInfo(path).Length;
        return path.EndsWith("_Packages", StringComparison.Ordinal) ? length : path.EndsWith(".lz4", StringComparison.Ordinal) ? length * 3 : length * 5;
    }
}
