using PatchTools.Families.Rpm.Metadata;
using PatchTools.Files;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>One repository while its cached metadata is read.</summary>
internal sealed class RepositoryReading(ZypperRepository repository, string cache, int index)
    : MetadataFolder(
        Path.Join(cache, repository.CacheName),
        isFlat: false,
        "have the repository also publish a gzip or zstd variant"
    )
{
    private readonly string _folder = Path.Join(cache, repository.CacheName);

    public ZypperRepository Repository { get; } = repository;

    /// <summary>Index into <see cref="HostInventory.Repositories"/>.</summary>
    public int Index { get; } = index;

    /// <summary>Of packages whose vendor nobody names, and of advisories.</summary>
    public int Origin { get; set; }

    public RepositoryHealth? Health { get; set; }

    /// <summary>
    /// When the repository was last seen to have this metadata, UTC; null when there is none. zypper fetches into a new
    /// folder, and touches the table of contents when the repository says that it is still the same; fetched files may
    /// keep the time that they have there. The repository's own folder above says nothing: zypper also writes there
    /// when the repository does not answer.
    /// </summary>
    public DateTimeOffset? ConfirmedAt =>
        PrimaryFile is null
            ? null
            : new DateTimeOffset(
                new[]
                {
                    HostFiles.LastWriteTimeUtc(ContentsFile),
                    HostFiles.LastWriteTimeUtc(Path.GetDirectoryName(ContentsFile)!),
                }.Max(),
                TimeSpan.Zero
            );

    /// <summary>
    /// Kind of repository without rpm metadata: zypper reads it, PatchTools does not. Null: it is none of those, or
    /// nothing of it is here.
    /// </summary>
    public string? ForeignType
    {
        get
        {
            if (Contents is not null)
                return null;
            if (Repository.Type is "yast2" or "plaindir")
                return Repository.Type;
            return HostFiles.Exists(Path.Combine(_folder, "content")) ? "yast2" : null;
        }
    }
}
