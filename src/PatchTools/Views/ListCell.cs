using System.Management.Automation.Host;
using PatchTools.Text;

namespace PatchTools.Views;

/// <summary>
/// Values of list views. They come wrapped at words, because PowerShell itself breaks a value wherever the screen ends.
/// </summary>
public static class ListCell
{
    private const int Narrowest = 12;
    private const string Continuation = "  ";

    /// <summary>One text a line; what does not fit goes on indented.</summary>
    /// <param name="lines">The texts.</param>
    /// <param name="host"><c>$Host</c>: how wide its screen is.</param>
    /// <param name="labelWidth">Length of the longest label of the list.</param>
    public static string Lines(IEnumerable<string> lines, PSHost? host, int labelWidth)
    {
        var width = Math.Max(Screen.WidthOf(host) - 1 - labelWidth - " : ".Length, Narrowest);
        return string.Join(Environment.NewLine, lines.SelectMany(line => Wrapped(TerminalText.Cell(line), width)));
    }

    /// <inheritdoc cref="Lines" path="/summary"/>
    public static string Text(string? text, PSHost? host, int labelWidth) => Lines([text ?? ""], host, labelWidth);

    private static IEnumerable<string> Wrapped(string line, int width)
    {
        if (line.Length <= width)
            return [line];
        var first = TextTable.Wrap(line, width)[0];
        return
        [
            first,
            .. TextTable.Wrap(line[first.Length..], width - Continuation.Length).Select(rest => Continuation + rest),
        ];
    }
}
