using System.Text;

namespace PatchTools.Help;

/// <summary>
/// An about page as the text that Get-Help shows: 80 columns, headings at the left edge, everything else indented.
/// </summary>
public static class AboutText
{
    private const int Width = 79;
    private const int NarrowestLast = 32;
    private const string Indent = "    ";
    private const string Gap = "  ";

    public static string Of(MarkdownPage page)
    {
        var text = new StringBuilder();
        text.Append("TOPIC\n").Append(Indent).Append(page.Top.Title).Append('\n');
        foreach (var section in page.Top.Sections)
            Write(section);
        return text.ToString();

        void Write(Section section)
        {
            text.Append('\n')
                .Append(section.Level == 2 ? section.Title.ToUpperInvariant() : $"  {section.Title}")
                .Append('\n');
            var isFirst = section.Level == 2;
            foreach (var block in section.Blocks)
            {
                if (!isFirst && block.Kind != BlockKind.Item)
                    text.Append('\n');
                isFirst = false;
                foreach (var line in Lines(block))
                    text.Append((Indent + line).TrimEnd()).Append('\n');
            }

            foreach (var below in section.Sections)
                Write(below);
        }
    }

    private static IEnumerable<string> Lines(Block block) =>
        block.Kind switch
        {
            BlockKind.Code => block.Lines.Select(line => Indent + line),
            BlockKind.Item => Hanging("- ", PlainText.Of(block.Text)),
            BlockKind.Table => Table(block),
            _ => PlainText.Wrap(PlainText.Of(block.Text), Width - Indent.Length),
        };

    /// <summary>
    /// Columns where all but the last fit and leave it room; else a paragraph a row: the first cell, and below it the
    /// others behind their headings.
    /// </summary>
    private static IEnumerable<string> Table(Block block)
    {
        List<string[]> rows = [.. block.Rows.Select(row => row.Select(PlainText.Of).ToArray())];
        var widths = Enumerable
            .Range(0, rows[0].Length - 1)
            .Select(column => rows.Max(row => row[column].Length))
            .ToArray();
        var rest = Width - Indent.Length - widths.Sum(width => width + Gap.Length);
        return rest >= NarrowestLast ? Columns(rows, widths, rest) : Paragraphs(rows);
    }

    private static IEnumerable<string> Columns(List<string[]> rows, int[] widths, int rest)
    {
        rows.Insert(1, [.. rows[0].Select(heading => new string('-', heading.Length))]);
        foreach (var row in rows)
        {
            var lead = string.Concat(widths.Select((width, column) => row[column].PadRight(width) + Gap));
            foreach (var line in PlainText.Wrap(row[^1], rest))
            {
                yield return lead + line;
                lead = new string(' ', lead.Length);
            }
        }
    }

    private static IEnumerable<string> Paragraphs(List<string[]> rows)
    {
        foreach (var row in rows.Skip(1))
        {
            if (row != rows[1])
                yield return "";
            foreach (var line in PlainText.Wrap(row[0], Width - Indent.Length))
                yield return line;
            for (var column = 1; column < row.Length; column++)
            {
                foreach (var line in Hanging($"  {rows[0][column]}: ", row[column], hang: 6))
                    yield return line;
            }
        }
    }

    private static IEnumerable<string> Hanging(string lead, string text, int hang = 2)
    {
        var isFirst = true;
        foreach (var line in PlainText.Wrap(lead.TrimStart() + text, Width - Indent.Length - hang))
        {
            yield return (isFirst ? lead[..(lead.Length - lead.TrimStart().Length)] : new string(' ', hang)) + line;
            isFirst = false;
        }
    }
}
