namespace PatchTools.Evaluation;

/// <summary>Gives what was not installed its reason. Pure.</summary>
internal static class Setbacks
{
    /// <summary>
    /// The report after an install with the reason of every setback on its finding: what the package manager could not
    /// do is Failed, what was not begun (<see cref="SetbackKind.TimeBudget"/>, <see cref="SetbackKind.Stopped"/>) is
    /// Missing as before. What is installed by now is left alone: the inventory decides, never the outcome. Counts and
    /// order are made again; doing it twice changes nothing.
    /// </summary>
    /// <param name="report">Judged from an inventory taken after the install.</param>
    /// <param name="setbacks">Those of <see cref="InstallSelection.Held"/> and of
    /// <see cref="InstallOutcome.Setbacks"/>.</param>
    public static ComplianceReport Apply(ComplianceReport report, IEnumerable<PatchSetback> setbacks)
    {
        Dictionary<string, List<PatchSetback>> byId = new(StringComparer.Ordinal);
        foreach (var setback in setbacks)
        {
            if (!byId.TryGetValue(setback.Target.Id, out var list))
                byId[setback.Target.Id] = list = [];
            list.Add(setback);
        }

        if (byId.Count == 0)
            return report;
        var findings = ComplianceCounting.InReportOrder(
            report.Findings.Select(finding =>
                finding.State is PatchState.Missing or PatchState.Failed
                && byId.TryGetValue(finding.Id, out var list)
                && Of(finding, list) is { } setback
                    ? With(finding, setback, report.Inventory.PackageManager)
                    : finding
            )
        );
        return report with
        {
            Findings = findings,
            Counts = ComplianceCounting.Count(findings, report.Counts.NotApplicable),
            NonCompliantSeverity = ComplianceCounting.NonCompliantSeverity(findings),
        };
    }

    /// <summary>
    /// Setbacks of what an install failed at before it could begin: a patch needs a version that nobody offers. Of the
    /// report after the install: what it installed instead may have left the patch needed.
    /// </summary>
    public static IReadOnlyList<PatchSetback> NotOffered(ComplianceReport report)
    {
        // With an override list an install calls Missing what the list does not ask for.
        var wanted = report.Operation == PatchOperation.Install ? PatchState.Failed : PatchState.Missing;
        return
        [
            .. report
                .Findings.Where(f => f.State == wanted && f.AvailableVersion.Length == 0)
                .Select(f => new PatchSetback(TargetOf(f), SetbackKind.NotOffered, f.Explanation.Summary)),
        ];
    }

    /// <summary>
    /// The outcome with a setback for every patch that the report after it calls Failed, so that the exit code knows of
    /// each: what nobody offers, and what is wanted only since this run changed the host, which it did not try.
    /// </summary>
    /// <param name="judged">Judged from an inventory taken after the install, without setbacks.</param>
    /// <param name="outcome">What the package manager did.</param>
    public static InstallOutcome Complete(ComplianceReport judged, InstallOutcome outcome)
    {
        List<PatchSetback> setbacks =
        [
            .. outcome.Setbacks.Where(s => s.Kind != SetbackKind.NotOffered),
            .. NotOffered(judged),
        ];
        var told = setbacks.Select(s => s.Target.Id).ToHashSet(StringComparer.Ordinal);
        setbacks.AddRange(
            judged
                .Findings.Where(f => f.State == PatchState.Failed && !told.Contains(f.Id))
                .Select(f => new PatchSetback(
                    TargetOf(f),
                    SetbackKind.InstallFailed,
                    "not tried: it is wanted only since this run changed the host; the next run installs it"
                ))
        );
        return outcome with { Setbacks = setbacks };
    }

    /// <summary>
    /// Setbacks of a run after a reboot, which installs nothing: what is missing by now was not begun.
    /// </summary>
    /// <param name="judged">Judged from the inventory of that run.</param>
    /// <param name="leftOut">What the administrator holds and what nobody offers.</param>
    public static IReadOnlyList<PatchSetback> NotBegun(ComplianceReport judged, IReadOnlyList<PatchSetback> leftOut)
    {
        var told = leftOut.Select(s => s.Target.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. leftOut,
            .. judged
                .Findings.Where(f => f.State == PatchState.Failed && !told.Contains(f.Id))
                .Select(f => new PatchSetback(
                    TargetOf(f),
                    SetbackKind.Stopped,
                    "not begun: the run after a reboot installs nothing"
                )),
        ];
    }

    private static PatchTarget TargetOf(PatchFinding finding) =>
        new()
        {
            Name = finding.PackageName,
            Architecture = finding.Architecture,
            InstalledEdition = finding.InstalledVersion,
            Edition = finding.AvailableVersion,
            Id = finding.Id,
        };

    /// <summary>
    /// What an install ran into and no finding tells: failures that are not one patch's own, what the tool warned of,
    /// and patches that count as installed, to AWS as to dpkg, because they are unpacked, while a maintainer script has
    /// failed. One sentence each, no full stop.
    /// </summary>
    public static IReadOnlyList<string> Untold(ComplianceReport report, InstallOutcome outcome)
    {
        var broken = report
            .Inventory.Installed.Where(package => package.IsBroken)
            .Select(package => package.Name)
            .ToHashSet(StringComparer.Ordinal);
        var told = report
            .Findings.Where(finding => finding.Setback is not null)
            .Select(finding => finding.Id)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. outcome.Problems,
            .. outcome.Warnings,
            .. outcome
                .Setbacks.Where(setback => broken.Contains(setback.Target.Name) && !told.Contains(setback.Target.Id))
                .Select(setback =>
                    $"{setback.Target.Name} {setback.Target.Edition} is not completely installed: {setback.Reason}"
                ),
        ];
    }

    /// <summary>
    /// The last word on the reported version; of a package that wanted another version the word on that one, unless the
    /// finding only says that the baseline would go further than the override list did. What failed at the version that
    /// the administrator leaves says more than his refusal of the newer one.
    /// </summary>
    private static PatchSetback? Of(PatchFinding finding, List<PatchSetback> setbacks) =>
        setbacks.FindLast(s => s.Target.Edition == finding.AvailableVersion) switch
        {
            { Kind: SetbackKind.Held } held => setbacks.FindLast(s => s.Kind != SetbackKind.Held) ?? held,
            null when finding.State == PatchState.Failed => setbacks[^1],
            var found => found,
        };

    private static PatchFinding With(PatchFinding finding, PatchSetback setback, string tool)
    {
        if (finding.Setback == setback)
            return finding;
        var why = Why(setback, tool);
        return finding with
        {
            State = setback.Kind is SetbackKind.TimeBudget or SetbackKind.Stopped
                ? PatchState.Missing
                : PatchState.Failed,
            Setback = setback,
            Explanation = finding.Explanation with
            {
                Summary = why,
                Observations =
                [
                    .. finding.Explanation.Observations,
                    $"wanted because {finding.Explanation.Summary}",
                    $"not installed: {why}",
                ],
            },
        };
    }

    /// <summary>The package manager's own words say whose they are; a decision of ours does not.</summary>
    private static string Why(PatchSetback setback, string tool)
    {
        var isOurs =
            setback.Kind
            is SetbackKind.Held
                or SetbackKind.RejectedDependency
                or SetbackKind.NotAuthenticated
                or SetbackKind.NotOffered
                or SetbackKind.TimeBudget
                or SetbackKind.Stopped;
        return
            isOurs
            || setback.Reason.StartsWith(tool, StringComparison.Ordinal)
            || setback.Reason.StartsWith("dpkg", StringComparison.Ordinal)
            || setback.Reason.StartsWith("rpm", StringComparison.Ordinal)
            ? setback.Reason
            : $"{tool}: {setback.Reason}";
    }
}
