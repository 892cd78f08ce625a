using System.Text;

namespace PatchTools.Presentation;

/// <summary>A column of a <see cref="FixedTable"/>.</summary>
/// <param name="Label">Its heading.</param>
/// <param name="Width">In characters.</param>
/// <param name="IsNumber">Numbers stand at the right.</param>
internal sealed record FixedColumn(string Label, int Width, bool IsNumber = false);

/// <summary>
/// A table as PowerShell draws it: columns of fixed width, one space between them, headings underlined. The last column
/// takes what the screen leaves.
/// </summary>
internal sealed class FixedTable(IReadOnlyList<FixedColumn> columns)
{
    private const int NarrowestLast = 8;

    /// <summary>Columns whose last one ends before the edge of the screen.</summary>
    public static FixedTable For(int screen, string lastLabel, params IReadOnlyList<FixedColumn> others)
    {
        var rest = screen - 1 - others.Sum(column => column.Width + 1);
        return new FixedTable([.. others, new FixedColumn(lastLabel, Math.Max(rest, NarrowestLast))]);
    }

    public IEnumerable<string> Heading(ViewColours colours)
    {
        foreach (var line in Lines([.. columns.Select(column => TextTable.Wrap(column.Label, column.Width))]))
            yield return Coloured(line, colours);
        IReadOnlyList<string>[] dashes =
        [
            .. columns.Select(column => (string[])[new string('-', Math.Min(column.Label.Length, column.Width))]),
        ];
        foreach (var line in Lines(dashes))
            yield return Coloured(line, colours);
    }

    /// <summary>One row; a cell that holds line breaks is laid out already.</summary>
    public IEnumerable<string> Row(params IReadOnlyList<string> cells) =>
        Lines([
            .. cells.Select(
                (cell, i) =>
                    cell.Contains('\n', StringComparison.Ordinal)
                        ? cell.Split('\n')
                        : TextTable.Wrap(cell, columns[i].Width)
            ),
        ]);

    private IEnumerable<string> Lines(IReadOnlyList<string>[] cells)
    {
        for (var line = 0; line < cells.Max(cell => cell.Count); line++)
        {
            var text = new StringBuilder();
            for (var i = 0; i < columns.Count; i++)
            {
                var part = line < cells[i].Count ? cells[i][line] : "";
                text.Append(i == 0 ? "" : " ")
                    .Append(columns[i].IsNumber ? part.PadLeft(columns[i].Width) : part.PadRight(columns[i].Width));
            }

            yield return text.ToString().TrimEnd();
        }
    }

    private static string Coloured(string line, ViewColours colours) =>
        colours.Heading.Length == 0 ? line : $"{colours.Heading}{line}{colours.Reset}";
}
