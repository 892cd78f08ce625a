using System.Text.RegularExpressions;

namespace PatchTools.Tests;

/// <summary>
/// Every document that the code, its tests and the pages cite is in the repository, down to the section.
/// </summary>
public sealed partial class CitationTests
{
    private static readonly string Documents = Path.Combine(StagedModule.RepositoryRoot, "src", "docs");

    private static readonly IReadOnlyDictionary<string, HashSet<string>> Sections = ReadSections();

    [Fact]
    public void Each_citation_names_a_page_and_a_section_that_are_there()
    {
        var citations = Files().SelectMany(file => Citations(file)).ToList();
        var broken = citations.Where(c => !Resolves(c.Page, c.Section)).Select(c => c.Text).Distinct().ToList();

        Assert.InRange(citations.Count, 200, int.MaxValue);
        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Theory]
    [InlineData("reference 09 §99", false)]
    [InlineData("reference 77 §1", false)]
    [InlineData("reference 09 §§4–55", false)]
    [InlineData("reference 09 §4, 10 §99", false)]
    [InlineData("design §44", false)]
    [InlineData("reference 09 §7.2, 10 §9 and design §4", true)]
    [InlineData("reference 13.7", true)]
    public void A_citation_resolves_only_where_its_section_exists(string text, bool resolves) =>
        Assert.Equal(resolves, Parse(text, text).All(c => Resolves(c.Page, c.Section)));

    private static bool Resolves(string page, string? section) =>
        Sections.TryGetValue(page, out var sections) && (section is null || sections.Contains(section));

    private static IEnumerable<string> Files() =>
        new[] { "src", "tests", "module", ".github" }
            .SelectMany(folder =>
                Directory.EnumerateFiles(
                    Path.Combine(StagedModule.RepositoryRoot, folder),
                    "*",
                    SearchOption.AllDirectories
                )
            )
            .Where(file =>
                Path.GetExtension(file) is ".cs" or ".md" or ".json" or ".ps1" or ".ps1xml" or ".csproj" or ".props"
            )
            .Where(file => !BuildOutput().IsMatch(file) && !file.EndsWith("CitationTests.cs", StringComparison.Ordinal))
            .Where(file => !file.StartsWith(Path.Combine(Documents, "reference"), StringComparison.Ordinal));

    private static IEnumerable<(string Page, string? Section, string Text)> Citations(string file)
    {
        // A citation may go over the end of a comment line.
        var text = CommentBreak().Replace(File.ReadAllText(file), " ");
        return Parse(text, Path.GetRelativePath(StagedModule.RepositoryRoot, file));
    }

    private static IEnumerable<(string Page, string? Section, string Text)> Parse(string text, string where)
    {
        foreach (Match citation in Citation().Matches(text))
        {
            var cited = $"{where}: {citation.Value}";
            var page = "design";
            foreach (Match number in Number().Matches(citation.Value))
            {
                var value = number.Groups["value"].Value;
                if (number.Groups["sign"].Success)
                {
                    yield return (page, value, cited);
                    continue;
                }

                page = value[..2];
                yield return (page, value.Length > 2 ? value : null, cited);
            }
        }
    }

    private static Dictionary<string, HashSet<string>> ReadSections()
    {
        var sections = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal)
        {
            ["design"] = Headings(Path.Combine(Documents, "design.md")),
        };
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Documents, "reference"), "*.md"))
            sections[Path.GetFileName(file)[..2]] = Headings(file);
        return sections;
    }

    /// <summary>
    /// Numbers of headings, and of the items in their numbered lists (design §5.8 is item 8 of section 5).
    /// </summary>
    private static HashSet<string> Headings(string file)
    {
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        var heading = "";
        foreach (var line in File.ReadLines(file))
        {
            if (Heading().Match(line) is { Success: true } found)
            {
                heading = found.Groups[1].Value;
                numbers.Add(heading);
            }
            else if (Item().Match(line) is { Success: true } item)
            {
                numbers.Add($"{heading}.{item.Groups[1].Value}");
            }
        }

        return numbers;
    }

    [GeneratedRegex(@"[/\\](bin|obj|artifacts|Recordings)[/\\]")]
    private static partial Regex BuildOutput();

    [GeneratedRegex(@"\s*\n\s*(///|//|#)?\s*")]
    private static partial Regex CommentBreak();

    /// <summary>"reference 09 §7.2, 10 §9", "design §4": the word, and what is made of numbers after it.</summary>
    [GeneratedRegex(@"\b(?:[Rr]eference(?= \d\d\b)|[Dd]esign(?= §))(?:[\d§.,–` ]| and (?=§|\d\d §))*\d")]
    private static partial Regex Citation();

    /// <summary>
    /// A section has the sign or ends a range; a page is two digits, a section of page 13 may go without the sign.
    /// </summary>
    [GeneratedRegex(@"(?:(?<sign>§{1,2}|–)|(?<![\d.]))(?<value>(?(sign)\d+|\d\d)(?:\.\d+)*)")]
    private static partial Regex Number();

    [GeneratedRegex(@"^#+ (\d+(?:\.\d+)*)\b")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(\d+)\. ")]
    private static partial Regex Item();
}
