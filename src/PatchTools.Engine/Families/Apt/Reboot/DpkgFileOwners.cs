using System.Text;
using PatchTools.Families.Shared;
using PatchTools.Files;

namespace PatchTools.Families.Apt.Reboot;

/// <summary>dpkg's file lists, <c>/var/lib/dpkg/info/*.list</c>: one absolute path a line.</summary>
internal sealed class DpkgFileOwners(string root) : IFileOwners
{
    // dpkg 1.22.11, /var/lib/dpkg/info/zlib1g:amd64.list
    // /.
    // /usr
    // /usr/lib
    // /usr/lib/x86_64-linux-gnu
    // /usr/lib/x86_64-linux-gnu/libz.so.1.3.1
    public Task<IReadOnlyDictionary<string, string>> OwnersOfAsync(
        IReadOnlyCollection<string> paths,
        CancellationToken cancellationToken
    )
    {
        var ownership = new FileOwnership(paths);

        // A host has megabytes of lists and a handful of paths to find: most lists are passed over by a search for the
        // names.
        List<byte[]> names = [.. ownership.Names.Select(Encoding.UTF8.GetBytes)];
        foreach (var list in paths.Count == 0 ? [] : Lists())
        {
            var content = Content(list);
            if (!names.Exists(n => content.AsSpan().IndexOf(n) >= 0))
                continue;
            var package = Path.GetFileNameWithoutExtension(list).Split(':')[0];
            foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
                ownership.Add(package, line);
        }

        return Task.FromResult(ownership.Owners);
    }

    private string[] Lists()
    {
        try
        {
            return HostFiles.FilesIn(Path.Combine(root, "var/lib/dpkg/info"), "*.list");
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
            return HostFiles.ReadAllBytes(list);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
