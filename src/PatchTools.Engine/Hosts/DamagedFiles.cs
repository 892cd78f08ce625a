using System.Globalization;
using PatchTools.Files;

namespace PatchTools.Hosts;

/// <summary>
/// Copies of files of PatchTools' own that could not be read, before they are replaced: nothing is lost silently. Only
/// their owner may look at them.
/// </summary>
internal static class DamagedFiles
{
    public const int Kept = 10;

    /// <summary>More than such a file ever has; a damaged one may have any length.</summary>
    private const long MaxBytes = 16 << 20;

    public static string Folder(HostPaths paths) => Path.Combine(paths.DataDirectory, "damaged");

    /// <summary>Copies a damaged file.</summary>
    /// <returns>Path of the copy, and those of older copies of that name that went for it.</returns>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.StateUnwritable"/>.</exception>
    /// <exception cref="IOException">An older copy cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">An older copy cannot be removed.</exception>
    public static (string Copy, IReadOnlyList<string> Dropped) Keep(HostContext host, string path)
    {
        var folder = Folder(host.Paths);
        AtomicFile.CreateDirectory(folder, AtomicFile.PrivateDirectory);
        var stamp = host.Clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var name = $"{Path.GetFileName(path)}.damaged-";
        var copy = Path.Combine(folder, name + stamp);
        for (var i = 2; Path.Exists(copy); i++)
            copy = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}{stamp}-{i}"));
        AtomicFile.Copy(path, copy, AtomicFile.PrivateFile, maxBytes: MaxBytes);
        List<string> dropped = [.. Directory.GetFiles(folder, name + "*").Order(StringComparer.Ordinal).SkipLast(Kept)];
        foreach (var oldest in dropped)
            AtomicFile.Delete(oldest);
        return (copy, dropped);
    }
}
