using PatchTools.Model;

namespace PatchTools.Presentation;

/// <summary>
/// Escape sequences that a view puts around its lines; all empty for plain text. Whether the terminal sees them is the
/// front end's decision.
/// </summary>
/// <param name="good">Before what is well.</param>
/// <param name="bad">Before what is not.</param>
/// <param name="caution">Before what somebody should look at.</param>
/// <param name="heading">Before headings and labels.</param>
/// <param name="reset">After each of them.</param>
public sealed class ViewColours(string good, string bad, string caution, string heading, string reset)
{
    /// <summary>For files, pipes, and terminals without colours.</summary>
    public static ViewColours None { get; } = new("", "", "", "", "");

    /// <summary>ECMA-48's, as PowerShell has them at first.</summary>
    public static ViewColours Ansi { get; } =
        new("\u001b[32m", "\u001b[31m", "\u001b[33m", "\u001b[32;1m", "\u001b[0m");

    internal string Caution => caution;

    internal string Bad => bad;

    internal string Heading => heading;

    internal string Reset => reset;

    internal string Verdict(ComplianceVerdict verdict) =>
        verdict switch
        {
            ComplianceVerdict.Compliant => good,
            ComplianceVerdict.NonCompliant => bad,
            _ => caution,
        };

    internal string State(PatchState state) =>
        StateWords.Of(state).Tone switch
        {
            StateTone.Bad => bad,
            StateTone.Caution => caution,
            _ => "",
        };
}
