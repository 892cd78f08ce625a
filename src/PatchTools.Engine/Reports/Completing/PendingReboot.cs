using PatchTools.Evaluation;
using PatchTools.Model;

namespace PatchTools.Reports.Completing;

/// <summary>
/// What the run did, as far as pending reboots depend on it. A scan has done nothing: <see cref="Scan"/>.
/// </summary>
internal sealed record PatchingOutcome
{
    public static PatchingOutcome Scan { get; } = new();

    /// <summary>Patching exit code of reference 08 §1.</summary>
    public int ExitCode { get; init; }

    /// <summary>What this run installed or upgraded, as it is installed now.</summary>
    public IReadOnlyList<PatchFinding> CurrentInstalled { get; init; } = [];

    /// <summary>Titles of kernels that a live patch covered until now and no longer does (reference 06 §7.5).</summary>
    public IReadOnlyCollection<string> RestoredKernels { get; init; } = [];
}

/// <summary>Moves packages that wait for a reboot out of the installed states (reference 06 §3). Pure.</summary>
internal static class PendingReboot
{
    private static readonly int[] RebootCodes = [194, 195, 196];

    /// <summary>
    /// The findings after the carry-over, in report order. T and P of the spec are those of
    /// <see cref="HostFacts.PriorStates"/>. The reference skips all when T is 0 and the run is no Install with
    /// NoReboot; here the current run alone decides (QUIRK of step 7): without T nothing is carried over, but what this
    /// run installed and nobody reboots for is pending.
    /// </summary>
    /// <remarks>With an unknown boot time no reboot is proven, so what was pending stays pending.</remarks>
    public static IReadOnlyList<PatchFinding> Apply(ComplianceReport report, PatchingOutcome outcome)
    {
        var prior = report.Inventory.Facts.PriorStates;
        var live = report.LivePatching;
        var asksForReboot = report is { Operation: PatchOperation.Install, RebootOption: RebootOption.RebootIfNeeded };
        if (report.RebootOption == RebootOption.RebootIfNeeded && RebootCodes.Contains(outcome.ExitCode))
            return report.Findings;
        if (asksForReboot && PendingTitles(prior, live).Any())
            return report.Findings;

        Dictionary<string, PatchFinding> pending = new(StringComparer.Ordinal);
        // A report that has been through here before keeps what it found.
        foreach (var finding in report.Findings.Where(f => f.State == PatchState.InstalledPendingReboot))
            pending[finding.Title] = finding;
        foreach (var finding in outcome.CurrentInstalled.Where(f => live?.WaitsForReboot(f.Id) ?? true))
            pending[finding.Title] = finding with
            {
                InstalledTime =
                    finding.InstalledTime ?? new EpochTime(report.End.ToUnixTimeSeconds(), IsFractional: false),
            };
        if (NotRebootedSince(prior.LastNoRebootInstallOperationTime, report.Inventory.Facts.BootTime))
        {
            var carried = PendingTitles(prior, live).Concat(outcome.RestoredKernels).ToHashSet(StringComparer.Ordinal);
            foreach (var finding in report.Findings.Where(f => IsInstalled(f) && carried.Contains(f.Title)))
                pending[finding.Title] = finding;
        }

        if (pending.Count == 0)
            return report.Findings;
        var waiting = pending
            .Values.OrderBy(f => f.Architecture, StringComparer.Ordinal)
            .ThenBy(f => f.InstalledVersion, StringComparer.Ordinal)
            .Select(Waiting);
        return ComplianceCounting.InReportOrder(
            report
                .Findings.Where(f =>
                    f.State != PatchState.InstalledPendingReboot && !(IsInstalled(f) && pending.ContainsKey(f.Title))
                )
                .Concat(waiting)
        );
    }

    /// <summary>
    /// The value of T that this run leaves: its own end for an Install with NoReboot, else the one before, unchanged
    /// (the reference shifts it by the time zone: QUIRK of reference 06 §6).
    /// </summary>
    public static long LastNoRebootInstall(ComplianceReport report) =>
        report is { Operation: PatchOperation.Install, RebootOption: RebootOption.NoReboot }
            ? report.End.ToUnixTimeSeconds()
            : report.Inventory.Facts.PriorStates.LastNoRebootInstallOperationTime;

    /// <summary>P of the spec: titles that the last run left pending.</summary>
    /// <param name="states">As the last run left them.</param>
    /// <param name="live">Live patches and the kernel that they cover wait for nothing (reference 15 §4.2).</param>
    public static IEnumerable<string> PendingTitles(StoredPatchStates states, LivePatching? live = null) =>
        states
            .States.Where(s =>
                s.Value.State == nameof(PatchState.InstalledPendingReboot) && (live?.WaitsForReboot(s.Value.Id) ?? true)
            )
            .Select(s => s.Key);

    private static bool NotRebootedSince(long lastNoReboot, DateTimeOffset? boot) =>
        lastNoReboot != 0 && (boot is null || boot.Value.ToUnixTimeSeconds() < lastNoReboot);

    private static bool IsInstalled(PatchFinding finding) =>
        finding.State is PatchState.Installed or PatchState.InstalledOther or PatchState.InstalledRejected;

    private static PatchFinding Waiting(PatchFinding finding)
    {
        if (finding.State == PatchState.InstalledPendingReboot)
            return finding;
        var explanation = finding.Explanation with
        {
            Summary = "patched since the last boot, waits for a reboot",
            Observations =
            [
                .. finding.Explanation.Observations,
                $"{finding.State} but for the reboot: {finding.Explanation.Summary}",
            ],
        };
        return finding with { State = PatchState.InstalledPendingReboot, Explanation = explanation };
    }
}
