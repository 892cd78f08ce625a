namespace PatchTools.Evaluation;

/// <summary>Gives what was not installed its reason. Pure.</summary>
public static class Setbacks
{
    /// <summary>
    /// The report after an install with the reason of every setback on its finding: what the package manager could not do is Failed, what was not begun
    /// (<see cref="SetbackKind.TimeBudget"/>, <see cref="SetbackKind.Stopped"/>) is Missing as before. What is installed by now is left alone: the inventory
    /// decides, never the outcome. Counts and order are made anew; doing it twice changes nothing.
    /// </summary>
    /// <param name="report">Judged from an inventory taken after the install.</param>
    /// <param name="setbacks">Those of <see cref="InstallSelection.Held"/> and of <see cref="InstallOutcome.Setbacks"/>.</param>
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
    /// What an install ran into and no finding tells: failures that are not one patch's own, what the tool warned of, and patches that count as installed, to AWS as to dpkg, because
    /// they are unpacked, while a maintainer script has failed. One sentence each, no full stop.
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
    /// The last word on the reported version; of a package that wanted another version the word on that one, unless the finding only says that the
    /// baseline would go further than the override list did.
    /// </summary>
    private static PatchSetback? Of(PatchFinding finding, List<PatchSetback> setbacks) =>
        setbacks.FindLast(s => s.Target.Edition == finding.AvailableVersion)
        ?? (finding.State == PatchState.Failed ? setbacks[^1] : null);

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
