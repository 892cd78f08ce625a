using System.Management.Automation;
using System.Management.Automation.Language;

namespace PatchTools.Host;

/// <summary>
/// Wraps a script so that an error which ends a statement ends the program, as design §6 wants, while errors that
/// PowerShell calls non-terminating do not: inside <c>try</c> PowerShell itself makes that difference.
/// </summary>
internal sealed class ScriptRun
{
    private const string Wrapper = "param($run, $words, $named) try { . $run.Script @words @named } catch { throw }";

    private ScriptRun(ScriptBlock script) => Script = script;

    public ScriptBlock Script { get; }

    /// <summary><c>$?</c> after the last statement of a text.</summary>
    public bool LastSucceeded { get; set; } = true;

    /// <summary>A script that notes whether its last statement succeeded.</summary>
    /// <exception cref="ParseException">The text is not PowerShell.</exception>
    public static ScriptRun OfText(string text)
    {
        // An empty line first: the text may end in a comment or a continued line. Text that takes no further statement
        // (begin, process, end) runs as it is.
        var noting = $"{text}\n\n$run.LastSucceeded = $?";
        Parser.ParseInput(noting, out _, out var errors);
        return new ScriptRun(ScriptBlock.Create(errors.Length == 0 ? noting : text));
    }

    /// <summary>A script file; <c>$PSScriptRoot</c> and <c>$PSCommandPath</c> are its own.</summary>
    /// <exception cref="ParseException">The file is not PowerShell.</exception>
    public static ScriptRun OfFile(string path)
    {
        var file = Parser.ParseFile(path, out _, out var errors);
        return errors.Length == 0 ? new ScriptRun(file.GetScriptBlock()) : throw new ParseException(errors);
    }

    public void AddTo(PowerShell shell, ScriptArguments arguments) =>
        shell
            .AddScript(Wrapper, useLocalScope: true)
            .AddParameter("run", this)
            .AddParameter("words", arguments.Words)
            .AddParameter("named", arguments.Named);
}
