using System.Globalization;
using System.Text;

namespace PatchTools.Families.Apt.Reading;

/// <summary>apt's small grammars of words.</summary>
internal static class AptWords
{
    /// <summary>
    /// <c>StringToBool</c>: 0 and 1, no/false/without/off/disable, yes/true/with/on/enable in any case; else the
    /// fallback.
    /// </summary>
    public static bool Boolean(string text, bool fallback)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is 0 or 1)
            return number == 1;
        return text.ToUpperInvariant() switch
        {
            "NO" or "FALSE" or "WITHOUT" or "OFF" or "DISABLE" => false,
            "YES" or "TRUE" or "WITH" or "ON" or "ENABLE" => true,
            _ => fallback,
        };
    }

    /// <summary>
    /// Words divided by blanks (<c>ParseQuoteWord</c>): <c>"…"</c> and <c>[…]</c> keep blanks together, <c>%XX</c> is
    /// decoded, quotes are dropped. Null when a quote or bracket is left open.
    /// </summary>
    public static List<string>? Split(string text)
    {
        List<string> words = [];
        for (var at = 0; SkipBlanks(text, ref at); )
        {
            if (Next(text, ref at) is not { } word)
                return null;
            words.Add(word);
        }

        return words;
    }

    /// <summary>The word at a place, which is moved behind it; null when a quote or bracket is left open.</summary>
    public static string? Next(string text, ref int at)
    {
        var start = at;
        for (; at < text.Length && !char.IsWhiteSpace(text[at]); at++)
        {
            if (text[at] is not ('"' or '['))
                continue;
            at = text.IndexOf(text[at] == '"' ? '"' : ']', at + 1);
            if (at < 0)
                return null;
        }

        return Unquote(text.AsSpan(start, at - start));
    }

    /// <summary>False at the end of the text.</summary>
    public static bool SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at < text.Length;
    }

    /// <summary>
    /// Nothing but quoted pieces, taken as they are and joined, with one blank where there are blanks between them
    /// (<c>ParseCWord</c>). Null when there is anything else.
    /// </summary>
    public static string? Quoted(string text)
    {
        var joined = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                var end = text.IndexOf('"', at + 1);
                if (end < 0)
                    return null;
                joined.Append(text, at + 1, end - at - 1);
                at = end;
            }
            else if (!char.IsWhiteSpace(text[at]))
            {
                return null;
            }
            else if (at == 0 || !char.IsWhiteSpace(text[at - 1]))
            {
                joined.Append(' ');
            }
        }

        return joined.ToString();
    }

    private static string Unquote(ReadOnlySpan<char> word)
    {
        var bytes = new List<byte>(word.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (var i = 0; i < word.Length; i++)
        {
            if (
                word[i] == '%'
                && i + 2 < word.Length
                && char.IsAsciiHexDigit(word[i + 1])
                && char.IsAsciiHexDigit(word[i + 2])
            )
            {
                bytes.Add(
                    byte.Parse(word.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                );
                i += 2;
            }
            else if (word[i] != '"')
            {
                _ = Rune.DecodeFromUtf16(word[i..], out var rune, out var used);
                bytes.AddRange(encoded[..rune.EncodeToUtf8(encoded)]);
                i += used - 1;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
