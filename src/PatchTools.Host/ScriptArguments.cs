using System.Collections;
using System.Management.Automation;

namespace PatchTools.Host;

/// <summary>
/// Arguments of a script file as <c>pwsh -File</c> takes them: every word is text, but for <c>-Name value</c>,
/// <c>-Name:value</c> and <c>-Switch</c>. Which of these a <c>-Name</c> is, only the script's own parameters can say,
/// so that is left to the engine's binder.
/// </summary>
internal sealed class ScriptArguments
{
    /// <summary>
    /// The note by which the engine tells a parameter name among splatted words (about_Splatting: the elements of
    /// <c>$args</c>).
    /// </summary>
    private const string ParameterNameNote = "<CommandParameterName>";

    public static ScriptArguments None { get; } = new([], []);

    private ScriptArguments(object[] words, Hashtable named)
    {
        Words = words;
        Named = named;
    }

    /// <summary>
    /// For splatting: texts, and names of which the binder finds out whether the next word is theirs.
    /// </summary>
    public object[] Words { get; }

    /// <summary>For splatting: what was given as <c>-Name:value</c>.</summary>
    public Hashtable Named { get; }

    public static ScriptArguments Parse(IReadOnlyList<string> words)
    {
        List<object> parsed = [];
        Hashtable named = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (!IsName(word))
                parsed.Add(word);
            else if (word.IndexOf(':', StringComparison.Ordinal) is not (var colon and > 0))
                parsed.Add(Name(word));
            else if (colon + 1 < word.Length)
                named[word[1..colon]] = Literal(word[(colon + 1)..]);
            else
                named[word[1..colon]] = i + 1 < words.Count ? words[++i] : "";
        }

        return new ScriptArguments([.. parsed], named);
    }

    private static PSObject Name(string word)
    {
        var name = new PSObject(word);
        name.Properties.Add(new PSNoteProperty(ParameterNameNote, word[1..]));
        return name;
    }

    private static bool IsName(string word) =>
        word.Length > 1 && word[0] == '-' && (char.IsLetter(word[1]) || word[1] == '_');

    private static object Literal(string value) =>
        value.ToUpperInvariant() switch
        {
            "$TRUE" => true,
            "$FALSE" => false,
            _ => value,
        };
}
