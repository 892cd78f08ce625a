using PatchTools.Families.Shared;
using PatchTools.Ports;
using PatchTools.Reboot;

namespace PatchTools.Operations;

/// <summary>What a plan is wanted for.</summary>
public sealed record PlanRequest
{
    public required PatchSnapshot Snapshot { get; init; }

    public InventoryRequest Inventory { get; init; } = new();

    /// <summary>
    /// Path, <c>-</c>, <c>https://</c> or <c>s3://</c> of an install override list; null or empty for none.
    /// </summary>
    public string? InstallOverrideList { get; init; }

    public ApprovalDateSource ApprovalDateSource { get; init; }

    public AwsParameters Aws { get; init; } = new();
}

/// <summary>What an install is carried out with.</summary>
internal sealed record InstallSituation(
    RunRequest Request,
    PatchSnapshot Snapshot,
    HostInventory Before,
    EvaluationTerms Terms,
    InstallRequest Install,
    IReadOnlyList<PatchSetback> LeftOut,
    ResumeDecision Resume,
    HostMemory Memory
);

/// <summary>
/// An install that is ready to be carried out, or the end of one that asked for a reboot. Holds PatchTools' own lock
/// until it is disposed of.
/// </summary>
public sealed class PreparedInstall : IDisposable
{
    private readonly IDisposable? _lock;

    internal PreparedInstall(InstallPlan plan, InstallSituation situation, IDisposable? held)
    {
        Plan = plan;
        Situation = situation;
        _lock = held;
    }

    public InstallPlan Plan { get; }

    /// <summary>
    /// The run was resumed after the reboot it asked for: it scans and reports, and installs nothing.
    /// </summary>
    public bool IsResumed => Situation.Resume.Step == ResumeStep.Rebooted;

    internal InstallSituation Situation { get; }

    public void Dispose() => _lock?.Dispose();
}
