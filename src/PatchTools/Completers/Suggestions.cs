using System.Management.Automation;
using System.Management.Automation.Language;
using PatchTools.Text;

namespace PatchTools.Completers;

/// <summary>
/// Turns words into completion results, quoted as the user began or as the word needs. A word that a terminal must not
/// be given is left out.
/// </summary>
internal static class Suggestions
{
    public static IEnumerable<CompletionResult> StartingWith(string? typed, IEnumerable<string> words)
    {
        var quote = typed is ['\'' or '"', ..] ? typed[..1] : "";
        var start = (typed ?? "").Trim('\'', '"');
        return words
            .Where(word =>
                word.StartsWith(start, StringComparison.OrdinalIgnoreCase) && TerminalText.Cell(word) == word
            )
            .Select(word => new CompletionResult(Quoted(word, quote), word, CompletionResultType.ParameterValue, word));
    }

    private static string Quoted(string word, string quote)
    {
        if (quote.Length == 0 && word.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/'))
            return word;
        return quote == "\"" ? $"\"{word}\"" : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'";
    }
}
