using System.Collections.Concurrent;

namespace PatchTools.Files;

/// <summary>
/// Which folders of this host are roots of images. A root is entered where a host's places are made and stays entered:
/// what lies below it is somebody else's data for as long as the process lives, whoever asks for it and by which way.
/// </summary>
internal static class ImageRoots
{
    private static readonly ConcurrentDictionary<string, ImageRoot> s_roots = new(StringComparer.Ordinal);

    /// <param name="root">Absolute path without a slash at the end; not <c>/</c>.</param>
    public static void Enter(string root) => s_roots.TryAdd(root, new ImageRoot(root));

    /// <summary>
    /// The image that a path of this host lies in, and the path as the image has it; null: it lies in none.
    /// </summary>
    public static (ImageRoot Root, string Path)? Of(string path)
    {
        if (s_roots.IsEmpty)
            return null;
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (s_roots.TryGetValue(path[..end], out var root))
                return (root, path[end..]);
        }

        return null;
    }
}
