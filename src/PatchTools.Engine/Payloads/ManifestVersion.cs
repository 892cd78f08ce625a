using System.Text;

namespace PatchTools.Payloads;

/// <summary>
/// Reads <c>ModuleVersion</c> from a module's manifest as PowerShell would: a key of the outermost table. Comments,
/// texts and inner tables are not it. Nothing is evaluated; the engine knows no PowerShell.
/// </summary>
internal static class ManifestVersion
{
    /// <returns>Null when the manifest has no such key, or its value is not plain text.</returns>
    public static string? Of(string manifest)
    {
        var depth = 0;
        string? key = null;
        var isValue = false;
        for (var at = 0; at < manifest.Length; )
        {
            var start = at;
            if (Skipped(manifest, ref at))
                continue;
            if (TextAt(manifest, ref at) is { } text)
            {
                if (depth == 1 && isValue && IsKey(key))
                    return text;
                (key, isValue) = (text, false);
                continue;
            }

            switch (manifest[at])
            {
                case '{' or '(' or '[':
                    depth++;
                    (key, isValue) = (null, false);
                    at++;
                    break;
                case '}' or ')' or ']':
                    depth--;
                    at++;
                    break;
                case '=':
                    isValue = true;
                    at++;
                    break;
                case '\n' or ';':
                    key = isValue ? key : null;
                    at++;
                    break;
                default:
                    at = WordEnd(manifest, at);
                    var word = manifest[start..at];
                    if (word.Trim().Length > 0 && !isValue)
                        key = word;
                    else if (word.Trim().Length > 0)
                        (key, isValue) = (word, false);
                    break;
            }
        }

        return null;
    }

    private static bool IsKey(string? word) => string.Equals(word, "ModuleVersion", StringComparison.OrdinalIgnoreCase);

    /// <summary>White space of a line, a comment, or a block of comments.</summary>
    private static bool Skipped(string text, ref int at)
    {
        var from = at;
        var rest = text.AsSpan(at);
        if (rest[0] != '\n' && char.IsWhiteSpace(rest[0]))
            at++;
        else if (rest.StartsWith("<#"))
            at = rest.IndexOf("#>", StringComparison.Ordinal) is var end and >= 0 ? at + end + 2 : text.Length;
        else if (rest[0] == '#')
            at = rest.IndexOf('\n') is var line and >= 0 ? at + line : text.Length;
        return at > from;
    }

    /// <summary>
    /// A quoted text, doubled quotes made one; one that could be evaluated (<c>"$x"</c>) comes as it is written.
    /// </summary>
    private static string? TextAt(string text, ref int at)
    {
        var rest = text.AsSpan(at);
        foreach (var quote in "'\"")
        {
            if (rest.Length > 1 && rest[0] == '@' && rest[1] == quote)
            {
                var end = rest.IndexOf($"\n{quote}@", StringComparison.Ordinal);
                var content = end < 0 ? rest[2..] : rest[2..end];
                at = end < 0 ? text.Length : at + end + 3;
                return content.TrimStart("\r\n").ToString();
            }
        }

        if (rest[0] is not ('\'' or '"'))
            return null;
        var value = new StringBuilder();
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] != rest[0])
                value.Append(rest[i]);
            else if (i + 1 < rest.Length && rest[i + 1] == rest[0])
                value.Append(rest[i++]);
            else
            {
                at += i + 1;
                return value.ToString();
            }
        }

        at = text.Length;
        return value.ToString();
    }

    private static int WordEnd(string text, int at)
    {
        do at++;
        while (
            at < text.Length
            && !char.IsWhiteSpace(text[at])
            && !"{}()[]=;#'\"".Contains(text[at], StringComparison.Ordinal)
        );
        return at;
    }
}
