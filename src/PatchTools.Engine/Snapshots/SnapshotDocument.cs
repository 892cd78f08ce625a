namespace PatchTools.Snapshots;

/// <summary>Which of the accepted shapes a document had.</summary>
internal enum SnapshotForm
{
    /// <summary>
    /// What the service's snapshot URL serves: <c>{ "patchBaseline": …, "patchGroup": … }</c> (reference 02 §5).
    /// </summary>
    Service,

    /// <summary>
    /// The same with <c>snapshotId</c>, and usually <c>product</c>, <c>instanceId</c> and <c>region</c>: a snapshot
    /// saved by <see cref="SnapshotWriter"/>, or the reference's <c>snapshot.json</c> (reference 02 §7).
    /// </summary>
    Saved,

    /// <summary>The value of <c>patchBaseline</c> alone (reference 02 §6).</summary>
    Baseline,

    /// <summary>What <c>GetPatchBaseline</c> answers, member names in PascalCase.</summary>
    ServiceBaseline,
}

/// <summary>A document as read, before anything is known of the host.</summary>
/// <param name="Baseline">The rules.</param>
/// <param name="PatchGroup">Empty when there is none, and always for a bare baseline.</param>
/// <param name="SnapshotId">Only of <see cref="SnapshotForm.Saved"/>: a GUID, case as written.</param>
/// <param name="Product">AWS's product text, when the document has it.</param>
/// <param name="InstanceId">The instance the snapshot was made for, when the document has it.</param>
/// <param name="Region">Its region, when the document has it.</param>
/// <param name="BaselineOverride">The override that was merged into the baseline, when the document says so.</param>
/// <param name="Form">Which shape the document had.</param>
internal sealed record SnapshotDocument(
    PatchBaseline Baseline,
    string PatchGroup,
    string? SnapshotId,
    string? Product,
    string? InstanceId,
    string? Region,
    string? BaselineOverride,
    SnapshotForm Form
);
