using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.State;

namespace PatchTools.PackageManagers;

/// <summary>
/// What PatchTools remembers of large lists of packages, so that it need not unpack and read them again while they are the same files; apt keeps <c>pkgcache.bin</c>, dnf and zypper
/// <c>.solv</c> files to the same end. An index that is missing, damaged, of another list or of another version is no error: the list itself is read, and the index written
/// anew. One file for each list, in PatchTools' own data; the oldest go when there are many.
/// </summary>
/// <param name="host">Where PatchTools' own data lies.</param>
/// <param name="smallestList">Bytes below which a list is read as it is.</param>
internal sealed class ListIndex(HostContext host, long smallestList = 256 * 1024)
{
    /// <summary>A host has a few; images that are read with -Root leave some, too.</summary>
    private const int FilesKept = 48;

    // 0..7   the format and its version
    // 8..11  CRC-32C of all that follows
    // 12..   the key: name, length and time of the list, and what was asked of it; then what its reader found
    private const int HeaderBytes = 12;

    private static readonly byte[] _format = [.. "PTINDEX"u8, 1];

    private string Folder => Path.Combine(host.Paths.DataDirectory, "metadata");

    /// <summary>What is known of a list; null when nothing is, or it is of no use.</summary>
    /// <param name="list">Path of the list as it lies there now.</param>
    /// <param name="asked">What the index must hold beside the usual; empty for nothing.</param>
    public ReadOnlyMemory<byte>? Load(string list, string asked = "")
    {
        if (KeyOf(list, asked) is not { } key)
            return null;
        byte[] content;
        try
        {
            var path = PathOf(list);
            if (!File.Exists(path))
                return null;
            content = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (content.Length < HeaderBytes || !content.AsSpan().StartsWith(_format) || BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(8)) != Checksum(content.AsSpan(HeaderBytes)))
            return null;
        var reader = new ListIndexReader(content.AsSpan(HeaderBytes));
        if (!reader.Text().SequenceEqual(key))
            return null;
        return content.AsMemory(HeaderBytes + reader.Position);
    }

    /// <summary>Takes down what a reader finds in a list; null where the list is too small to be worth it.</summary>
    public ListIndexWriter? Begin(string list, string asked = "")
    {
        if (KeyOf(list, asked) is not { } key)
            return null;
        var writer = new ListIndexWriter();
        writer.Raw(new byte[HeaderBytes]);
        writer.Text(key);
        return writer;
    }

    /// <summary>Keeps what was taken down, once the list has been read to its end. A host without room or right for it reads the list next time.</summary>
    public void Save(string list, ListIndexWriter writer)
    {
        var content = writer.Written.ToArray();
        _format.CopyTo(content, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(8), Checksum(content.AsSpan(HeaderBytes)));
        try
        {
            AtomicFile.CreateDirectory(Folder);
            AtomicFile.Write(PathOf(list), content);
            foreach (var old in Directory.GetFiles(Folder, "*.index").OrderByDescending(File.GetLastWriteTimeUtc).Skip(FilesKept))
                File.Delete(old);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || e is PatchToolsException { Error: var error } && error == PatchErrors.StateUnwritable)
        {
            // Nothing is lost: the list is still there.
        }
    }

    /// <summary>A newer list takes the place of its predecessor, also where names begin with a checksum: <c>…/5f0a…-primary.xml.gz</c>.</summary>
    private string PathOf(string list)
    {
        var name = Path.GetFileName(list);
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        var what = $"{Path.GetDirectoryName(list)}/{(dash >= 32 && name.AsSpan(0, dash).IndexOfAnyExcept(SearchValues.Create("0123456789abcdef")) < 0 ? name[dash..] : name)}";
        return Path.Combine(Folder, $"{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(what)), 0, 16)}.index");
    }

    private byte[]? KeyOf(string list, string asked)
    {
        var file = new FileInfo(list);
        return file.Exists && file.Length >= smallestList
            ? Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list}\n{file.Length}\n{file.LastWriteTimeUtc.Ticks}\n{asked}"))
            : null;
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var sum = ~0u;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(content))
            sum = BitOperations.Crc32C(sum, word);
        foreach (var tail in content[(content.Length & ~7)..])
            sum = BitOperations.Crc32C(sum, tail);
        return ~sum;
    }
}

/// <summary>Numbers in as few bytes as they need, seven bits in each; texts behind their length; words that repeat by their number.</summary>
internal sealed class ListIndexWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 20);
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void Raw(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <param name="value">Not negative.</param>
    public void Number(long value)
    {
        var target = _bytes.GetSpan(10);
        var length = 0;
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
            target[length++] = (byte)(rest | 0x80);
        target[length++] = (byte)rest;
        _bytes.Advance(length);
    }

    /// <summary>Eight bytes: numbers that are as often large as small.</summary>
    public void Hash(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void Text(ReadOnlySpan<byte> text)
    {
        Number(text.Length);
        _bytes.Write(text);
    }

    public void Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public void Texts(IReadOnlyList<string> texts)
    {
        Number(texts.Count);
        foreach (var text in texts)
            Text(text);
    }

    /// <summary>A text that comes again and again: written once.</summary>
    public void Word(ReadOnlySpan<byte> word)
    {
        var text = Encoding.Latin1.GetString(word);
        if (_words.TryGetValue(text, out var number))
        {
            Number(number);
            return;
        }

        Number(_words.Count);
        _words.Add(text, _words.Count);
        Text(word);
    }
}

/// <summary>Reads what <see cref="ListIndexWriter"/> wrote; its checksum has said that it is whole.</summary>
internal ref struct ListIndexReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private (int From, int Length)[] _words = new (int, int)[64];
    private int _wordCount;

    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position >= _bytes.Length;

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _bytes[Position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)value;
        }
    }

    public ulong Hash()
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[Position..]);
        Position += 8;
        return value;
    }

    public ReadOnlySpan<byte> Text()
    {
        var length = (int)Number();
        var text = _bytes.Slice(Position, length);
        Position += length;
        return text;
    }

    public string String() => Encoding.UTF8.GetString(Text());

    public string[] Strings()
    {
        var texts = new string[Number()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = String();
        return texts;
    }

    public ReadOnlySpan<byte> Word()
    {
        var number = (int)Number();
        if (number == _wordCount)
        {
            var text = Text();
            if (_wordCount == _words.Length)
                Array.Resize(ref _words, _wordCount * 2);
            _words[_wordCount++] = (Position - text.Length, text.Length);
            return text;
        }

        var (from, length) = _words[number];
        return _bytes.Slice(from, length);
    }
}
