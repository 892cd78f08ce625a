using System.Runtime.InteropServices;

namespace PatchTools.Patterns;

/// <summary>
/// Finds among very many globs the few that can match a text: by the literal bytes they begin with, or else by the end
/// of their longest literal run anywhere. A glob without a literal byte is tried every time.
/// </summary>
internal sealed class GlobIndex
{
    /// <summary>Bytes of a run inside that are looked up: they fit a word.</summary>
    private const int MostInner = 8;

    private const ulong HashSeed = 14695981039346656037;
    private const ulong HashFactor = 1099511628211;

    private readonly IdentityPattern[][] _entries;
    private readonly Dictionary<ulong, List<int>> _byPrefix = [];
    private readonly HashSet<int> _prefixLengths = [];
    private readonly Dictionary<ulong, List<int>>[] _byInner = new Dictionary<ulong, List<int>>[MostInner + 1];
    private readonly List<int> _others = [];

    /// <param name="entries">All entries of a list; those that are one glob are indexed.</param>
    public GlobIndex(IdentityPattern[][] entries)
    {
        _entries = entries;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i] is [{ IsGlob: true } glob])
                Add(i, glob);
        }
    }

    /// <summary>
    /// The first entry before <paramref name="before"/> that matches; else <paramref name="before"/>.
    /// </summary>
    public int FirstMatch(ReadOnlySpan<byte> text, int before)
    {
        before = FirstOf(_others, text, before);
        if (_byPrefix.Count > 0)
        {
            var hash = HashSeed;
            for (var length = 1; length <= text.Length; length++)
            {
                hash = (hash ^ text[length - 1]) * HashFactor;
                if (_prefixLengths.Contains(length) && _byPrefix.TryGetValue(hash, out var globs))
                    before = FirstOf(globs, text, before);
            }
        }

        for (var length = 1; length <= MostInner; length++)
        {
            if (_byInner[length] is not { } table)
                continue;
            for (var at = 0; at + length <= text.Length; at++)
            {
                if (table.TryGetValue(Word(text.Slice(at, length)), out var globs))
                    before = FirstOf(globs, text, before);
            }
        }

        return before;
    }

    private void Add(int entry, IdentityPattern glob)
    {
        var prefix = glob.Prefix;
        var run = glob.LongestRun;
        if (prefix.Length > 0 && prefix.Length >= run.Length)
        {
            _prefixLengths.Add(prefix.Length);
            ListOf(_byPrefix, Hash(prefix)).Add(entry);
        }
        else if (run.Length > 0)
        {
            var end = run[^Math.Min(run.Length, MostInner)..];
            ListOf(_byInner[end.Length] ??= [], Word(end)).Add(entry);
        }
        else
        {
            _others.Add(entry);
        }
    }

    /// <summary>Lists are in the order of the entries.</summary>
    private int FirstOf(List<int> globs, ReadOnlySpan<byte> text, int before)
    {
        foreach (var entry in globs)
        {
            if (entry >= before)
                break;
            if (_entries[entry][0].Matches(text))
                return entry;
        }

        return before;
    }

    private static List<int> ListOf(Dictionary<ulong, List<int>> table, ulong key) =>
        CollectionsMarshal.GetValueRefOrAddDefault(table, key, out _) ??= [];

    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = HashSeed;
        foreach (var b in bytes)
            hash = (hash ^ b) * HashFactor;
        return hash;
    }

    private static ulong Word(ReadOnlySpan<byte> bytes)
    {
        var word = 0UL;
        foreach (var b in bytes)
            word = (word << 8) | b;
        return word;
    }
}
