using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>dpkg's file lists, <c>/var/lib/dpkg/info/*.list</c>: one absolute path a line.</summary>
internal sealed class DpkgFileOwners(string root) : IFileOwners
{
    // dpkg 1.22.11, /var/lib/dpkg/info/zlib1g:amd64.list
    // /.
    // /usr
    // /usr/lib
    // /usr/lib/x86_64-linux-gnu
    // /usr/lib/x86_64-linux-gnu/libz.so.1.3.1
    public IReadOnlyDictionary<string, string> OwnersOf(IReadOnlyCollection<string> paths)
    {
        Dictionary<string, string> owners = new(StringComparer.Ordinal);
        var exact = paths.ToLookup(Merged, StringComparer.Ordinal);
        var related = paths.Where(p => LibraryOf(p) is not null).ToLookup(p => LibraryOf(Merged(p))!, StringComparer.Ordinal);
        Dictionary<string, string> guesses = new(StringComparer.Ordinal);
        if (paths.Count == 0)
            return owners;

        // A host has megabytes of lists and a handful of paths to find: most lists are passed over by a search for the names.
        List<byte[]> names = [.. paths.Select(p => Path.GetFileName(LibraryOf(p) ?? p)).Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];
        foreach (var list in Lists())
        {
            var content = Content(list);
            if (!names.Exists(n => content.AsSpan().IndexOf(n) >= 0))
                continue;
            var package = Path.GetFileNameWithoutExtension(list).Split(':')[0];
            foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
            {
                var file = Merged(line);
                foreach (var path in exact[file])
                    owners.TryAdd(path, package);
                if (LibraryOf(file) is { } library)
                {
                    foreach (var path in related[library])
                        guesses.TryAdd(path, package);
                }
            }
        }

        foreach (var (path, package) in guesses)
            owners.TryAdd(path, package);
        return owners;
    }

    /// <summary>On a merged /usr the kernel says <c>/usr/lib/…</c> of what older packages list as <c>/lib/…</c>.</summary>
    private static string Merged(string path) =>
        path.StartsWith("/usr/lib", StringComparison.Ordinal) || path.StartsWith("/usr/bin/", StringComparison.Ordinal) || path.StartsWith("/usr/sbin/", StringComparison.Ordinal) ? path[4..] : path;

    /// <summary>The path of a shared library without its version; null for other files.</summary>
    private static string? LibraryOf(string path) => path.IndexOf(".so.", StringComparison.Ordinal) is var at and > 0 ? path[..(at + 3)] : null;

    private string[] Lists()
    {
        try
        {
            return Directory.GetFiles(Path.Combine(root, "var/lib/dpkg/info"), "*.list");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static byte[] Content(string list)
    {
        try
        {
            return File.ReadAllBytes(list);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
