using PatchTools.Ports;

namespace PatchTools.Snapshots;

/// <summary>Which snapshot is wanted.</summary>
public sealed record SnapshotRequest
{
    /// <summary>
    /// A file with a snapshot, a bare baseline or GetPatchBaseline's form; <c>-</c> is standard input. Null: ask the
    /// service, unless <see cref="UseDefault"/>.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>A baseline at hand, in the place of a file that holds it. Wins over <see cref="Path"/>.</summary>
    public PatchBaseline? Baseline { get; init; }

    /// <summary>The predefined baseline of the host's operating system.</summary>
    public bool UseDefault { get; init; }

    /// <summary>Operating system of the host that is to be judged; null: what the root itself says.</summary>
    public OsRelease? System { get; init; }

    /// <summary>Null or empty: a new one.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>
    /// Path, <c>-</c>, <c>https://</c> or <c>s3://</c> of a baseline override; null or empty for none.
    /// </summary>
    public string? BaselineOverride { get; init; }

    /// <summary>Only to refuse the combination (code 167).</summary>
    public string? InstallOverrideList { get; init; }

    public AwsParameters Aws { get; init; } = new();
}
