using System.Management.Automation;
using PatchTools.Model;

namespace PatchTools.Views;

/// <summary>
/// Escape sequences of the session's <c>$PSStyle</c>; all empty without one. Whether the terminal sees them is the
/// host's decision.
/// </summary>
internal sealed record ViewColours(string Good, string Bad, string Caution, string Heading, string Reset)
{
    private static readonly ViewColours None = new("", "", "", "", "");

    public static ViewColours Of(object? style)
    {
        if (style is null)
            return None;
        var foreground = Member(style, "Foreground");
        return new ViewColours(
            Text(foreground, "Green"),
            Text(foreground, "Red"),
            Text(foreground, "Yellow"),
            Text(Member(style, "Formatting"), "TableHeader"),
            Text(style, "Reset")
        );
    }

    public string Verdict(ComplianceVerdict verdict) =>
        verdict switch
        {
            ComplianceVerdict.Compliant => Good,
            ComplianceVerdict.NonCompliant => Bad,
            _ => Caution,
        };

    public string State(PatchState state) =>
        StateWords.Of(state).Tone switch
        {
            StateTone.Bad => Bad,
            StateTone.Caution => Caution,
            _ => "",
        };

    private static object? Member(object? owner, string name) =>
        owner is null ? null : PSObject.AsPSObject(owner).Properties[name]?.Value;

    private static string Text(object? owner, string name) => Member(owner, name) as string ?? "";
}
