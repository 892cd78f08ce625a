using PatchTools.Errors;

namespace PatchTools.PackageManagers.Rpm;

/// <summary>What a tool keeps of one repository's metadata on this host, and how its reading went.</summary>
/// <param name="folder">Directory of the repository in the tool's cache.</param>
/// <param name="isFlat">yum 3 keeps the files beside <c>repomd.xml</c>, everything else below <c>repodata</c>.</param>
/// <param name="cureOfZchunk">What makes the tool fetch another variant than zchunk.</param>
internal abstract class MetadataFolder(string folder, bool isFlat, string cureOfZchunk)
{
    /// <summary>The table of contents.</summary>
    public string ContentsFile { get; } = Path.Combine(folder, isFlat ? "repomd.xml" : "repodata/repomd.xml");

    /// <summary>Null: nothing of it is on this host.</summary>
    public Repomd? Contents { get; private set; }

    public string? PrimaryFile { get; set; }

    public bool? HasAdvisories { get; set; }

    /// <summary>What of its metadata could not be read; null when nothing.</summary>
    public string? Failure { get; private set; }

    public void ReadContents()
    {
        if (File.Exists(ContentsFile))
            Contents = RepomdReader.Read(OpenPlain(ContentsFile), ContentsFile);
    }

    /// <summary>Path of a file of its metadata. Null: the repository has none of that type, or it is not on this host.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: only the zchunk variant is here.</exception>
    public string? Find(string type)
    {
        foreach (var variant in new[] { type, $"{type}_zck" })
        {
            if (Contents?.Entries.GetValueOrDefault(variant) is not { } entry)
                continue;
            var path = Path.Combine(folder, isFlat ? Path.GetFileName(entry.Location) : entry.Location);
            if (!File.Exists(path))
                continue;
            if (variant != type)
                throw new PatchToolsException(
                    PatchErrors.RepositoryMetadataMalformed,
                    $"{path} is zchunk, which PatchTools does not read; {cureOfZchunk}.",
                    path
                );
            return path;
        }

        return null;
    }

    /// <summary>Checksum of a file of its metadata, as the table of contents gives it; empty when it gives none.</summary>
    public string ChecksumOf(string type) => Contents?.Entries.GetValueOrDefault(type)?.Checksum ?? "";

    /// <summary>Path of its advisories; null when it publishes none.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: it publishes some that are not on this host.</exception>
    public string? FindAdvisories()
    {
        if (
            Contents is null
            || (!Contents.Entries.ContainsKey("updateinfo") && !Contents.Entries.ContainsKey("updateinfo_zck"))
        )
            return null;
        return Find("updateinfo")
            ?? throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                "its advisories are not on this host"
            );
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
            return new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                bufferSize: 1,
                FileOptions.SequentialScan
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.RepositoryMetadataMalformed,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }
}
