namespace PatchTools;

/// <summary>
/// A saved summary: the last one lies in <c>patch-inventory-from-last-operation.json</c> (reference 07 §6), earlier
/// ones in PatchTools' own history.
/// </summary>
public sealed record PatchSummary : ShownRecord
{
    public required string BaselineId { get; init; }

    public string PatchGroup { get; init; } = "";

    public required string SnapshotId { get; init; }

    public required string ExecutionId { get; init; }

    public required string Operation { get; init; }

    public required string RebootOption { get; init; }

    public required DateTimeOffset OperationStart { get; init; }

    public required DateTimeOffset OperationEnd { get; init; }

    public required ComplianceCounts Counts { get; init; }

    public ComplianceLevel? NonCompliantSeverity { get; init; }

    public DateTimeOffset? LastNoRebootInstallOperation { get; init; }

    public string? InstallOverrideList { get; init; }

    public string ContentHash { get; init; } = "";

    /// <summary>The file it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The verdict of the run; null when it is not known: the reference or an older version of PatchTools made the
    /// summary.
    /// </summary>
    public ComplianceVerdict? Verdict { get; init; }

    /// <summary>
    /// Nothing is to do, and the run could tell: its inventory was proof and its baseline judged something.
    /// </summary>
    public bool IsCompliant =>
        Verdict is null or ComplianceVerdict.Compliant
        && Counts.Missing + Counts.Failed + Counts.InstalledRejected + Counts.InstalledPendingReboot == 0;
}

/// <summary>What became of one upload; <c>Publish-PatchSummary -PassThru</c> writes it.</summary>
public sealed record PublishReceipt : ShownRecord
{
    public required string InstanceId { get; init; }

    public required string Region { get; init; }

    public required string SnapshotId { get; init; }

    public required string SummaryHash { get; init; }

    public required string ComplianceHash { get; init; }

    /// <summary>False when the service already had the content and only the hash was sent.</summary>
    public required bool ContentSent { get; init; }

    /// <summary>CVE ids were left out because the item was too large.</summary>
    public bool CveIdsDropped { get; init; }

    /// <summary>Compliance items of the report.</summary>
    public required int Items { get; init; }

    /// <summary>
    /// Of them, those that were left out because the service takes no report as large: the least severe, compliant ones
    /// first. The summary's counts are of all.
    /// </summary>
    public int ItemsOmitted { get; init; }

    /// <summary>The association in whose name it was sent; null for the instance's own report.</summary>
    public string? AssociationId { get; init; }

    public required DateTimeOffset SentAt { get; init; }
}
