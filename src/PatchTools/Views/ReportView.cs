using System.Globalization;
using System.Management.Automation.Host;

namespace PatchTools.Views;

/// <summary>How a report looks at the prompt: the verdict, the counts, what it rests on, and the findings that somebody has to act on.</summary>
public static class ReportView
{
    /// <summary>Findings shown; the rest is counted.</summary>
    internal const int ShownFindings = 20;

    private const int NarrowestWidth = 60;
    private const int WidestWidth = 160;
    private const int NarrowestWhy = 19;
    private const int WidestName = 24;
    private const int LabelWidth = 10;
    private const string Separator = " · ";

    /// <summary>The view, one text a line.</summary>
    /// <param name="report">What to show.</param>
    /// <param name="host"><c>$Host</c>: how wide its screen is.</param>
    /// <param name="style"><c>$PSStyle</c>, or null for plain text.</param>
    public static IReadOnlyList<string> Lines(ComplianceReport report, PSHost? host, object? style)
    {
        // The last column stays free: a terminal that wraps at its edge would double every full line.
        var width = Math.Clamp(Screen.WidthOf(host) - 1, NarrowestWidth, WidestWidth);
        var colours = ViewColours.Of(style);
        List<string> lines = [.. TextTable.Wrap(report.VerdictText, width).Select(line => Coloured(colours.Verdict(report.Verdict), line, colours)), ""];
        lines.AddRange(TextTable.Flow(Counts(report), Separator, width));
        lines.Add("");
        foreach (var (label, text) in Facts(report))
            lines.AddRange(Labelled(label, text, width));
        foreach (var (label, text) in Problems(report))
            lines.AddRange(Labelled(label, text, width).Select(line => Coloured(colours.Caution, line, colours)));
        lines.AddRange(Findings(report, width, colours));
        return lines;
    }

    private static IEnumerable<string> Counts(ComplianceReport report)
    {
        var counts = report.Counts;
        yield return Count("Missing", counts.Missing);
        yield return Count("Failed", counts.Failed);
        yield return Count("Rejected", counts.InstalledRejected);
        yield return Count("Pending reboot", counts.InstalledPendingReboot);
        yield return Count("Installed", counts.Installed);
        yield return Count("Other", counts.InstalledOther);
        yield return Count("Not applicable", counts.NotApplicable);
        if (report.NonCompliantSeverity is not null)
            yield return $"To do: {string.Join(", ", Parts((counts.CriticalNonCompliant, "critical"), (counts.SecurityNonCompliant, "security"), (counts.OtherNonCompliant, "other")))}";

        static IEnumerable<string> Parts(params (int Count, string Kind)[] parts) =>
            parts.Where(part => part.Count > 0).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Kind}"));
    }

    private static string Count(string name, int count) => string.Create(CultureInfo.InvariantCulture, $"{name} {count}");

    private static IEnumerable<(string Label, string Text)> Facts(ComplianceReport report)
    {
        var (snapshot, inventory) = (report.Snapshot, report.Inventory);
        yield return ("Baseline", Joined(snapshot.Baseline.Name, snapshot.BaselineId, $"from {OriginOf(snapshot)}"));
        yield return ("Host", Joined(snapshot.InstanceId ?? inventory.Facts.HostName, inventory.OperatingSystem.PrettyName, $"product {snapshot.Product}"));
        yield return (report.OperationText, string.Create(CultureInfo.InvariantCulture, $"{report.End.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z in {(report.End - report.Start).TotalSeconds:0.0} s, snapshot {snapshot.SnapshotId}"));
        if (report.Uploaded)
            yield return ("Sent", "to Systems Manager");
        else if (report.UploadNote is { } note)
            yield return ("Not sent", note);
        if (HeldBack(report) is { } heldBack)
            yield return ("Held back", heldBack);
    }

    private static string OriginOf(PatchSnapshot snapshot) => snapshot.Origin switch
    {
        SnapshotOrigin.Service => "Systems Manager",
        SnapshotOrigin.Default => "AWS's predefined ones",
        SnapshotOrigin.Override => $"the override {snapshot.BaselineOverride}",
        _ => "a file",
    };

    private static string? HeldBack(ComplianceReport report)
    {
        var held = report.Findings.Where(finding => finding.Explanation.HeldBackEdition is not null).ToList();
        if (held.Count == 0)
            return null;
        var first = held.Where(finding => finding.Explanation.ApprovedFrom is not null).MinBy(finding => finding.Explanation.ApprovedFrom);
        var many = held.Count == 1 ? "1 update" : string.Create(CultureInfo.InvariantCulture, $"{held.Count} updates");
        return first is null
            ? $"{many} that the baseline does not approve"
            : string.Create(CultureInfo.InvariantCulture, $"{many}; the first, {first.Name}, is approved from {first.Explanation.ApprovedFrom!.Value.UtcDateTime:yyyy-MM-dd}");
    }

    private static IEnumerable<(string Label, string Text)> Problems(ComplianceReport report)
    {
        foreach (var repository in report.Inventory.Repositories.Where(repository => repository.Status != RepositoryStatus.Ok))
            yield return ("Repository", $"{repository.Name}: {repository.Message ?? repository.Status.ToString()}");
        foreach (var warning in report.Inventory.Warnings.Concat(report.Warnings).Distinct(StringComparer.Ordinal))
            yield return ("Warning", warning);
    }

    private static IEnumerable<string> Findings(ComplianceReport report, int width, ViewColours colours)
    {
        var all = report.Findings.Where(finding => !finding.IsCompliant).ToList();
        List<PatchFinding> shown =
        [
            .. all.OrderByDescending(finding => finding.State)
                .ThenByDescending(finding => finding.ComplianceLevel)
                .ThenByDescending(finding => finding.Classification.Length > 0)
                .Take(ShownFindings),
        ];
        if (shown.Count == 0)
            yield break;
        var widths = Widths(shown, width);
        foreach (var group in shown.GroupBy(finding => finding.State))
        {
            yield return "";
            yield return Coloured(colours.State(group.Key), string.Create(CultureInfo.InvariantCulture, $"{group.Key} ({all.Count(finding => finding.State == group.Key)})"), colours);
            yield return "";
            yield return Coloured(colours.Heading, string.Join("\n", TextTable.Row(widths, Headings)), colours);
            yield return Coloured(colours.Heading, string.Join("\n", TextTable.Row(widths, [.. Headings.Select(heading => new string('-', heading.Length))])), colours);
            foreach (var line in group.SelectMany(finding => TextTable.Row(widths, Cells(finding))))
                yield return line;
        }

        if (all.Count > shown.Count)
        {
            yield return "";
            yield return string.Create(CultureInfo.InvariantCulture, $"(plus {all.Count - shown.Count} more; -As Detail lists all)");
        }
    }

    private static readonly string[] Headings = ["Name", $"Installed {FindingView.Arrow} Available", "Severity", "Why"];

    private static string[] Cells(PatchFinding finding) => [finding.Name, FindingView.VersionsOnOneLine(finding), string.Join(' ', FindingView.SeverityWords(finding)), finding.Why];

    /// <summary>Names and severities as wide as they need; the two versions on one line where that leaves room to say why, else one above the other.</summary>
    private static int[] Widths(List<PatchFinding> findings, int width)
    {
        var name = Math.Clamp(findings.Max(finding => finding.Name.Length), Headings[0].Length, WidestName);
        var severity = Math.Max(findings.Max(finding => FindingView.SeverityWords(finding).Select(word => word.Length).DefaultIfEmpty().Max()), Headings[2].Length);
        var versions = Math.Max(findings.Max(finding => FindingView.VersionsOnOneLine(finding).Length), Headings[1].Length);
        var rest = width - name - severity - 6;
        if (rest - versions < NarrowestWhy)
            versions = Math.Max(findings.Max(finding => Math.Max(finding.InstalledVersion.Length + 2, finding.AvailableVersion.Length)), Headings[1].Length);
        versions = Math.Max(Math.Min(versions, rest - NarrowestWhy), Headings[1].Length);
        return [name, versions, severity, rest - versions];
    }

    private static IEnumerable<string> Labelled(string label, string text, int width) =>
        TextTable.Row([LabelWidth, width - LabelWidth - 2], [label, text]);

    private static string Joined(params string?[] parts) => string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));

    private static string Coloured(string colour, string line, ViewColours colours) => colour.Length == 0 ? line : $"{colour}{line}{colours.Reset}";
}
