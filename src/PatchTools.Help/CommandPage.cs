namespace PatchTools.Help;

/// <summary>One parameter as its page describes it (platyPS schema 2.0.0).</summary>
public sealed record ParameterHelp(
    string Name,
    IReadOnlyList<Block> Description,
    string Type,
    IReadOnlyList<string> Sets,
    IReadOnlyList<string> Values,
    bool IsRequired,
    string Position,
    string Default,
    string PipelineInput,
    bool TakesWildcards
)
{
    public bool IsSwitch => Type == "SwitchParameter";
}

/// <summary>One example: a title, and code, its output and words about it in the order of the page.</summary>
public sealed record ExampleHelp(string Title, IReadOnlyList<Block> Blocks);

/// <summary>A page of one cmdlet (platyPS schema 2.0.0).</summary>
public sealed record CommandPage(
    string Name,
    string HelpFile,
    string Synopsis,
    IReadOnlyList<Block> Description,
    IReadOnlyList<(string Set, bool IsDefault)> Sets,
    IReadOnlyList<ParameterHelp> Parameters,
    IReadOnlyList<ExampleHelp> Examples,
    IReadOnlyList<(string Type, IReadOnlyList<Block> Text)> Inputs,
    IReadOnlyList<(string Type, IReadOnlyList<Block> Text)> Outputs,
    IReadOnlyList<Block> Notes,
    IReadOnlyList<(string Text, string Uri)> Links
)
{
    private const string AllSets = "(All)";

    /// <exception cref="PageException">A part is missing.</exception>
    public static CommandPage Of(MarkdownPage page)
    {
        var top = page.Top;
        var sets = Part("SYNTAX")
            .Sections.Select(set =>
                set.Title.EndsWith(" (Default)", StringComparison.Ordinal)
                    ? (set.Title[..^" (Default)".Length], true)
                    : (set.Title, false)
            )
            .ToList();
        return new CommandPage(
            top.Title,
            page.FrontMatter.TryGetValue("external help file", out var file)
                ? file
                : throw new PageException(page.FilePath, 1, "The front matter lacks \"external help file\"."),
            PlainText.Of(
                Part("SYNOPSIS").Blocks is [var synopsis, ..]
                    ? synopsis.Text
                    : throw new PageException(page.FilePath, Part("SYNOPSIS").Line, "There is no synopsis.")
            ),
            Part("DESCRIPTION").Blocks,
            sets,
            [
                .. Part("PARAMETERS")
                    .Sections.Where(section => section.Title.StartsWith('-'))
                    .Select(section => Parameter(page, section)),
            ],
            [.. Part("EXAMPLES").Sections.Select(section => new ExampleHelp(section.Title, section.Blocks))],
            [.. Part("INPUTS").Sections.Select(section => (section.Title, (IReadOnlyList<Block>)section.Blocks))],
            [.. Part("OUTPUTS").Sections.Select(section => (section.Title, (IReadOnlyList<Block>)section.Blocks))],
            top.Find("NOTES")?.Blocks ?? [],
            [.. Part("RELATED LINKS").Blocks.Select(block => Link(page, Part("RELATED LINKS"), block.Text))]
        );

        Section Part(string title) =>
            top.Find(title) ?? throw new PageException(page.FilePath, top.Line, $"The page lacks {title}.");
    }

    /// <summary>The parameters of a set: positional ones first, then as the page has them.</summary>
    public IEnumerable<ParameterHelp> ParametersOf(string set) =>
        Parameters
            .Where(parameter => parameter.Sets.Contains(set, StringComparer.Ordinal) || parameter.Sets is [AllSets])
            .OrderBy(parameter => parameter.Position == "Named" ? "~" : parameter.Position, StringComparer.Ordinal);

    private static ParameterHelp Parameter(MarkdownPage page, Section section)
    {
        var yaml =
            section.Blocks.FirstOrDefault(block => block is { Kind: BlockKind.Code, Language: "yaml" })
            ?? throw new PageException(page.FilePath, section.Line, $"{section.Title} lacks its block of facts.");
        Dictionary<string, string> facts = new(StringComparer.OrdinalIgnoreCase);
        foreach (var line in yaml.Lines.Where(line => line.Contains(':', StringComparison.Ordinal)))
            facts[line.Split(':', 2)[0].Trim()] = line.Split(':', 2)[1].Trim();
        return new ParameterHelp(
            section.Title[1..],
            [.. section.Blocks.Where(block => block != yaml)],
            Fact("Type"),
            Fact("Parameter Sets").Split(", "),
            facts.TryGetValue("Accepted values", out var values) ? values.Split(", ") : [],
            Fact("Required") == "True",
            Fact("Position"),
            Fact("Default value"),
            Fact("Accept pipeline input"),
            Fact("Accept wildcard characters") == "True"
        );

        string Fact(string name) =>
            facts.TryGetValue(name, out var fact)
                ? fact
                : throw new PageException(page.FilePath, section.Line, $"{section.Title} does not say \"{name}\".");
    }

    private static (string Text, string Uri) Link(MarkdownPage page, Section section, string markdown)
    {
        var split = markdown.IndexOf("](", StringComparison.Ordinal);
        if (!markdown.StartsWith('[') || split < 0 || !markdown.EndsWith(')'))
            throw new PageException(page.FilePath, section.Line, $"\"{markdown}\" is not a link.");
        var target = markdown[(split + 2)..^1];
        return (markdown[1..split], target.Contains("://", StringComparison.Ordinal) ? target : "");
    }
}
