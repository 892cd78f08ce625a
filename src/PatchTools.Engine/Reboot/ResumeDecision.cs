namespace PatchTools.Reboot;

/// <summary>What a run finds of an earlier one that asked for a reboot.</summary>
internal enum ResumeStep
{
    /// <summary>Nothing: the run does its operation.</summary>
    NoMarker,

    /// <summary>The host has not rebooted: end with 194 at once, without scan or report.</summary>
    AskAgain,

    /// <summary>Asked five times in vain: end with 3 at once, without scan or report.</summary>
    GaveUp,

    /// <summary>The host has rebooted: scan and report, install nothing, and end as the marker says.</summary>
    Rebooted,
}

/// <summary>What is known of a request for a reboot when the run that asked is resumed.</summary>
internal sealed record ResumeFacts
{
    public required RebootMarker Marker { get; init; }

    /// <summary>Earlier visits: entries of the marker directory.</summary>
    public required int Visits { get; init; }

    /// <summary>When it asked; null when nobody knows.</summary>
    public required DateTimeOffset? Asked { get; init; }

    /// <summary>Last boot, in whole seconds; null when unknown.</summary>
    public required DateTimeOffset? Boot { get; init; }

    /// <summary>
    /// The kernel's boot id is another than when the run asked: a reboot for certain, whatever the clock did.
    /// </summary>
    public bool HasOtherBootId { get; init; }
}

/// <summary>What the run does about it (reference 08 §7). Pure.</summary>
/// <param name="Step">What to do.</param>
/// <param name="ExitCode">Of the whole run: 194, 3, or after a reboot 0, 1 or 2 by the marker; without a marker 0 and
/// meaningless.</param>
/// <param name="Reason">For people, one sentence.</param>
internal sealed record ResumeDecision(ResumeStep Step, int ExitCode, string Reason)
{
    /// <summary>As often is a reboot asked for again.</summary>
    public const int MaxVisits = 5;

    /// <summary>The boot time is a difference of two rounded readings.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(3);

    public static ResumeDecision NoMarker { get; } =
        new(ResumeStep.NoMarker, PatchingExitCode.Success, "No request for a reboot is waiting.");

    /// <summary>
    /// A request without time, or a host without boot time, is accepted as rebooted: the reference reboots such hosts
    /// once more, and a reboot that nobody can prove would be asked for for ever.
    /// </summary>
    public static ResumeDecision Of(ResumeFacts facts)
    {
        if (facts.Visits >= MaxVisits)
            return new ResumeDecision(
                ResumeStep.GaveUp,
                FinalCode.GaveUp,
                $"A reboot was asked for and asked for again {MaxVisits} times, and the host has not "
                    + $"rebooted; no further request is made."
            );
        var isOlderBoot =
            !facts.HasOtherBootId && facts.Boot is { } boot && facts.Asked is { } asked && boot < asked - Tolerance;
        return isOlderBoot
            ? new ResumeDecision(
                ResumeStep.AskAgain,
                FinalCode.RebootWanted,
                $"The reboot asked for at {facts.Asked:yyyy-MM-dd HH:mm:ss}Z has not taken place; it is asked "
                    + $"for again ({facts.Visits + 1} of {MaxVisits})."
            )
            : new ResumeDecision(
                ResumeStep.Rebooted,
                CodeAfterReboot(facts.Marker),
                "The host has rebooted as this operation asked: it scans and reports, and installs nothing."
            );
    }

    /// <summary>How the resumed run ends after its report: as the marker says, or 1 when the report failed.</summary>
    public FinalCode AfterReport(bool reportOk) => reportOk ? new FinalCode(ExitCode) : FinalCode.Failure;

    private static int CodeAfterReboot(RebootMarker marker) =>
        marker switch
        {
            RebootMarker.Patched => PatchingExitCode.Success,
            RebootMarker.PatchedWithDependencyFailures => PatchingExitCode.DependencyFailure,
            _ => PatchingExitCode.Failure,
        };
}
