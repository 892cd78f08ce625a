namespace PatchTools.Evaluation;

/// <summary>
/// Counts, severity and order of a report's findings: one place, because the pending-reboot carry-over changes states
/// after the evaluation (reference 06 §2).
/// </summary>
internal static class ComplianceCounting
{
    private static readonly Comparer<string> s_codePointOrder = Comparer<string>.Create(CompareCodePoints);

    /// <summary>
    /// Counts after all adjustments. <paramref name="notApplicable"/> is only ever a number: its packages are no
    /// findings.
    /// </summary>
    public static ComplianceCounts Count(IReadOnlyList<PatchFinding> findings, int notApplicable)
    {
        var byState = new int[Enum.GetValues<PatchState>().Length];
        int critical = 0,
            security = 0,
            other = 0;
        foreach (var finding in findings)
        {
            byState[(int)finding.State]++;
            if (finding.IsCompliant)
                continue;
            var isCritical = finding.ComplianceLevel == ComplianceLevel.CRITICAL;
            var isSecurity = string.Equals(finding.Classification, "security", StringComparison.OrdinalIgnoreCase);
            critical += isCritical ? 1 : 0;
            security += isSecurity ? 1 : 0;
            other += isCritical || isSecurity ? 0 : 1;
        }

        return new ComplianceCounts
        {
            Installed = byState[(int)PatchState.Installed],
            InstalledOther = byState[(int)PatchState.InstalledOther],
            InstalledRejected = byState[(int)PatchState.InstalledRejected],
            InstalledPendingReboot = byState[(int)PatchState.InstalledPendingReboot],
            NotApplicable = notApplicable,
            Missing = byState[(int)PatchState.Missing],
            Failed = byState[(int)PatchState.Failed],
            CriticalNonCompliant = critical,
            SecurityNonCompliant = security,
            OtherNonCompliant = other,
        };
    }

    /// <summary>
    /// Reference 06 §5 in its correct reading: pending packages count too. Null when everything complies, else at least
    /// INFORMATIONAL.
    /// </summary>
    public static ComplianceLevel? NonCompliantSeverity(IReadOnlyList<PatchFinding> findings)
    {
        ComplianceLevel? result = null;
        foreach (var finding in findings)
        {
            if (!finding.IsCompliant)
                result = (ComplianceLevel)
                    Math.Max((int)(result ?? ComplianceLevel.INFORMATIONAL), (int)finding.ComplianceLevel);
        }

        return result;
    }

    /// <summary>
    /// The order of what is sent and saved: by state as <see cref="PatchState"/> lists them, then by name in code-point
    /// order, ties as they came (reference 07 §3).
    /// </summary>
    public static IReadOnlyList<PatchFinding> InReportOrder(IEnumerable<PatchFinding> findings) =>
        [.. findings.OrderBy(f => f.State).ThenBy(f => f.Name, s_codePointOrder)];

    /// <summary>
    /// Python compares code points, .NET's ordinal order compares UTF-16 units; they differ beyond U+FFFF only.
    /// </summary>
    private static int CompareCodePoints(string x, string y)
    {
        for (var i = 0; i < x.Length && i < y.Length; i++)
        {
            if (x[i] == y[i])
                continue;
            var surrogateX = char.IsSurrogate(x[i]);
            var surrogateY = char.IsSurrogate(y[i]);
            if (surrogateX == surrogateY)
                return x[i].CompareTo(y[i]);
            return surrogateX ? 1 : -1;
        }

        return x.Length.CompareTo(y.Length);
    }
}
