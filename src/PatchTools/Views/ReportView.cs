using System.Management.Automation.Host;
using PatchTools.Presentation;

namespace PatchTools.Views;

/// <summary>
/// How a report looks at the prompt: the verdict, the counts, what it rests on, and the findings that somebody has to
/// act on.
/// </summary>
public static class ReportView
{
    /// <summary>The view, one text a line.</summary>
    /// <param name="report">What to show.</param>
    /// <param name="host"><c>$Host</c>: how wide its screen is.</param>
    /// <param name="style"><c>$PSStyle</c>, or null for plain text.</param>
    public static IReadOnlyList<string> Lines(ComplianceReport report, PSHost? host, object? style) =>
        ReportLines.Of(report, Screen.WidthOf(host), SessionColours.Of(style));
}
