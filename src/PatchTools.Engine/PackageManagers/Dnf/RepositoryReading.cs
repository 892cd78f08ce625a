using PatchTools.Errors;
using PatchTools.PackageManagers.Rpm;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>One repository while its cached metadata is read.</summary>
internal sealed class RepositoryReading(DnfRepository repository, string cache, DnfTool tool, int index)
{
    private readonly string _folder = Path.Combine(cache, repository.CacheName(tool));

    public DnfRepository Repository { get; } = repository;

    /// <summary>Index into <see cref="HostInventory.Repositories"/>.</summary>
    public int Index { get; } = index;

    public int Origin { get; set; }

    /// <summary>Null: nothing of it is on this host.</summary>
    public Repomd? Contents { get; private set; }

    public string? PrimaryFile { get; set; }

    public bool? HasAdvisories { get; set; }

    /// <summary>What of its metadata could not be read; null when nothing.</summary>
    public string? Failure { get; private set; }

    public RepositoryHealth? Health { get; set; }

    public void ReadContents()
    {
        // yum 3 keeps its files beside repomd.xml, dnf below repodata.
        var path = Path.Combine(_folder, tool.IsYum3 ? "repomd.xml" : "repodata/repomd.xml");
        if (!File.Exists(path))
            return;
        Contents = RepomdReader.Read(OpenPlain(path), path);
    }

    /// <summary>Path of a file of its metadata. Null: the repository has none of that type, or it is not on this host.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: only the zchunk variant is here.</exception>
    public string? Find(string type)
    {
        foreach (var variant in new[] { type, $"{type}_zck" })
        {
            if (Contents?.Entries.GetValueOrDefault(variant) is not { } entry)
                continue;
            var path = Path.Combine(_folder, tool.IsYum3 ? Path.GetFileName(entry.Location) : entry.Location);
            if (!File.Exists(path))
                continue;
            if (variant != type)
                throw new PatchToolsException(PatchErrors.RepositoryMetadataMalformed, $"{path} is zchunk, which PatchTools does not read; set zchunk=0 in dnf.conf and run dnf makecache.", path);
            return path;
        }

        return null;
    }

    /// <summary>
    /// The primary list as yum 3 uses it: the SQLite file that it unpacks below <c>gen</c> and gives the time of what it was unpacked from (yum/misc.py,
    /// repo_gen_decompress). Null: another tool, a repository without it, or not on this host.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: what is unpacked is not what was downloaded last.</exception>
    public string? FindDatabase()
    {
        if (!tool.IsYum3 || Contents?.Entries.GetValueOrDefault("primary_db") is not { } entry)
            return null;
        var downloaded = Path.Combine(_folder, Path.GetFileName(entry.Location));
        if (Path.GetExtension(downloaded) is not (".bz2" or ".gz" or ".xz"))
            return File.Exists(downloaded) ? downloaded : null;
        var unpacked = Path.Combine(_folder, "gen", "primary_db.sqlite");
        if (!File.Exists(unpacked))
            return null;
        if (File.Exists(downloaded) && Seconds(downloaded) != Seconds(unpacked))
            throw new PatchToolsException(PatchErrors.RepositoryMetadataMalformed, $"{unpacked} is older than the list that was downloaded last; run yum makecache.", unpacked);
        return unpacked;

        static long Seconds(string path) => new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero).ToUnixTimeSeconds();
    }

    /// <summary>When the repository last said that this is what it offers; null when nothing of it is here.</summary>
    public DateTimeOffset? ConfirmedAt
    {
        get
        {
            if (PrimaryFile is null)
                return null;

            // yum 3 leaves unpacked files the time of the packed ones, which is the vendor's, and touches its cookie.
            var cookie = Path.Combine(_folder, "cachecookie");
            return new DateTimeOffset(File.GetLastWriteTimeUtc(tool.IsYum3 && File.Exists(cookie) ? cookie : PrimaryFile), TimeSpan.Zero);
        }
    }

    /// <summary>Damage of one repository is its own: it says so, proves nothing, and the others are read.</summary>
    public void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
        {
            Failure ??= e.Message;
        }
    }

    private static FileStream OpenPlain(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.RepositoryMetadataMalformed, $"{path} cannot be read: {e.Message}", path, e);
        }
    }
}
