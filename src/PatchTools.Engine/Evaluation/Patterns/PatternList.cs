namespace PatchTools.Evaluation.Patterns;

/// <summary>
/// A list of the identity language: a version is in it when any entry matches; an entry of several patterns matches when all of them do (spec 04 §3).
/// Literal entries lie in a hash set over length, first and last byte; only globs and conjunctions are tried one by one.
/// </summary>
internal sealed class PatternList
{
    private const int BucketCount = 256;

    private readonly IdentityPattern[][] _entries;
    private readonly int[] _buckets = new int[BucketCount];
    private readonly int[] _nextInBucket;
    private readonly int[] _tried;

    private PatternList(IdentityPattern[][] entries)
    {
        _entries = entries;
        _nextInBucket = new int[entries.Length];
        Array.Fill(_buckets, -1);
        List<int> tried = [];

        // Backwards, so that each bucket lists its entries in the order of the list.
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i] is not [{ IsGlob: false } literal])
                tried.Insert(0, i);
            else if (literal.Lower.Length > 0)
                AddLiteral(i, literal.Lower);
        }

        _tried = [.. tried];
    }

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>A list whose entries are single patterns, as in a baseline.</summary>
    public static PatternList Of(IEnumerable<string> patterns) => new([.. patterns.Select(p => new[] { new IdentityPattern(p) })]);

    /// <summary>A list whose entries may be several patterns that must all match, as in an install override list.</summary>
    public static PatternList OfConjunctions(IEnumerable<IEnumerable<string>> entries) => new([.. entries.Select(e => e.Select(p => new IdentityPattern(p)).ToArray())]);

    /// <summary>Index of the first entry that matches; -1 when none does.</summary>
    public int FirstMatch(in IdentityStrings strings)
    {
        var first = int.MaxValue;
        for (var i = 0; i < strings.Count; i++)
            first = Math.Min(first, FirstLiteral(strings[i]));
        foreach (var entry in _tried)
        {
            if (entry > first)
                break;
            if (AllMatch(_entries[entry], strings))
                return entry;
        }

        return first == int.MaxValue ? -1 : first;
    }

    private static bool AllMatch(IdentityPattern[] patterns, in IdentityStrings strings)
    {
        foreach (var pattern in patterns)
        {
            if (!pattern.Matches(strings))
                return false;
        }

        return true;
    }

    private static int Bucket(ReadOnlySpan<byte> text) => ((text.Length * 31) ^ (text[0] * 7) ^ text[^1]) & (BucketCount - 1);

    private void AddLiteral(int entry, ReadOnlySpan<byte> text)
    {
        var bucket = Bucket(text);
        _nextInBucket[entry] = _buckets[bucket];
        _buckets[bucket] = entry;
    }

    private int FirstLiteral(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return int.MaxValue;
        for (var entry = _buckets[Bucket(text)]; entry >= 0; entry = _nextInBucket[entry])
        {
            if (text.SequenceEqual(_entries[entry][0].Lower))
                return entry;
        }

        return int.MaxValue;
    }
}
