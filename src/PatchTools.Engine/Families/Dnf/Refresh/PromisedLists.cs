using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.PackageManagers.Rpm;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>
/// What dnf has fetched for an image, before it comes into the image. A repository names its own lists, and may name a
/// file of this host as one: by an address of its own, by a path that climbs, or by a mirror. Who owns the image could
/// then read it there. So only what has the checksum that repomd.xml promises stays; who can promise that of a file has
/// read it already.
/// </summary>
internal static class PromisedLists
{
    private const string Contents = "repomd.xml";

    /// <summary>Beside repomd.xml: its signature, and what dnf and yum write themselves.</summary>
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        Contents,
        "repomd.xml.asc",
        "cachecookie",
        "metalink.xml",
        "mirrorlist",
        "mirrorlist.txt",
    };

    /// <summary>Removes everything else from beside the tables of contents of a cache.</summary>
    /// <param name="cache">Folder of PatchTools' own.</param>
    public static void Keep(string cache)
    {
        foreach (var contents in Directory.EnumerateFiles(cache, Contents, SearchOption.AllDirectories).ToList())
        {
            var promises = PromisesOf(contents);
            foreach (var file in new DirectoryInfo(Path.GetDirectoryName(contents)!).EnumerateFiles().ToList())
            {
                if (!s_others.Contains(file.Name) && !IsPromised(file.FullName, promises))
                    file.Delete();
            }
        }
    }

    private static ListChecksum[] PromisesOf(string contents)
    {
        try
        {
            using var stream = HostFiles.OpenRead(contents);
            return
            [
                .. RepomdReader.Read(stream, contents).Entries.Values.Select(e => e.Checksum).Where(c => !c.IsNone),
            ];
        }
        catch (Exception e)
            when (e is PatchToolsException { Error: var error } && error == PatchErrors.RepositoryMetadataMalformed)
        {
            // Whoever reads it says so; it promises nothing.
            return [];
        }
    }

    private static bool IsPromised(string file, ListChecksum[] promises)
    {
        foreach (var kind in promises.GroupBy(p => p.Kind, StringComparer.Ordinal))
        {
            using var stream = HostFiles.OpenRead(file);
            if (kind.Contains(ListChecksum.Compute(stream, kind.Key)))
                return true;
        }

        return false;
    }
}
