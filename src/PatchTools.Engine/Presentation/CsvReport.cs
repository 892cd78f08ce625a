using System.Text;
using PatchTools.Model;

namespace PatchTools.Presentation;

/// <summary>
/// One line for each finding, the most important first, RFC 4180 with a line of headings; <c>Import-Csv</c> and
/// spreadsheets read it.
/// </summary>
internal static class CsvReport
{
    private static readonly (string Heading, Func<PatchFinding, string> Cell)[] _columns =
    [
        ("Name", finding => finding.Name),
        ("Architecture", finding => finding.Architecture),
        ("State", finding => StateWords.Of(finding.State).Wire),
        ("IsCompliant", finding => finding.IsCompliant ? "True" : "False"),
        ("ComplianceLevel", finding => finding.ComplianceLevel.ToString()),
        ("Classification", finding => finding.Classification),
        ("Severity", finding => finding.Severity),
        ("Section", finding => finding.Section),
        ("InstalledVersion", finding => finding.InstalledVersion),
        ("AvailableVersion", finding => finding.AvailableVersion),
        ("InstalledTime", finding => ReportTime.Of(finding.InstalledTime)),
        ("CveIds", finding => string.Join(' ', finding.CveIds)),
        ("AdvisoryIds", finding => string.Join(' ', finding.AdvisoryIds)),
        ("Why", finding => finding.Why),
        ("HeldBack", finding => finding.Explanation.HeldBackEdition ?? ""),
        ("ApprovedFrom", finding => finding.Explanation.ApprovedFrom is { } from ? ReportTime.Of(from) : ""),
        ("Setback", finding => finding.Setback?.Reason ?? ""),
    ];

    public static string Write(ComplianceReport report)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', [.. _columns.Select(column => column.Heading), "Verdict", "Warnings"]).Append("\r\n");
        var warnings = string.Join(' ', [.. report.Inventory.Cautions, .. ReportWords.WarningsOf(report)]);
        string[] ofReport = [Cell(report.Verdict.ToString()), Cell(warnings)];
        foreach (var finding in Importance.Order(report.Findings))
            text.AppendJoin(',', [.. _columns.Select(column => Cell(column.Cell(finding))), .. ofReport])
                .Append("\r\n");
        return text.ToString();
    }

    /// <summary>
    /// A cell that a spreadsheet would run as a formula begins with an apostrophe, which spreadsheets take for "this is
    /// text".
    /// </summary>
    private static string Cell(string value)
    {
        value = ReportWords.Clean(value);
        if (value is ['=' or '+' or '-' or '@', ..])
            value = "'" + value;
        return value.AsSpan().ContainsAny(',', '"', '\n')
            ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
            : value;
    }
}
