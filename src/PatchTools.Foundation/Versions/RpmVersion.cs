namespace PatchTools.Versions;

/// <summary>
/// Order of rpm editions <c>[epoch:]version[-release]</c>: epoch as a number (0 when missing), then version, then
/// release, each by rpmvercmp (rpm-version(7)): runs of digits and of letters, where <c>~</c> sorts before the end of
/// the text and <c>^</c> after it but before any other text. When only one side has a release, the texts are compared
/// as a whole, so that <c>1.0-1</c> is newer than <c>1.0</c> (reference 13.1.1).
/// </summary>
internal sealed class RpmVersion : IComparer<string>
{
    public static RpmVersion Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (x is null || y is null)
            return x is null ? -1 : 1;
        return Compare(x.AsSpan(), y.AsSpan());
    }

    /// <summary>
    /// -1, 0 or 1 as <paramref name="x"/> is older than, equal to or newer than <paramref name="y"/>.
    /// </summary>
    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        var epochX = EpochLength(x);
        var epochY = EpochLength(y);
        var order = CompareNumber(x[..Math.Max(epochX, 0)], y[..Math.Max(epochY, 0)]);
        if (order != 0)
            return order;
        x = x[(epochX + 1)..];
        y = y[(epochY + 1)..];
        if (!HasRelease(x) || !HasRelease(y))
            return CompareSegments(x, y);
        var hyphenX = x.IndexOf('-');
        var hyphenY = y.IndexOf('-');
        order = CompareSegments(x[..hyphenX], y[..hyphenY]);
        return order != 0 ? order : CompareSegments(x[(hyphenX + 1)..], y[(hyphenY + 1)..]);
    }

    /// <summary>
    /// Length of the digits before the first colon, or -1 when the text begins with no epoch: <c>a:1</c> has none,
    /// <c>:1</c> has an empty one (0).
    /// </summary>
    internal static int EpochLength(ReadOnlySpan<char> edition)
    {
        var end = edition.IndexOfAnyExceptInRange('0', '9');
        return end >= 0 && edition[end] == ':' ? end : -1;
    }

    /// <summary>The edition without its epoch.</summary>
    internal static ReadOnlySpan<char> WithoutEpoch(ReadOnlySpan<char> edition) =>
        edition[(EpochLength(edition) + 1)..];

    private static bool HasRelease(ReadOnlySpan<char> text) => text.Length > 1 && text[1..^1].Contains('-');

    /// <summary>rpmvercmp of rpm 4.15 and later.</summary>
    private static int CompareSegments(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        if (x.SequenceEqual(y))
            return 0;
        while (true)
        {
            x = SkipSeparators(x);
            y = SkipSeparators(y);
            var tildeX = x.StartsWith("~");
            var tildeY = y.StartsWith("~");
            if (tildeX != tildeY)
                return tildeX ? -1 : 1;
            var caretX = x.StartsWith("^");
            var caretY = y.StartsWith("^");
            if (tildeX || (caretX && caretY))
            {
                x = x[1..];
                y = y[1..];
                continue;
            }

            if (caretX)
                return y.IsEmpty ? 1 : -1;
            if (caretY)
                return x.IsEmpty ? -1 : 1;
            if (x.IsEmpty || y.IsEmpty)
                break;
            var numeric = char.IsAsciiDigit(x[0]);
            var lengthX = RunLength(x, numeric);
            var lengthY = RunLength(y, numeric);
            if (lengthY == 0)
                return numeric ? 1 : -1;
            var order = numeric
                ? CompareNumber(x[..lengthX], y[..lengthY])
                : Math.Sign(x[..lengthX].SequenceCompareTo(y[..lengthY]));
            if (order != 0)
                return order;
            x = x[lengthX..];
            y = y[lengthY..];
        }

        return Math.Sign(x.Length.CompareTo(0) - y.Length.CompareTo(0));
    }

    private static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        while (text.Length > 0 && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('~' or '^'))
            text = text[1..];
        return text;
    }

    private static int RunLength(ReadOnlySpan<char> text, bool numeric)
    {
        var length = 0;
        while (length < text.Length && (numeric ? char.IsAsciiDigit(text[length]) : char.IsAsciiLetter(text[length])))
            length++;
        return length;
    }

    /// <summary>Numbers of any length, so that no date-like version overflows.</summary>
    private static int CompareNumber(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        x = x.TrimStart('0');
        y = y.TrimStart('0');
        return Math.Sign(x.Length != y.Length ? x.Length - y.Length : x.SequenceCompareTo(y));
    }
}
