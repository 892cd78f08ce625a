using System.Globalization;
using System.Text;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.State;

namespace PatchTools.PackageManagers;

/// <summary>
/// A private folder that holds everything a tool of this host is told of an image: written by PatchTools from what it
/// understands, with copies of the image's keys and credentials. The tool never reads the image's own configuration.
/// </summary>
internal sealed class ImageConfiguration
{
    private const long MaxCopiedBytes = 16 << 20;
    private readonly HostPaths _paths;
    private int _copies;

    /// <param name="host">Whose image.</param>
    /// <param name="tool">Names the folder; what an earlier refresh left there is removed.</param>
    public ImageConfiguration(HostContext host, string tool)
    {
        _paths = host.Paths;
        Folder = Path.Combine(_paths.DataDirectory, "image", tool);
        if (Directory.Exists(Folder))
            AtomicFile.DeleteDirectory(Folder, recursive: true);
        AtomicFile.CreateDirectory(Folder, AtomicFile.PrivateDirectory);
    }

    public string Folder { get; }

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
