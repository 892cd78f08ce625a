using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

namespace PatchTools.Files;

/// <summary>
/// Reads files of the host that is judged. Below the root of an image every path is opened below that root
/// (<see cref="ImageRoot"/>); elsewhere these are the calls of <see cref="File"/> and <see cref="Directory"/> of the
/// same names. Nothing but a plain file is ever opened for reading: a FIFO in its place would wait for ever, and a
/// device may act.
/// </summary>
internal static class HostFiles
{
    /// <summary>
    /// Bytes of the largest file that is read whole: more than dpkg's database of any host has. A file of an image may
    /// have as many as its file system can name, and take no room on it.
    /// </summary>
    private const int MaxWholeBytes = 64 << 20;

    /// <summary>Whether something is there that is not a directory.</summary>
    public static bool Exists(string path)
    {
        using var held = Held(path);
        return held is { Kind: not ImageFileKind.Directory };
    }

    public static bool DirectoryExists(string path)
    {
        using var held = Held(path);
        return held is { Kind: ImageFileKind.Directory };
    }

    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ImagePathRefused"/>,
    /// <see cref="PatchErrors.NotPlainFile"/>.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not, or it is a directory.</exception>
    public static FileStream OpenRead(string path, FileOptions options = FileOptions.None, int bufferSize = 4096)
    {
        using var held = HeldFile.Of(path) ?? throw new FileNotFoundException($"Could not find file '{path}'.", path);
        RequirePlain(held.Kind, path);
        return new FileStream(
            held.Kind == ImageFileKind.Null ? "/dev/null" : held.Path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize,
            options
        );
    }

    /// <summary>As <see cref="OpenRead"/>, for reading at offsets; the caller closes it.</summary>
    /// <inheritdoc cref="OpenRead"/>
    public static SafeFileHandle OpenHandle(string path)
    {
        using var held = HeldFile.Of(path) ?? throw new FileNotFoundException($"Could not find file '{path}'.", path);
        RequirePlain(held.Kind, path);
        return File.OpenHandle(
            held.Kind == ImageFileKind.Null ? "/dev/null" : held.Path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
    }

    /// <inheritdoc cref="ReadAllBytes"/>
    public static string ReadAllText(string path)
    {
        using var reader = new StreamReader(Whole(path), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A whole small file.</summary>
    /// <exception cref="IOException">It has more than 64 MiB, or cannot be read.</exception>
    /// <inheritdoc cref="OpenRead"/>
    public static byte[] ReadAllBytes(string path) => Whole(path).ToArray();

    /// <inheritdoc cref="ReadAllBytes"/>
    public static IReadOnlyList<string> ReadAllLines(string path)
    {
        using var reader = new StreamReader(Whole(path), Encoding.UTF8);
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }

    /// <summary>
    /// Paths of what a directory holds that is not a directory, links to directories left out too; in no order.
    /// </summary>
    /// <param name="directory">Absolute path.</param>
    /// <param name="pattern">As <see cref="Directory.GetFiles(string, string)"/> has it.</param>
    public static string[] FilesIn(string directory, string pattern = "*") =>
        ImageRoots.Of(directory) is null
            ? Directory.GetFiles(directory, pattern)
            : [.. NamesIn(directory, pattern).Select(n => Path.Combine(directory, n)).Where(IsFile)];

    /// <summary>
    /// When the content of a file or directory last changed, UTC; the beginning of FILETIME when nothing is there, as
    /// the BCL has it.
    /// </summary>
    public static DateTime LastWriteTimeUtc(string path)
    {
        using var held = Held(path);
        return (held is null ? null : ImageCalls.Facts(held.Path))?.Modified ?? DateTime.FromFileTimeUtc(0);
    }

    /// <summary>Bytes of a file.</summary>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    public static long Length(string path)
    {
        using var held = HeldFile.Of(path);
        return (held is null ? null : ImageCalls.Facts(held.Path))?.Length
            ?? throw new FileNotFoundException($"Could not find file '{path}'.", path);
    }

    /// <summary>
    /// The path of the same thing without links, for other programs; null when nothing is there. It holds for as long
    /// as nobody exchanges names on the way.
    /// </summary>
    public static string? RealPath(string path)
    {
        using var held = HeldFile.Of(path);
        if (held is null)
            return null;
        return held.Path == path ? path : new FileInfo(held.Path).LinkTarget;
    }

    /// <summary>Files of /proc have no length until they are read, so what comes is counted.</summary>
    private static MemoryStream Whole(string path)
    {
        using var file = OpenRead(path, bufferSize: 1);
        var length = file.Length;
        if (length > MaxWholeBytes)
            throw TooLarge(length);
        var content = new MemoryStream((int)length);
        var buffer = new byte[16 * 1024];
        for (int count; (count = file.Read(buffer)) > 0; )
        {
            content.Write(buffer, 0, count);
            if (content.Length > MaxWholeBytes)
                throw TooLarge(content.Length);
        }

        content.Position = 0;
        return content;

        static IOException TooLarge(long bytes) =>
            new(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it has {bytes} bytes, more than the {MaxWholeBytes} that such a file can need"
                )
            );
    }

    /// <summary>As <see cref="HeldFile.Of"/>; null also where this user may not look.</summary>
    private static HeldFile? Held(string path)
    {
        try
        {
            return HeldFile.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void RequirePlain(ImageFileKind kind, string path)
    {
        if (kind == ImageFileKind.Directory)
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied: it is a directory.");
        if (kind == ImageFileKind.Special)
            throw new PatchToolsException(
                PatchErrors.NotPlainFile,
                $"{path} is a FIFO, a socket or a device where a file is expected.",
                path
            );
    }

    private static List<string> NamesIn(string directory, string pattern)
    {
        using var held =
            HeldFile.Of(directory)
            ?? throw new DirectoryNotFoundException($"Could not find a part of the path '{directory}'.");
        return
        [
            .. new FileSystemEnumerable<string>(
                held.Path + "/",
                static (ref FileSystemEntry entry) => entry.FileName.ToString(),
                new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }
            )
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                    FileSystemName.MatchesSimpleExpression(pattern, entry.FileName, ignoreCase: false),
            },
        ];
    }

    /// <summary>
    /// A link that leads nowhere is a file that cannot be read, as the BCL has it: whoever reads it says so.
    /// </summary>
    private static bool IsFile(string path)
    {
        using var held = Held(path);
        return held is not { Kind: ImageFileKind.Directory };
    }
}
