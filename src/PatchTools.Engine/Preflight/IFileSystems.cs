namespace PatchTools.Preflight;

/// <summary>What a preflight asks file systems; a port, so that tests can make up a full disk.</summary>
internal interface IFileSystems
{
    /// <summary>
    /// Room on the file system of a path or of its nearest existing parent; null when it cannot be told.
    /// </summary>
    FreeSpace? SpaceOf(string path);

    /// <summary>
    /// Creates the directory if needed and writes a file in it, which is removed again; null when that works, else why
    /// not.
    /// </summary>
    string? WriteFailureOf(string directory);
}

/// <summary>Room that root may use.</summary>
/// <param name="Bytes">Free bytes.</param>
/// <param name="Inodes">Files that can still be made; null where the file system sets no limit or does not say.</param>
internal readonly record struct FreeSpace(long Bytes, long? Inodes);
