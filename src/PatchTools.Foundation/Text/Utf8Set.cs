using System.Text;

namespace PatchTools.Text;

/// <summary>
/// A set of short texts that is asked with UTF-8 bytes: hundreds of thousands of names pass by, and none of them
/// becomes a string.
/// </summary>
internal sealed class Utf8Set
{
    private byte[]?[] _slots = new byte[256][];

    public int Count { get; private set; }

    public static Utf8Set Of(IEnumerable<string> texts)
    {
        var set = new Utf8Set();
        foreach (var text in texts)
            set.Add(text);
        return set;
    }

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public void Add(ReadOnlySpan<byte> text)
    {
        if (Contains(text))
            return;
        if (Count * 2 >= _slots.Length)
        {
            var old = _slots;
            _slots = new byte[old.Length * 2][];
            foreach (var entry in old)
            {
                if (entry is not null)
                    _slots[Free(entry)] = entry;
            }
        }

        _slots[Free(text)] = text.ToArray();
        Count++;
    }

    public bool Contains(ReadOnlySpan<byte> text)
    {
        for (
            var slot = Hash(text) & (_slots.Length - 1);
            _slots[slot] is { } entry;
            slot = (slot + 1) & (_slots.Length - 1)
        )
        {
            if (text.SequenceEqual(entry))
                return true;
        }

        return false;
    }

    private int Free(ReadOnlySpan<byte> text)
    {
        var slot = Hash(text) & (_slots.Length - 1);
        while (_slots[slot] is not null)
            slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }

    private static int Hash(ReadOnlySpan<byte> text)
    {
        var hash = 2166136261u;
        foreach (var b in text)
            hash = (hash ^ b) * 16777619u;
        return (int)(hash ^ (hash >> 15));
    }
}
