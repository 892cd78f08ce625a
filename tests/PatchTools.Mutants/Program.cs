using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchTools.Mutants;

/// <summary>
/// <c>PatchTools.Mutants COPY LIST ERRORS FILE…</c>: puts faults into the files of a copy and writes the list of them.
/// ERRORS is the output of a build that failed, or empty: faults on the lines that it names are left out.
/// </summary>
internal static partial class Program
{
    public static int Main(string[] arguments)
    {
        var (copy, list, errors) = (arguments[0], arguments[1], arguments[2]);
        HashSet<(string File, int Line)> bad =
        [
            .. ErrorLine().Matches(File.ReadAllText(errors)).Select(m => (m.Groups[1].Value, Line(m.Groups[2].Value))),
        ];
        var next = 0;
        List<string> lines = [];
        foreach (var file in arguments[3..])
        {
            var path = Path.Combine(copy, file);
            var tree = CSharpSyntaxTree.ParseText(
                File.ReadAllText(path),
                CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview)
            );
            var mutator = new Mutator(
                next,
                (first, last) =>
                    bad.Any(b => b.File.EndsWith(file, StringComparison.Ordinal) && b.Line >= first && b.Line <= last)
            );
            File.WriteAllText(path, mutator.Visit(tree.GetRoot()).ToFullString());
            lines.AddRange(mutator.Mutants.Select(m => $"{m.Number}\t{file}\t{m.First}\t{m.What}"));
            next += mutator.Count;
        }

        File.WriteAllLines(list, lines);
        Console.WriteLine($"{lines.Count} faults in {arguments.Length - 3} files");
        return 0;
    }

    private static int Line(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    // /copy/src/PatchTools.Engine/Evaluation/X.cs(12,5): error CS0165: …
    [GeneratedRegex(@"^\s*(\S+\.cs)\((\d+),\d+\): error", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();
}
