using System.Collections.ObjectModel;

namespace PatchTools.Help;

/// <summary>Something on a page that cannot become help.</summary>
public sealed class PageException(string page, int line, string message) : Exception(message)
{
    public string Page { get; } = page;

    public int Line { get; } = line;
}

/// <summary>A heading with what stands below it, up to the next heading of the same or a higher level.</summary>
/// <param name="Level">1 to 3.</param>
/// <param name="Title">Its text.</param>
/// <param name="Line">Line on the page, from 1.</param>
/// <param name="Blocks">What stands before the first heading below.</param>
/// <param name="Sections">Headings one level below.</param>
public sealed record Section(int Level, string Title, int Line, Collection<Block> Blocks, Collection<Section> Sections)
{
    public Section? Find(string title) =>
        Sections.FirstOrDefault(section => string.Equals(section.Title, title, StringComparison.OrdinalIgnoreCase));
}

/// <summary>What a page is made of between its headings.</summary>
public enum BlockKind
{
    Paragraph,
    Item,
    Code,
    Table,
}

/// <summary>One paragraph, list item, fenced code or table.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Language">Of fenced code, else empty.</param>
/// <param name="Lines">Its lines; rows of a table without the one of dashes.</param>
public sealed record Block(BlockKind Kind, string Language, Collection<string> Lines)
{
    /// <summary>A paragraph or item as one line.</summary>
    public string Text => string.Join(' ', Lines.Select(line => line.Trim()));

    /// <summary>Cells of the rows of a table, the headings first.</summary>
    public IEnumerable<string[]> Rows =>
        Lines.Select(line =>
            line.Trim()
                .Trim('|')
                .Replace("\\|", "\u0001", StringComparison.Ordinal)
                .Split('|')
                .Select(cell => cell.Trim().Replace('\u0001', '|'))
                .ToArray()
        );
}

/// <summary>
/// The little of Markdown that help pages use: front matter, headings, paragraphs, lists, fenced code, tables.
/// </summary>
public sealed class MarkdownPage
{
    private MarkdownPage(string path, Dictionary<string, string> frontMatter, Section top)
    {
        FilePath = path;
        FrontMatter = frontMatter;
        Top = top;
    }

    public string FilePath { get; }

    /// <summary>The lines <c>key: value</c> between the first two <c>---</c>.</summary>
    public IReadOnlyDictionary<string, string> FrontMatter { get; }

    /// <summary>The page's one heading of level 1.</summary>
    public Section Top { get; }

    /// <exception cref="PageException">The page has no or several headings of level 1, or code that does not
    /// end.</exception>
    public static MarkdownPage Read(string path)
    {
        var lines = File.ReadAllLines(path);
        Dictionary<string, string> frontMatter = new(StringComparer.OrdinalIgnoreCase);
        Stack<Section> open = new();
        open.Push(new Section(0, "", 0, [], []));
        for (var at = FrontMatterOf(lines, frontMatter); at < lines.Length; at++)
        {
            var line = lines[at];
            var blocks = open.Peek().Blocks;
            if (HeadingLevel(line) is var level and > 0)
            {
                while (open.Peek().Level >= level)
                    open.Pop();
                var section = new Section(level, line[(level + 1)..].Trim(), at + 1, [], []);
                open.Peek().Sections.Add(section);
                open.Push(section);
            }
            else if (line.StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.FindIndex(lines, at + 1, text => text.StartsWith("```", StringComparison.Ordinal));
                if (end < 0)
                    throw new PageException(path, at + 1, "This code does not end.");
                blocks.Add(new Block(BlockKind.Code, line[3..].Trim(), [.. lines[(at + 1)..end]]));
                at = end;
            }
            else if (line.Trim().Length > 0)
            {
                AddLine(blocks, line, at > 0 ? lines[at - 1] : "");
            }
        }

        var tops = open.Last().Sections;
        return tops.Count == 1
            ? new MarkdownPage(path, frontMatter, tops[0])
            : throw new PageException(path, 1, $"A page has one heading of level 1; this has {tops.Count}.");
    }

    /// <summary>Reads the lines between the first two <c>---</c>; returns the line after them, from 0.</summary>
    private static int FrontMatterOf(string[] lines, Dictionary<string, string> frontMatter)
    {
        if (lines is not ["---", ..])
            return 0;
        var at = 1;
        for (; at < lines.Length && lines[at] != "---"; at++)
        {
            var parts = lines[at].Split(':', 2);
            frontMatter[parts[0].Trim()] = parts.Length > 1 ? parts[1].Trim() : "";
        }

        return at + 1;
    }

    /// <summary>A line continues the block before it or begins one; the line under a table's head is neither.</summary>
    private static void AddLine(Collection<Block> blocks, string line, string before)
    {
        var kind = line switch
        {
            ['|', ..] => BlockKind.Table,
            ['-', ' ', ..] => BlockKind.Item,
            _ => BlockKind.Paragraph,
        };
        if (kind == BlockKind.Table && line.Trim('|', '-', ' ', ':').Length == 0)
            return;
        var continues =
            blocks.Count > 0
            && before.Trim().Length > 0
            && HeadingLevel(before) == 0
            && !before.StartsWith("```", StringComparison.Ordinal);
        if (continues && kind != BlockKind.Item && (kind == blocks[^1].Kind || blocks[^1].Kind == BlockKind.Item))
            blocks[^1].Lines.Add(line);
        else
            blocks.Add(new Block(kind, "", [kind == BlockKind.Item ? line[2..] : line]));
    }

    private static int HeadingLevel(string line) =>
        line switch
        {
            ['#', ' ', ..] => 1,
            ['#', '#', ' ', ..] => 2,
            ['#', '#', '#', ' ', ..] => 3,
            _ => 0,
        };
}
