namespace PatchTools.Families.Rpm.Metadata;

/// <summary>Where indentation, keys, quotes and brackets of <c>modules.yaml</c> begin and end.</summary>
internal static class ModuleText
{
    /// <summary>
    /// Length up to where the quote or bracket that the text begins with is closed; -1 when it is not.
    /// </summary>
    public static int Closed(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' or '\'':
                    var quote = QuoteEnd(text[i..]);
                    if (quote < 0)
                        return -1;
                    i += quote;
                    break;
                case '[' or '{':
                    depth++;
                    break;
                case ']' or '}':
                    depth--;
                    break;
                default:
                    break;
            }

            if (depth == 0)
                return i + 1;
        }

        return -1;
    }

    public static int QuoteEnd(ReadOnlySpan<char> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && text[0] == '"')
                i++;
            else if (text[i] == text[0] && text[0] == '\'' && i + 1 < text.Length && text[i + 1] == '\'')
                i++;
            else if (text[i] == text[0])
                return i;
        }

        return -1;
    }

    /// <summary>Index of the colon behind a key, or -1: the text is a value.</summary>
    public static int KeyEnd(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is '[' or '{')
            return -1;
        var from = text[0] is '"' or '\'' ? QuoteEnd(text) + 1 : 0;
        if (from == 0 && text[0] is '"' or '\'')
            return -1;
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == ':' && (i + 1 == text.Length || text[i + 1] == ' '))
                return i;
            if (text[i] == '#' && i > 0 && text[i - 1] == ' ')
                return -1;
        }

        return -1;
    }

    public static string Unquoted(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length < 2 || text[0] is not ('"' or '\'') || text[^1] != text[0])
            return text.ToString();
        var inner = text[1..^1].ToString();
        return text[0] == '\''
            ? inner.Replace("''", "'", StringComparison.Ordinal)
            : inner.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }

    public static int Indent(string line)
    {
        var indent = 0;
        while (indent < line.Length && line[indent] == ' ')
            indent++;
        return indent;
    }
}
