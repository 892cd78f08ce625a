using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Files;

namespace PatchTools.Families.Dnf.Refresh;

/// <summary>
/// What dnf has fetched for an image, before it comes into the image. A repository names its own lists, and may name a
/// file of this host as one: by an address of its own, by a path that climbs, or by a mirror. Who owns the image could
/// then read it there. So only what has a checksum that a repomd.xml promises comes in; who can promise that of a file
/// has read it already.
/// </summary>
internal sealed class PromisedLists
{
    private const string Contents = "repomd.xml";

    /// <summary>Tables of contents and their signatures, and what dnf and yum write themselves.</summary>
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal)
    {
        Contents,
        "repomd.xml.asc",
        "cachecookie",
        "countme",
        "expired_repos.json",
        "last_makecache",
        "metalink.xml",
        "mirrorlist",
        "mirrorlist.txt",
        "tempfiles.json",
    };

    private readonly ILookup<string, ListChecksum> _promises;

    /// <param name="cache">Folder of PatchTools' own that dnf has worked in.</param>
    public PromisedLists(string cache) =>
        _promises = Directory
            .EnumerateFiles(cache, Contents, SearchOption.AllDirectories)
            .SelectMany(PromisesOf)
            .Distinct()
            .ToLookup(p => p.Kind, StringComparer.Ordinal);

    /// <summary>Whether a file may come into the image.</summary>
    /// <param name="file">Its path in the cache of PatchTools' own.</param>
    public bool Has(string file)
    {
        if (
            s_others.Contains(Path.GetFileName(file))
            || Path.GetExtension(file) is ".solv" or ".solvx"
            || Path.GetFileName(Path.GetDirectoryName(file)) == "gen"
        )
            return true;
        return _promises.Any(kind => kind.Contains(Checksum(file, kind.Key)));
    }

    private static ListChecksum Checksum(string file, string kind)
    {
        using var stream = HostFiles.OpenRead(file);
        return ListChecksum.Compute(stream, kind);
    }

    private static IEnumerable<ListChecksum> PromisesOf(string contents)
    {
        try
        {
            using var stream = HostFiles.OpenRead(contents);
            return
            [
                .. RepomdReader
                    .Read(stream, contents)
                    .Entries.Values.SelectMany(e => new[] { e.Checksum, e.OpenChecksum })
                    .Where(c => !c.IsNone),
            ];
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
        {
            // Whoever reads it says so; it promises nothing.
            return [];
        }
    }
}
