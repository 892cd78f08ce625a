using System.Buffers.Binary;
using K4os.Compression.LZ4;
using K4os.Hash.xxHash;
using PatchTools.Ports;

namespace PatchTools.Adapters.Compression;

/// <summary>
/// LZ4 frames (lz4_Frame_format.md, version 1.6) over the package's block decoder. The package's own stream copies
/// every byte twice more; this one decodes into the caller's buffer where a whole block fits, which is what reading 50
/// MB of package lists costs most. All checksums that a frame has are verified.
/// </summary>
internal sealed class Lz4FrameStream(Stream compressed) : ReadOnlyStream
{
    private const uint FrameMagic = 0x184D2204;
    private const uint SkippableMagic = 0x184D2A50;
    private const uint StoredBlock = 0x8000_0000;
    private const int HistoryBytes = 64 * 1024;
    private const int InputBytes = 256 * 1024;

    private byte[] _input = new byte[InputBytes];
    private int _inputStart;
    private int _inputEnd;

    // The last 64 KiB that came out, right-aligned in the first part; behind them a block that did not fit the caller's
    // buffer.
    private byte[] _window = [];
    private int _history;
    private int _pending;
    private int _pendingEnd;

    private bool _isInFrame;
    private bool _hadFrame;
    private int _maxBlock;
    private bool _isLinked;
    private bool _hasBlockChecksums;
    private bool _hasContentChecksum;
    private long _contentLeft = -1;
    private XXH32.State _contentHash;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        var written = TakePending(buffer);
        while (written == 0)
        {
            if (!_isInFrame && !BeginFrame())
                return 0;
            if (buffer.Length < _maxBlock)
            {
                var length = DecodeBlock(
                    _window.AsSpan(HistoryBytes, _maxBlock),
                    _window.AsSpan(HistoryBytes - _history, _history)
                );
                (_pending, _pendingEnd) = (HistoryBytes, HistoryBytes + length);
                written = TakePending(buffer);
            }
            else
            {
                written = DecodeInto(buffer);
            }
        }

        return written;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            compressed.Dispose();
        base.Dispose(disposing);
    }

    private static InvalidDataException Damaged(string what) => new($"The lz4 data is damaged or cut short: {what}.");

    private int TakePending(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, _pendingEnd - _pending);
        if (count == 0)
            return 0;
        _window.AsSpan(_pending, count).CopyTo(buffer);
        _pending += count;
        if (_pending == _pendingEnd)
            Remember(_window.AsSpan(HistoryBytes, _pendingEnd - HistoryBytes));
        return count;
    }

    /// <summary>
    /// Block after block straight into the caller's buffer, as long as each is sure to fit and its history lies where
    /// the decoder can see it in one piece.
    /// </summary>
    private int DecodeInto(Span<byte> buffer)
    {
        var written = DecodeBlock(buffer[.._maxBlock], _window.AsSpan(HistoryBytes - _history, _history));
        while (
            _isInFrame && written > 0 && buffer.Length - written >= _maxBlock && (!_isLinked || written >= HistoryBytes)
        )
        {
            var length = DecodeBlock(
                buffer.Slice(written, _maxBlock),
                _isLinked ? buffer.Slice(written - HistoryBytes, HistoryBytes) : default
            );
            written += length;
        }

        if (_isInFrame)
            Remember(buffer[..written]);
        return written;
    }

    /// <summary>Keeps the end of what came out for the next block to refer to.</summary>
    private void Remember(ReadOnlySpan<byte> output)
    {
        if (!_isLinked)
            return;
        var history = _window.AsSpan(0, HistoryBytes);
        if (output.Length < HistoryBytes)
            history[output.Length..].CopyTo(history);
        else
            output = output[^HistoryBytes..];
        output.CopyTo(history[^output.Length..]);
        _history = Math.Min(HistoryBytes, _history + output.Length);
    }

    /// <returns>Bytes decoded; 0 at the end of the frame, and for an empty block.</returns>
    private int DecodeBlock(Span<byte> target, ReadOnlySpan<byte> history)
    {
        var size = ReadUInt32();
        if (size == 0)
        {
            EndFrame();
            return 0;
        }

        var length = (int)(size & ~StoredBlock);
        if (length > _maxBlock)
            throw Damaged("a block is larger than its frame allows");
        var block = Take(length);
        if (_hasBlockChecksums && ReadUInt32After(ref block) != XXH32.DigestOf(block))
            throw Damaged("a block's checksum is wrong");

        int decoded;
        if ((size & StoredBlock) != 0)
        {
            block.CopyTo(target);
            decoded = length;
        }
        else
        {
            decoded =
                _isLinked && !history.IsEmpty
                    ? LZ4Codec.Decode(block, target, history)
                    : LZ4Codec.Decode(block, target);
            if (decoded < 0)
                throw Damaged("a block does not decode");
        }

        if (_hasContentChecksum)
            XXH32.Update(ref _contentHash, target[..decoded]);
        if (_contentLeft >= 0 && (_contentLeft -= decoded) < 0)
            throw Damaged("a frame holds more than it says");
        return decoded;
    }

    /// <returns>False at the end of the data.</returns>
    private bool BeginFrame()
    {
        while (true)
        {
            if (!TryBuffer(1))
                return _hadFrame ? false : throw Damaged("there is no frame");
            var magic = ReadUInt32();
            if (magic == FrameMagic)
                break;
            if ((magic & ~0xFu) != SkippableMagic)
                throw Damaged("what should be a frame is none");
            for (var left = ReadUInt32(); left > 0; )
            {
                if (!TryBuffer(1))
                    throw Damaged("a skippable frame ends early");
                left -= (uint)Take((int)Math.Min(left, _inputEnd - _inputStart)).Length;
            }

            _hadFrame = true;
        }

        // Flags, block size, content size or none: 3 to 15 bytes with the header's own checksum.
        Buffer(2);
        int flags = _input[_inputStart],
            sizes = _input[_inputStart + 1];
        var hasContentSize = (flags & 0x08) != 0;
        if (flags >> 6 != 1 || (flags & 0x02) != 0 || (sizes & 0x8F) != 0 || sizes >> 4 < 4)
            throw Damaged("a frame's header is not of version 1");
        if ((flags & 0x01) != 0)
            throw Damaged("a frame needs a dictionary");
        var descriptor = Take(hasContentSize ? 10 : 2);
        _contentLeft = hasContentSize ? BinaryPrimitives.ReadInt64LittleEndian(descriptor[2..]) : -1;
        var checksum = (byte)(XXH32.DigestOf(descriptor) >> 8);
        if (Take(1)[0] != checksum || (hasContentSize && _contentLeft < 0))
            throw Damaged("a frame's header is wrong");

        _isLinked = (flags & 0x20) == 0;
        _hasBlockChecksums = (flags & 0x10) != 0;
        _hasContentChecksum = (flags & 0x04) != 0;
        _maxBlock = 1 << (8 + (2 * (sizes >> 4)));
        if (_window.Length < HistoryBytes + _maxBlock)
            _window = new byte[HistoryBytes + _maxBlock];
        _history = 0;
        if (_hasContentChecksum)
            XXH32.Reset(ref _contentHash);
        _isInFrame = _hadFrame = true;
        return true;
    }

    private void EndFrame()
    {
        if (_hasContentChecksum && ReadUInt32() != XXH32.Digest(in _contentHash))
            throw Damaged("a frame's checksum is wrong");
        if (_contentLeft > 0)
            throw Damaged("a frame holds less than it says");
        _isInFrame = false;
    }

    private uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>
    /// The checksum that follows a block just taken; the block is found again, because buffering more may have moved
    /// it.
    /// </summary>
    private uint ReadUInt32After(ref ReadOnlySpan<byte> block)
    {
        _inputStart -= block.Length;
        var both = Take(block.Length + 4);
        block = both[..^4];
        return BinaryPrimitives.ReadUInt32LittleEndian(both[^4..]);
    }

    /// <summary>The next bytes of the input; valid until the next call.</summary>
    private ReadOnlySpan<byte> Take(int count)
    {
        Buffer(count);
        _inputStart += count;
        return _input.AsSpan(_inputStart - count, count);
    }

    private void Buffer(int count)
    {
        if (!TryBuffer(count))
            throw Damaged("the data ends early");
    }

    private bool TryBuffer(int count)
    {
        if (_inputEnd - _inputStart >= count)
            return true;
        var rest = _input.AsSpan(_inputStart, _inputEnd - _inputStart);
        if (count > _input.Length)
        {
            var larger = new byte[count + InputBytes];
            rest.CopyTo(larger);
            _input = larger;
        }
        else
        {
            rest.CopyTo(_input);
        }

        (_inputStart, _inputEnd) = (0, rest.Length);
        while (_inputEnd < count)
        {
            var read = compressed.Read(_input, _inputEnd, _input.Length - _inputEnd);
            if (read == 0)
                return false;
            _inputEnd += read;
        }

        return true;
    }
}
