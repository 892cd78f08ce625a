using PatchTools.Families.Shared;
using PatchTools.Snapshots;

namespace PatchTools.Operations;

/// <summary>One whole operation.</summary>
public sealed record RunRequest
{
    public required SnapshotRequest Snapshot { get; init; }

    public InventoryRequest Inventory { get; init; } = new();

    /// <summary>As typed; <c>Scan</c> or <c>Install</c> in any case.</summary>
    public string OperationText { get; init; } = nameof(PatchOperation.Scan);

    public RebootOption RebootOption { get; init; } = RebootOption.RebootIfNeeded;

    /// <summary>When an install with <see cref="RebootOption.RebootIfNeeded"/> asks for a reboot.</summary>
    public RebootPolicy RebootPolicy { get; init; }

    /// <summary>From which dates approval delays count on apt.</summary>
    public ApprovalDateSource ApprovalDateSource { get; init; }

    /// <summary>Not null: the run reports in the name of this association.</summary>
    public AssociationReference? Association { get; init; }

    /// <summary>
    /// Nothing begins that is not expected to end within it, counted from the beginning of the run; null for no limit.
    /// </summary>
    public TimeSpan? TimeBudget { get; init; }

    /// <summary>How long to wait for another run of PatchTools.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Evaluate and return, but save and send nothing (<c>-WhatIf</c>).</summary>
    public bool DryRun { get; init; }
}
