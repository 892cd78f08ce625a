namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>
/// What SSM takes in one PutInventory (reference 20 §13: the API's model, and the quotas of the AWS General Reference,
/// "Systems Manager endpoints and quotas").
/// </summary>
internal sealed record UploadLimits
{
    /// <summary>
    /// The documented limits: 10 000 entries and 1024 KB for an item, 1 MB for a call, 4096 characters for a value.
    /// </summary>
    public static UploadLimits Documented { get; } = new();

    /// <summary>
    /// Where the service refuses the size all the same: 800 KB, the smallest size that it has been seen to name
    /// ("Compliance item can have up to 800 KB in total").
    /// </summary>
    public static UploadLimits Strict { get; } = new() { ItemBytes = 800 * 1024, CallBytes = 800 * 1024 };

    /// <summary>Entries of an item's content.</summary>
    public int Entries { get; init; } = 10_000;

    /// <summary>Bytes of one item as JSON.</summary>
    public int ItemBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of the items of one call. A megabyte of the quota is read as 10⁶, the smaller of its meanings.
    /// </summary>
    public int CallBytes { get; init; } = 1_000_000;

    /// <summary>Characters of one attribute's value.</summary>
    public int ValueCharacters { get; init; } = 4096;
}
