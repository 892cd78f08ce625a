using System.Runtime.ExceptionServices;
using PatchTools.Ports;

namespace PatchTools.Families.Shared;

/// <summary>
/// Decompresses the next block on a thread of its own while the reader works on the present one: decompression is the
/// larger half of reading compressed lists. Two blocks, whatever the length. Failures of the source reach the reader as
/// they were. One reader only.
/// </summary>
internal sealed class ReadAheadStream : ReadOnlyStream
{
    private const int BlockBytes = 1 << 18;

    private readonly Stream _source;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _free = new(2);
    private readonly SemaphoreSlim _ready = new(0);
    private readonly byte[][] _blocks = [new byte[BlockBytes], new byte[BlockBytes]];
    private readonly int[] _lengths = new int[2];
    private ExceptionDispatchInfo? _failure;
    private volatile bool _stopped;
    private long _total;
    private int _current;
    private int _position;
    private bool _holdsBlock;

    public ReadAheadStream(Stream source)
    {
        _source = source;
        _thread = new Thread(Fill) { IsBackground = true, Name = "PatchTools decompression" };
        _thread.Start();
    }

    public override int Read(Span<byte> buffer)
    {
        if (!_holdsBlock)
        {
            _ready.Wait();
            _holdsBlock = true;
            _position = 0;
        }

        var length = _lengths[_current];
        if (length == 0)
        {
            // The end stays the end: the block is kept.
            _failure?.Throw();
            return 0;
        }

        var count = Math.Min(buffer.Length, length - _position);
        _blocks[_current].AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        if (_position == length)
        {
            _current ^= 1;
            _holdsBlock = false;
            _free.Release();
        }

        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_stopped)
        {
            _stopped = true;
            _free.Release();
            _thread.Join();
            _source.Dispose();
            _free.Dispose();
            _ready.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Fill()
    {
        for (var block = 0; ; block ^= 1)
        {
            _free.Wait();
            if (_stopped)
                return;
            try
            {
                _lengths[block] = _source.ReadAtLeast(_blocks[block], BlockBytes, throwOnEndOfStream: false);
                _total += _lengths[block];
                if (_total > ListVerification.MaxBytes)
                    throw new InvalidDataException("it unpacks to more than any list of packages has");
            }
#pragma warning disable CA1031 // Nothing is swallowed: the reader gets it as it was, and here it would end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure = ExceptionDispatchInfo.Capture(e);
                _lengths[block] = 0;
            }

            _ready.Release();
            if (_lengths[block] == 0)
                return;
        }
    }
}
