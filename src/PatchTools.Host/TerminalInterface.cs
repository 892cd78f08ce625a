using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;
using PatchTools.Text;

namespace PatchTools.Host;

/// <summary>
/// Streams on the terminal: output on standard output; warnings, errors, verbose, debug and progress on standard error.
/// </summary>
internal sealed class TerminalInterface : PSHostUserInterface
{
    private const string EraseLine = "\r\x1b[K";
    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly bool _canPrompt;
    private readonly bool _coloursOutput;
    private readonly bool _coloursError;
    private readonly bool _showsProgress;
    private bool _progressOnLine;

    public TerminalInterface(TextWriter output, TextWriter error, bool nonInteractive)
    {
        var wantsColour =
            string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        _output = output;
        _error = error;
        _canPrompt = !nonInteractive && !Console.IsInputRedirected;
        _coloursOutput = wantsColour && !Console.IsOutputRedirected;
        _coloursError = wantsColour && !Console.IsErrorRedirected;
        _showsProgress =
            !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
    }

    public override PSHostRawUserInterface RawUI { get; } = new TerminalScreen();

    public override bool SupportsVirtualTerminal => _coloursOutput;

    public override void Write(string value)
    {
        EraseProgress();
        _output.Write(Shown(value));
    }

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(value);

    public override void WriteLine(string value)
    {
        EraseProgress();
        _output.WriteLine(Shown(value));
    }

    public override void WriteErrorLine(string value) => Tell(value, "31");

    public override void WriteWarningLine(string message) => Tell($"WARNING: {message}", "33");

    public override void WriteVerboseLine(string message) => Tell($"VERBOSE: {message}", "33");

    public override void WriteDebugLine(string message) => Tell($"DEBUG: {message}", "33");

    /// <summary>One line that is written over and over, and only where a person can watch it.</summary>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (!_showsProgress)
            return;
        EraseProgress();
        if (record.RecordType == ProgressRecordType.Completed)
            return;
        var percent = record.PercentComplete >= 0 ? $" {record.PercentComplete, 3} %" : "";
        var left =
            record.SecondsRemaining >= 0 ? $", {TimeSpan.FromSeconds(record.SecondsRemaining):h\\:mm\\:ss} left" : "";
        var line = TerminalText.Cell($"{record.Activity}{percent}{left}  {record.StatusDescription}");
        var width = RawUI.BufferSize.Width - 1;
        _error.Write(line.Length > width ? line[..width] : line);
        _progressOnLine = true;
    }

    /// <summary>
    /// Takes the progress line off the terminal, before anything else is written or the program ends.
    /// </summary>
    public void EraseProgress()
    {
        if (!_progressOnLine)
            return;
        _error.Write(EraseLine);
        _progressOnLine = false;
    }

    public override string ReadLine()
    {
        DemandPrompt("a line of input");
        return Console.ReadLine() ?? "";
    }

    public override SecureString ReadLineAsSecureString() => throw Refused("a secret");

    public override Dictionary<string, PSObject> Prompt(
        string caption,
        string message,
        Collection<FieldDescription> descriptions
    )
    {
        DemandPrompt(string.Join(", ", descriptions.Select(field => field.Name)));
        Dictionary<string, PSObject> answers = new(StringComparer.OrdinalIgnoreCase);
        foreach (var field in descriptions)
        {
            _error.Write($"{TerminalText.Cell(field.Name)}: ");
            answers[field.Name] = PSObject.AsPSObject(ReadLine());
        }

        return answers;
    }

    public override int PromptForChoice(
        string caption,
        string message,
        Collection<ChoiceDescription> choices,
        int defaultChoice
    )
    {
        DemandPrompt(caption);
        _error.WriteLine(TerminalText.Lines($"{caption}\n{message}"));
        while (true)
        {
            _error.Write(
                string.Join(
                    "  ",
                    choices.Select(choice =>
                        $"[{KeyOf(choice)}] {choice.Label.Replace("&", "", StringComparison.Ordinal)}"
                    )
                ) + ": "
            );
            var answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
                return defaultChoice;
            for (var i = 0; i < choices.Count; i++)
            {
                if (string.Equals(answer, KeyOf(choices[i]), StringComparison.OrdinalIgnoreCase))
                    return i;
            }
        }
    }

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName
    ) => throw Refused("a credential");

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options
    ) => throw Refused("a credential");

    private static string KeyOf(ChoiceDescription choice) =>
        choice.Label.IndexOf('&', StringComparison.Ordinal) is var at and >= 0 && at + 1 < choice.Label.Length
            ? choice.Label[(at + 1)..(at + 2)]
            : choice.Label;

    private void DemandPrompt(string what)
    {
        if (!_canPrompt)
            throw Refused(what);
    }

    private static HostException Refused(string what) =>
        new($"The script asks for {what}, and nobody is here to answer.");

    /// <summary>
    /// What a script writes to a pipe or a file is its data; a terminal gets no sequence but colours.
    /// </summary>
    private string Shown(string value)
    {
        var text = GetOutputString(value, _coloursOutput);
        return Console.IsOutputRedirected ? text : TerminalText.Coloured(text);
    }

    private void Tell(string message, string colour)
    {
        var line = TerminalText.Lines(message);
        EraseProgress();
        _error.WriteLine(_coloursError ? $"\x1b[{colour}m{line}\x1b[0m" : line);
    }
}
