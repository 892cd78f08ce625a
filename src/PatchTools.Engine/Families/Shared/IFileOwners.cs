namespace PatchTools.Families.Shared;

/// <summary>Which packages files belong to.</summary>
internal interface IFileOwners
{
    /// <summary>
    /// Package names by path, in one pass over the database. Also for files that an upgrade has replaced by one of
    /// another version (<c>libz.so.1.2.13</c> by <c>libz.so.1.3</c>). Paths that no package knows are absent; an
    /// unreadable database knows none.
    /// </summary>
    Task<IReadOnlyDictionary<string, string>> OwnersOfAsync(
        IReadOnlyCollection<string> paths,
        CancellationToken cancellationToken
    );
}
