using System.Text;
using PatchTools.Versions;

namespace PatchTools.Patterns;

/// <summary>
/// One entry of a list for zypper: <c>NAME [OP VERSION]…</c> with <c>= == != &lt; &lt;= &gt; &gt;=</c>, all of which
/// must hold (reference 04 §5 in its correct reading: the name is matched whole and only <c>*</c> and <c>?</c> are
/// special), or what AWS documents: a patch name or a package file name (reference 20 §6). Case counts.
/// </summary>
internal sealed class RangeExpression
{
    private static readonly string[] _operators = ["==", "!=", "<=", ">=", "=", "<", ">"];

    private readonly GlobPattern _name;
    private readonly Comparison[] _comparisons;
    private readonly string _text;

    private RangeExpression(string text, string name, Comparison[] comparisons)
    {
        _text = text;
        _name = GlobPattern.Compile(name, sets: false);
        _comparisons = comparisons;
    }

    /// <summary>
    /// The text is cut at every operator and the pieces are trimmed; an operator without a version compares with the
    /// empty text.
    /// </summary>
    public static RangeExpression Parse(string text)
    {
        List<string> operators = [];
        List<string> pieces = [];
        var start = 0;
        for (var i = 0; i < text.Length; )
        {
            if (Array.Find(_operators, o => text.AsSpan(i).StartsWith(o)) is not { } found)
            {
                i++;
                continue;
            }

            pieces.Add(text[start..i].Trim());
            operators.Add(found);
            i += found.Length;
            start = i;
        }

        pieces.Add(text[start..].Trim());
        return new RangeExpression(text, pieces[0], [.. operators.Select((o, i) => new Comparison(o, pieces[i + 1]))]);
    }

    /// <summary>Whether the expression names this edition.</summary>
    /// <param name="name">Name, UTF-8.</param>
    /// <param name="architecture">rpm's architecture.</param>
    /// <param name="edition"><c>[epoch:]version-release</c>, UTF-8.</param>
    public bool Matches(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        if (NameMatches(name, architecture))
            return _comparisons.Length == 0 || AllHold(Encoding.UTF8.GetString(edition));
        return _comparisons.Length == 0 && FileNameMatches(name, architecture, edition);
    }

    /// <summary>Whether the expression is the name of this patch; patch names have no versions to compare.</summary>
    public bool MatchesPatch(string patchName) =>
        _comparisons.Length == 0
        && (
            string.Equals(_text, patchName, StringComparison.Ordinal)
            || _name.Matches(Encoding.UTF8.GetBytes(patchName))
        );

    private bool NameMatches(ReadOnlySpan<byte> name, string architecture)
    {
        if (_name.Matches(name))
            return true;
        Span<byte> buffer = stackalloc byte[512];
        var length = Join(ref buffer, name, "."u8, [], architecture, []);
        return _name.Matches(buffer[..length]);
    }

    private bool FileNameMatches(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
    {
        var colon = edition.IndexOf((byte)':');
        Span<byte> buffer = stackalloc byte[512];
        var length = Join(ref buffer, name, "-"u8, edition[(colon + 1)..], architecture, ".rpm"u8);
        return _name.Matches(buffer[..length]);
    }

    private static int Join(
        ref Span<byte> buffer,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> separator,
        ReadOnlySpan<byte> edition,
        string architecture,
        ReadOnlySpan<byte> suffix
    )
    {
        var most =
            name.Length
            + separator.Length
            + edition.Length
            + 1
            + Encoding.UTF8.GetMaxByteCount(architecture.Length)
            + suffix.Length;
        if (buffer.Length < most)
            buffer = new byte[most];
        name.CopyTo(buffer);
        separator.CopyTo(buffer[name.Length..]);
        var used = name.Length + separator.Length;
        if (!edition.IsEmpty)
        {
            edition.CopyTo(buffer[used..]);
            used += edition.Length;
            buffer[used++] = (byte)'.';
        }

        used += Encoding.UTF8.GetBytes(architecture, buffer[used..]);
        suffix.CopyTo(buffer[used..]);
        return used + suffix.Length;
    }

    private bool AllHold(string edition) => Array.TrueForAll(_comparisons, c => c.Holds(edition));

    /// <summary>
    /// One operator with its version. The package's side is <c>version-release</c>; its epoch takes part only when the
    /// expression names one.
    /// </summary>
    private sealed record Comparison(string Operator, string Version)
    {
        public bool Holds(string edition)
        {
            var left = RpmVersion.EpochLength(Version) >= 0 ? edition.AsSpan() : RpmVersion.WithoutEpoch(edition);
            var right = Version.AsSpan();
            var star = right.IndexOf('*');
            if (star >= 0)
            {
                // A wildcard compares prefixes, textually: "= 4.1*" holds for 4.12 (reference 04 §5).
                right = right[..star];
                left = left[..Math.Min(left.Length, star)];
            }

            var order = RpmVersion.Compare(left, right);
            return Operator switch
            {
                "=" or "==" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                _ => order >= 0,
            };
        }
    }
}
