using System.Text;
using System.Text.RegularExpressions;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// apt's expressions (<c>pkgVersionMatch::ExpressionMatches</c>): <c>/extended regular expression/</c> found anywhere,
/// else a glob(7) over the whole text; neither minds case.
/// </summary>
internal sealed class AptPattern
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);
    private readonly string _glob;
    private readonly Regex? _regex;

    /// <param name="text">The expression as written.</param>
    public AptPattern(string text)
    {
        _glob = text;
        if (text.Length < 2 || text[0] != '/' || text[^1] != '/')
            return;
        try
        {
            _regex = new Regex(
                FromPosix(text[1..^1]),
                RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking,
                s_limit
            );
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // apt warns and matches nothing.
            IsInvalid = true;
        }
    }

    public bool IsInvalid { get; }

    /// <summary>
    /// Whether a package name in a pin is an expression and not a name (<c>pkgPolicy::CreatePin</c>).
    /// </summary>
    public static bool IsExpression(string name) =>
        (name.Length > 0 && name[0] == '/' && name[^1] == '/') || name.AsSpan().IndexOfAny('*', '[', '?') >= 0;

    /// <summary>Null (a field that the Release file does not have) matches nothing.</summary>
    public bool Matches(string? text) => text is not null && !IsInvalid && (_regex?.IsMatch(text) ?? Glob(_glob, text));

    /// <summary>fnmatch(3) with FNM_CASEFOLD. Linear: only the last star is ever tried again.</summary>
    internal static bool Glob(string pattern, string text)
    {
        int p = 0,
            t = 0,
            star = -1,
            mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && One(pattern, p, text[t], out var next))
            {
                p = next;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static bool One(string pattern, int at, char c, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case '?':
                return true;
            case '[' when Bracket(pattern, at, c, ref next) is { } inside:
                return inside;
            case '\\' when at + 1 < pattern.Length:
                next = at + 2;
                return Same(pattern[at + 1], c);
            default:
                return Same(pattern[at], c);
        }
    }

    /// <summary>A bracket expression; null when it is not closed and so is a plain bracket.</summary>
    private static bool? Bracket(string pattern, int at, char c, ref int next)
    {
        var i = at + 1;
        var negated = i < pattern.Length && pattern[i] is '!' or '^';
        if (negated)
            i++;
        var found = false;
        for (var first = true; i < pattern.Length && (first || pattern[i] != ']'); first = false)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
                i++;
            var low = pattern[i];
            var high = low;
            if (i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']')
            {
                high = pattern[i + 2];
                i += 2;
            }

            found |= (c >= low && c <= high) || (Fold(c) >= Fold(low) && Fold(c) <= Fold(high));
            i++;
        }

        if (i >= pattern.Length)
            return null;
        next = i + 1;
        return found != negated;
    }

    private static bool Same(char left, char right) => Fold(left) == Fold(right);

    private static char Fold(char c) => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;

    /// <summary>
    /// Named classes of POSIX brackets, which .NET spells otherwise; the rest of the grammar is common to both.
    /// </summary>
    private static string FromPosix(string expression) =>
        new StringBuilder(expression)
            .Replace("[:alpha:]", "a-zA-Z")
            .Replace("[:digit:]", "0-9")
            .Replace("[:alnum:]", "a-zA-Z0-9")
            .Replace("[:lower:]", "a-z")
            .Replace("[:upper:]", "A-Z")
            .Replace("[:space:]", "\\s")
            .Replace("[:punct:]", "!-/:-@\\[-`{-~")
            .Replace("[:xdigit:]", "0-9A-Fa-f")
            .ToString();
}
