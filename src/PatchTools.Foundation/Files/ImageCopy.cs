using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

#pragma warning disable CA1416 // The module runs on Linux only.
#pragma warning disable CA2000 // The handle of an entry is closed at the end of its turn.

namespace PatchTools.Files;

/// <summary>What of a folder of an image a tool of this host is given.</summary>
internal sealed record ImageStageRules
{
    /// <summary>Packages are large, and metadata does not need them.</summary>
    private static readonly string[] s_packages = [".rpm", ".drpm", ".deb", ".udeb", ".ddeb", ".iso", ".img"];

    /// <summary>Everything but packages.</summary>
    public static ImageStageRules Metadata { get; } = new();

    /// <summary>Of all files together; more than the metadata of all repositories of any host has.</summary>
    public long MaxBytes { get; init; } = 8L << 30;

    /// <summary>Files that are not copied, by their path below the folder; a lock is its holder's.</summary>
    public Func<string, bool> LeavesOut { get; init; } = _ => false;

    /// <summary>Folders that are looked through and not copied, by their path below the folder.</summary>
    public Func<string, bool> LeavesOutFolder { get; init; } = _ => false;

    /// <summary>Links that are left where they are; any other that leads elsewhere is refused.</summary>
    public Func<string, bool> PassesOverLink { get; init; } = _ => false;

    public bool IsWanted(string path) => !s_packages.Contains(Path.GetExtension(path)) && !LeavesOut(path);

    public bool IsWantedFolder(string path) => !LeavesOutFolder(path);
}

/// <summary>
/// Copies a folder of an image, every name opened below the folder that was opened before it. Plain files and folders,
/// and links to a name of the same folder; within bounds, as a file of an image may have any length and take no room.
/// </summary>
internal sealed class ImageCopy(string place, string folder, ImageStageRules rules)
{
    /// <summary>Read, write and execute for all: nothing else of a mode is copied.</summary>
    public const int Permissions = 0x1FF; // 0777

    private const int MaxDepth = 64;
    private const int MaxEntries = 500_000;

    private int _entries;
    private long _bytes;

    /// <summary>By path below the folder; null for a folder or a link.</summary>
    public Dictionary<string, FileStamp?> Taken { get; } = new(StringComparer.Ordinal);

    /// <param name="directory">Open folder of the image.</param>
    /// <param name="relative">Its path below the first one.</param>
    /// <param name="depth">Folders above it.</param>
    /// <param name="isLeftOut">It is looked through and not copied.</param>
    public void Take(SafeFileHandle directory, string relative, int depth = 0, bool isLeftOut = false)
    {
        if (depth > MaxDepth)
            throw TooMuch("is nested too deeply", relative);
        foreach (var name in NamesIn(directory))
        {
            var path = Path.Join(relative, name);
            if (++_entries > MaxEntries)
                throw TooMuch("holds more files than the metadata of any host", "");

            // Gone between two looks, or no text: no tool could be told of it.
            if (ImageCalls.OpenEntry(directory, name, out var error) is not { } entry)
            {
                if (error is ImageCalls.NotThere)
                    continue;
                throw new IOException(
                    $"{Path.Join(place, path)}: " + System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)
                );
            }

            using (entry)
                Take(entry, path, depth, isLeftOut, ImageCalls.KindOf(entry));
        }
    }

    /// <summary>Copies what is read, up to a bound.</summary>
    /// <returns>Bytes copied.</returns>
    /// <exception cref="IOException">There is more.</exception>
    public static long Content(FileStream source, SafeFileHandle target, string shown, long bound)
    {
        // Before anything is copied: a file without end costs nothing to make.
        if (source.Length > bound)
            throw TooLarge(source.Length);
        var buffer = new byte[256 * 1024];
        long offset = 0;
        for (int count; (count = source.Read(buffer)) > 0; offset += count)
        {
            if (offset + count > bound)
                throw TooLarge(offset + count);
            RandomAccess.Write(target, buffer.AsSpan(0, count), offset);
        }

        return offset;

        IOException TooLarge(long bytes) =>
            new(FormattableString.Invariant($"{shown} has {bytes} bytes, more than such files of any host"));
    }

    private void Take(SafeFileHandle entry, string path, int depth, bool isLeftOut, ImageFileKind kind)
    {
        switch (kind)
        {
            case ImageFileKind.Link:
                TakeLink(entry, path, isLeftOut);
                break;
            case ImageFileKind.Directory:
                TakeFolder(entry, path, depth, isLeftOut);
                break;
            case ImageFileKind.Regular:
                if (!isLeftOut && rules.IsWanted(path))
                    TakeFile(entry, path);
                break;
            default:
                throw new PatchToolsException(
                    PatchErrors.NotPlainFile,
                    $"{Path.Join(place, path)} is a FIFO, a socket or a device where a file is expected.",
                    Path.Join(place, path)
                );
        }
    }

    private void TakeFolder(SafeFileHandle entry, string path, int depth, bool isLeftOut)
    {
        var isCopied = !isLeftOut && rules.IsWantedFolder(path);
        if (isCopied)
        {
            Directory.CreateDirectory(Path.Join(folder, path), AtomicFile.PrivateDirectory);
            Taken[path] = null;
        }

        Take(entry, path, depth + 1, !isCopied);
        if (isCopied)
            File.SetUnixFileMode(
                Path.Join(folder, path),
                (UnixFileMode)(FileStatus.Of(entry).Mode & Permissions) | AtomicFile.PrivateDirectory
            );
    }

    private void TakeLink(SafeFileHandle entry, string path, bool isLeftOut)
    {
        var text = ImageCalls.LinkText(entry) ?? "";
        if (!ImageFolder.IsBesideIt(text))
        {
            if (rules.PassesOverLink(path))
                return;
            throw ImageFolder.Refusal(Path.Join(place, path), text);
        }

        if (isLeftOut || !rules.IsWanted(path))
            return;
        File.CreateSymbolicLink(Path.Join(folder, path), text);
        Taken[path] = null;
    }

    private void TakeFile(SafeFileHandle entry, string path)
    {
        // The handle is the file itself, whatever has its name now.
        var own = Path.Join(folder, path);
        using var source = new FileStream(
            SafeDirectory.Held(entry),
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 1
        );
        using (var target = File.OpenHandle(own, FileMode.CreateNew, FileAccess.Write))
        {
            var shown = Path.Join(place, path);
            _bytes += Content(source, target, shown, rules.MaxBytes - _bytes);
            FileCalls.SetMode(
                target,
                (UnixFileMode)(FileStatus.Of(entry).Mode & Permissions) | AtomicFile.PrivateFile,
                own
            );
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(source.SafeFileHandle));
        }

        Taken[path] = FileStamp.Of(own);
    }

    private static List<string> NamesIn(SafeFileHandle directory) =>
        [
            .. new FileSystemEnumerable<string>(
                SafeDirectory.Held(directory) + "/",
                static (ref FileSystemEntry entry) => entry.FileName.ToString(),
                new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }
            )
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => !AtomicFile.IsTemporary(entry.FileName),
            },
        ];

    private PatchToolsException TooMuch(string what, string relative) =>
        new(
            PatchErrors.ImagePathRefused,
            $"{Path.Join(place, relative)} of the image {what}.",
            Path.Join(place, relative)
        );
}
