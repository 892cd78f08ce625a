using System.Collections;

namespace PatchTools.Host;

/// <summary>Arguments of a script file as <c>pwsh -File</c> takes them: every word is text, but for <c>-Name value</c>, <c>-Name:value</c> and <c>-Switch</c>.</summary>
internal sealed class ScriptArguments
{
    public static ScriptArguments None { get; } = new([], new Hashtable());

    private ScriptArguments(object[] positional, Hashtable named)
    {
        Positional = positional;
        Named = named;
    }

    public object[] Positional { get; }

    public Hashtable Named { get; }

    public static ScriptArguments Parse(IReadOnlyList<string> words)
    {
        List<object> positional = [];
        Hashtable named = new(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (!IsName(word))
                positional.Add(word);
            else if (word.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
                named[word[1..colon]] = Literal(word[(colon + 1)..]);
            else if (i + 1 < words.Count && !IsName(words[i + 1]))
                named[word[1..]] = words[++i];
            else
                named[word[1..]] = true;
        }

        return new ScriptArguments([.. positional], named);
    }

    private static bool IsName(string word) => word.Length > 1 && word[0] == '-' && (char.IsLetter(word[1]) || word[1] == '_');

    private static object Literal(string value) => value.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => value,
    };
}
