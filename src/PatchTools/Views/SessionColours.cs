using System.Management.Automation;
using PatchTools.Presentation;

namespace PatchTools.Views;

/// <summary>
/// Escape sequences of the session's <c>$PSStyle</c>; none without one. Whether the terminal sees them is the host's
/// decision.
/// </summary>
internal static class SessionColours
{
    public static ViewColours Of(object? style)
    {
        if (style is null)
            return ViewColours.None;
        var foreground = Member(style, "Foreground");
        return new ViewColours(
            Text(foreground, "Green"),
            Text(foreground, "Red"),
            Text(foreground, "Yellow"),
            Text(Member(style, "Formatting"), "TableHeader"),
            Text(style, "Reset")
        );
    }

    private static object? Member(object? owner, string name) =>
        owner is null ? null : PSObject.AsPSObject(owner).Properties[name]?.Value;

    private static string Text(object? owner, string name) => Member(owner, name) as string ?? "";
}
