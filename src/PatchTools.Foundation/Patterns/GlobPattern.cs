using System.Buffers;
using System.Text;

namespace PatchTools.Patterns;

/// <summary>
/// A shell glob over UTF-8, anchored at both ends: <c>*</c> any run, <c>?</c> one character, <c>[seq]</c> and
/// <c>[!seq]</c> one character (not) in a set with ranges; an unterminated <c>[</c> is literal, and so is everything
/// else (reference 04 §2, Python's fnmatch). Compiled once, matched without allocation in at most pattern × text steps:
/// only the last star is ever gone back to, so no pattern can explode.
/// </summary>
internal sealed class GlobPattern
{
    private readonly Token[] _tokens;
    private readonly byte[] _prefix;
    private readonly byte[] _longestRun;

    private GlobPattern(Token[] tokens)
    {
        _tokens = tokens;
        _prefix = [.. tokens.TakeWhile(t => t.Kind == TokenKind.Literal).Select(t => t.Byte)];
        _longestRun = Longest(tokens);
    }

    /// <summary>The literal bytes before the first wildcard: what every match begins with.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>The longest row of literal bytes: every match has it in one piece.</summary>
    public ReadOnlySpan<byte> LongestRun => _longestRun;

    /// <summary>
    /// Whether the text is to be read as a glob: it has <c>*</c>, <c>?</c>, or a <c>[</c> that is closed after at least
    /// one character.
    /// </summary>
    public static bool IsGlob(string text)
    {
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        return text.AsSpan().IndexOfAny('*', '?') >= 0 || (bracket >= 0 && text.LastIndexOf(']') > bracket + 1);
    }

    private static byte[] Longest(Token[] tokens)
    {
        var (start, length) = (0, 0);
        for (var i = 0; i < tokens.Length; )
        {
            var end = i;
            while (end < tokens.Length && tokens[end].Kind == TokenKind.Literal)
                end++;
            if (end - i > length)
                (start, length) = (i, end - i);
            i = end + 1;
        }

        return [.. tokens.AsSpan(start, length).ToArray().Select(token => token.Byte)];
    }

    /// <param name="text">The glob. Case is the caller's affair.</param>
    /// <param name="sets">Whether <c>[…]</c> is a set; zypper's language takes it literally.</param>
    public static GlobPattern Compile(string text, bool sets = true)
    {
        List<Token> tokens = [];
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length; )
        {
            switch (text[i])
            {
                case '*':
                    if (tokens.Count == 0 || tokens[^1].Kind != TokenKind.Run)
                        tokens.Add(new Token(TokenKind.Run));
                    i++;
                    break;
                case '?':
                    tokens.Add(new Token(TokenKind.One));
                    i++;
                    break;
                case '[' when sets && SetEnd(text, i) is var end and >= 0:
                    tokens.Add(new Token(TokenKind.Set, set: CharacterSet.Parse(text.AsSpan(i + 1, end - i - 1))));
                    i = end + 1;
                    break;
                default:
                    Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
                    foreach (var b in utf8[..rune.EncodeToUtf8(utf8)])
                        tokens.Add(new Token(TokenKind.Literal, b));
                    i += used;
                    break;
            }
        }

        return new GlobPattern([.. tokens]);
    }

    /// <summary>Whether the glob matches the whole of <paramref name="text"/> (UTF-8).</summary>
    public bool Matches(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith(_prefix))
            return false;
        var (token, position, afterRun, resume) = (_prefix.Length, _prefix.Length, -1, 0);
        while (position < text.Length)
        {
            if (token < _tokens.Length)
            {
                if (_tokens[token].Kind == TokenKind.Run)
                {
                    afterRun = ++token;
                    resume = position;
                    continue;
                }

                var taken = _tokens[token].Take(text[position..]);
                if (taken > 0)
                {
                    position += taken;
                    token++;
                    continue;
                }
            }

            if (afterRun < 0)
                return false;
            resume += CharacterLength(text[resume..]);
            position = resume;
            token = afterRun;
        }

        while (token < _tokens.Length && _tokens[token].Kind == TokenKind.Run)
            token++;
        return token == _tokens.Length;
    }

    /// <summary>
    /// Index of the bracket that closes a set; one directly after the opening or its <c>!</c> is a member. -1 when the
    /// set never ends.
    /// </summary>
    private static int SetEnd(string text, int open)
    {
        var first = open + 1;
        if (first < text.Length && text[first] == '!')
            first++;
        return first + 1 > text.Length ? -1 : text.IndexOf(']', first + 1);
    }

    private static int CharacterLength(ReadOnlySpan<byte> text) => Decode(text, out _);

    private static int Decode(ReadOnlySpan<byte> text, out int value)
    {
        if (text[0] < 0x80)
        {
            value = text[0];
            return 1;
        }

        // A byte that is not UTF-8 counts as one character that is in no set.
        var valid = Rune.DecodeFromUtf8(text, out var rune, out var used) == OperationStatus.Done;
        value = valid ? rune.Value : -1;
        return valid ? used : 1;
    }

    private enum TokenKind : byte
    {
        Literal,
        One,
        Set,
        Run,
    }

    private readonly struct Token(TokenKind kind, byte literal = 0, CharacterSet? set = null)
    {
        public readonly TokenKind Kind = kind;
        public readonly byte Byte = literal;
        private readonly CharacterSet? _set = set;

        /// <summary>
        /// Bytes of the one character that the token accepts at the start of <paramref name="text"/>; 0 when it does
        /// not.
        /// </summary>
        public int Take(ReadOnlySpan<byte> text)
        {
            if (Kind == TokenKind.Literal)
                return text[0] == Byte ? 1 : 0;
            var length = Decode(text, out var value);
            return Kind == TokenKind.One || _set!.Contains(value) ? length : 0;
        }
    }

    /// <summary>
    /// Members of one bracket expression. A range whose ends are in the wrong order is empty, as in fnmatch.
    /// </summary>
    private sealed class CharacterSet(bool negated, (int Low, int High)[] ranges)
    {
        public static CharacterSet Parse(ReadOnlySpan<char> text)
        {
            var negated = text.StartsWith("!");
            List<int> members = [];
            foreach (var rune in text[(negated ? 1 : 0)..].EnumerateRunes())
                members.Add(rune.Value);
            List<(int, int)> ranges = [];
            for (var i = 0; i < members.Count; i++)
            {
                var isRange = i + 2 < members.Count && members[i + 1] == '-';
                ranges.Add((members[i], members[isRange ? i + 2 : i]));
                i += isRange ? 2 : 0;
            }

            return new CharacterSet(negated, [.. ranges]);
        }

        public bool Contains(int value)
        {
            foreach (var (low, high) in ranges)
            {
                if (value >= low && value <= high)
                    return !negated;
            }

            return negated;
        }
    }
}
