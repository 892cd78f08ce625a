using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

#pragma warning disable CA2000 // Handles are handed to the caller, who owns them.

namespace PatchTools.Files;

/// <summary>
/// Folders of an image, opened below its root. What is done with such a handle is done in that folder, whatever its
/// names lead to meanwhile.
/// </summary>
internal static class ImageFolder
{
    private const int Mode = 0x1ED; // 0755

    /// <summary>Opens a folder; the caller owns the handle.</summary>
    /// <param name="path">Absolute path on this host, below the root of an image.</param>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ImagePathRefused"/>,
    /// <see cref="PatchErrors.NotPlainFile"/>.</exception>
    public static SafeFileHandle Open(string path)
    {
        var (root, below) = ImageRoots.Of(path) ?? throw new ArgumentException($"{path} is in no image.", nameof(path));
        return root.Open(below) is { } handle
            ? Demanded(handle, path)
            : throw new DirectoryNotFoundException($"there is no directory {path}");
    }

    /// <summary>As <see cref="Open"/>; makes what is missing.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not.</exception>
    /// <inheritdoc cref="Open"/>
    public static SafeFileHandle OpenOrMake(string path)
    {
        var (root, below) = ImageRoots.Of(path) ?? throw new ArgumentException($"{path} is in no image.", nameof(path));

        // What a configuration says may climb: below the root it ends there.
        return OpenOrMake(root, path[..^below.Length], Path.GetFullPath("/" + below));
    }

    /// <summary>Opens or makes a folder below one that is open; the caller owns the handle.</summary>
    /// <param name="parent">Open folder of the image.</param>
    /// <param name="name">Name in it.</param>
    /// <param name="shown">Path for messages.</param>
    /// <inheritdoc cref="OpenOrMake(string)"/>
    public static SafeFileHandle OpenOrMake(SafeFileHandle parent, string name, string shown)
    {
        var entry = ImageCalls.OpenEntry(parent, name, out var error);
        if (entry is null && error == ImageCalls.NotThere)
        {
            FileCalls.MakeDirectory(parent, name, Mode, shown);
            entry = ImageCalls.OpenEntry(parent, name, out error);
        }

        if (entry is null)
            throw new IOException($"{shown}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");
        if (ImageCalls.KindOf(entry) != ImageFileKind.Link)
            return Demanded(entry, shown);
        using (entry)
            throw Refusal(shown, ImageCalls.LinkText(entry) ?? "");
    }

    /// <summary>
    /// zypper keeps words as links, <c>.repo_gpgcheck -> ./indeterminate</c>: a name of the same folder leads nowhere
    /// else.
    /// </summary>
    public static bool IsBesideIt(string target) =>
        (target.StartsWith("./", StringComparison.Ordinal) ? target[2..] : target) is { Length: > 0 } name
        && name is not ("." or "..")
        && !name.Contains('/', StringComparison.Ordinal);

    public static PatchToolsException Refusal(string link, string target) =>
        new(
            PatchErrors.ImagePathRefused,
            $"The link {link} of the image could lead out of it: it points to {target}.",
            link
        );

    private static SafeFileHandle OpenOrMake(ImageRoot root, string shownRoot, string below)
    {
        if (root.Open(below) is { } handle)
            return Demanded(handle, Path.Join(shownRoot, below));
        if (below == "/")
            throw new DirectoryNotFoundException($"there is no directory {shownRoot}");
        using var parent = OpenOrMake(root, shownRoot, Path.GetDirectoryName(below)!);
        return OpenOrMake(parent, Path.GetFileName(below), Path.Join(shownRoot, below));
    }

    private static SafeFileHandle Demanded(SafeFileHandle handle, string path)
    {
        if (ImageCalls.KindOf(handle) == ImageFileKind.Directory)
            return handle;
        handle.Dispose();
        throw new PatchToolsException(
            PatchErrors.NotPlainFile,
            $"{path} is not a folder, and one is needed there.",
            path
        );
    }
}
