namespace PatchTools.Evaluation;

/// <summary>Everything an evaluation depends on. Same request, same report: no clock, no I/O, no environment.</summary>
internal sealed record EvaluationRequest
{
    public required PatchSnapshot Snapshot { get; init; }

    public required HostInventory Inventory { get; init; }

    /// <summary>
    /// The instant of the evaluation, UTC: approval dates are judged at it, and it is the report's end.
    /// </summary>
    public required DateTimeOffset Now { get; init; }

    public PatchOperation Operation { get; init; }

    /// <summary>The operation as typed.</summary>
    public string OperationText { get; init; } = nameof(PatchOperation.Scan);

    /// <summary>
    /// What an Install goes by in the baseline's place: what it names and is not installed yet is Failed, and what the
    /// baseline misses beside it is Missing. A Scan ignores it.
    /// </summary>
    public InstallOverrideList? InstallOverrideList { get; init; }

    /// <summary>Whether and from which dates approval delays count on apt.</summary>
    public ApprovalDateSource ApprovalDateSource { get; init; }

    /// <summary>
    /// Dates for <see cref="ApprovalDateSource.FirstSeen"/>, advanced to the inventory. Packages that are not installed
    /// have none: they are counted whatever their age.
    /// </summary>
    public FirstSeenDates FirstSeen { get; init; } = FirstSeenDates.Empty;

    public RebootOption RebootOption { get; init; } = RebootOption.RebootIfNeeded;

    /// <summary><c>SSM_COMMAND_ID</c>, else a new GUID.</summary>
    public required string ExecutionId { get; init; }
}
