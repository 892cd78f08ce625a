namespace PatchTools.Payloads;

/// <summary>
/// How large a bundle may be, packed and unpacked. A module of today has 60 files and 9 MB, packed 3 MB.
/// </summary>
internal sealed record BundleLimits
{
    public static BundleLimits Default { get; } = new();

    /// <summary>Bytes of the archive.</summary>
    public int PackedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes that unpacking may read, names and padding included: a bomb is small only while it is packed.
    /// </summary>
    public long UnpackedBytes { get; init; } = 512L * 1024 * 1024;

    public int Entries { get; init; } = 10_000;

    /// <summary>Parts of a path.</summary>
    public int Depth { get; init; } = 16;
}
