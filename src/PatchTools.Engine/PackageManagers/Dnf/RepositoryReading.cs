using PatchTools.PackageManagers.Rpm;

namespace PatchTools.PackageManagers.Dnf;

/// <summary>One repository while its cached metadata is read.</summary>
internal sealed class RepositoryReading(DnfRepository repository, string cache, DnfTool tool, int index)
    : MetadataFolder(Path.Combine(cache, repository.CacheName(tool)), tool.IsYum3, "set zchunk=0 in dnf.conf and run dnf makecache")
{
    public DnfRepository Repository { get; } = repository;

    /// <summary>Index into <see cref="HostInventory.Repositories"/>.</summary>
    public int Index { get; } = index;

    public int Origin { get; set; }

    public RepositoryHealth? Health { get; set; }
}
