namespace PatchTools.Evaluation;

/// <summary>The one plain sentence of a report.</summary>
internal static class VerdictSentence
{
    public static string Of(ComplianceReport report)
    {
        var counts = report.Counts;
        List<string> problems = [];
        Add(counts.Missing, "is missing", "are missing");
        Add(counts.Failed, "failed to install", "failed to install");
        Add(counts.InstalledRejected, "is installed but rejected", "are installed but rejected");
        Add(counts.InstalledPendingReboot, "waits for a reboot", "wait for a reboot");
        var installed =
            counts.Installed + counts.InstalledOther + counts.InstalledRejected + counts.InstalledPendingReboot;
        var body =
            problems.Count == 0
                ? $"nothing the baseline approves is missing among {installed} installed packages"
                : string.Join(", ", problems);
        return report.Verdict switch
        {
            ComplianceVerdict.NotProven =>
                $"Cannot tell: {InventoryProof.Clause(report.Inventory.NotProvenBecause)}; by what is known, {body}.",
            ComplianceVerdict.NonCompliant => $"Not compliant: {body}.",
            ComplianceVerdict.NothingJudged =>
                $"Nothing judged: {report.NothingJudgedBecause}, so nothing can be found missing.",
            _ => $"Compliant: {body}.",
        };

        void Add(int count, string one, string many)
        {
            if (count > 0)
                problems.Add(count == 1 ? $"1 patch {one}" : $"{count} patches {many}");
        }
    }
}
