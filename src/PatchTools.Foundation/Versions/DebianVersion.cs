using System.Text;

namespace PatchTools.Versions;

/// <summary>
/// Order of Debian version texts <c>[epoch:]upstream[-revision]</c> (deb-version(7), Debian policy §5.6.12): epoch as a
/// number, then upstream and revision by alternating non-digit and digit runs, where <c>~</c> sorts before the end,
/// letters before other characters.
/// </summary>
internal sealed class DebianVersion : IComparer<string>
{
    public static DebianVersion Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        if (ReferenceEquals(x, y))
            return 0;
        if (x is null || y is null)
            return x is null ? -1 : 1;
        return Compare(Encoding.UTF8.GetBytes(x), Encoding.UTF8.GetBytes(y));
    }

    /// <summary>
    /// Negative, zero or positive as <paramref name="x"/> is older than, equal to or newer than <paramref name="y"/>.
    /// </summary>
    public static int Compare(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        if (x.SequenceEqual(y))
            return 0;
        var (epochX, restX) = SplitEpoch(x);
        var (epochY, restY) = SplitEpoch(y);
        var order = CompareNumber(epochX, epochY);
        if (order != 0)
            return order;
        var (upstreamX, revisionX) = SplitRevision(restX);
        var (upstreamY, revisionY) = SplitRevision(restY);
        order = ComparePart(upstreamX, upstreamY);
        return order != 0 ? order : ComparePart(revisionX, revisionY);
    }

    private static SpanPair SplitEpoch(ReadOnlySpan<byte> version)
    {
        var colon = version.IndexOf((byte)':');
        return colon < 0 ? new SpanPair([], version) : new SpanPair(version[..colon], version[(colon + 1)..]);
    }

    /// <summary>
    /// The revision begins after the last hyphen; a missing one counts as <c>0</c>, which compares equal to empty.
    /// </summary>
    private static SpanPair SplitRevision(ReadOnlySpan<byte> version)
    {
        var hyphen = version.LastIndexOf((byte)'-');
        return hyphen < 0 ? new SpanPair(version, []) : new SpanPair(version[..hyphen], version[(hyphen + 1)..]);
    }

    private static int ComparePart(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        while (x.Length > 0 || y.Length > 0)
        {
            while ((x.Length > 0 && !char.IsAsciiDigit((char)x[0])) || (y.Length > 0 && !char.IsAsciiDigit((char)y[0])))
            {
                var order = Weight(x) - Weight(y);
                if (order != 0)
                    return order;
                x = x.IsEmpty ? x : x[1..];
                y = y.IsEmpty ? y : y[1..];
            }

            var digitsX = DigitRun(x);
            var digitsY = DigitRun(y);
            var number = CompareNumber(x[..digitsX], y[..digitsY]);
            if (number != 0)
                return number;
            x = x[digitsX..];
            y = y[digitsY..];
        }

        return 0;
    }

    private static int Weight(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return 0;
        return text[0] switch
        {
            (byte)'~' => -1,
            var c when char.IsAsciiDigit((char)c) => 0,
            var c when char.IsAsciiLetter((char)c) => c,
            var c => c + 256,
        };
    }

    private static int DigitRun(ReadOnlySpan<byte> text) => text.Length - text.TrimStart("0123456789"u8).Length;

    /// <summary>Numbers of any length, so that no date-like version overflows.</summary>
    private static int CompareNumber(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        x = x.TrimStart((byte)'0');
        y = y.TrimStart((byte)'0');
        return x.Length != y.Length ? x.Length - y.Length : x.SequenceCompareTo(y);
    }

    private readonly ref struct SpanPair(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        private readonly ReadOnlySpan<byte> _first = first;
        private readonly ReadOnlySpan<byte> _second = second;

        public void Deconstruct(out ReadOnlySpan<byte> first, out ReadOnlySpan<byte> second)
        {
            first = _first;
            second = _second;
        }
    }
}
