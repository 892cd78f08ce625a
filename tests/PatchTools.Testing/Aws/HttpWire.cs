using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PatchTools.Testing.Aws;

/// <summary>Request line and headers.</summary>
internal sealed class HttpRequestHead(string method, string target, IReadOnlyList<KeyValuePair<string, string>> headers)
{
    public string Method => method;

    /// <summary>Path and query, as sent.</summary>
    public string Target => target;

    public IReadOnlyList<KeyValuePair<string, string>> Headers => headers;

    /// <summary>Lower-case names, each once.</summary>
    public IEnumerable<string> Names => headers.Select(h => h.Key.ToLowerInvariant()).Distinct();

    /// <summary>The value of a header; several are joined by commas; null when there is none.</summary>
    public string? this[string name]
    {
        get
        {
            var values = headers
                .Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
                .Select(h => h.Value)
                .ToArray();
            return values.Length == 0 ? null : string.Join(',', values);
        }
    }
}

/// <summary>How an answer leaves.</summary>
internal enum Delivery
{
    Whole,

    /// <summary>The announced length, half of the body, the end of the connection.</summary>
    CutShort,

    /// <summary>The announced length, half of the body, a reset.</summary>
    ResetInBody,

    /// <summary>The announced length, half of the body, silence.</summary>
    StallInBody,

    /// <summary>Half of the length announced, the whole body sent.</summary>
    Understated,
    Reset,
    Stall,
}

/// <summary>An answer to one request.</summary>
internal sealed record HttpReply(int Status, byte[] Body, string ContentType = "text/plain")
{
    public Delivery Delivery { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>False: the body ends with the connection.</summary>
    public bool AnnouncesLength { get; init; } = true;
}

/// <summary>
/// HTTP/1.1 on one connection, by hand: a server library would not reset, stall or cut short on demand.
/// </summary>
internal sealed class HttpConnection(Socket socket) : IDisposable
{
    private const int MaxHeadBytes = 64 * 1024;

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next request; null when the client is done.</summary>
    public async Task<(HttpRequestHead Head, byte[] Body)?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await LineAsync(cancellationToken) is not { Length: > 0 } first)
            return null;
        var parts = first.Split(' ');
        if (parts.Length != 3 || !parts[2].StartsWith("HTTP/1.", StringComparison.Ordinal))
            throw new InvalidDataException($"not an HTTP request line: {first}");
        var headers = new List<KeyValuePair<string, string>>();
        while (await LineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(KeyValuePair.Create(line[..colon], line[(colon + 1)..].Trim()));
        }

        var head = new HttpRequestHead(parts[0], parts[1], headers);
        if (string.Equals(head["Expect"], "100-continue", StringComparison.OrdinalIgnoreCase))
            await _stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken);
        return (head, await BodyAsync(head, cancellationToken));
    }

    /// <returns>Whether the connection can carry another request.</returns>
    public async Task<bool> WriteAsync(string method, HttpReply reply, CancellationToken cancellationToken)
    {
        if (reply.Delivery == Delivery.Reset)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            return false;
        }

        if (reply.Delivery == Delivery.Stall)
        {
            await SilenceAsync(cancellationToken);
            return false;
        }

        var text = new StringBuilder()
            .Append(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 {reply.Status} {(reply.Status < 400 ? "OK" : "Error")}\r\n"
            )
            .Append("Content-Type: ")
            .Append(reply.ContentType)
            .Append("\r\n");
        text.Append(
            reply.AnnouncesLength
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"Content-Length: "
                        + $"{(reply.Delivery == Delivery.Understated ? reply.Body.Length / 2 : reply.Body.Length)}\r\n"
                )
                : "Connection: close\r\n"
        );
        foreach (var (name, value) in reply.Headers)
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        await _stream.WriteAsync(Encoding.Latin1.GetBytes(text.Append("\r\n").ToString()), cancellationToken);
        if (method != "HEAD")
            await _stream.WriteAsync(
                reply.Body.AsMemory(
                    0,
                    reply.Delivery is Delivery.CutShort or Delivery.ResetInBody or Delivery.StallInBody
                        ? reply.Body.Length / 2
                        : reply.Body.Length
                ),
                cancellationToken
            );
        if (reply.Delivery == Delivery.ResetInBody)
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        if (reply.Delivery == Delivery.StallInBody)
            await SilenceAsync(cancellationToken);
        // What is left of an understated body would be taken for the beginning of the next answer.
        return reply is { Delivery: Delivery.Whole, AnnouncesLength: true };
    }

    /// <summary>Nothing is said; the wait ends when the client hangs up or the server is disposed.</summary>
    private async Task SilenceAsync(CancellationToken cancellationToken)
    {
        while (await _stream.ReadAsync(_buffer, cancellationToken) > 0) { }
    }

    public void Dispose() => _stream.Dispose();

    private async Task<byte[]> BodyAsync(HttpRequestHead head, CancellationToken cancellationToken)
    {
        if (head["Transfer-Encoding"] is not "chunked")
            return await ExactlyAsync(
                head["Content-Length"] is { } length ? int.Parse(length, CultureInfo.InvariantCulture) : 0,
                cancellationToken
            );
        using var body = new MemoryStream();
        while (true)
        {
            var size = int.Parse(
                (await LineAsync(cancellationToken) ?? "").Split(';')[0],
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture
            );
            body.Write(await ExactlyAsync(size, cancellationToken));
            await LineAsync(cancellationToken);
            if (size == 0)
                return body.ToArray();
        }
    }

    private async Task<byte[]> ExactlyAsync(int length, CancellationToken cancellationToken)
    {
        var content = new byte[length];
        var buffered = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, buffered).CopyTo(content);
        _start += buffered;
        await _stream.ReadExactlyAsync(content.AsMemory(buffered), cancellationToken);
        return content;
    }

    private async Task<string?> LineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, await _stream.ReadAsync(_buffer, cancellationToken));
                if (_end == 0)
                    return null;
            }

            var feed = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            var taken = feed < 0 ? _end - _start : feed + 1;
            line.AddRange(_buffer.AsSpan(_start, taken));
            _start += taken;
            if (line.Count > MaxHeadBytes)
                throw new InvalidDataException("a header line without end");
            if (feed >= 0)
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r', '\n');
        }
    }
}
