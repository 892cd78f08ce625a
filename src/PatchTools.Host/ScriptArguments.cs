using System.Management.Automation;

namespace PatchTools.Host;

/// <summary>
/// Arguments of a script file as <c>pwsh -File</c> takes them: every word is text, but for <c>-Name value</c>, <c>-Name:value</c> and <c>-Switch</c>. Which
/// of these a <c>-Name</c> is, only the script's own parameters can say, so that is left to the engine's binder.
/// </summary>
internal sealed class ScriptArguments
{
    /// <summary>The note by which the engine tells a parameter name among splatted words (about_Splatting: the elements of <c>$args</c>).</summary>
    private const string ParameterNameNote = "<CommandParameterName>";

    public static ScriptArguments None { get; } = new([]);

    private ScriptArguments(object[] words) => Words = words;

    /// <summary>For splatting.</summary>
    public object[] Words { get; }

    public static ScriptArguments Parse(IReadOnlyList<string> words)
    {
        List<object> parsed = [];
        foreach (var word in words)
        {
            if (!IsName(word))
            {
                parsed.Add(word);
            }
            else if (word.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            {
                parsed.Add(Name(word[..(colon + 1)], word[1..colon]));
                if (colon + 1 < word.Length)
                    parsed.Add(Literal(word[(colon + 1)..]));
            }
            else
            {
                parsed.Add(Name(word, word[1..]));
            }
        }

        return new ScriptArguments([.. parsed]);
    }

    private static PSObject Name(string text, string name)
    {
        var word = new PSObject(text);
        word.Properties.Add(new PSNoteProperty(ParameterNameNote, name));
        return word;
    }

    private static bool IsName(string word) => word.Length > 1 && word[0] == '-' && (char.IsLetter(word[1]) || word[1] == '_');

    private static object Literal(string value) => value.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => value,
    };
}
