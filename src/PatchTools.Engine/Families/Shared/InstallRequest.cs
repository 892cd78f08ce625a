using PatchTools.Evaluation;

namespace PatchTools.Families.Shared;

/// <summary>What is to be installed and under which conditions.</summary>
internal sealed record InstallRequest
{
    /// <summary>The inventory that the targets were chosen from.</summary>
    public required HostInventory Inventory { get; init; }

    public required IReadOnlyList<PatchTarget> Targets { get; init; }

    /// <summary>Which further packages a transaction may bring along.</summary>
    public required IDependencyPolicy Dependencies { get; init; }

    /// <summary>
    /// As <see cref="InventoryRequest.CustomSources"/>: the transaction downloads from these; the host's own files stay
    /// untouched.
    /// </summary>
    public string? CustomSources { get; init; }

    /// <summary>How long to wait for the package manager's own locks.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Nothing begins that is not expected to end by then; null for no limit.</summary>
    public DateTimeOffset? Deadline { get; init; }
}
