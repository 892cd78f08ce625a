using System.Text.RegularExpressions;

namespace PatchTools.Help;

/// <summary>Text without the marks of Markdown.</summary>
public static partial class PlainText
{
    /// <summary><c>`code`</c>, <c>*stress*</c>, <c>**stress**</c> and <c>[text](target)</c> as their text.</summary>
    public static string Of(string markdown) =>
        Marks().Replace(markdown, match => match.Groups.Values.Skip(1).First(group => group.Success).Value);

    /// <summary>Words in lines of at most the width; what is longer than that stays whole.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }

    [GeneratedRegex(@"`([^`]+)`|\*{1,2}(\S[^*]*?)\*{1,2}|\[([^\]]+)\]\([^)]*\)")]
    private static partial Regex Marks();
}
