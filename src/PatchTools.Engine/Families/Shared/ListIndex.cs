using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Shared;

/// <summary>
/// What PatchTools remembers of large lists of packages, so that it need not unpack and read them again while they are
/// the same files; apt keeps <c>pkgcache.bin</c>, dnf and zypper <c>.solv</c> files to the same end. An index that is
/// missing, damaged, of another list or of another version is not an error: the list itself is read, and the index
/// written again. One file for each list, in PatchTools' own data; the oldest go when there are many.
/// </summary>
/// <param name="host">Where PatchTools' own data lies.</param>
/// <param name="smallestList">Bytes below which a list is read as it is.</param>
internal sealed class ListIndex(HostContext host, long smallestList = 64 * 1024)
{
    /// <summary>A host has a few; images that are read with -Root leave some, too.</summary>
    private const int FilesKept = 48;

    // 0..7   the format and its version
    // 8..11  CRC-32C of all that follows
    // 12..   the key: length and checksum of the list, as PatchTools computed it, and what was asked of it;
    //        then what its reader found
    private const int HeaderBytes = 12;

    private static readonly byte[] _format = [.. "PTINDEX"u8, 4];

    private string Folder => RememberedLists.FolderOf(host);

    /// <summary>What is known of a list; null when nothing is, or it is of no use.</summary>
    /// <param name="list">The list as it lies there now.</param>
    /// <param name="asked">What the index must hold beside the usual; empty for nothing.</param>
    public ListIndexReader? Load(OpenList list, string asked = "")
    {
        if (KeyOf(list, asked) is not { } key)
            return null;
        ListIndexReader? reader = null;
        try
        {
            var path = PathOf(list.Path);
            if (!File.Exists(path))
                return null;
#pragma warning disable CA2000 // The reader owns the file.
            reader = new ListIndexReader(AtomicFile.OpenRead(path));
#pragma warning restore CA2000
            if (!IsWhole(reader.Index) || !reader.Next() || !reader.Text().SequenceEqual(key))
                return null;
            var good = reader;
            reader = null;
            return good;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        finally
        {
            reader?.Dispose();
        }
    }

    /// <summary>Takes down what a reader finds in a list; null where the list is too small to be worth it.</summary>
    public ListIndexWriter? Begin(OpenList list, string asked = "")
    {
        if (KeyOf(list, asked) is not { } key)
            return null;
        var writer = new ListIndexWriter();
        writer.Raw(new byte[HeaderBytes]);
        writer.Text(key);
        return writer;
    }

    /// <summary>
    /// Keeps what was taken down, once the list has been read to its end. A host without room or right for it reads the
    /// list next time.
    /// </summary>
    public void Save(OpenList list, ListIndexWriter writer)
    {
        var content = writer.Written.ToArray();
        _format.CopyTo(content, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(8), ~Checksum(~0u, content.AsSpan(HeaderBytes)));
        try
        {
            AtomicFile.CreateDirectory(Folder);
            AtomicFile.Write(PathOf(list.Path), content);
            foreach (
                var old in HostFiles
                    .FilesIn(Folder, "*.index")
                    .OrderByDescending(HostFiles.LastWriteTimeUtc)
                    .Skip(FilesKept)
            )
                AtomicFile.Delete(old);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException
                || e is PatchToolsException { Error: var error } && error == PatchErrors.StateUnwritable
            )
        {
            // Nothing is lost: the list is still there.
        }
    }

    /// <summary>
    /// A newer list takes the place of its predecessor, also where names begin with a checksum:
    /// <c>…/5f0a…-primary.xml.gz</c>.
    /// </summary>
    private string PathOf(string list)
    {
        var name = Path.GetFileName(list);
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        var beginsWithChecksum =
            dash >= 32 && name.AsSpan(0, dash).IndexOfAnyExcept(SearchValues.Create("0123456789abcdef")) < 0;
        var what = $"{Path.GetDirectoryName(list)}/{(beginsWithChecksum ? name[dash..] : name)}";

        // FNV-1a: where two lists meet, each only costs the other its index. A cryptographic hash would load a library
        // of five megabytes, which a scan whose lists have not changed does without.
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(what))
            hash = (hash ^ b) * 1099511628211UL;
        return Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"{hash:X16}.index"));
    }

    /// <summary>Never what somebody claims of the list: then nobody's list can stand for another's.</summary>
    private byte[]? KeyOf(OpenList list, string asked) =>
        list.Length >= smallestList && !list.Checksum.IsNone
            ? Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{list.Length}\n{list.Checksum}\n{asked}")
            )
            : null;

    /// <summary>
    /// Whether the format is this one and the checksum that of the content; leaves the file at the key.
    /// </summary>
    private static bool IsWhole(Stream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (
            file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes
            || !header.StartsWith(_format)
        )
            return false;
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        var sum = ~0u;
        for (int read; (read = file.ReadAtLeast(buffer.AsSpan(0, 1 << 16), 1 << 16, throwOnEndOfStream: false)) > 0; )
            sum = Checksum(sum, buffer.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(buffer);
        file.Position = HeaderBytes;
        return BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) == ~sum;
    }

    /// <param name="sum">Of what comes before: a multiple of eight bytes.</param>
    /// <param name="content">What is added.</param>
    private static uint Checksum(uint sum, ReadOnlySpan<byte> content)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(content))
            sum = BitOperations.Crc32C(sum, word);
        foreach (var tail in content[(content.Length & ~7)..])
            sum = BitOperations.Crc32C(sum, tail);
        return sum;
    }
}

/// <summary>
/// Numbers in as few bytes as they need, seven bits in each; texts behind their length; words that repeat by their
/// number.
/// </summary>
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

/// <summary>
/// Reads what <see cref="ListIndexWriter"/> wrote; its checksum has said that it is whole. Spans live until the next
/// record; an index has several megabytes, the buffer half of one.
/// </summary>
internal sealed class ListIndexReader(Stream index) : IDisposable
{
    private const int BufferBytes = 1 << 19;

    /// <summary>No record is longer: names and versions have two bytes for their length.</summary>
    private const int LongestRecord = 1 << 18;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private byte[] _words = new byte[1 << 12];
    private int[] _wordEnds = new int[1 << 8];
    private int _wordCount;
    private int _position;
    private int _filled;
    private bool _isAtEnd;

    public Stream Index => index;

    public void Dispose() => index.Dispose();

    /// <summary>Goes to the next record, of at most 256 KiB; false after the last one.</summary>
    public bool Next()
    {
        if (!_isAtEnd && _filled - _position < LongestRecord)
        {
            _buffer.AsSpan(_position, _filled - _position).CopyTo(_buffer);
            _filled -= _position;
            _position = 0;
            _filled += index.ReadAtLeast(_buffer.AsSpan(_filled), _buffer.Length - _filled, throwOnEndOfStream: false);
            _isAtEnd = _filled < _buffer.Length;
        }

        return _position < _filled;
    }

    public long Number()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = _buffer[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)value;
        }
    }

    public ulong Hash()
    {
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_buffer.AsSpan(_position));
        _position += 8;
        return value;
    }

    public ReadOnlySpan<byte> Text()
    {
        var length = (int)Number();
        var text = _buffer.AsSpan(_position, length);
        _position += length;
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
        if (number < _wordCount)
        {
            var from = number == 0 ? 0 : _wordEnds[number - 1];
            return _words.AsSpan(from, _wordEnds[number] - from);
        }

        var text = Text();
        var start = _wordCount == 0 ? 0 : _wordEnds[_wordCount - 1];
        if (start + text.Length > _words.Length)
            Array.Resize(ref _words, Math.Max(_words.Length * 2, start + text.Length));
        if (_wordCount == _wordEnds.Length)
            Array.Resize(ref _wordEnds, _wordCount * 2);
        text.CopyTo(_words.AsSpan(start));
        _wordEnds[_wordCount++] = start + text.Length;
        return text;
    }
}
