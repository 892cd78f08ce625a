using System.Buffers;
using System.Globalization;
using System.Text;

namespace PatchTools.Text;

/// <summary>
/// Text as a terminal may be given it. Names, versions and output of tools come from packages, repositories and other
/// users: a control character among them would move the cursor, repaint lines or turn the direction of writing. Such a
/// character is shown as an escape: <c>\n</c>, <c>\x1b</c>, <c>\u202e</c>. Values inside of objects stay as they are.
/// </summary>
public static class TerminalText
{
    private static readonly SearchValues<char> Suspicious = SearchValues.Create([
        .. Enumerable
            .Range(0, char.MaxValue + 1)
            .Select(code => (char)code)
            .Where(letter => char.IsSurrogate(letter) || IsUnsafe(CharUnicodeInfo.GetUnicodeCategory(letter))),
    ]);

    private static readonly SearchValues<char> ColourNumbers = SearchValues.Create("0123456789;");

    /// <summary>
    /// For a cell, a name, a word: also line breaks and tabs are escaped, so that no value makes a line of its own.
    /// </summary>
    public static string Cell(string text) => Escaped(text, keepsLines: false, keepsColours: false);

    /// <summary>For a message: its line breaks and tabs stay, a carriage return only before a line break.</summary>
    public static string Lines(string text) => Escaped(text, keepsLines: true, keepsColours: false);

    /// <summary>For what a view has laid out: as <see cref="Lines"/>, and sequences that set colours stay.</summary>
    public static string Coloured(string text) => Escaped(text, keepsLines: true, keepsColours: true);

    /// <summary>
    /// For format and type files: a text and each of a list of texts as <see cref="Cell"/>, anything else as it is.
    /// </summary>
    public static object? Of(object? value) =>
        value switch
        {
            string text => Cell(text),
            IReadOnlyList<string> texts when texts.Any(text => Cell(text) != text) => texts.Select(Cell).ToArray(),
            _ => value,
        };

    private static string Escaped(string text, bool keepsLines, bool keepsColours)
    {
        var at = text.AsSpan().IndexOfAny(Suspicious);
        if (at < 0)
            return text;
        var cleaned = new StringBuilder(text, 0, at, text.Length + 16);
        while (at < text.Length)
        {
            var rest = text.AsSpan(at);
            var kept = Kept(rest, keepsLines, keepsColours);
            if (kept > 0)
            {
                cleaned.Append(rest[..kept]);
                at += kept;
                continue;
            }

            Rune.DecodeFromUtf16(rest, out _, out var length);
            foreach (var letter in rest[..length])
                cleaned.Append(Escape(letter));
            at += length;
        }

        return cleaned.ToString();
    }

    /// <summary>How many characters at the beginning may stay as they are.</summary>
    private static int Kept(ReadOnlySpan<char> rest, bool keepsLines, bool keepsColours)
    {
        if (keepsLines && rest[0] is ('\n' or '\t'))
            return 1;
        if (keepsLines && rest.StartsWith("\r\n"))
            return 2;
        if (keepsColours && rest.StartsWith("\u001b["))
        {
            var end = rest[2..].IndexOfAnyExcept(ColourNumbers);
            if (end >= 0 && rest[2 + end] == 'm')
                return end + 3;
        }

        return
            Rune.DecodeFromUtf16(rest, out var rune, out var length) == OperationStatus.Done
            && !IsUnsafe(Rune.GetUnicodeCategory(rune))
            ? length
            : 0;
    }

    private static bool IsUnsafe(UnicodeCategory category) =>
        category
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate;

    private static string Escape(char letter) =>
        letter switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            < '\u0100' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
        };
}
