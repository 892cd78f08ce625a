using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Ports;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>What a tool keeps of one repository's metadata on this host, and how its reading went.</summary>
/// <param name="folder">Directory of the repository in the tool's cache.</param>
/// <param name="isFlat">yum 3 keeps the files beside <c>repomd.xml</c>, everything else below <c>repodata</c>.</param>
/// <param name="cureOfZchunk">What makes the tool fetch another variant than zchunk.</param>
internal abstract class MetadataFolder(string folder, bool isFlat, string cureOfZchunk)
{
    private readonly List<string> _used = [];
    private readonly List<string> _notVerified = [];

    /// <summary>The table of contents.</summary>
    public string ContentsFile { get; } = Path.Combine(folder, isFlat ? "repomd.xml" : "repodata/repomd.xml");

    /// <summary>Null: nothing of it is on this host.</summary>
    public Repomd? Contents { get; private set; }

    public string? PrimaryFile { get; set; }

    /// <summary>Whether it publishes at least one advisory: an empty list tells nothing. Null: not read.</summary>
    public bool? HasAdvisories { get; set; }

    /// <summary>What of its metadata could not be read; null when nothing.</summary>
    public string? Failure { get; private set; }

    /// <summary>Which list does not hold what <c>repomd.xml</c> promises; null when each does.</summary>
    public string? Damage { get; private set; }

    /// <summary>Lists that were read although <c>repomd.xml</c> names no checksum of them.</summary>
    public string? NotVerified => _notVerified.Count > 0 ? string.Join(", ", _notVerified) : null;

    /// <summary>Whether everything that was asked for could be read and is what was promised.</summary>
    public bool IsSound => Failure is null && Damage is null;

    /// <summary>The last file time among the lists that are used, UTC; null when there is none.</summary>
    public DateTimeOffset? NewestFile => _used.Append(ContentsFile).Select(FileTimes.ModifiedAt).Max();

    public void ReadContents()
    {
        if (HostFiles.Exists(ContentsFile))
            Contents = RepomdReader.Read(OpenPlain(ContentsFile), ContentsFile);
    }

    /// <summary>
    /// Path of a file of its metadata. Null: the repository has none of that type, or it is not on this host.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: only the zchunk
    /// variant is here.</exception>
    public string? Find(string type)
    {
        foreach (var variant in new[] { type, $"{type}_zck" })
        {
            if (Contents?.Entries.GetValueOrDefault(variant) is not { } entry)
                continue;
            var path = Path.Join(folder, isFlat ? Path.GetFileName(entry.Location) : entry.Location);
            if (!HostFiles.Exists(path))
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

    /// <summary>
    /// Opens a list whose bytes are those that <c>repomd.xml</c> promises; null, with <see cref="Damage"/>, where they
    /// are not.
    /// </summary>
    /// <param name="type">As in <c>repomd.xml</c>.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="verification">Compares.</param>
    /// <param name="decompressor">Opens what is compressed.</param>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.RepositoryMetadataMalformed"/>: it cannot be read.
    /// </exception>
    public OpenList? Open(string type, string path, ListVerification verification, IDecompressor decompressor)
    {
        var entry = Contents!.Entries[type];
        return Open(
            path,
            new ListPromise
            {
                // These tools keep lists as they were downloaded: what is in them counts only where nothing else is
                // named.
                Stored = entry.Checksum,
                Plain = entry.Checksum.IsNone ? entry.OpenChecksum : ListChecksum.None,
                StoredSize = entry.Size > 0 ? entry.Size : null,
                Source = ContentsFile,
            },
            verification,
            decompressor
        );
    }

    /// <inheritdoc cref="Open(string, string, ListVerification, IDecompressor)"/>
    public OpenList? Open(string path, ListPromise promise, ListVerification verification, IDecompressor decompressor)
    {
        _used.Add(path);
        OpenList list;
        try
        {
            list = verification.Open(path, promise, l => MetadataFile.Open(l, decompressor));
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

        if (list.Verdict == ListVerdict.NotVerified)
            _notVerified.Add(path);
        if (list.Verdict != ListVerdict.Damaged)
            return list;
        Damage ??= list.Fault;
        list.Dispose();
        return null;
    }

    /// <summary>Path of its advisories; null when it publishes none.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>: it publishes some
    /// that are not on this host.</exception>
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

    protected void Damaged(string what) => Damage ??= what;

    /// <summary>A table of contents and the like: text of some kilobytes.</summary>
    protected static FileStream OpenPlain(string path)
    {
        const int maxBytes = 64 << 20;
        try
        {
            var file = HostFiles.OpenRead(path, FileOptions.SequentialScan, bufferSize: 1);
            if (file.Length <= maxBytes)
                return file;
            file.Dispose();
            throw new IOException("it is longer than any table of contents");
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
