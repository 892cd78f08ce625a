using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Shared;

/// <summary>
/// A private folder that holds everything a tool of this host is told of an image: written by PatchTools from what it
/// understands, with copies of the image's keys and credentials. The tool never reads the image's own configuration.
/// </summary>
internal sealed class ImageConfiguration : IDisposable
{
    private const long MaxCopiedBytes = 16 << 20;
    private readonly HostPaths _paths;
    private readonly Dictionary<string, string> _brought = new(StringComparer.Ordinal);
    private int _copies;

    /// <param name="host">
    /// Whose image. The folder is this one's alone: two images may be refreshed at once. What killed ones left is
    /// removed.
    /// </param>
    public ImageConfiguration(HostContext host)
    {
        _paths = host.Paths;
        var above = Path.Combine(_paths.DataDirectory, "image");
        AtomicFile.CreateDirectory(above, AtomicFile.PrivateDirectory);
        AtomicFile.SweepDirectories(above);
        Folder = Path.Combine(above, AtomicFile.TemporaryName());
        AtomicFile.CreateDirectory(Folder, AtomicFile.PrivateDirectory);
    }

    public string Folder { get; }

    /// <summary>Removes the folder with all that is in it: keys, passwords, metadata.</summary>
    public void Dispose()
    {
        try
        {
            AtomicFile.DeleteDirectory(Folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its owner's alone, and the next one sweeps it; what went wrong before is what is told.
        }
    }

    /// <summary>
    /// A folder of the image that a tool works on, copied here: the tool gets the copy.
    /// </summary>
    /// <param name="place">Absolute path on this host, below the image's root.</param>
    /// <param name="name">Name of the copy.</param>
    /// <param name="rules">What is copied.</param>
    /// <exception cref="PatchToolsException">As <see cref="ImageStage.Take"/>.</exception>
    public ImageStage Stage(string place, string name, ImageStageRules rules) =>
        ImageStage.Take(place, FolderOf(name), rules);

    /// <summary>
    /// Path of a copy of a repository that is a folder of the image, without its packages: the tool knows nothing of
    /// the image's root, and would follow links.
    /// </summary>
    /// <param name="place">Absolute path on this host, below the image's root.</param>
    /// <exception cref="PatchToolsException">As <see cref="ImageStage.Copy"/>.</exception>
    public string Bring(string place)
    {
        if (_brought.TryGetValue(place, out var known))
            return known;
        var folder = FolderOf(string.Create(CultureInfo.InvariantCulture, $"repositories/{_brought.Count + 1}"));
        ImageStage.Copy(place, folder, ImageStageRules.Metadata);
        return _brought[place] = folder;
    }

    /// <summary>A folder below <see cref="Folder"/>.</summary>
    public string FolderOf(string name)
    {
        var folder = Path.Combine(Folder, name);
        AtomicFile.CreateDirectory(folder, AtomicFile.PrivateDirectory);
        return folder;
    }

    /// <summary>Writes a file below <see cref="Folder"/> for this user only: addresses may carry passwords.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text), AtomicFile.PrivateFile);
        return path;
    }

    /// <summary>
    /// Copies a small file of the image, under a name of PatchTools' own; null when it is not there, or too large to be
    /// a key or credentials.
    /// </summary>
    /// <param name="path">As the image has it.</param>
    /// <param name="folder">Below <see cref="Folder"/>.</param>
    /// <param name="name">Name of the copy; null for a new one with the ending of the original.</param>
    public string? Copy(string path, string folder, string? name = null) =>
        CopyHostPath(_paths.InRoot(path), folder, name);

    /// <inheritdoc cref="Copy"/>
    public string? CopyHostPath(string source, string folder, string? name = null)
    {
        if (!HostFiles.Exists(source) || HostFiles.Length(source) > MaxCopiedBytes)
            return null;
        var extension = Path.GetExtension(source) is var e && ImageWords.IsWord(e) ? e : "";
        var number = (++_copies).ToString(CultureInfo.InvariantCulture);
        var target = Path.Combine(Folder, folder, name ?? $"{number}{extension}");
        AtomicFile.Write(target, HostFiles.ReadAllBytes(source), AtomicFile.PrivateFile);
        return target;
    }
}
