using Microsoft.Win32.SafeHandles;
using PatchTools.Errors;

#pragma warning disable CA2000 // Handles are handed to the caller, who owns them.

namespace PatchTools.Files;

/// <summary>
/// Opens what lies below the root of an image. Links of the image, absolute ones too, are resolved below the root, as
/// they would be on the system that the image holds; none leads to a file of the host. Nothing of the image is opened
/// for reading before it is known to be a plain file or a directory.
/// </summary>
/// <param name="root">Absolute path of the root on this host.</param>
/// <param name="walks">Whether the path is always walked name by name; else the kernel is asked where it can do
/// it.</param>
internal sealed class ImageRoot(string root, bool walks = false)
{
    /// <summary>A rename elsewhere makes openat2 ask for another try.</summary>
    private const int MaxTries = 8;

    private static volatile bool s_hasOpenat2 = true;

    /// <summary>
    /// Opens a path below the root without reading anything; null when there is no such thing. The caller owns the
    /// handle.
    /// </summary>
    /// <param name="path">As the image has it, with or without the slash at the beginning.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ImagePathRefused"/>: a link leads out of the image
    /// or in a circle.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not go there.</exception>
    /// <exception cref="IOException">Anything else that the kernel says.</exception>
    public SafeFileHandle? Open(string path)
    {
        using var directory = ImageCalls.OpenDirectory(root, out var error);
        if (directory is null)
            return error is ImageCalls.NotThere or ImageCalls.NotDirectory ? null : throw Failure(root, error);
        if (!walks && s_hasOpenat2 && OpenByKernel(directory, path) is { } handle)
            return handle;

        // Once more by hand: to do without openat2, or to name the link where that failed.
        var end = RootWalk.Open(directory, path);
        if (end.Handle is not null)
            return end.Handle;
        if (end.Error is ImageCalls.NotThere or ImageCalls.NotDirectory)
            return end.ClimbsOut ? throw Refusal(end, "leads out of the image") : null;
        throw end is { Error: ImageCalls.TooManyLinks, LastLink: not null }
            ? Refusal(end, "leads in a circle")
            : Failure(Path.Join(root, path), end.Error);
    }

    private static SafeFileHandle? OpenByKernel(SafeFileHandle directory, string path)
    {
        // The kernel takes an empty path for an error, the walk for the root.
        var below = path.TrimStart('/') is { Length: > 0 } name ? name : ".";
        for (var tries = 0; tries < MaxTries; tries++)
        {
            if (ImageCalls.OpenInRoot(directory, below, out var error) is { } handle)
                return handle;
            if (error is ImageCalls.NoSuchCall or ImageCalls.NotPermitted or ImageCalls.Invalid)
                s_hasOpenat2 = false;
            if (error != ImageCalls.TryAgain)
                return null;
        }

        return null;
    }

    private PatchToolsException Refusal(WalkEnd end, string what) =>
        new(
            PatchErrors.ImagePathRefused,
            $"The link {Path.Join(root, end.LastLink)} of the image {what}: it points to {end.LastLinkText}.",
            Path.Join(root, end.LastLink)
        );

    private static Exception Failure(string path, int error) =>
        error == ImageCalls.AccessDenied
            ? new UnauthorizedAccessException($"Access to {path} is denied.")
            : new IOException($"{path}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(error)}");
}
