using System.Management.Automation.Host;
using PatchTools.Presentation;

namespace PatchTools.Views;

/// <summary>
/// How a plan looks at the prompt: what would change in one sentence, what it costs, what is left out and why, then
/// every package.
/// </summary>
public static class PlanView
{
    /// <summary>The view, one text a line.</summary>
    /// <param name="plan">What to show.</param>
    /// <param name="host"><c>$Host</c>: how wide its screen is.</param>
    /// <param name="style"><c>$PSStyle</c>, or null for plain text.</param>
    public static IReadOnlyList<string> Lines(InstallPlan plan, PSHost? host, object? style) =>
        PlanLines.Of(plan, Screen.WidthOf(host), SessionColours.Of(style));

    /// <inheritdoc cref="PlanLines.VersionsCell"/>
    public static string VersionsCell(PlannedChange change) => PlanLines.VersionsCell(change);
}
