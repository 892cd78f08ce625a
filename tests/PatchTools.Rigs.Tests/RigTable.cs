using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Rigs.Tests;
using PatchTools.Rigs.Tests.Scenarios;

[assembly: AssemblyFixture(typeof(RigTable))]

namespace PatchTools.Rigs.Tests;

/// <summary>
/// Writes <c>tests/Rigs/README.md</c> when the last test has ended, of the results that the scenarios have left: what
/// was not run is not in it. Only where <c>PATCHTOOLS_RIG_RESULTS</c> names the file of results, as in <c>.ci/long</c>.
/// </summary>
public sealed partial class RigTable : IDisposable
{
    private const string Begin = "<!-- results -->";

    public void Dispose()
    {
        if (ToolScenarios.ResultsFile is not { } results || !File.Exists(results))
            return;
        var page = Path.Combine(BuiltHost.RepositoryRoot, "tests", "Rigs", "README.md");
        var text = File.ReadAllText(page);
        var end = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        File.WriteAllText(page, text[..end] + "\n" + Of(File.ReadAllLines(results)));
    }

    /// <summary>A table for each tool, a column for each system, a row for each scenario.</summary>
    private static string Of(IEnumerable<string> lines)
    {
        // The last word on a scenario counts: it may have been run again.
        Dictionary<(string System, string Scenario), string> results = [];
        foreach (var fields in lines.Select(l => l.Split('\t')).Where(f => f.Length == 3))
            results[(fields[0], Reason().Replace(fields[1], ""))] = fields[2];
        var text = new StringBuilder();
        foreach (
            var tool in results
                .Keys.GroupBy(k => Tool(k.System), StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
        )
        {
            List<string> systems = [.. tool.Select(k => k.System).Distinct().Order(StringComparer.Ordinal)];
            text.Append('\n').Append("## ").Append(tool.Key).Append("\n\n| scenario |");
            text.AppendJoin('|', systems.Select(s => $" {s} ")).Append("|\n| --- |");
            text.AppendJoin('|', systems.Select(_ => " --- ")).Append("|\n");
            foreach (var scenario in tool.Select(k => k.Scenario).Distinct().Order(StringComparer.Ordinal))
                text.Append("| ")
                    .Append(scenario)
                    .Append(" |")
                    .AppendJoin('|', systems.Select(s => $" {Word(results.GetValueOrDefault((s, scenario)))} "))
                    .Append("|\n");
            text.Append("| **right** |")
                .AppendJoin(
                    '|',
                    systems.Select(s =>
                    {
                        var own = results
                            .Where(r => r.Key.System == s && r.Value != "Skipped")
                            .Select(r => r.Value)
                            .ToList();
                        return $" **{own.Count(r => r == "Passed")} of {own.Count}** ";
                    })
                )
                .Append("|\n");
        }

        return text.ToString();
    }

    private static string Tool(string system) => system.Split(' ')[0] is "dnf5" ? "dnf" : system.Split(' ')[0];

    private static string Word(string? result) =>
        result switch
        {
            "Passed" => "yes",
            null or "Skipped" => "–",
            _ => "**no**",
        };

    [GeneratedRegex(@", reason: ""[^""]*""", RegexOptions.CultureInvariant)]
    private static partial Regex Reason();
}
