using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Rpm.Reboot;
using PatchTools.Families.Shared;
using PatchTools.Files;

namespace PatchTools.Families.Rpm;

/// <summary>What the families over rpm's database share.</summary>
internal abstract class RpmFamily : Family
{
    public sealed override bool HasDatabase(string root) => RpmQuery.DatabaseOf(root) is not null;

    public sealed override string DatabaseKind(string root) => "a database of rpm";

    public sealed override string DatabaseOf(string root) =>
        $"a database of rpm ({string.Join(", ", RpmQuery.Folders(root))})";

    public sealed override IFileOwners FileOwners(HostSession session) =>
        new RpmFileOwners(session.Host.Paths.Root, session.Runner);

    protected static bool HasRepositories(string root, string folder) =>
        HostFiles.DirectoryExists(Path.Combine(root, folder))
        && HostFiles.FilesIn(Path.Combine(root, folder), "*.repo").Length > 0;
}
