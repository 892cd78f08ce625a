using System.Globalization;
using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>apt's small grammars of words.</summary>
internal static class AptWords
{
    /// <summary><c>StringToBool</c>: 0 and 1, no/false/without/off/disable, yes/true/with/on/enable in any case; else the fallback.</summary>
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
    /// Words divided by blanks (<c>ParseQuoteWord</c>): <c>"…"</c> and <c>[…]</c> keep blanks together, <c>%XX</c> is decoded, quotes are dropped.
    /// Null when a quote or bracket is left open.
    /// </summary>
    public static List<string>? Split(string text)
    {
        var words = new List<string>();
        for (var at = 0; ;)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                return words;
            var start = at;
            for (; at < text.Length && !char.IsWhiteSpace(text[at]); at++)
            {
                if (text[at] is not ('"' or '['))
                    continue;
                at = text.IndexOf(text[at] == '"' ? '"' : ']', at + 1);
                if (at < 0)
                    return null;
            }

            words.Add(Unquote(text.AsSpan(start, at - start)));
        }
    }

    private static string Unquote(ReadOnlySpan<char> word)
    {
        var bytes = new List<byte>(word.Length);
        Span<byte> encoded = stackalloc byte[4];
        for (var i = 0; i < word.Length; i++)
        {
            if (word[i] == '%' && i + 2 < word.Length && char.IsAsciiHexDigit(word[i + 1]) && char.IsAsciiHexDigit(word[i + 2]))
            {
                bytes.Add(byte.Parse(word.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
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
