using System.Text.RegularExpressions;

namespace PatchTools.Families.Dnf.Commands;

/// <summary>A scriptlet that failed, as dnf 5 tells it: a line about it, its words, and rpm's own line.</summary>
/// <param name="Kind">rpm's word where it was said (<c>%prein</c>), else dnf's (<c>%pre</c>,
/// <c>pre-install</c>).</param>
/// <param name="Nevra">Without an epoch of 0.</param>
/// <param name="Text">For people: <c>its %prein scriptlet failed, exit status 3 (the database is locked)</c>.</param>
internal sealed partial record Dnf5ScriptletFailure(string Kind, string Nevra, string Text)
{
    private const string Mark = ">>>";
    private const string RpmMark = "[RPM]";

    /// <summary>The package is not installed.</summary>
    public bool KeepsOut => Kind is "%pre" or "%pretrans" or "%prein" or "pre-install" or "pre-transaction";

    /// <summary>The version stays in rpm's database.</summary>
    public bool KeepsOld => Kind is "%preun" or "pre-uninstall";

    /// <param name="kind">As dnf says it.</param>
    /// <param name="nevra">As dnf says it.</param>
    /// <param name="lines">The transaction's output.</param>
    /// <param name="index">Of the line that says that it failed.</param>
    public static Dnf5ScriptletFailure Read(string kind, string nevra, string[] lines, int index)
    {
        string? words = null;
        var why = "";
        for (
            var i = index + 1;
            i < lines.Length && lines[i].StartsWith(Mark, StringComparison.Ordinal) && !Begins().IsMatch(lines[i]);
            i++
        )
        {
            var said = lines[i][Mark.Length..].Trim();
            if (OfRpm().Match(said) is { Success: true } rpm)
            {
                kind = rpm.Groups["kind"].Value;
                why = $", {rpm.Groups["why"].Value}";
                break;
            }

            if (said.Length > 0 && said != "Scriptlet output:")
                words = said.StartsWith(RpmMark, StringComparison.Ordinal) ? said[RpmMark.Length..].Trim() : said;
        }

        return new Dnf5ScriptletFailure(
            kind,
            nevra.Replace("-0:", "-", StringComparison.Ordinal),
            $"its {kind} scriptlet failed{why}{(words is null ? "" : $" ({words})")}"
        );
    }

    /// <summary>The next thing that dnf 5 tells.</summary>
    [GeneratedRegex(
        "^>>> (?:Running|Finished|Stop|Error in|Non-critical error in) .*scriptlet: ",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Begins();

    [GeneratedRegex(@"^\[RPM\] (?<kind>%\w+)\([^)\s]+\) scriptlet failed, (?<why>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex OfRpm();
}
