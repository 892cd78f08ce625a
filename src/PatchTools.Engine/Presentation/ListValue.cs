using PatchTools.Text;

namespace PatchTools.Presentation;

/// <summary>
/// Values of list views. They come wrapped at words, because PowerShell itself breaks a value wherever the screen ends.
/// </summary>
public static class ListValue
{
    private const int Narrowest = 12;
    private const string Continuation = "  ";

    /// <summary>One text a line; what does not fit goes on indented.</summary>
    /// <param name="lines">The texts.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="labelWidth">Length of the longest label of the list.</param>
    public static IEnumerable<string> Of(IEnumerable<string> lines, int columns, int labelWidth)
    {
        var width = Math.Max(columns - 1 - labelWidth - " : ".Length, Narrowest);
        return lines.SelectMany(line => Wrapped(TerminalText.Cell(line), width));
    }

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
