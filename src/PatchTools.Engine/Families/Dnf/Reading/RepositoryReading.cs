using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Shared;
using PatchTools.Files;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>One repository while its cached metadata is read.</summary>
internal sealed class RepositoryReading(DnfRepository repository, string cache, DnfTool tool, int index)
    : MetadataFolder(
        Path.Join(cache, repository.CacheName(tool)),
        tool.KeepsListsFlat,
        "set zchunk=0 in dnf.conf and run dnf makecache"
    )
{
    public DnfRepository Repository { get; } = repository;

    /// <summary>Index into <see cref="HostInventory.Repositories"/>.</summary>
    public int Index { get; } = index;

    public int Origin { get; set; }

    public RepositoryHealth? Health { get; set; }

    /// <summary>
    /// The primary list as yum 3 uses it: the SQLite file that it unpacks below <c>gen</c> and gives the time of what
    /// it was unpacked from (yum/misc.py, repo_gen_decompress). Null: another tool, a repository without it, or not on
    /// this host.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: what is unpacked is
    /// not what was downloaded last.</exception>
    public string? FindDatabase()
    {
        if (
            tool.DatabaseFolder is not { } unpackedTo
            || Contents?.Entries.GetValueOrDefault("primary_db") is not { } entry
        )
            return null;
        var folder = Path.GetDirectoryName(ContentsFile)!;
        var downloaded = Path.Combine(folder, Path.GetFileName(entry.Location));
        if (Path.GetExtension(downloaded) is not (".bz2" or ".gz" or ".xz"))
            return HostFiles.Exists(downloaded) ? downloaded : null;
        var unpacked = Path.Combine(folder, unpackedTo, "primary_db.sqlite");
        if (!HostFiles.Exists(unpacked))
            return null;
        if (HostFiles.Exists(downloaded) && Seconds(downloaded) != Seconds(unpacked))
            throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                $"{unpacked} is older than the list that was downloaded last; run yum makecache.",
                unpacked
            );
        return unpacked;

        static long Seconds(string path) =>
            new DateTimeOffset(HostFiles.LastWriteTimeUtc(path), TimeSpan.Zero).ToUnixTimeSeconds();
    }

    /// <summary>
    /// Reads the table of contents, and compares it with the metalink that it was fetched with, where there is one.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public void ReadAll()
    {
        ReadContents();
        if (Contents is null || tool.MetalinkFile is not { } file)
            return;
        var metalink = Path.Combine(cache, Repository.CacheName(tool), file);
        if (!HostFiles.Exists(metalink))
            return;
        using var stream = OpenPlain(metalink);
        var promised = Metalink.Checksums(stream, metalink);
        if (promised.Count == 0)
            return;
        foreach (var kind in promised.Select(c => c.Kind).Distinct(StringComparer.Ordinal))
        {
            if (promised.Contains(ChecksumOf(ContentsFile, kind)))
                return;
        }

        Damaged($"{ContentsFile} does not have the checksum that {metalink} promises");
    }

    private static ListChecksum ChecksumOf(string path, string kind)
    {
        using var file = OpenPlain(path);
        return ListChecksum.Compute(file, kind);
    }

    /// <summary>What <c>repomd.xml</c> promises of the file that <see cref="FindDatabase"/> found.</summary>
    public ListPromise PromiseOfDatabase(string database)
    {
        var entry = Contents!.Entries["primary_db"];
        var isDownloaded = Path.GetFileName(database) == Path.GetFileName(entry.Location);
        var size = isDownloaded ? entry.Size : entry.OpenSize;
        return new ListPromise
        {
            Stored = isDownloaded ? entry.Checksum : entry.OpenChecksum,
            StoredSize = size > 0 ? size : null,
            Source = ContentsFile,
        };
    }

    /// <summary>Path of its module documents; null when it publishes none, or the tool knows no modules.</summary>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.RepositoryMetadataMalformed"/>: it publishes some that are not on this host.
    /// </exception>
    public string? FindModules()
    {
        if (
            tool.ReadModules is null
            || Contents is null
            || (!Contents.Entries.ContainsKey("modules") && !Contents.Entries.ContainsKey("modules_zck"))
        )
            return null;
        return Find("modules")
            ?? throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                "its module documents are not on this host"
            );
    }

    /// <summary>When the repository last said that this is what it offers; null when nothing of it is here.</summary>
    public DateTimeOffset? ConfirmedAt
    {
        get
        {
            if (PrimaryFile is null)
                return null;

            // yum 3 leaves unpacked files the time of the packed ones, which is the vendor's, and touches its cookie.
            var file =
                tool.ConfirmationFile is { } name
                && Path.Combine(Path.GetDirectoryName(ContentsFile)!, name) is var cookie
                && HostFiles.Exists(cookie)
                    ? cookie
                    : PrimaryFile;
            return new DateTimeOffset(HostFiles.LastWriteTimeUtc(file), TimeSpan.Zero);
        }
    }
}
