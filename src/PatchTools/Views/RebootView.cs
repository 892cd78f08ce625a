using System.Management.Automation.Host;
using PatchTools.Presentation;

namespace PatchTools.Views;

/// <summary>
/// How an assessment of the need for a reboot looks at the prompt: the verdict, the reasons, what would have to be
/// restarted, what could not be told.
/// </summary>
public static class RebootView
{
    /// <summary>The view, one text a line.</summary>
    /// <param name="assessment">What to show.</param>
    /// <param name="host"><c>$Host</c>: how wide its screen is.</param>
    /// <param name="style"><c>$PSStyle</c>, or null for plain text.</param>
    public static IReadOnlyList<string> Lines(RebootAssessment assessment, PSHost? host, object? style) =>
        RebootLines.Of(assessment, Screen.WidthOf(host), SessionColours.Of(style));
}
