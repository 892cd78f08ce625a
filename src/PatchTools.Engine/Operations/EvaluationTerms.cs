namespace PatchTools.Operations;

/// <summary>Under which terms a host is compared with a baseline.</summary>
public sealed record EvaluationTerms
{
    public PatchOperation Operation { get; init; }

    /// <summary>As typed.</summary>
    public string OperationText { get; init; } = nameof(PatchOperation.Scan);

    public RebootOption RebootOption { get; init; } = RebootOption.RebootIfNeeded;

    /// <summary>What an install goes by in the baseline's place.</summary>
    public InstallOverrideList? InstallOverrideList { get; init; }

    public ApprovalDateSource ApprovalDateSource { get; init; }

    /// <summary>Versions that are seen for the first time are remembered with this date.</summary>
    public bool SavesFirstSeen { get; init; }
}
