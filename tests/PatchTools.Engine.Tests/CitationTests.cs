using System.Text.RegularExpressions;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests;

/// <summary>Every citation in code, tests and documents leads to a heading of a page below <c>src/docs</c>.</summary>
public sealed partial class CitationTests
{
    private static readonly string Root = BuiltHost.RepositoryRoot;

    private static readonly string[] Endings = [".cs", ".ps1", ".ps1xml", ".md", ".csproj", ".props"];

    [Fact]
    public void Every_citation_resolves()
    {
        var headings = Headings();
        List<string> lost = [];
        var resolved = 0;
        foreach (var file in Files())
        {
            var number = 0;
            foreach (var line in File.ReadLines(file))
            {
                number++;
                foreach (Match citation in Citation().Matches(line))
                {
                    var page = citation.Groups[1].Success ? citation.Groups[1].Value : "design";
                    var section = citation.Groups[3].Success ? citation.Groups[3].Value : citation.Groups[2].Value;
                    if (headings.Contains((page, section)))
                        resolved++;
                    else
                        lost.Add($"{Path.GetRelativePath(Root, file)}:{number}: {citation.Value}");
                }
            }
        }

        Assert.Empty(lost);
        Assert.True(resolved > 100, $"Only {resolved} citations were found.");
    }

    [Fact]
    public void Nothing_cites_a_document_that_is_not_in_the_repository()
    {
        List<string> found = [];
        foreach (var file in Files())
        {
            foreach (var line in File.ReadLines(file))
            {
                if (OldCitation().IsMatch(line))
                    found.Add($"{Path.GetRelativePath(Root, file)}: {line.Trim()}");
            }
        }

        Assert.Empty(found);
    }

    /// <summary>Page and section of every heading; a page without a section is one, too.</summary>
    private static HashSet<(string Page, string Section)> Headings()
    {
        HashSet<(string, string)> headings = [("design", "")];
        foreach (var file in Directory.GetFiles(Path.Combine(Root, "src", "docs", "reference"), "*.md"))
        {
            var page = Path.GetFileName(file)[..2];
            headings.Add((page, ""));
            foreach (var section in Sections(file))
            {
                headings.Add((page, section));

                // Headings of page 13 carry the page's number: 13.7 is its section 7.
                if (section.StartsWith(page + ".", StringComparison.Ordinal))
                    headings.Add((page, section[3..]));
            }
        }

        foreach (var section in Sections(Path.Combine(Root, "src", "docs", "design.md")))
            headings.Add(("design", section));
        return headings;
    }

    private static IEnumerable<string> Sections(string file) =>
        File.ReadLines(file).Select(l => Heading().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value);

    private static IEnumerable<string> Files()
    {
        var skipped = new[] { "bin", "obj", "artifacts", "Recorded", "Approved" };
        foreach (var top in new[] { "src", "tests", "module" })
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, top), "*", SearchOption.AllDirectories))
            {
                var parts = Path.GetRelativePath(Root, file).Split('/');
                if (
                    Endings.Contains(Path.GetExtension(file))
                    && !parts.Intersect(skipped, StringComparer.Ordinal).Any()
                    && !(parts[0] == "src" && parts[1] == "docs")
                    && parts[^1] != "CitationTests.cs"
                )
                    yield return file;
            }
        }
    }

    // reference 09 §7.2, reference 13.7, design §4
    [GeneratedRegex(@"\b(?:[Rr]eference (\d\d)(?:\.(\d+(?:\.\d+)*))?|[Dd]esign(?= §))(?: §§?(\d+(?:\.\d+)*))?")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\b[Ss]pec \d\d\b|\bDESIGN\b")]
    private static partial Regex OldCitation();

    // ## 7. Install, ### 7.2 Dependency pre-check, ## 13.1 Version comparison
    [GeneratedRegex(@"^#+ (\d+(?:\.\d+)*)\.? ")]
    private static partial Regex Heading();
}
