namespace PatchTools;

/// <summary>
/// Where a snapshot came from. Only <see cref="Service"/> and saved snapshots that carry the service's ids may be
/// published.
/// </summary>
public enum SnapshotOrigin
{
    /// <summary><c>GetDeployablePatchSnapshotForInstance</c>.</summary>
    Service,

    /// <summary>A file or standard input.</summary>
    File,

    /// <summary>The predefined baseline of this operating system, embedded in the module.</summary>
    Default,

    /// <summary>A baseline override; results stay on the host.</summary>
    Override,
}

/// <summary>A baseline as it applies to one host (design §2 "Who carries and writes what").</summary>
public sealed record PatchSnapshot : ShownRecord
{
    /// <summary>
    /// Lower-case GUID: the service's, or a new one for <see cref="SnapshotOrigin.Default"/> and bare baselines.
    /// </summary>
    public required string SnapshotId { get; init; }

    public required SnapshotOrigin Origin { get; init; }

    public required PatchBaseline Baseline { get; init; }

    /// <summary>
    /// AWS's product text (<c>Debian12</c>, <c>Ubuntu22.04</c>): from the service, else from os-release.
    /// </summary>
    public required string Product { get; init; }

    /// <summary>
    /// Whether the service or a document names the product; else it is only that of the host that made the snapshot.
    /// </summary>
    public bool NamesProduct { get; init; }

    /// <summary>Empty when there is none.</summary>
    public string PatchGroup { get; init; } = "";

    public string? InstanceId { get; init; }

    public string? Region { get; init; }

    /// <summary>
    /// True when the document carried the service's own ids (baseline id and snapshot id), so that a report on it may
    /// be published.
    /// </summary>
    public bool CarriesServiceIds { get; init; }

    /// <summary>Where the override came from (path or URL without query), null without an override.</summary>
    public string? BaselineOverride { get; init; }

    /// <summary>When the operation began, UTC: <c>OperationStartTime</c> of the summary.</summary>
    public required DateTimeOffset OperationStart { get; init; }

    public string? BaselineId => Baseline.BaselineId;

    public string OperatingSystem => Baseline.OperatingSystem;
}
