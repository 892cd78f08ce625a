using System.Management.Automation.Host;
using PatchTools.Presentation;

namespace PatchTools.Views;

/// <summary>Cells of the table of findings.</summary>
public static class FindingView
{
    /// <inheritdoc cref="FindingCells.Name"/>
    public static string Name(PatchFinding finding) => FindingCells.Name(finding);

    /// <inheritdoc cref="FindingCells.Versions"/>
    public static string Versions(PatchFinding finding) => FindingCells.Versions(finding);

    /// <inheritdoc cref="FindingCells.Severity"/>
    public static string Severity(PatchFinding finding) => FindingCells.Severity(finding);

    /// <inheritdoc cref="FindingCells.Why" path="/summary"/>
    public static string Why(PatchFinding finding, PSHost? host) => FindingCells.Why(finding, Screen.WidthOf(host));
}
