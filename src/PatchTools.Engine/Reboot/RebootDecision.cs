using PatchTools.Reports.Completing;

namespace PatchTools.Reboot;

/// <summary>What the decision about a reboot rests on.</summary>
internal sealed record RebootQuestion
{
    public required PatchOperation Operation { get; init; }

    public required RebootOption RebootOption { get; init; }

    public RebootPolicy Policy { get; init; }

    /// <summary>The states file as it was at the start of the run: T and P of reference 06 §3.</summary>
    public required StoredPatchStates PriorStates { get; init; }

    /// <summary>Null when unknown.</summary>
    public required DateTimeOffset? BootTime { get; init; }

    /// <summary>Of this run, reference 08 §1.</summary>
    public required int PatchingExitCode { get; init; }

    /// <summary>Judged after the install; only <see cref="RebootPolicy.HostNeed"/> asks for it.</summary>
    public RebootAssessment? Assessment { get; init; }
}

/// <summary>Whether the operation asks for a reboot (reference 08 §2). Pure.</summary>
internal static class RebootDecision
{
    /// <summary>
    /// With <see cref="RebootPolicy.HostNeed"/> the host alone decides, also about a reboot that was due before;
    /// "cannot tell" asks for none, as <c>Test-PatchRebootRequired -Quiet</c> then says false.
    /// </summary>
    /// <remarks>
    /// With an unknown boot time no reboot is proven, so what was pending still asks for one; the reference fails here.
    /// </remarks>
    public static bool IsRequired(RebootQuestion question)
    {
        if (question is { Operation: PatchOperation.Scan } or { RebootOption: RebootOption.NoReboot })
            return false;
        if (question.Policy == RebootPolicy.HostNeed)
            return question.Assessment?.IsRequired == true;
        return HasLeftovers(question.PriorStates, question.BootTime)
            || PatchingExitCode.IsRebootCode(question.PatchingExitCode);
    }

    /// <summary>Patches of an earlier install that wait for a reboot which has not happened.</summary>
    public static bool HasLeftovers(StoredPatchStates states, DateTimeOffset? boot) =>
        PendingReboot.PendingTitles(states).Any()
        && (
            states.LastNoRebootInstallOperationTime == 0
            || boot is null
            || states.LastNoRebootInstallOperationTime > boot.Value.ToUnixTimeSeconds()
        );
}
