using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PatchTools.Rigs.Tests;

/// <summary>Runs of the native program: the arguments of the cmdlet in its words, and its report read back.</summary>
internal static partial class ProgramRuns
{
    /// <summary>The program alone ends with a document, or with a line that names error and code.</summary>
    public static bool IsOfProgram(RigRun run) => run.Output.StartsWith('{') || Error().IsMatch(run.Error);

    /// <summary><c>-Operation Scan -SnapshotId 'x'</c> as <c>scan --json --snapshot-id x</c>.</summary>
    public static IReadOnlyList<string> Arguments(string cmdlet)
    {
        var words = Word()
            .Matches(cmdlet)
            .Select(match => match.Groups["quoted"].Success ? match.Groups["quoted"].Value : match.Value)
            .ToList();
        var operation = words.IndexOf("-Operation");
        List<string> arguments = [words[operation + 1].ToLowerInvariant(), "--json"];
        for (var i = 0; i < words.Count; i++)
        {
            if (i == operation)
                i++;
            else
                arguments.Add(IsParameter(words[i]) ? Kebab(words[i]) : words[i]);
        }

        return arguments;
    }

    public static PatchRunResult Result(RigRun run)
    {
        List<RunFinding> findings = [];
        if (run.Output.StartsWith('{'))
        {
            using var report = JsonDocument.Parse(run.Output);
            findings.AddRange(report.RootElement.GetProperty("findings").EnumerateArray().Select(Finding));
        }

        var error = Error().Match(run.Error);
        return new PatchRunResult(
            run.ExitCode,
            error.Success ? error.Groups["id"].Value : null,
            error.Success ? [] : findings,
            run.Error,
            run.Output
        );
    }

    private static RunFinding Finding(JsonElement finding) =>
        new(
            Text(finding, "name"),
            Text(finding, "state"),
            Text(finding, "installed"),
            Text(finding, "available"),
            Text(finding, "why")
        );

    /// <summary>What a finding has nothing to say of is left out.</summary>
    private static string Text(JsonElement finding, string member) =>
        finding.TryGetProperty(member, out var value) ? value.GetString()! : "";

    private static bool IsParameter(string word) => word.Length > 1 && word[0] == '-' && char.IsUpper(word[1]);

    private static string Kebab(string parameter)
    {
        var option = new StringBuilder("-");
        foreach (var letter in parameter.AsSpan(1))
            option.Append(char.IsUpper(letter) ? "-" : "").Append(char.ToLowerInvariant(letter));
        return option.ToString();
    }

    [GeneratedRegex("'(?<quoted>[^']*)'|\\S+", RegexOptions.ExplicitCapture)]
    private static partial Regex Word();

    [GeneratedRegex(
        "^Error (?<id>[A-Za-z]+), exit status [0-9]+\\.$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline
    )]
    private static partial Regex Error();
}
