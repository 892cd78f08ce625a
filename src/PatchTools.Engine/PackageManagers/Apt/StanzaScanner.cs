using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Fields of a stanza that an inventory needs; the rest of it is never looked at.</summary>
internal enum StanzaField
{
    Package,
    Status,
    Priority,
    Section,
    InstalledSize,
    Architecture,
    MultiArch,
    Source,
    Version,
    Replaces,
    Depends,
    PreDepends,
    Breaks,
    Conflicts,
    Size,
    PhasedUpdatePercentage,
    AutoInstalled,
}

/// <summary>
/// Walks the stanzas of a control file (Packages, dpkg's status, extended_states) in a buffer that holds a few hundred kilobytes of it at a time. A stanza
/// is handed to <see cref="OnStanza"/> as spans of the buffer; nothing is allocated for it. Grammar as libapt's tag file: fields begin in the first column,
/// names have no case, continuation lines begin with a blank, a later field of one name replaces an earlier one, an empty line ends the stanza.
/// </summary>
internal abstract class StanzaScanner
{
    /// <summary>No vendor's stanza comes near; a longer one is no stanza.</summary>
    public const int MaxStanzaBytes = 16 << 20;

    private const int ChunkBytes = 512 << 10;

    /// <summary>Room behind the data, so that eight bytes can be read at the start of every line.</summary>
    private const int Slack = sizeof(ulong);

    private const int FieldCount = (int)StanzaField.AutoInstalled + 1;
    private readonly int[] _starts = new int[FieldCount];
    private readonly int[] _ends = new int[FieldCount];
    private byte[] _buffer = [];
    private uint _seen;
    private int _last;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Stanzas that could not be used.</summary>
    public int FaultCount { get; private set; }

    /// <summary>The first of them: what is wrong and at which byte of the plain text; null when there is none.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Reads to the end. While one chunk is scanned, the next is read (and decompressed) on another thread.</summary>
    /// <exception cref="InvalidDataException">The text holds a stanza that no package index can have, or the stream is damaged.</exception>
    public void Run(Stream stream, CancellationToken cancellationToken)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes + Slack);
        var spare = ArrayPool<byte>.Shared.Rent(ChunkBytes + Slack);
        try
        {
            Run(stream, ref spare, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            ArrayPool<byte>.Shared.Return(spare);
            _buffer = [];
        }
    }

    private void Run(Stream stream, ref byte[] spare, CancellationToken cancellationToken)
    {
        var carried = 0;
        var offset = 0L;
        var count = Fill(stream, _buffer, 0);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BytesRead += count;
            var used = carried + count;
            if (count == 0)
            {
                Scan(used, offset);
                return;
            }

            var complete = EndOfLastStanza(_buffer.AsSpan(0, used));
            carried = used - complete;
            if (carried > MaxStanzaBytes)
                throw new InvalidDataException($"the stanza at byte {offset + complete} is longer than {MaxStanzaBytes} bytes");
            if (spare.Length < carried + ChunkBytes + Slack)
            {
                ArrayPool<byte>.Shared.Return(spare);
                spare = ArrayPool<byte>.Shared.Rent((2 * carried) + ChunkBytes + Slack);
            }

            _buffer.AsSpan(complete, carried).CopyTo(spare);
            var (next, room) = (spare, carried);
            var filling = Task.Run(() => Fill(stream, next, room), CancellationToken.None);
            try
            {
                Scan(complete, offset);
            }
            finally
            {
                // The stream and the buffers may be given up only when nobody reads into them any more.
                Task.WhenAny(filling).Wait(CancellationToken.None);
            }

            offset += complete;
            count = filling.GetAwaiter().GetResult();
            (_buffer, spare) = (spare, _buffer);
        }
    }

    /// <summary>Reads until a chunk is full or the stream ends.</summary>
    private static int Fill(Stream stream, byte[] buffer, int at)
    {
        var total = 0;
        while (total < ChunkBytes && stream.Read(buffer, at + total, ChunkBytes - total) is var count and > 0)
            total += count;
        return total;
    }

    /// <summary>One stanza ended; its fields can be asked for until the method returns.</summary>
    protected abstract void OnStanza(long offset);

    protected bool Has(StanzaField field) => (_seen & (1u << (int)field)) != 0;

    /// <summary>Value without the blanks around it; empty when the stanza does not have the field.</summary>
    protected ReadOnlySpan<byte> Field(StanzaField field)
    {
        if (!Has(field))
            return [];
        var value = _buffer.AsSpan(_starts[(int)field].._ends[(int)field]);
        // Nearly always one blank after the colon and none at the end.
        if (value.Length > 0 && value[0] == ' ')
            value = value[1..];
        if (value.Length > 0 && (value[0] <= ' ' || value[^1] <= ' '))
            value = value.Trim(" \t\r\n"u8);
        return value;
    }

    protected string TextOf(StanzaField field) => Encoding.UTF8.GetString(Field(field));

    protected void Fault(long offset, string what)
    {
        FaultCount++;
        FirstFault ??= $"the stanza at byte {offset} {what}";
    }

    /// <summary>Length of the part that holds whole stanzas only; 0 when not even one is complete.</summary>
    private static int EndOfLastStanza(ReadOnlySpan<byte> data)
    {
        var end = data.LastIndexOf("\n\n"u8);
        if (end >= 0)
            return end + 2;
        end = data.LastIndexOf("\n\r\n"u8);
        return end < 0 ? 0 : end + 3;
    }

    /// <summary>Goes from newline to newline by bit masks of 64 bytes: a million lines are too many for a search each.</summary>
    private void Scan(int length, long baseOffset)
    {
        ref var data = ref MemoryMarshal.GetArrayDataReference(_buffer);
        var stanzaStart = 0;
        var lineStart = 0;
        var hasLines = false;
        _seen = 0;
        _last = -1;
        for (var block = 0; block < length; block += 64)
        {
            for (var newlines = NewlineMask(ref data, block, length); newlines != 0; newlines &= newlines - 1)
            {
                var end = block + BitOperations.TrailingZeroCount(newlines);
                if (end > lineStart && !(end == lineStart + 1 && Unsafe.Add(ref data, lineStart) == '\r'))
                {
                    hasLines = true;
                    Line(ref Unsafe.Add(ref data, lineStart), lineStart, end);
                }
                else
                {
                    if (hasLines)
                        OnStanza(baseOffset + stanzaStart);
                    stanzaStart = end + 1;
                    hasLines = false;
                    _seen = 0;
                    _last = -1;
                }

                lineStart = end + 1;
            }
        }

        if (lineStart < length)
        {
            hasLines = true;
            Line(ref Unsafe.Add(ref data, lineStart), lineStart, length);
        }

        if (hasLines)
            OnStanza(baseOffset + stanzaStart);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NewlineMask(ref byte data, int block, int length)
    {
        if (block + 64 > length)
        {
            var mask = 0UL;
            for (var i = block; i < length; i++)
                mask |= Unsafe.Add(ref data, i) == '\n' ? 1UL << (i - block) : 0;
            return mask;
        }

        if (Vector256.IsHardwareAccelerated)
        {
            var newline = Vector256.Create((byte)'\n');
            var low = Vector256.Equals(Vector256.LoadUnsafe(ref data, (nuint)block), newline).ExtractMostSignificantBits();
            var high = Vector256.Equals(Vector256.LoadUnsafe(ref data, (nuint)block + 32), newline).ExtractMostSignificantBits();
            return low | ((ulong)high << 32);
        }
        else
        {
            var newline = Vector128.Create((byte)'\n');
            var mask = 0UL;
            for (var part = 0; part < 64; part += 16)
                mask |= (ulong)Vector128.Equals(Vector128.LoadUnsafe(ref data, (nuint)(block + part)), newline).ExtractMostSignificantBits() << part;
            return mask;
        }
    }

    /// <summary>Takes one line that is not empty. Its first eight bytes, in lower case, rule out all but one field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Line(ref byte line, int start, int end)
    {
        var first = line;
        if (first is (byte)' ' or (byte)'\t')
        {
            if (_last >= 0)
                _ends[_last] = end;
            return;
        }

        var field = Identify(ref line, first | 0x20, end - start);
        _last = (int)field;
        if (field == None)
            return;
        _seen |= 1u << _last;
        _starts[_last] = start + s_names[_last].Length + 1;
        _ends[_last] = end;
    }

    private const StanzaField None = (StanzaField)(-1);

    /// <summary>Names of the fields in lower case.</summary>
    private static readonly byte[][] s_names = [.. Enum.GetValues<StanzaField>().Select(f => Encoding.ASCII.GetBytes(f switch
    {
        StanzaField.InstalledSize => "installed-size",
        StanzaField.MultiArch => "multi-arch",
        StanzaField.PreDepends => "pre-depends",
        StanzaField.PhasedUpdatePercentage => "phased-update-percentage",
        StanzaField.AutoInstalled => "auto-installed",
        _ => f.ToString().ToLowerInvariant(),
    }))];

    private static StanzaField Identify(ref byte line, int first, int length)
    {
        var head = BinaryPrimitives.ReadUInt64LittleEndian(MemoryMarshal.CreateReadOnlySpan(ref line, sizeof(ulong))) | 0x2020202020202020;
        var field = None;
        switch (first)
        {
            case 'p':
                field = head == Head("package:"u8) ? StanzaField.Package
                    : head == Head("priority"u8) ? StanzaField.Priority
                    : head == Head("pre-depe"u8) ? StanzaField.PreDepends
                    : head == Head("phased-u"u8) ? StanzaField.PhasedUpdatePercentage : None;
                break;
            case 's':
                field = head == Head("section:"u8) ? StanzaField.Section
                    : (head & 0xFF_FFFF_FFFF) == (Head("size:   "u8) & 0xFF_FFFF_FFFF) ? StanzaField.Size
                    : (head & 0xFF_FFFF_FFFF_FFFF) == (Head("status: "u8) & 0xFF_FFFF_FFFF_FFFF) ? StanzaField.Status
                    : (head & 0xFF_FFFF_FFFF_FFFF) == (Head("source: "u8) & 0xFF_FFFF_FFFF_FFFF) ? StanzaField.Source : None;
                break;
            case 'v':
                field = head == Head("version:"u8) ? StanzaField.Version : None;
                break;
            case 'i':
                field = head == Head("installe"u8) ? StanzaField.InstalledSize : None;
                break;
            case 'a':
                field = head == Head("architec"u8) ? StanzaField.Architecture : head == Head("auto-ins"u8) ? StanzaField.AutoInstalled : None;
                break;
            case 'm':
                field = head == Head("multi-ar"u8) ? StanzaField.MultiArch : None;
                break;
            case 'd':
                field = head == Head("depends:"u8) ? StanzaField.Depends : None;
                break;
            case 'r':
                field = head == Head("replaces"u8) ? StanzaField.Replaces : None;
                break;
            case 'b':
                field = (head & 0xFF_FFFF_FFFF_FFFF) == (Head("breaks: "u8) & 0xFF_FFFF_FFFF_FFFF) ? StanzaField.Breaks : None;
                break;
            case 'c':
                field = head == Head("conflict"u8) ? StanzaField.Conflicts : None;
                break;
            default:
                break;
        }

        if (field == None)
            return None;
        var name = s_names[(int)field];
        if (length <= name.Length || Unsafe.Add(ref line, name.Length) != ':')
            return None;
        return name.Length < sizeof(ulong) || Ascii.EqualsIgnoreCase(MemoryMarshal.CreateReadOnlySpan(ref line, name.Length), name) ? field : None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Head(ReadOnlySpan<byte> eight) => BinaryPrimitives.ReadUInt64LittleEndian(eight);
}
