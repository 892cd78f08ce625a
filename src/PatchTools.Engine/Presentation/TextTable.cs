using System.Text;
using PatchTools.Text;

namespace PatchTools.Presentation;

/// <summary>
/// Text laid out in columns of measured width. Long cells are wrapped, never cut: a version that is cut is a wrong
/// version.
/// </summary>
internal static class TextTable
{
    private const string Gap = "  ";

    /// <summary>One row as lines; the last column is not padded.</summary>
    public static IEnumerable<string> Row(IReadOnlyList<int> widths, IReadOnlyList<string> cells)
    {
        var columns = cells.Select((cell, i) => Wrap(cell, widths[i])).ToList();
        var height = columns.Max(column => column.Count);
        for (var line = 0; line < height; line++)
        {
            var text = new StringBuilder();
            for (var i = 0; i < columns.Count; i++)
                text.Append(i == 0 ? "" : Gap)
                    .Append((line < columns[i].Count ? columns[i][line] : "").PadRight(widths[i]));
            yield return text.ToString().TrimEnd();
        }
    }

    /// <summary>
    /// Lines of at most the width, broken at spaces where there are some; at least one line. What a terminal must not
    /// be given is escaped.
    /// </summary>
    public static IReadOnlyList<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        var rest = TerminalText.Cell(text.Trim()).AsSpan();
        while (rest.Length > width)
        {
            var at = rest[..(width + 1)].LastIndexOf(' ');
            var length = at > 0 ? at : width;
            lines.Add(rest[..length].TrimEnd().ToString());
            rest = rest[length..].TrimStart();
        }

        if (rest.Length > 0 || lines.Count == 0)
            lines.Add(rest.ToString());
        return lines;
    }

    /// <summary>A package name in lines of at most the width, broken behind a hyphen where there is one.</summary>
    public static IReadOnlyList<string> WrapName(string name, int width)
    {
        List<string> lines = [];
        var rest = TerminalText.Cell(name);
        while (rest.Length > width)
        {
            var at = rest.LastIndexOf('-', width - 1);
            var length = at > 0 ? at + 1 : width;
            lines.Add(rest[..length]);
            rest = rest[length..];
        }

        lines.Add(rest);
        return lines;
    }

    /// <summary>Parts joined by a separator, broken only between parts.</summary>
    public static IEnumerable<string> Flow(IEnumerable<string> parts, string separator, int width)
    {
        var line = "";
        foreach (var part in parts.Select(TerminalText.Cell))
        {
            if (line.Length == 0)
            {
                line = part;
            }
            else if (line.Length + separator.Length + part.Length <= width)
            {
                line += separator + part;
            }
            else
            {
                yield return line;
                line = part;
            }
        }

        if (line.Length > 0)
            yield return line;
    }
}
