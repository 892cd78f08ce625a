using System.Globalization;
using PatchTools.Model;

namespace PatchTools.Presentation;

/// <summary>
/// How a report looks at the prompt: the verdict, the counts, what it rests on, and the findings that somebody has to
/// act on.
/// </summary>
public static class ReportLines
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
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    /// <param name="listsAll">What the reader gives to see every finding, as the front end spells it.</param>
    public static IReadOnlyList<string> Of(
        ComplianceReport report,
        int columns,
        ViewColours colours,
        string listsAll = "-As Detail"
    )
    {
        // The last column stays free: a terminal that wraps at its edge would double every full line.
        var width = Math.Clamp(columns - 1, NarrowestWidth, WidestWidth);
        List<string> lines =
        [
            .. TextTable
                .Wrap(report.VerdictText, width)
                .Select(line => Coloured(colours.Verdict(report.Verdict), line, colours)),
            .. report
                .Inventory.Cautions.SelectMany(caution => TextTable.Wrap($"Caution: {caution}", width))
                .Select(line => Coloured(colours.Caution, line, colours)),
            "",
        ];
        lines.AddRange(TextTable.Flow(Counts(report), Separator, width));
        lines.Add("");
        foreach (var (label, text) in Facts(report))
            lines.AddRange(Labelled(label, text, width));
        foreach (var (label, text) in Problems(report))
            lines.AddRange(Labelled(label, text, width).Select(line => Coloured(colours.Caution, line, colours)));
        lines.AddRange(Findings(report, width, colours, listsAll));
        return lines;
    }

    private static IEnumerable<string> Counts(ComplianceReport report)
    {
        var counts = report.Counts;
        foreach (var word in StateWords.All)
            yield return string.Create(CultureInfo.InvariantCulture, $"{word.Name} {word.Count(counts)}");
        if (report.NonCompliantSeverity is not null)
        {
            var parts = Parts(
                (counts.CriticalNonCompliant, "critical"),
                (counts.SecurityNonCompliant, "security"),
                (counts.OtherNonCompliant, "other")
            );
            yield return $"To do: {string.Join(", ", parts)}";
        }

        static IEnumerable<string> Parts(params (int Count, string Kind)[] parts) =>
            parts
                .Where(part => part.Count > 0)
                .Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Kind}"));
    }

    private static IEnumerable<(string Label, string Text)> Facts(ComplianceReport report)
    {
        var (snapshot, inventory) = (report.Snapshot, report.Inventory);
        yield return ("Baseline", Joined(snapshot.Baseline.Name, snapshot.BaselineId, $"from {OriginOf(snapshot)}"));
        yield return (
            "Host",
            Joined(
                snapshot.InstanceId ?? inventory.Facts.HostName,
                inventory.OperatingSystem.PrettyName,
                $"product {report.Product}"
            )
        );
        yield return (
            report.OperationText,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.End.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z in "
                    + $"{(report.End - report.Start).TotalSeconds:0.0} s, snapshot {snapshot.SnapshotId}"
            )
        );
        if (report.Uploaded)
            yield return ("Sent", "to Systems Manager");
        else if (report.UploadNote is { } note)
            yield return ("Not sent", note);
        if (HeldBack(report) is { } heldBack)
            yield return ("Held back", heldBack);
    }

    private static string OriginOf(PatchSnapshot snapshot) =>
        snapshot.Origin switch
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
        var first = held.Where(finding => finding.Explanation.ApprovedFrom is not null)
            .MinBy(finding => finding.Explanation.ApprovedFrom);
        var many = held.Count == 1 ? "1 update" : string.Create(CultureInfo.InvariantCulture, $"{held.Count} updates");
        return first is null
            ? $"{many} that the baseline does not approve"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{many}; the first, {first.Name}, is approved from "
                    + $"{first.Explanation.ApprovedFrom!.Value.UtcDateTime:yyyy-MM-dd}"
            );
    }

    private static IEnumerable<(string Label, string Text)> Problems(ComplianceReport report)
    {
        foreach (
            var repository in report.Inventory.Repositories.Where(repository =>
                repository.Status != RepositoryStatus.Ok
            )
        )
            yield return ("Repository", $"{repository.Name}: {repository.Message ?? repository.Status.ToString()}");
        var warnings = report
            .Inventory.Warnings.Concat(report.Warnings)
            .Distinct(StringComparer.Ordinal)
            .Except(report.Inventory.Cautions, StringComparer.Ordinal);
        foreach (var warning in warnings)
            yield return ("Warning", warning);
    }

    private static IEnumerable<string> Findings(
        ComplianceReport report,
        int width,
        ViewColours colours,
        string listsAll
    )
    {
        var all = report.Findings.Where(finding => !finding.IsCompliant).ToList();
        List<PatchFinding> shown = [.. Importance.Order(all).Take(ShownFindings)];
        if (shown.Count == 0)
            yield break;
        foreach (var group in shown.GroupBy(finding => finding.State).OrderBy(group => StateWords.Rank(group.Key)))
        {
            var ofState = all.Where(finding => finding.State == group.Key).ToList();
            // What is true of every one of them is said once, above; the rows then fit one line each.
            var shared = ofState.All(finding => finding.Why == ofState[0].Why) ? ofState[0].Why : "";
            var title = string.Create(
                CultureInfo.InvariantCulture,
                $"{StateWords.Of(group.Key).Name} ({ofState.Count}){(shared.Length > 0 ? ": " : "")}{shared}"
            );
            string[][] rows = [.. group.Select(finding => Cells(finding, withWhy: shared.Length == 0))];
            var headings = Headings[..rows[0].Length];
            var widths = Widths(rows, width);
            yield return "";
            foreach (var line in TextTable.Wrap(title, width))
                yield return Coloured(colours.State(group.Key), line, colours);
            yield return "";
            yield return Coloured(colours.Heading, string.Join("\n", TextTable.Row(widths, headings)), colours);
            yield return Coloured(
                colours.Heading,
                string.Join(
                    "\n",
                    TextTable.Row(widths, [.. headings.Select(heading => new string('-', heading.Length))])
                ),
                colours
            );
            foreach (var line in rows.SelectMany(row => TextTable.Row(widths, row)))
                yield return line;
        }

        if (all.Count > shown.Count)
        {
            yield return "";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"(plus {all.Count - shown.Count} more; {listsAll} lists all)"
            );
        }
    }

    private static readonly string[] Headings =
    [
        "Name",
        $"Installed {FindingCells.Arrow} Available",
        "Severity",
        "Why",
    ];

    private static string[] Cells(PatchFinding finding, bool withWhy)
    {
        string[] cells =
        [
            finding.Name,
            FindingCells.VersionsOnOneLine(finding),
            string.Join(' ', SeverityWords.Of(finding)),
            finding.Why,
        ];
        return withWhy ? cells : cells[..^1];
    }

    /// <summary>
    /// Names as wide as they need. The two versions and the severity each on one line where that leaves room for the
    /// rest, else a word a line; why takes what is left.
    /// </summary>
    private static int[] Widths(string[][] rows, int width)
    {
        var name = Math.Clamp(rows.Max(row => row[0].Length), Headings[0].Length, WidestName);
        var versions = Fit(rows, 1, row => row.Length);
        var severity = Fit(rows, 2, row => row.Length);
        var hasWhy = rows[0].Length > 3;
        var rest = width - name - ((rows[0].Length - 1) * 2) - (hasWhy ? NarrowestWhy : 0);
        if (hasWhy && versions + severity + rows.Max(row => row[3].Length) > rest + NarrowestWhy)
            severity = Fit(rows, 2, LongestWord);
        if (versions + severity > rest)
            versions = Math.Max(Math.Min(versions, rest - severity), Fit(rows, 1, LongestVersion));
        if (versions + severity > rest)
            severity = Fit(rows, 2, LongestWord);
        versions = Math.Max(Math.Min(versions, rest - severity), Headings[1].Length);
        return hasWhy
            ? [name, versions, severity, Math.Max(width - name - versions - severity - 6, NarrowestWhy)]
            : [name, versions, severity];

        static int LongestWord(string cell) => cell.Split(' ').Max(word => word.Length);

        // The arrow stays with the first of the two.
        static int LongestVersion(string cell) =>
            cell.Split(' ') is [var installed, _, var available]
                ? Math.Max(installed.Length + 2, available.Length)
                : cell.Length;
    }

    private static int Fit(string[][] rows, int column, Func<string, int> length) =>
        Math.Max(rows.Max(row => length(row[column])), Headings[column].Length);

    private static IEnumerable<string> Labelled(string label, string text, int width) =>
        TextTable.Row([LabelWidth, width - LabelWidth - 2], [label, text]);

    private static string Joined(params string?[] parts) =>
        string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));

    private static string Coloured(string colour, string line, ViewColours colours) =>
        colour.Length == 0 ? line : $"{colour}{line}{colours.Reset}";
}
