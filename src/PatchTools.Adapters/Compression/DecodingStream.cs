using System.Runtime.ExceptionServices;
using PatchTools.Ports;

namespace PatchTools.Adapters.Compression;

/// <summary>
/// A package's decoder, with one exception for all damage. What a decoder throws while its source reads well is about
/// the data, whatever its type; what the source throws passes through. A decoder that ends before its source does is
/// followed by another, past the zeros that may lie between two xz streams.
/// </summary>
internal sealed class DecodingStream(string format, Stream compressed, Func<Stream, Stream> open) : ReadOnlyStream
{
    private readonly Source _source = new(compressed);
    private Stream? _decoder;
    private bool _hasEnded;

    public override int Read(Span<byte> buffer)
    {
        if (_hasEnded || buffer.IsEmpty)
            return 0;
        try
        {
            if (_decoder is null && _source.IsEmpty())
                throw new InvalidDataException($"The {format} data is empty.");
            while (true)
            {
                _decoder ??= open(_source);
                var read = _decoder.Read(buffer);
                if (read > 0)
                    return read;
                _source.SkipZeros();
                if (_hasEnded = _source.IsEmpty())
                    return 0;
                _decoder.Dispose();
                _decoder = null;
            }
        }
        catch (Exception e) when (e is not (OutOfMemoryException or InvalidDataException))
        {
            // Some decoders answer an error of the disk with one of their own.
            _source.Failure?.Throw();
            throw new InvalidDataException($"The {format} data is damaged or cut short: {e.Message}", e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder?.Dispose();
            _source.Dispose();
            compressed.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// The compressed bytes through one large buffer; decoders read them in small pieces, and some close them before
    /// their time, to no effect.
    /// </summary>
    private sealed class Source(Stream inner) : ReadOnlyStream
    {
        private readonly byte[] _buffer = new byte[128 * 1024];
        private int _start;
        private int _end;
        private long _filled;

        /// <summary>What the inner stream threw.</summary>
        public ExceptionDispatchInfo? Failure { get; private set; }

        /// <summary>The xz decoder asks for it to know its alignment.</summary>
        public override long Position
        {
            get => _filled - (_end - _start);
            set => throw new NotSupportedException();
        }

        public bool IsEmpty() => _start == _end && !Fill();

        public override int Read(Span<byte> buffer)
        {
            if (IsEmpty())
                return 0;
            var count = Math.Min(buffer.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            return count;
        }

        public void SkipZeros()
        {
            while (!IsEmpty() && _buffer[_start] == 0)
                _start++;
        }

        public override int ReadByte() => IsEmpty() ? -1 : _buffer[_start++];

        private bool Fill()
        {
            try
            {
                (_start, _end) = (0, inner.Read(_buffer));
            }
            catch (Exception e)
            {
                Failure = ExceptionDispatchInfo.Capture(e);
                throw;
            }

            _filled += _end;
            return _end > 0;
        }
    }
}
