using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>
/// Something that lies on the host or in an image, held for as long as it is looked at: <see cref="Path"/> leads to it
/// and to nothing else, whatever happens to the names and links that led there.
/// </summary>
internal sealed class HeldFile : IDisposable
{
    private readonly SafeFileHandle? _handle;

    private HeldFile(string path, ImageFileKind kind, SafeFileHandle? handle)
    {
        Path = path;
        Kind = kind;
        _handle = handle;
    }

    /// <summary>For calls that take a path.</summary>
    public string Path { get; }

    public ImageFileKind Kind { get; }

    /// <summary>Null when nothing is there.</summary>
    /// <param name="path">Absolute path on this host, below the root of an image or not.</param>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.ImagePathRefused"/>: a link leads out
    /// of an image.</exception>
    /// <exception cref="IOException">The kernel does not let it be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not go there.</exception>
    public static HeldFile? Of(string path)
    {
        if (ImageRoots.Of(path) is not var (root, below))
            return ImageCalls.KindOf(path) is { } plain ? new HeldFile(path, plain, null) : null;
        if (root.Open(below) is not { } handle)
            return null;
        try
        {
            var number = handle.DangerousGetHandle().ToInt32().ToString(CultureInfo.InvariantCulture);
            return new HeldFile($"/proc/self/fd/{number}", ImageCalls.KindOf(handle), handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle?.Dispose();
}
