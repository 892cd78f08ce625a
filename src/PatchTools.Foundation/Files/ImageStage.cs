using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Files;

/// <summary>
/// A folder of PatchTools' own that a tool of this host works on in the place of one of an image. The tool follows
/// links, and the image's owner can put one in the place of a folder at any moment. So the tool never works in the
/// image: what the image has is copied here first, and what the tool changed is copied back afterwards, each time
/// through folders that are opened below the root and held. Nothing of the host is read or written on the way, whatever
/// is exchanged meanwhile.
/// </summary>
internal sealed class ImageStage
{
    private readonly string _place;
    private readonly ImageStageRules _rules;
    private readonly Dictionary<string, FileStamp?> _taken;

    private ImageStage(string place, string folder, ImageStageRules rules, Dictionary<string, FileStamp?> taken)
    {
        _place = place;
        Folder = folder;
        _rules = rules;
        _taken = taken;
    }

    /// <summary>The folder that the tool is given.</summary>
    public string Folder { get; }

    /// <summary>Copies what the image has into a folder of PatchTools' own.</summary>
    /// <param name="place">Absolute path on this host, below the root of an image. Made in the image where it is
    /// missing.</param>
    /// <param name="folder">Of PatchTools' own; exists and is empty.</param>
    /// <param name="rules">What is copied.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ImagePathRefused"/>: a link on the way or in the folder leads elsewhere, or there is more
    /// in it than any tool keeps; <see cref="PatchErrors.NotPlainFile"/>: a FIFO, a socket or a device in the place of
    /// a file; <see cref="PatchErrors.PackageDatabaseUnreadable"/>: it cannot be read.
    /// </exception>
    public static ImageStage Take(string place, string folder, ImageStageRules rules)
    {
        using var opened = Guarded(PatchErrors.PackageDatabaseUnreadable, place, () => ImageFolder.OpenOrMake(place));
        return new ImageStage(place, folder, rules, Copied(opened, place, folder, rules));
    }

    /// <summary>As <see cref="Take"/>, of a folder that nothing is copied back to; it is not made.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static void Copy(string place, string folder, ImageStageRules rules)
    {
        using var opened = Guarded(PatchErrors.PackageDatabaseUnreadable, place, () => ImageFolder.Open(place));
        Copied(opened, place, folder, rules);
    }

    /// <summary>
    /// The path without links of a folder of an image that a tool only reads, looked through: it would follow links.
    /// </summary>
    /// <param name="place">Absolute path on this host, below the root of an image.</param>
    /// <exception cref="PatchToolsException">As <see cref="Take"/>.</exception>
    public static string LookedThrough(string place)
    {
        using var opened = Guarded(PatchErrors.PackageDatabaseUnreadable, place, () => ImageFolder.Open(place));
        Copied(opened, place, "", new ImageStageRules { LeavesOut = _ => true, LeavesOutFolder = _ => true });
        return HostFiles.RealPath(place) ?? place;
    }

    /// <summary>
    /// Copies what the tool has changed back to the image, each file in one step, and removes from the image what was
    /// taken from it and is gone here.
    /// </summary>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ImagePathRefused"/>: a link is in the place of a folder now;
    /// <see cref="PatchErrors.NotPlainFile"/>: something else is; <see cref="PatchErrors.StateUnwritable"/>: the image
    /// cannot be written.
    /// </exception>
    /// <param name="isFit">Whether a file that the tool changed, by its path here, may come into the image; null: any
    /// may.</param>
    public void PutBack(Func<string, bool>? isFit = null)
    {
        Guarded(
            PatchErrors.StateUnwritable,
            _place,
            () =>
            {
                using var folder = ImageFolder.OpenOrMake(_place);
                PutBack(folder, "", isFit);
                return true;
            }
        );
    }

    private static Dictionary<string, FileStamp?> Copied(
        SafeFileHandle opened,
        string place,
        string folder,
        ImageStageRules rules
    )
    {
        var copy = new ImageCopy(place, folder, rules);
        Guarded(
            PatchErrors.PackageDatabaseUnreadable,
            place,
            () =>
            {
                copy.Take(opened, "");
                return true;
            }
        );
        return copy.Taken;
    }

    private void PutBack(SafeFileHandle folder, string relative, Func<string, bool>? isFit)
    {
        AtomicFile.Sweep(folder, Path.Join(_place, relative));
        foreach (var own in new DirectoryInfo(Path.Join(Folder, relative)).EnumerateFileSystemInfos())
        {
            var path = Path.Join(relative, own.Name);
            if (own is DirectoryInfo && own.LinkTarget is null)
            {
                if (!_rules.IsWantedFolder(path))
                    continue;
                using var below = ImageFolder.OpenOrMake(folder, own.Name, Path.Join(_place, path));
                PutBack(below, path, isFit);
            }
            else if (
                _rules.IsWanted(path)
                && !IsUnchanged(path, own.FullName)
                && (isFit is null || own.LinkTarget is not null || isFit(own.FullName))
            )
            {
                Write(folder, own, path);
            }
        }

        var gone = _taken
            .Keys.Where(t => (Path.GetDirectoryName(t) ?? "") == relative && !IsHere(Path.Join(Folder, t)))
            .ToList();
        foreach (var path in gone)
            Remove(folder, path);
    }

    private bool IsUnchanged(string path, string own) =>
        _taken.TryGetValue(path, out var stamp) && stamp is not null && stamp == FileStamp.Of(own);

    private static bool IsHere(string own) => FileStatus.Of(own) is not null;

    private void Write(SafeFileHandle folder, FileSystemInfo own, string path)
    {
        var temporary = AtomicFile.TemporaryName();
        var shown = Path.Join(_place, path);
        try
        {
            if (own.LinkTarget is { } text && ImageFolder.IsBesideIt(text))
                FileCalls.Link(folder, text, temporary, shown);
            else if (own.LinkTarget is not null || !WriteFile(folder, own.FullName, temporary, shown))
                return;
            FileCalls.Rename(folder, temporary, own.Name, shown);
        }
        catch
        {
            Forget(folder, temporary, shown);
            throw;
        }
    }

    /// <summary>False: it is not a regular file.</summary>
    private static bool WriteFile(SafeFileHandle folder, string own, string temporary, string shown)
    {
        if (FileStatus.Of(own) is not { Kind: FileKind.Regular } status)
            return false;
        using var source = new FileStream(own, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
        using var target = FileCalls.Open(
            folder,
            temporary,
            FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive | FileCalls.NoFollow,
            (int)AtomicFile.PrivateFile,
            shown
        );
        ImageCopy.Content(source, target, shown, long.MaxValue);
        FileCalls.SetMode(target, (UnixFileMode)(status.Mode & ImageCopy.Permissions), shown);
        File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(source.SafeFileHandle));
        return true;
    }

    private static void Forget(SafeFileHandle folder, string temporary, string shown)
    {
        try
        {
            FileCalls.Unlink(folder, temporary, shown);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next one sweeps it; what went wrong first is what is told.
        }
    }

    private void Remove(SafeFileHandle folder, string path)
    {
        var name = Path.GetFileName(path);
        var shown = Path.Join(_place, path);
        if (FileStatus.Of(folder, name) is not { } status)
            return;
        if (status.Kind != FileKind.Directory)
        {
            FileCalls.Unlink(folder, name, shown);
            return;
        }

        using (var below = ImageFolder.OpenOrMake(folder, name, shown))
        {
            foreach (var inside in _taken.Keys.Where(t => Path.GetDirectoryName(t) == path).ToList())
                Remove(below, inside);
        }

        // What was never taken stays, packages among it.
        FileCalls.TryRemoveDirectory(folder, name);
    }

    private static T Guarded<T>(PatchError error, string place, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(error, $"{place} cannot be used: {e.Message}", place, e);
        }
    }
}
