using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PatchTools.Completers;

/// <summary>
/// Names of packages installed on this host, as dpkg keeps them: one file a package, so that a folder listing is all it
/// takes. Where there is no such folder nothing is suggested; asking rpm would take too long for a key press.
/// </summary>
public sealed class PackageNameCompleter : IArgumentCompleter
{
    private const string Folder = "/var/lib/dpkg/info";
    private const string Ending = ".list";
    private const int Most = 500;

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Suggestions.StartingWith(wordToComplete, Names((wordToComplete ?? "").Trim('\'', '"')));

    private static IEnumerable<string> Names(string start)
    {
        if (start.AsSpan().ContainsAny('/', '*', '?'))
            return [];
        try
        {
            return
            [
                .. Directory
                    .EnumerateFiles(Folder, $"{start}*{Ending}")
                    .Select(Path.GetFileName)
                    .Select(name => name![..^Ending.Length].Split(':')[0])
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal)
                    .Take(Most),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Completion suggests what it can see.
            return [];
        }
    }
}
