using System.Text;
using PatchTools.Files;

namespace PatchTools.Families.Apt.Reading;

/// <summary>Which files of a configuration directory apt reads, and small whole files.</summary>
internal static class AptFiles
{
    /// <summary>
    /// Files of a directory in apt's order (<c>GetListOfFilesInDir</c>): no hidden ones, only names of letters, digits,
    /// <c>_ - : .</c>, only the extensions wanted, sorted by byte. A directory that is missing is empty.
    /// </summary>
    public static IReadOnlyList<string> InDirectory(string directory, string extension, bool allowNoExtension) =>
        InDirectory(directory, [extension], allowNoExtension);

    public static IReadOnlyList<string> InDirectory(string directory, string[] extensions, bool allowNoExtension)
    {
        if (directory.EndsWith("/dev/null", StringComparison.Ordinal) || !HostFiles.DirectoryExists(directory))
            return [];
        var files = HostFiles
            .FilesIn(directory)
            .Where(f => IsWanted(Path.GetFileName(f), extensions, allowNoExtension))
            .ToArray();
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    /// <exception cref="InvalidDataException">The file is larger than <paramref name="maxBytes"/>.</exception>
    public static string ReadText(string path, int maxBytes) => Encoding.UTF8.GetString(ReadBytes(path, maxBytes));

    /// <inheritdoc cref="ReadText"/>
    public static byte[] ReadBytes(string path, int maxBytes)
    {
        using var file = HostFiles.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        if (length > maxBytes)
            throw new InvalidDataException(
                $"it has {length} bytes, more than the {maxBytes} that such a file can need"
            );
        var bytes = new byte[length];
        var used = 0;
        while (used < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(used), used) is var count and > 0)
            used += count;
        return used == bytes.Length ? bytes : bytes[..used];
    }

    private static bool IsWanted(string name, string[] extensions, bool allowNoExtension)
    {
        if (name.StartsWith('.') || name.EndsWith('.'))
            return false;
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or ':' or '.'))
            return false;
        var dot = name.LastIndexOf('.');
        return dot < 0 ? allowNoExtension : extensions.Contains(name[(dot + 1)..], StringComparer.Ordinal);
    }
}
