namespace PatchTools.Model;

/// <summary>The one plain sentence of a report.</summary>
internal static class VerdictSentence
{
    public static string Of(ComplianceReport report)
    {
        var counts = report.Counts;
        List<string> problems =
        [
            .. StateWords
                .All.Where(word => !word.IsCompliant && word.Count(counts) > 0)
                .Select(word => Clause(word, word.Count(counts))),
        ];
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
    }

    private static string Clause(StateWord word, int count) =>
        count == 1 ? $"1 patch {word.One}" : $"{count} patches {word.Many}";
}
