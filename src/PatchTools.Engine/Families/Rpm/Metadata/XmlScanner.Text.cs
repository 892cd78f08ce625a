using System.Buffers.Text;
using System.Text;

namespace PatchTools.Families.Rpm.Metadata;

/// <content>Text and values: comments left out, CDATA sections kept, entities resolved.</content>
internal sealed partial class XmlScanner
{
    /// <summary>
    /// Text before a comment or from a CDATA section, decoded; null when the text is one piece of the buffer.
    /// </summary>
    private MemoryStream? _textBefore;

    private byte[] _decoded = new byte[256];

    /// <summary>Text between the last tag and this one, entities resolved. Lives until the next call.</summary>
    public ReadOnlySpan<byte> Text
    {
        get
        {
            var last = Decode(_buffer.AsSpan(_textStart, _textEnd - _textStart));
            return _textBefore is null ? last : (byte[])[.. _textBefore.ToArray(), .. last];
        }
    }

    private void KeepText(int start, int end)
    {
        if (end > start)
            (_textBefore ??= new MemoryStream()).Write(Decode(_buffer.AsSpan(start, end - start)));
    }

    private ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> text)
    {
        var ampersand = text.IndexOf((byte)'&');
        if (ampersand < 0)
            return text;
        if (_decoded.Length < text.Length)
            _decoded = new byte[text.Length];
        var length = 0;
        while (ampersand >= 0)
        {
            text[..ampersand].CopyTo(_decoded.AsSpan(length));
            length += ampersand;
            text = text[(ampersand + 1)..];
            var end = text.IndexOf((byte)';');
            if (end < 0)
                throw Malformed("an & begins no entity");
            length += DecodeEntity(text[..end], _decoded.AsSpan(length));
            text = text[(end + 1)..];
            ampersand = text.IndexOf((byte)'&');
        }

        text.CopyTo(_decoded.AsSpan(length));
        return _decoded.AsSpan(0, length + text.Length);
    }

    /// <summary>An entity is never shorter than the UTF-8 it stands for.</summary>
    private int DecodeEntity(ReadOnlySpan<byte> entity, Span<byte> into)
    {
        if (PlainOf(entity) is var plain and not '\0')
        {
            into[0] = (byte)plain;
            return 1;
        }

        if (entity.Length is > 1 and < 9 && entity[0] == '#')
        {
            var digits = entity[1..];
            var isHexadecimal = digits[0] == 'x';
            if (
                Utf8Parser.TryParse(
                    isHexadecimal ? digits[1..] : digits,
                    out uint value,
                    out var used,
                    isHexadecimal ? 'X' : 'D'
                )
                && used == digits.Length - (isHexadecimal ? 1 : 0)
                && value > 0
                && Rune.IsValid(value)
            )
            {
                return new Rune(value).EncodeToUtf8(into);
            }
        }

        throw Malformed($"the entity &{Encoding.UTF8.GetString(entity[..Math.Min(entity.Length, 32)])}; is unknown");
    }

    /// <summary>The character of an entity that XML itself knows; else <c>\0</c>.</summary>
    private static char PlainOf(ReadOnlySpan<byte> entity)
    {
        if (entity.SequenceEqual("lt"u8))
            return '<';
        if (entity.SequenceEqual("gt"u8))
            return '>';
        if (entity.SequenceEqual("amp"u8))
            return '&';
        if (entity.SequenceEqual("quot"u8))
            return '"';
        return entity.SequenceEqual("apos"u8) ? '\'' : '\0';
    }
}
