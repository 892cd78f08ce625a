using System.Numerics;

namespace PatchTools.Patterns;

/// <summary>
/// A list of the identity language: a version is in it when any entry matches; an entry of several patterns matches
/// when all of them do (reference 04 §3). Literal entries lie in a hash table, globs in an index by what they begin
/// with or contain; only conjunctions are tried every time.
/// </summary>
internal sealed class PatternList
{
    private readonly IdentityPattern[][] _entries;
    private readonly int[] _buckets;
    private readonly int[] _nextInBucket;
    private readonly GlobIndex _globs;
    private readonly int[] _conjunctions;

    private PatternList(IdentityPattern[][] entries)
    {
        _entries = entries;
        _nextInBucket = new int[entries.Length];
        _buckets = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(entries.Length, 256))];
        Array.Fill(_buckets, -1);

        // Backwards, so that each bucket lists its entries in the order of the list.
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            if (entries[i] is [{ IsGlob: false } literal] && literal.Lower.Length > 0)
                AddLiteral(i, literal.Lower);
        }

        _globs = new GlobIndex(entries);
        _conjunctions = [.. Enumerable.Range(0, entries.Length).Where(i => entries[i].Length != 1)];
    }

    public bool IsEmpty => _entries.Length == 0;

    /// <summary>A list whose entries are single patterns, as in a baseline.</summary>
    public static PatternList Of(IEnumerable<string> patterns) =>
        new([.. patterns.Select(p => new[] { new IdentityPattern(p) })]);

    /// <summary>
    /// A list whose entries may be several patterns that must all match, as in an install override list.
    /// </summary>
    public static PatternList OfConjunctions(IEnumerable<IEnumerable<string>> entries) =>
        new([.. entries.Select(e => e.Select(p => new IdentityPattern(p)).ToArray())]);

    /// <summary>Index of the first entry that matches; -1 when none does.</summary>
    public int FirstMatch(in IdentityStrings strings)
    {
        var first = int.MaxValue;
        for (var i = 0; i < strings.Count; i++)
        {
            var text = strings[i];
            if (!text.IsEmpty)
                first = _globs.FirstMatch(text, Math.Min(first, FirstLiteral(text)));
        }

        foreach (var entry in _conjunctions)
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

    private int Bucket(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var b in text)
            hash = (hash ^ b) * 16777619;
        return (int)((hash ^ (hash >> 15)) & (uint)(_buckets.Length - 1));
    }

    private void AddLiteral(int entry, ReadOnlySpan<byte> text)
    {
        var bucket = Bucket(text);
        _nextInBucket[entry] = _buckets[bucket];
        _buckets[bucket] = entry;
    }

    private int FirstLiteral(ReadOnlySpan<byte> text)
    {
        for (var entry = _buckets[Bucket(text)]; entry >= 0; entry = _nextInBucket[entry])
        {
            if (text.SequenceEqual(_entries[entry][0].Lower))
                return entry;
        }

        return int.MaxValue;
    }
}
