using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PatchTools.Testing.Rigs;

/// <summary>How the server fails.</summary>
public enum ArchiveFault
{
    NotFound,

    /// <summary>Half of the body, then the connection ends.</summary>
    Truncated,

    /// <summary>The whole length with other bytes: the hash does not match.</summary>
    Corrupt,

    /// <summary>Takes the request and never answers.</summary>
    Hang,

    /// <summary>Ends the connection without an answer.</summary>
    Reset,
}

/// <summary>Serves a folder over HTTP on loopback, and breaks as told, also in the middle of a run.</summary>
public sealed class ArchiveServer : IDisposable
{
    private readonly string _folder;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private readonly List<string> _served = [];
    private readonly List<(Func<string, bool> Concerns, ArchiveFault Fault)> _faults = [];
    private readonly Task _accepting;

    public ArchiveServer(string folder)
    {
        _folder = folder;
        _listener.Start();
        Address = string.Create(
            CultureInfo.InvariantCulture,
            $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"
        );
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>For a sources entry.</summary>
    public string Address { get; }

    /// <summary>Paths asked for so far, in order.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_lock)
                return [.. _served];
        }
    }

    /// <summary>From now on requests whose path contains the text fail so.</summary>
    public void Break(string pathPart, ArchiveFault fault) =>
        Break(path => path.Contains(pathPart, StringComparison.Ordinal), fault);

    public void Break(Func<string, bool> concerns, ArchiveFault fault)
    {
        lock (_lock)
            _faults.Add((concerns, fault));
    }

    public void Mend()
    {
        lock (_lock)
            _faults.Clear();
    }

    public void Dispose()
    {
        _ended.Cancel();
        _listener.Stop();
        _accepting.Wait();
        _listener.Dispose();
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        while (true)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_ended.Token);
                serving.Add(Task.Run(() => ServeAsync(client)));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                await Task.WhenAll(serving);
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                while (await reader.ReadLineAsync(_ended.Token) is { Length: > 0 } first)
                {
                    while (await reader.ReadLineAsync(_ended.Token) is { Length: > 0 })
                    {
                        // Headers do not matter: every answer is the whole file.
                    }

                    var request = first.Split(' ');
                    var path = Uri.UnescapeDataString(request[1]);
                    if (!await AnswerAsync(client.GetStream(), path, withBody: request[0] != "HEAD"))
                        return;
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // The client hung up, or the test has ended.
            }
        }
    }

    /// <returns>Whether the connection goes on.</returns>
    private async Task<bool> AnswerAsync(NetworkStream stream, string path, bool withBody)
    {
        ArchiveFault? fault;
        lock (_lock)
        {
            _served.Add(path);
            fault = _faults.Where(f => f.Concerns(path)).Select(f => (ArchiveFault?)f.Fault).FirstOrDefault();
        }

        var file = Path.Combine(_folder, path.TrimStart('/'));
        if (fault == ArchiveFault.Reset)
            return false;
        if (fault == ArchiveFault.Hang)
            await Task.Delay(Timeout.InfiniteTimeSpan, _ended.Token);
        if (fault == ArchiveFault.NotFound || !File.Exists(file))
        {
            await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _ended.Token);
            return true;
        }

        var body = await File.ReadAllBytesAsync(file, _ended.Token);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                        + $"{body.Length}\r\n\r\n"
                )
            ),
            _ended.Token
        );

        // zypper asks by HEAD what a repository is. A body would be taken for the next answer on this connection.
        if (!withBody)
            return true;
        if (fault == ArchiveFault.Truncated)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2), _ended.Token);
            return false;
        }

        if (fault == ArchiveFault.Corrupt)
            Array.Reverse(body);
        await stream.WriteAsync(body, _ended.Token);
        return true;
    }
}
