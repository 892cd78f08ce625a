using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace PatchTools.Completers;

/// <summary>
/// Profiles of the shared AWS files (<c>AWS_CONFIG_FILE</c>, <c>AWS_SHARED_CREDENTIALS_FILE</c>, else below
/// <c>~/.aws</c>). Only their headings are read.
/// </summary>
public sealed class ProfileNameCompleter : IArgumentCompleter
{
    private const string ProfilePrefix = "profile ";

    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters
    ) => Suggestions.StartingWith(wordToComplete, Names());

    private static SortedSet<string> Names()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (var heading in Headings("AWS_CONFIG_FILE", "config"))
        {
            if (heading.StartsWith(ProfilePrefix, StringComparison.Ordinal))
                names.Add(heading[ProfilePrefix.Length..].Trim());
            else if (heading == "default")
                names.Add(heading);
        }

        names.UnionWith(Headings("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
        return names;
    }

    private static IEnumerable<string> Headings(string variable, string file)
    {
        var path = Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", file);
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Completion suggests what it can see; an unreadable file suggests nothing.
            return [];
        }

        return lines
            .Select(line => line.Trim())
            .Where(line => line is ['[', _, .., ']'])
            .Select(line => line[1..^1].Trim());
    }
}
