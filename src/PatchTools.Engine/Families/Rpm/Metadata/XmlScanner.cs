using System.Text;
using PatchTools.Errors;

namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// Walks the tags of a repository's XML forward over UTF-8 bytes, through one buffer whatever the length of the file:
/// primary lists have tens of megabytes of which a few short attributes matter. Document types and entities of their
/// own are refused, so nothing can expand; depth and the size of one element are bounded; tags must match. Names are
/// compared without their prefix (<c>rpm:entry</c> is <c>entry</c>).
/// </summary>
internal sealed partial class XmlScanner : IDisposable
{
    private const int BufferBytes = 1 << 18;

    /// <summary>The longest tag with its text that is believed: descriptions have some kilobytes.</summary>
    private const int MaxElementBytes = 16 << 20;

    /// <summary>Metadata is six deep.</summary>
    private const int MaxDepth = 64;

    private readonly Stream _source;
    private readonly string _path;

    /// <summary>Hashes of the open elements' names, to tell damage from structure.</summary>
    private readonly int[] _open = new int[MaxDepth];
    private byte[] _buffer = new byte[BufferBytes];
    private int _filled;
    private int _position;
    private bool _sourceEnded;
    private bool _endsNext;
    private int _nameStart;
    private int _nameLength;
    private int _attributesStart;
    private int _attributesEnd;
    private int _textStart;
    private int _textEnd;

    /// <param name="source">Plain XML; owned.</param>
    /// <param name="path">Of the file, for messages.</param>
    public XmlScanner(Stream source, string path)
    {
        _source = source;
        _path = path;
    }

    /// <summary>Number of open elements: a start tag counts its own, an end tag no longer.</summary>
    public int Depth { get; private set; }

    /// <summary>The present tag opens an element; else it closes one.</summary>
    public bool IsStart { get; private set; }

    /// <summary>Local name of the present tag.</summary>
    public ReadOnlySpan<byte> Name => _buffer.AsSpan(_nameStart, _nameLength);

    /// <summary>
    /// Moves to the next tag; an empty element is a start and an end. False at the end of the document.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RepositoryMetadataMalformed"/>.</exception>
    public bool Read()
    {
        _textBefore = null;
        if (_endsNext)
        {
            CloseEmpty();
            return true;
        }

        var start = _position;
        while (true)
        {
            var tag = Find(ref start, _position, "<"u8);
            if (tag < 0)
            {
                if (Depth > 0)
                    throw Malformed("it ends within an element");
                return false;
            }

            // "<![CDATA[" is the longest opening that must be told apart.
            Need(ref start, ref tag, 9);
            var text = (Start: start, End: tag);
            var rest = _buffer.AsSpan(tag, _filled - tag);
            if (rest.StartsWith("<!--"u8))
            {
                KeepText(text.Start, text.End);
                start = tag + 4;
                _position = Require(ref start, "-->"u8, "a comment") + 3;
            }
            else if (rest.StartsWith("<![CDATA["u8))
            {
                KeepText(text.Start, text.End);
                start = tag + 9;
                var end = Require(ref start, "]]>"u8, "a CDATA section");
                (_textBefore ??= new MemoryStream()).Write(_buffer, start, end - start);
                _position = end + 3;
            }
            else if (rest.StartsWith("<?"u8))
            {
                start = tag;
                var end = Require(ref start, "?>"u8, "a processing instruction");
                CheckDeclaration(_buffer.AsSpan(start, end - start));
                _position = end + 2;
            }
            else if (rest.StartsWith("<!"u8))
            {
                throw Malformed("it declares a document type or entities, which no repository metadata needs");
            }
            else
            {
                ReadTag(start, tag);
                return true;
            }

            start = _position;
        }
    }

    /// <summary>
    /// Value of an attribute of the present start tag, entities resolved; empty when it has none of that name. Lives
    /// until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Attribute(ReadOnlySpan<byte> name)
    {
        var rest = _buffer.AsSpan(_attributesStart, _attributesEnd - _attributesStart);
        while (true)
        {
            rest = rest.TrimStart(" \t\r\n"u8);
            var equals = rest.IndexOf((byte)'=');
            if (equals < 0)
                return [];
            var key = rest[..equals].TrimEnd(" \t\r\n"u8);
            rest = rest[(equals + 1)..].TrimStart(" \t\r\n"u8);
            if (rest.IsEmpty || rest[0] is not ((byte)'"' or (byte)'\''))
                throw Malformed("an attribute has no quotes");
            var length = rest[1..].IndexOf(rest[0]);
            if (length < 0)
                throw Malformed("an attribute has no end");
            if (key.SequenceEqual(name))
                return Decode(rest.Slice(1, length));
            rest = rest[(length + 2)..];
        }
    }

    /// <summary>
    /// Skips what is left of the element that the present start tag opens; its end tag becomes the present one.
    /// </summary>
    public void Skip()
    {
        if (!IsStart)
            return;
        var depth = Depth;
        while (Read())
        {
            if (!IsStart && Depth < depth)
                return;
        }
    }

    public void Dispose() => _source.Dispose();

    internal PatchToolsException Malformed(string what, Exception? inner = null) =>
        new(PatchErrors.RepositoryMetadataMalformed, $"{_path} cannot be read: {what}.", _path, inner);

    /// <summary>The end of an element that its start tag closed at once.</summary>
    private void CloseEmpty()
    {
        _endsNext = false;
        IsStart = false;
        _textStart = _textEnd = _attributesStart = _attributesEnd = 0;
        Depth--;
    }

    private void ReadTag(int textStart, int tag)
    {
        var start = textStart;
        var end = TagEnd(ref start, ref tag);
        _textStart = start;
        _textEnd = tag;
        var closes = _buffer[tag + 1] == '/';
        var inner = _buffer.AsSpan(tag + 1, end - tag - 1);
        var isEmpty = !closes && inner.EndsWith("/"u8);
        var name = inner;
        if (closes)
            name = inner[1..];
        else if (isEmpty)
            name = inner[..^1];
        var nameLength = name.IndexOfAny(" \t\r\n"u8) is var blank and >= 0 ? blank : name.Length;
        _attributesStart = tag + 1 + (closes ? 1 : 0) + nameLength;
        _attributesEnd = _attributesStart + name.Length - nameLength;
        name = name[..nameLength];
        if (name.IsEmpty)
            throw Malformed("a tag has no name");
        var prefix = name.IndexOf((byte)':') + 1;
        _nameStart = tag + 1 + (closes ? 1 : 0) + prefix;
        _nameLength = nameLength - prefix;
        _position = end + 1;
        var hash = Hash(name);
        if (closes)
        {
            if (Depth == 0 || _open[Depth - 1] != hash)
                throw Malformed($"</{Encoding.UTF8.GetString(name)}> closes no element that is open");
            IsStart = false;

            Depth--;
            return;
        }

        if (Depth == MaxDepth)
            throw Malformed($"its elements lie more than {MaxDepth} deep");
        _open[Depth++] = hash;
        IsStart = true;
        _endsNext = isEmpty;
    }

    /// <summary>Index of the tag's closing <c>&gt;</c>; those within quotes do not count.</summary>
    private int TagEnd(ref int start, ref int tag)
    {
        var from = tag + 1;
        while (true)
        {
            var found = _buffer.AsSpan(from, _filled - from).IndexOfAny((byte)'>', (byte)'"', (byte)'\'');
            if (found >= 0)
            {
                from += found;
                if (_buffer[from] == '>')
                    return from;
                var quote = _buffer.AsSpan(from + 1, _filled - from - 1).IndexOf(_buffer[from]);
                if (quote >= 0)
                {
                    from += quote + 2;
                    continue;
                }
            }
            else
            {
                from = _filled;
            }

            var moved = Fill(start);
            if (moved < 0)
                throw Malformed("it ends within a tag");
            start -= moved;
            tag -= moved;
            from -= moved;
        }
    }

    /// <summary>
    /// Index of the text from <paramref name="from"/> on; what lies behind <paramref name="keep"/> stays in the buffer.
    /// -1 at the end of the source.
    /// </summary>
    private int Find(ref int keep, int from, ReadOnlySpan<byte> wanted)
    {
        while (true)
        {
            var found = _buffer.AsSpan(from, _filled - from).IndexOf(wanted);
            if (found >= 0)
                return from + found;
            from = Math.Max(from, _filled - wanted.Length + 1);
            var moved = Fill(keep);
            if (moved < 0)
                return -1;
            keep -= moved;
            from -= moved;
            _position -= moved;
        }
    }

    private int Require(ref int keep, ReadOnlySpan<byte> wanted, string what) =>
        Find(ref keep, keep, wanted) is var found and >= 0 ? found : throw Malformed($"it ends within {what}");

    private void Need(ref int start, ref int tag, int bytes)
    {
        while (_filled - tag < bytes)
        {
            var moved = Fill(start);
            if (moved < 0)
                return;
            start -= moved;
            tag -= moved;
        }
    }

    /// <summary>
    /// Reads on, moving what lies behind <paramref name="keep"/> to the front. Returns by how much it moved, -1 at the
    /// end of the source.
    /// </summary>
    private int Fill(int keep)
    {
        if (_sourceEnded)
            return -1;
        var moved = 0;
        if (_filled == _buffer.Length)
        {
            if (keep > 0)
            {
                _buffer.AsSpan(keep, _filled - keep).CopyTo(_buffer);
                _filled -= keep;
                moved = keep;
            }
            else
            {
                if (_buffer.Length >= MaxElementBytes)
                    throw Malformed($"one element has more than {MaxElementBytes >> 20} MiB");
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }

        try
        {
            var read = _source.Read(_buffer, _filled, _buffer.Length - _filled);
            _filled += read;
            _sourceEnded = read == 0;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw Malformed(e.Message.TrimEnd('.'), e);
        }

        return moved;
    }

    // <?xml version="1.0" encoding="UTF-8"?>
    private void CheckDeclaration(ReadOnlySpan<byte> instruction)
    {
        if (!instruction.StartsWith("<?xml "u8) || instruction.IndexOf("encoding="u8) is not (var at and >= 0))
            return;
        var value = instruction[(at + 9)..];
        var end = value.IsEmpty ? -1 : value[1..].IndexOf(value[0]);
        var encoding = end < 0 ? "" : Encoding.ASCII.GetString(value.Slice(1, end));
        if (
            !encoding.Equals("UTF-8", StringComparison.OrdinalIgnoreCase)
            && !encoding.Equals("US-ASCII", StringComparison.OrdinalIgnoreCase)
        )
            throw Malformed($"it is written in '{encoding}', not in UTF-8");
    }

    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = name.Length;
        foreach (var b in name)
            hash = (hash * 31) + b;
        return hash;
    }
}
