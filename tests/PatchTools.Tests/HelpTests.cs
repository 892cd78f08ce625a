using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Help;
using PatchTools.Testing;

namespace PatchTools.Tests;

/// <summary>The help pages, and what the engine's own Get-Help makes of the staged module.</summary>
public sealed partial class HelpTests
{
    private static readonly string Pages = Path.Combine(StagedModule.RepositoryRoot, "module", "docs", "en-US");

    /// <summary>
    /// Parameters that every cmdlet has and one section of a page stands for; -WhatIf and -Confirm have their own.
    /// </summary>
    private static readonly HashSet<string> CommonParameters = [.. Cmdlet.CommonParameters];

    public static TheoryData<string> Cmdlets => [.. Surface.Cmdlets.Select(Surface.NameOf)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void The_page_tells_what_the_cmdlet_is_for_with_three_examples_and_every_parameter(string name)
    {
        var page = PageOf(name);
        using var session = new Session();
        var command = CommandOf(session, name);
        Assert.EndsWith(".", page.Synopsis, StringComparison.Ordinal);
        Assert.NotEmpty(page.Description);
        Assert.True(
            page.Examples.Count(example => example.Blocks.Any(block => block.Language == "output")) >= 3,
            "fewer than three examples show what comes out"
        );
        Assert.Equal(
            Own(command.Parameters.Values).Select(parameter => parameter.Name).Order(StringComparer.Ordinal),
            page.Parameters.Select(parameter => parameter.Name)
        );
        Assert.All(
            page.Parameters,
            parameter => Assert.Contains(parameter.Description, block => block.Text.Length > 20)
        );
        Assert.Equal(command.OutputType.Select(type => type.Name), page.Outputs.Select(output => output.Type));
        Assert.NotEmpty(page.Inputs);
        Assert.Contains(("about_PatchTools", ""), page.Links);
    }

    /// <summary>
    /// With <c>PATCHTOOLS_APPROVE=1</c> syntax and facts are written into the page instead of compared.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Syntax_and_facts_of_the_page_are_those_of_the_cmdlet(string name)
    {
        var path = Path.Combine(Pages, name + ".md");
        using var session = new Session();
        var command = CommandOf(session, name);
        var text = File.ReadAllText(path);
        var expected = SyntaxPart().Replace(text, _ => $"## SYNTAX\n\n{Syntax(command)}## DESCRIPTION");
        expected = ParameterPart()
            .Replace(
                expected,
                part =>
                    command.Parameters.TryGetValue(part.Groups["name"].Value, out var parameter)
                        ? $"### "
                            + $"-{parameter.Name}\n{part.Groups["words"].Value}```yaml\n"
                            + $"{Facts(command, parameter, part.Groups["default"].Value)}```\n"
                        : part.Value
            );
        if (Approval.IsWriting)
            File.WriteAllText(path, expected);
        else
            Assert.Equal(expected, text);
    }

    [Fact]
    public void Every_page_belongs_to_a_cmdlet_and_every_link_and_about_topic_resolves()
    {
        List<string> names =
        [
            .. Directory.EnumerateFiles(Pages, "*.md").Select(path => Path.GetFileNameWithoutExtension(path)),
        ];
        Assert.Empty(
            names
                .Where(name => !name.StartsWith("about_", StringComparison.Ordinal))
                .Except(Surface.Cmdlets.Select(Surface.NameOf))
        );
        string[] ofPowerShell = ["about_CommonParameters"];
        Assert.All(
            names,
            name =>
            {
                var text = File.ReadAllText(Path.Combine(Pages, name + ".md"));
                Assert.All(
                    AboutName().Matches(text).Select(match => match.Value),
                    about => Assert.Contains(about, names.Concat(ofPowerShell))
                );
                Assert.All(
                    LocalLink().Matches(text).Select(match => match.Groups[1].Value),
                    link => Assert.Contains(link, names)
                );
            }
        );
        Assert.All(
            Surface.Cmdlets.Select(Surface.NameOf),
            name =>
                Assert.Contains(PageOf(name).Links, link => link.Text.StartsWith("about_", StringComparison.Ordinal))
        );
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Examples_are_PowerShell_and_use_parameters_that_exist(string name)
    {
        using var session = new Session();
        var own = Surface.Cmdlets.Select(Surface.NameOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var uses = 0;
        foreach (
            var code in PageOf(name)
                .Examples.Select(example =>
                    string.Join('\n', example.Blocks.First(block => block.Kind == BlockKind.Code).Lines)
                )
        )
        {
            var script = Parser.ParseInput(code, out _, out var errors);
            Assert.Empty(errors);
            foreach (
                var use in script
                    .FindAll(
                        ast => ast is CommandAst command && own.Contains(command.GetCommandName() ?? ""),
                        searchNestedScriptBlocks: true
                    )
                    .Cast<CommandAst>()
            )
            {
                uses++;
                Assert.All(
                    use.CommandElements.OfType<CommandParameterAst>(),
                    parameter =>
                        Assert.Contains(
                            parameter.ParameterName,
                            CommandOf(session, use.GetCommandName()).Parameters.Keys
                        )
                );
            }
        }

        Assert.True(uses >= 3);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Get_Help_shows_the_page(string name)
    {
        using var session = new Session(80);
        var page = PageOf(name);
        Assert.Equal(page.Synopsis, session.Run("(Get-Help $args[0]).Synopsis", name).Single());
        Assert.Equal(page.Examples.Count, session.Run("(Get-Help $args[0]).examples.example.Count", name).Single());
        Assert.Equal(
            page.Parameters.Select(parameter => parameter.Name),
            session.Run("(Get-Help $args[0] -Parameter *).name", name).Cast<string>().Except(CommonParameters)
        );
        Assert.Equal(page.Sets.Count, session.Run("@((Get-Help $args[0]).syntax.syntaxItem).Count", name).Single());
        session.Run("Get-Help $args[0] -Full | Out-Default", name);
        Assert.Contains("EXAMPLE", session.Shown.ToUpperInvariant(), StringComparison.Ordinal);
        Assert.Contains(page.Links[0].Text, session.Shown, StringComparison.Ordinal);
        Assert.DoesNotContain("```", session.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_Help_finds_every_about_page_and_no_line_of_it_is_wider_than_80_columns()
    {
        using var session = new Session(80);
        Assert.All(
            Directory.EnumerateFiles(Pages, "about_*.md").Select(path => Path.GetFileNameWithoutExtension(path)),
            topic =>
            {
                var text = string.Concat(session.Run("Get-Help $args[0]", topic).Cast<string>());
                Assert.Contains(topic, text, StringComparison.Ordinal);
                Assert.Contains("SHORT DESCRIPTION", text, StringComparison.Ordinal);
                Assert.DoesNotContain("| ---", text, StringComparison.Ordinal);
                // Code keeps its lines, and a name has no place to break at.
                Assert.DoesNotContain(
                    text.Split('\n'),
                    line =>
                        line.Length > 79
                        && line.Trim().Contains(' ', StringComparison.Ordinal)
                        && !line.StartsWith("        ", StringComparison.Ordinal)
                );
            }
        );
    }

    [Fact]
    public void The_host_shows_help_too()
    {
        var run = HostProgram.Run("-Command", "Get-Help Test-PatchCompliance -Examples");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(
            "Get-PatchSnapshot -Default | Test-PatchCompliance -Quiet",
            run.Output,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("# A\n\n## SYNOPSIS\n", "lacks")]
    [InlineData("text only\n", "one heading of level 1")]
    [InlineData("# A\n\n```powershell\n", "does not end")]
    public void A_page_that_cannot_become_help_is_named_with_the_line(string text, string says)
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("Get-Thing.md");
        File.WriteAllText(path, text);
        var failure = Assert.Throws<PageException>(() => CommandPage.Of(MarkdownPage.Read(path)));
        Assert.Equal(path, failure.Page);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    private static CommandPage PageOf(string name) =>
        CommandPage.Of(MarkdownPage.Read(Path.Combine(Pages, name + ".md")));

    private static CmdletInfo CommandOf(Session session, string name) =>
        (CmdletInfo)session.Run("Get-Command $args[0]", name)[0]!;

    private static IEnumerable<ParameterMetadata> Own(IEnumerable<ParameterMetadata> parameters) =>
        parameters.Where(parameter => !CommonParameters.Contains(parameter.Name));

    private static string Syntax(CmdletInfo command)
    {
        var text = new StringBuilder();
        foreach (
            var set in command
                .ParameterSets.OrderByDescending(set => set.IsDefault)
                .ThenBy(set => set.Name, StringComparer.Ordinal)
        )
            text.Append("### ")
                .Append(set.Name)
                .Append(set.IsDefault ? " (Default)" : "")
                .Append("\n\n```powershell\n")
                .AppendJoin("\n    ", PlainText.Wrap($"{command.Name} {set}", 100))
                .Append("\n```\n\n");
        return text.ToString();
    }

    private static string Facts(CmdletInfo command, ParameterMetadata parameter, string standard)
    {
        List<CommandParameterSetInfo> sets =
        [
            .. command
                .ParameterSets.Where(set => set.Parameters.Any(own => own.Name == parameter.Name))
                .OrderBy(set => set.Name, StringComparer.Ordinal),
        ];
        var own = sets[0].Parameters.Single(candidate => candidate.Name == parameter.Name);
        List<string> values = parameter.ParameterType.IsEnum
            ? [.. Enum.GetNames(parameter.ParameterType)]
            : [.. parameter.Attributes.OfType<ValidateSetAttribute>().SelectMany(set => set.ValidValues)];
        var pipeline = (own.ValueFromPipeline, own.ValueFromPipelineByPropertyName) switch
        {
            (true, true) => "True (ByValue, ByPropertyName)",
            (true, false) => "True (ByValue)",
            (false, true) => "True (ByPropertyName)",
            _ => "False",
        };
        var facts = $"""
            Type: {(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType).Name}
            Parameter Sets: {(
                sets.Count == command.ParameterSets.Count ? "(All)" : string.Join(", ", sets.Select(set => set.Name))
            )}
            Aliases: {string.Join(", ", parameter.Aliases)}
            {(values.Count > 0 ? $"Accepted values: {string.Join(", ", values)}\n" : "")}
            Required: {own.IsMandatory}
            Position: {(
                own.Position >= 0 ? own.Position.ToString(System.Globalization.CultureInfo.InvariantCulture) : "Named"
            )}
            Default value: {standard}
            Accept pipeline input: {pipeline}
            Accept wildcard characters: {parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any()}

            """;
        return facts.Replace(": \n", ":\n", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"## SYNTAX\n.*?## DESCRIPTION", RegexOptions.Singleline)]
    private static partial Regex SyntaxPart();

    [GeneratedRegex(
        @"### -(?<name>\w+)\n(?<words>(?:(?!### |```yaml).)*)```yaml\n(?:(?!```).)*?Default value: "
            + @"(?<default>[^\n]*)\n(?:(?!```).)*```\n",
        RegexOptions.Singleline
    )]
    private static partial Regex ParameterPart();

    [GeneratedRegex(@"about_\w+")]
    private static partial Regex AboutName();

    [GeneratedRegex(@"\]\(([^):/]+)\.md\)")]
    private static partial Regex LocalLink();
}
