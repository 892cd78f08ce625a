using System.Xml.Linq;

namespace PatchTools.Help;

/// <summary>
/// The XML that Get-Help reads for binary cmdlets (PowerShell's schema PSMaml: command.xsd and developerCommand.xsd).
/// </summary>
public static class MamlFile
{
    /// <summary>Of text; Get-Help indents by up to eight columns of a screen of 80.</summary>
    private const int Width = 70;
    private static readonly XNamespace Items = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static XDocument Of(IEnumerable<CommandPage> pages) =>
        new(new XElement(Items + "helpItems", new XAttribute("schema", "maml"), pages.Select(Of)));

    private static XElement Of(CommandPage page) =>
        new(
            Command + "command",
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            new XElement(
                Command + "details",
                new XElement(Command + "name", page.Name),
                new XElement(Command + "verb", page.Name.Split('-')[0]),
                new XElement(Command + "noun", page.Name.Split('-')[1]),
                new XElement(Maml + "description", new XElement(Maml + "para", page.Synopsis))
            ),
            new XElement(Maml + "description", Paragraphs(page.Description)),
            new XElement(
                Command + "syntax",
                page.Sets.OrderByDescending(set => set.IsDefault)
                    .Select(set => new XElement(
                        Command + "syntaxItem",
                        new XElement(Maml + "name", page.Name),
                        page.ParametersOf(set.Set).Select(Parameter)
                    ))
            ),
            new XElement(Command + "parameters", page.Parameters.Select(Parameter)),
            new XElement(
                Command + "inputTypes",
                page.Inputs.Select(input => new XElement(
                    Command + "inputType",
                    Type(input.Type),
                    new XElement(Maml + "description", Paragraphs(input.Text))
                ))
            ),
            new XElement(
                Command + "returnValues",
                page.Outputs.Select(output => new XElement(
                    Command + "returnValue",
                    Type(output.Type),
                    new XElement(Maml + "description", Paragraphs(output.Text))
                ))
            ),
            page.Notes.Count == 0
                ? null
                : new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
            new XElement(Command + "examples", page.Examples.Select(Example)),
            new XElement(
                Command + "relatedLinks",
                page.Links.Select(link => new XElement(
                    Maml + "navigationLink",
                    new XElement(Maml + "linkText", link.Text),
                    new XElement(Maml + "uri", link.Uri)
                ))
            )
        );

    private static XElement Parameter(ParameterHelp parameter) =>
        new(
            Command + "parameter",
            new XAttribute("required", parameter.IsRequired ? "true" : "false"),
            new XAttribute("variableLength", "true"),
            new XAttribute("globbing", parameter.TakesWildcards ? "true" : "false"),
            new XAttribute("pipelineInput", parameter.PipelineInput),
            new XAttribute("position", parameter.Position == "Named" ? "named" : parameter.Position),
            new XAttribute("aliases", "none"),
            new XElement(Maml + "name", parameter.Name),
            new XElement(Maml + "description", Paragraphs(parameter.Description)),
            parameter.Values.Count == 0
                ? null
                : new XElement(
                    Command + "parameterValueGroup",
                    parameter.Values.Select(value => new XElement(
                        Command + "parameterValue",
                        new XAttribute("required", "false"),
                        new XAttribute("variableLength", "false"),
                        value
                    ))
                ),
            parameter.IsSwitch
                ? null
                : new XElement(
                    Command + "parameterValue",
                    new XAttribute("required", "true"),
                    new XAttribute("variableLength", "false"),
                    parameter.Type
                ),
            Type(parameter.Type),
            new XElement(Dev + "defaultValue", parameter.Default)
        );

    private static XElement Type(string name) =>
        new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));

    /// <summary>The first code is the command; all that follows are its remarks, output and words alike.</summary>
    private static XElement Example(ExampleHelp example)
    {
        var code = example.Blocks.First(block => block.Kind == BlockKind.Code);
        return new XElement(
            Command + "example",
            new XElement(Maml + "title", $"--- {example.Title} ---"),
            new XElement(Maml + "introduction", Paragraphs(example.Blocks.TakeWhile(block => block != code))),
            new XElement(Dev + "code", string.Join('\n', code.Lines)),
            new XElement(
                Dev + "remarks",
                Paragraphs(example.Blocks.SkipWhile(block => block != code).Skip(1)).Append(new XElement(Maml + "para"))
            )
        );
    }

    private static IEnumerable<XElement> Paragraphs(IEnumerable<Block> blocks) =>
        blocks
            .SelectMany(block =>
                block.Kind switch
                {
                    BlockKind.Code => [string.Join('\n', block.Lines)],
                    BlockKind.Table => block.Rows.Select(row => Wrapped(string.Join(": ", row.Select(PlainText.Of)))),
                    BlockKind.Item => [Wrapped($"- {PlainText.Of(block.Text)}")],
                    _ => [Wrapped(PlainText.Of(block.Text))],
                }
            )
            .Select(text => new XElement(Maml + "para", text));

    /// <summary>
    /// Get-Help breaks lines at words only in the languages it knows, and the invariant culture of containers and
    /// agents is none of them.
    /// </summary>
    private static string Wrapped(string text) => string.Join('\n', PlainText.Wrap(text, Width));
}
