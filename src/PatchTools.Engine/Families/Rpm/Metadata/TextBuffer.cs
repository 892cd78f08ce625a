namespace PatchTools.Families.Rpm.Metadata;

/// <summary>
/// A short text of a tag, kept beyond the scanner's next step. What is longer than any real name is not a name: it
/// counts as empty.
/// </summary>
internal ref struct TextBuffer(Span<byte> bytes)
{
    public const int Capacity = 512;

    private readonly Span<byte> _bytes = bytes;
    private int _length;
    private bool _overflows;

    public readonly int Length => _overflows ? 0 : _length;

    public readonly ReadOnlySpan<byte> Bytes => _bytes[..Length];

    public void Set(ReadOnlySpan<byte> text)
    {
        Clear();
        Append(text.Trim(" \t\r\n"u8));
    }

    /// <summary>
    /// <c>[epoch:]version[-release]</c> of the present tag's attributes; an epoch of 0 is left out. Empty without a
    /// version.
    /// </summary>
    /// <param name="xml">At a start tag.</param>
    /// <param name="version"><c>ver</c> in package lists, <c>version</c> in advisories.</param>
    /// <param name="release"><c>rel</c> or <c>release</c>.</param>
    public void SetEdition(XmlScanner xml, ReadOnlySpan<byte> version, ReadOnlySpan<byte> release)
    {
        Clear();
        var epoch = xml.Attribute("epoch"u8);
        if (epoch.IndexOfAnyExcept((byte)'0') >= 0)
        {
            Append(epoch);
            Append(":"u8);
        }

        var text = xml.Attribute(version);
        if (text.IsEmpty)
        {
            Clear();
            return;
        }

        Append(text);
        text = xml.Attribute(release);
        if (text.IsEmpty)
            return;
        Append("-"u8);
        Append(text);
    }

    /// <summary><c>[epoch:]version[-release]</c>; an epoch of 0 is left out. Empty without a version.</summary>
    public void SetEdition(ReadOnlySpan<byte> epoch, ReadOnlySpan<byte> version, ReadOnlySpan<byte> release)
    {
        Clear();
        if (version.IsEmpty)
            return;
        if (epoch.IndexOfAnyExcept((byte)'0') >= 0)
        {
            Append(epoch);
            Append(":"u8);
        }

        Append(version);
        if (release.IsEmpty)
            return;
        Append("-"u8);
        Append(release);
    }

    private void Clear()
    {
        _length = 0;
        _overflows = false;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        _overflows |= _length + text.Length > _bytes.Length;
        if (_overflows)
            return;
        text.CopyTo(_bytes[_length..]);
        _length += text.Length;
    }
}
