using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchTools.Tests;

/// <summary>
/// What makes source easy to read and can be counted.
/// </summary>
public sealed class SourceRulesTests
{
    private const int LongestLine = 120;
    private const int LongestFile = 400;
    private const int LongestMethod = 60;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    /// <summary>Addresses stay whole, and so do documents and recorded output that a test quotes as they are.</summary>
    [Fact]
    public void No_line_is_longer_than_120_columns() =>
        None(
            from file in SourceFiles("src").Concat(SourceFiles("tests"))
            let lines = File.ReadAllLines(file)
            where lines.Any(line => line.Length > LongestLine)
            let quoted = Name(file).StartsWith("tests", StringComparison.Ordinal) ? QuotedLines(file) : []
            from line in lines.Index()
            where line.Item.Length > LongestLine && !line.Item.Contains("://", StringComparison.Ordinal)
            where !quoted.Contains(line.Index)
            select $"{Name(file)}:{line.Index + 1} has {line.Item.Length} columns"
        );

    [Fact]
    public void No_file_of_the_module_is_longer_than_400_lines() =>
        None(
            from file in SourceFiles("src")
            let lines = File.ReadLines(file).Count()
            where lines > LongestFile
            select $"{Name(file)} has {lines} lines"
        );

    [Fact]
    public void No_method_of_the_module_is_longer_than_60_lines() =>
        None(
            from node in Nodes()
            where node.Node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
            let span = node.Node.GetLocation().GetLineSpan()
            let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
            where lines > LongestMethod
            select $"{node.File}:{span.StartLinePosition.Line + 1} has {lines} lines"
        );

    [Fact]
    public void No_conditional_expression_holds_another() =>
        None(
            from node in Nodes()
            where node.Node is ConditionalExpressionSyntax && Outer(node.Node) is ConditionalExpressionSyntax
            select $"{node.File}:{node.Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}"
        );

    /// <summary>
    /// Whoever is no family asks <c>Family</c> what it needs to know, and never which one it is: a new family would not
    /// be among the answers. The tables of operating systems say which family each has.
    /// </summary>
    [Fact]
    public void Only_a_family_says_which_family_it_is()
    {
        string[] families = ["Apt", "Rpm", "Dnf", "Zypper"];
        None(
            from node in Nodes()
            where
                node.Node
                    is MemberAccessExpressionSyntax
                    {
                        Expression: IdentifierNameSyntax { Identifier.Text: "PackageFamily" },
                    }
            where
                !families.Any(family =>
                    node.File.StartsWith($"src/PatchTools.Engine/Families/{family}/", StringComparison.Ordinal)
                )
            where !node.File.StartsWith("src/PatchTools.Foundation/Model/OperatingSystem", StringComparison.Ordinal)
            select $"{node.File}:{node.Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}"
        );
    }

    /// <summary>
    /// Output types keep the name <c>PatchTools.X</c>, wherever they are written: views and people's scripts name it.
    /// </summary>
    [Fact]
    public void Namespaces_of_engine_and_foundation_follow_their_folders() =>
        None(
            from project in new[] { "src/PatchTools.Foundation", "src/PatchTools.Engine" }
            from file in SourceFiles(project)
            let folder = Path.GetRelativePath(
                Path.Combine(StagedModule.RepositoryRoot, project),
                Path.GetDirectoryName(file)!
            )
            let expected = $"PatchTools.{folder.Replace(Path.DirectorySeparatorChar, '.')}"
            let stated = File.ReadLines(file).First(line => line.StartsWith("namespace ", StringComparison.Ordinal))
            where stated != $"namespace {expected};" && !(folder == "Model" && stated == "namespace PatchTools;")
            select $"{Name(file)} states {stated}"
        );

    /// <summary>Lines between the quotation marks of raw strings, from 0.</summary>
    private static HashSet<int> QuotedLines(string file) =>
        [
            .. CSharpSyntaxTree
                .ParseText(File.ReadAllText(file), Options)
                .GetRoot()
                .DescendantNodes()
                .Where(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax)
                .Where(node => node.GetFirstToken().Text.Contains("\"\"\"", StringComparison.Ordinal))
                .Select(node => node.GetLocation().GetLineSpan())
                .SelectMany(span =>
                    Enumerable.Range(
                        span.StartLinePosition.Line + 1,
                        Math.Max(0, span.EndLinePosition.Line - span.StartLinePosition.Line - 1)
                    )
                ),
        ];

    private static SyntaxNode? Outer(SyntaxNode node)
    {
        var outer = node.Parent;
        while (outer is ParenthesizedExpressionSyntax)
            outer = outer.Parent;
        return outer;
    }

    private static void None(IEnumerable<string> places)
    {
        var found = places.ToList();
        Assert.True(found.Count == 0, $"{found.Count} places break the rule:\n{string.Join('\n', found)}");
    }

    private static IEnumerable<(string File, SyntaxNode Node)> Nodes() =>
        SourceFiles("src")
            .SelectMany(file =>
                CSharpSyntaxTree
                    .ParseText(File.ReadAllText(file), Options)
                    .GetRoot()
                    .DescendantNodes()
                    .Select(node => (Name(file), node))
            );

    private static string Name(string file) => Path.GetRelativePath(StagedModule.RepositoryRoot, file);

    private static IEnumerable<string> SourceFiles(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(StagedModule.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Name(file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
}
