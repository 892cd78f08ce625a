using PatchTools.Errors;

namespace PatchTools.Files;

/// <summary>
/// Folders of an image that a tool of this host writes into. The tool knows nothing of the image's root and would
/// follow its links, so such a folder is made and looked through first: plain files and folders of the image, nothing
/// else.
/// </summary>
internal static class ImageFolder
{
    private const int MaxDepth = 64;

    /// <summary><see cref="Make(string, string)"/>, then <see cref="DemandPlain(string)"/>.</summary>
    public static string Prepare(string root, string path)
    {
        var real = Make(root, path);
        DemandPlain(real);
        return real;
    }

    /// <summary>
    /// Gives a folder that a tool is about to write into files of its own: one with a second name somewhere, which may
    /// be outside of the image, is replaced by a copy of it.
    /// </summary>
    /// <param name="folder">One that <see cref="DemandPlain(string)"/> has looked through.</param>
    /// <returns>The same.</returns>
    public static string PartFromOthers(string folder) =>
        Guarded(
            folder,
            () =>
            {
                foreach (
                    var file in new DirectoryInfo(folder)
                        .EnumerateFiles("*", SearchOption.AllDirectories)
                        .Where(f => f.LinkTarget is null && FileStatus.Of(f.FullName) is { Links: > 1 })
                        .ToList()
                )
                {
                    var copy = file.FullName + ".copy";
                    file.CopyTo(copy, overwrite: true);
                    File.Move(copy, file.FullName, overwrite: true);
                }

                return folder;
            }
        );

    /// <summary>Makes a folder where it is missing, and answers its path without links.</summary>
    /// <param name="root">Root of the image.</param>
    /// <param name="path">Path below it on this host.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ImagePathRefused"/>: a link on the way leads elsewhere;
    /// <see cref="PatchErrors.NotPlainFile"/>: it is no folder; <see cref="PatchErrors.PackageDatabaseUnreadable"/>:
    /// this user may not go there.
    /// </exception>
    public static string Make(string root, string path)
    {
        // What a configuration says may climb: below the root it ends there.
        var below = Path.GetFullPath("/" + path[root.Length..]);
        return Guarded(path, () => MakeBelow(Path.Join(root, below), root));
    }

    /// <summary>Looks through a folder and all below it.</summary>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ImagePathRefused"/>: it holds a link; <see cref="PatchErrors.NotPlainFile"/>: it holds a
    /// FIFO, a socket or a device; <see cref="PatchErrors.PackageDatabaseUnreadable"/>: this user may not go there.
    /// </exception>
    public static void DemandPlain(string folder) =>
        Guarded(
            folder,
            () =>
            {
                DemandPlain(folder, 0);
                return folder;
            }
        );

    private static string Guarded(string path, Func<string> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be used: {e.Message}",
                path,
                e
            );
        }
    }

    private static string MakeBelow(string path, string root)
    {
        if (HostFiles.RealPath(path) is { } real)
            return HostFiles.DirectoryExists(path)
                ? real
                : throw new PatchToolsException(
                    PatchErrors.NotPlainFile,
                    $"{path} is not a folder, and one is needed there.",
                    path
                );
        if (path.Length <= root.Length)
            throw new DirectoryNotFoundException($"There is no directory {root}.");
        var made = Path.Join(MakeBelow(Path.GetDirectoryName(path)!, root), Path.GetFileName(path));
        if (new FileInfo(made).LinkTarget is { } target)
            throw Refusal(made, target);
        Directory.CreateDirectory(made);
        return made;
    }

    private static void DemandPlain(string folder, int depth)
    {
        if (depth > MaxDepth)
            throw new PatchToolsException(
                PatchErrors.ImagePathRefused,
                $"{folder} of the image is nested too deeply.",
                folder
            );
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is { } target)
            {
                if (!IsBesideIt(target))
                    throw Refusal(entry.FullName, target);
                continue;
            }

            if (entry is DirectoryInfo)
                DemandPlain(entry.FullName, depth + 1);
            else if (ImageCalls.KindOf(entry.FullName) is not (ImageFileKind.Regular or null))
                throw new PatchToolsException(
                    PatchErrors.NotPlainFile,
                    $"{entry.FullName} is a FIFO, a socket or a device where a file is expected.",
                    entry.FullName
                );
        }
    }

    /// <summary>
    /// zypper keeps words as links, <c>.repo_gpgcheck -> ./indeterminate</c>: a name of the same folder leads nowhere
    /// else.
    /// </summary>
    private static bool IsBesideIt(string target) =>
        (target.StartsWith("./", StringComparison.Ordinal) ? target[2..] : target) is { Length: > 0 } name
        && name is not ("." or "..")
        && !name.Contains('/', StringComparison.Ordinal);

    private static PatchToolsException Refusal(string link, string target) =>
        new(
            PatchErrors.ImagePathRefused,
            $"The link {link} of the image could lead out of it: it points to {target}.",
            link
        );
}
