using System.Text;
using PatchTools.Errors;
using PatchTools.Reports.Completing;

namespace PatchTools.Presentation;

/// <summary>A report as a file for people and for other tools.</summary>
public static class ReportExport
{
    private static readonly (string Ending, ReportFormat Format)[] _endings =
    [
        (".html", ReportFormat.Html),
        (".htm", ReportFormat.Html),
        (".csv", ReportFormat.Csv),
        (".json", ReportFormat.Json),
        (".md", ReportFormat.Markdown),
        (".markdown", ReportFormat.Markdown),
        (".xml", ReportFormat.JUnit),
    ];

    /// <summary>The form that the ending of a path stands for, in any case of letters.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ReportFormatUnknown"/>.</exception>
    public static ReportFormat FormatOf(string path)
    {
        foreach (var (ending, format) in _endings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return format;
        }

        throw new PatchToolsException(
            PatchErrors.ReportFormatUnknown,
            $"The ending of {path} names no form of report.",
            path
        );
    }

    /// <summary>The whole file.</summary>
    /// <param name="report">The report.</param>
    /// <param name="format">Its form.</param>
    /// <param name="history">Summaries of earlier runs, in any order, for the trend of the page; the other forms have
    /// none.</param>
    public static byte[] Write(ComplianceReport report, ReportFormat format, IReadOnlyList<PatchSummary> history) =>
        format switch
        {
            ReportFormat.Html => Encoding.UTF8.GetBytes(HtmlReport.Write(report, history)),
            ReportFormat.Csv => Encoding.UTF8.GetBytes(CsvReport.Write(report)),
            ReportFormat.Json => FullReport.Serialize(report),
            ReportFormat.Markdown => Encoding.UTF8.GetBytes(MarkdownReport.Write(report)),
            _ => JUnitReport.Write(report),
        };
}
