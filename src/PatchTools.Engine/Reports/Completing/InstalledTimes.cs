namespace PatchTools.Reports.Completing;

/// <summary>
/// Installed times as a report gives them (reference 06 §4): the host's own, else what the last run knew of the same
/// title.
/// </summary>
internal static class InstalledTimes
{
    /// <summary>
    /// Applies to the three installed states. The fallback works on apt too (the reference's has no effect there:
    /// QUIRK). A remembered time is cut to whole seconds; the host's own stays as it is: apt's is the time of a file
    /// and has a fraction, rpm's has none.
    /// </summary>
    public static IReadOnlyList<PatchFinding> Complete(IReadOnlyList<PatchFinding> findings, StoredPatchStates prior) =>
        [
            .. findings.Select(f =>
                f.State is PatchState.Installed or PatchState.InstalledOther or PatchState.InstalledRejected
                    ? Complete(f, prior)
                    : f
            ),
        ];

    private static PatchFinding Complete(PatchFinding finding, StoredPatchStates prior)
    {
        if (finding.InstalledTime is not null)
            return finding;
        return prior.States.TryGetValue(finding.Title, out var known) && known.InstalledTime is { } time
            ? finding with
            {
                InstalledTime = Whole(time),
            }
            : finding;
    }

    private static EpochTime Whole(EpochTime time) => new(Math.Truncate(time.Seconds), IsFractional: false);
}
