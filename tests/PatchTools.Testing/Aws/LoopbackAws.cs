using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace PatchTools.Testing.Aws;

/// <summary>
/// SSM, the presigned snapshot, the instance metadata service and S3 of one instance, in this process on 127.0.0.1.
/// Every request is recorded; those to SSM are held against the service's model, those to SSM and S3 against their
/// signatures, and refused as AWS refuses them.
/// </summary>
/// <example><code>
/// await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = bytes });
/// aws.Inject(new Fault("PutInventory", FaultKind.Throttle, Count: 2));
/// …
/// Assert.Equal(3, aws.RequestsOf("PutInventory").Count);
/// </code></example>
public sealed class LoopbackAws : IAsyncDisposable, IDisposable
{
    public const string SnapshotTarget = "snapshot";
    public const string S3Target = "s3";
    public const string ImdsTarget = "imds";
    public const string DocumentTarget = "document";
    public const string StsTarget = "sts";
    public const string ContainerTarget = "container";

    private static int _port;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly ConcurrentDictionary<int, Task> _connections = new();
    private readonly FaultQueue _faults = new();
    private readonly SsmService _ssm;
    private readonly MetadataService _metadata;
    private readonly Task _accepting;
    private int _number;

    private LoopbackAws(LoopbackAwsOptions options)
    {
        Options = options;
        Bind();
        _listener.Listen(128);
        Url = new Uri(
            string.Create(
                CultureInfo.InvariantCulture,
                $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/"
            )
        );
        _ssm = new SsmService(options, Url);
        _metadata = new MetadataService(options, RoleKey);
        foreach (var fault in options.Faults)
            _faults.Add(fault);
        _accepting = AcceptAsync();
    }

    /// <summary>The key of <see cref="Environment"/>.</summary>
    public static TestKey EnvironmentKey { get; } =
        new("AKIALOOPBACK0EXAMPLE", "loopbackSecretOfTheEnvironment0000000000", "session-token-of-the-environment");

    /// <summary>The key that the metadata service gives out for the instance's role.</summary>
    public static TestKey RoleKey { get; } =
        new("ASIALOOPBACK0EXAMPLE", "loopbackSecretOfTheInstanceRole000000000", "session-token-of-the-instance-role");

    /// <summary>A long-lived key, for a profile of the shared files.</summary>
    public static TestKey ProfileKey { get; } =
        new("AKIAPROFILE00EXAMPLE", "loopbackSecretOfTheProfile00000000000000", SessionToken: null);

    /// <summary>
    /// The shared credentials file of <see cref="Environment"/>, empty unless a test writes it. One for the process,
    /// and there from the beginning: the SDK remembers the first that it finds, and where there is none, that of the
    /// user's home.
    /// </summary>
    public static string SharedFile { get; } = EmptyFile();

    public LoopbackAwsOptions Options { get; }

    public Uri Url { get; }

    /// <summary>What SSM knows of other instances.</summary>
    public LoopbackFleet Fleet => _ssm.Fleet;

    /// <summary>Objects by <c>bucket/key</c>; a bucket exists when it holds an object.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Anonymous documents by their path under <c>documents/</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>Where a path under <c>documents/</c> redirects to.</summary>
    public ConcurrentDictionary<string, Uri> Redirects { get; } = new(StringComparer.Ordinal);

    /// <summary>What was received so far, in order.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests.OrderBy(r => r.Number)];

    /// <summary>Inventory items as last stored with content, by type name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Inventory => _ssm.Inventory;

    /// <summary>
    /// What the SDK and PatchTools need to find these services and nothing else of this machine: endpoints,
    /// <see cref="EnvironmentKey"/>, region, no shared files, no proxy.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment =>
        new Dictionary<string, string>(EnvironmentWithoutKey)
        {
            ["AWS_ACCESS_KEY_ID"] = EnvironmentKey.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = EnvironmentKey.SecretAccessKey,
            ["AWS_SESSION_TOKEN"] = EnvironmentKey.SessionToken!,
        };

    /// <summary><see cref="Environment"/> of a host whose credentials come from its role.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentWithoutKey =>
        new Dictionary<string, string>
        {
            ["AWS_REGION"] = Options.Region,
            ["AWS_ENDPOINT_URL_SSM"] = Url.AbsoluteUri,
            ["AWS_ENDPOINT_URL_S3"] = Url.AbsoluteUri,
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = Url.AbsoluteUri.TrimEnd('/'),
            ["AWS_CONFIG_FILE"] = "/dev/null",
            ["AWS_SHARED_CREDENTIALS_FILE"] = SharedFile,
            ["NO_PROXY"] = "127.0.0.1",
        };

    public static LoopbackAws Start(LoopbackAwsOptions? options = null) => new(options ?? new LoopbackAwsOptions());

    /// <summary>
    /// Requests but those to the metadata service, in order. The SDK keeps the credentials of an instance role in one
    /// place for the whole process and refreshes them on a timer, so that a metadata request can come at any time after
    /// a test that used a role.
    /// </summary>
    public IReadOnlyList<RecordedRequest> Calls => [.. Requests.Where(r => r.Target != ImdsTarget)];

    public IReadOnlyList<RecordedRequest> RequestsOf(string target) => [.. Requests.Where(r => r.Target == target)];

    /// <summary>Adds a fault behind those that are there.</summary>
    public void Inject(Fault fault) => _faults.Add(fault);

    /// <summary>Takes every fault away that is left.</summary>
    public void Heal() => _faults.Clear();

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Values);
        _stop.Dispose();
    }

    /// <summary>
    /// The port of the process's first service where it is free: the SDK remembers the first metadata endpoint that it
    /// was given.
    /// </summary>
    private void Bind()
    {
        try
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, _port));
        }
        catch (SocketException) when (_port != 0)
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        }

        Interlocked.CompareExchange(ref _port, ((IPEndPoint)_listener.LocalEndPoint!).Port, 0);
    }

    private static string EmptyFile()
    {
        var path = Path.GetTempFileName();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (var id = 0; ; id++)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                socket.NoDelay = true;
                _connections[id] = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = new HttpConnection(socket);
        try
        {
            while (await connection.ReadAsync(_stop.Token) is var (head, body))
            {
                if (!await connection.WriteAsync(head.Method, Answer(head, body), _stop.Token))
                    break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The client left, or this server is being disposed.
        }
    }

    private HttpReply Answer(HttpRequestHead head, byte[] body)
    {
        var path = Uri.UnescapeDataString(head.Target.Split('?')[0]);
        var request = new RecordedRequest
        {
            Number = Interlocked.Increment(ref _number),
            Target = TargetOf(head, path),
            Method = head.Method,
            Path = head.Target,
            Headers = head.Headers,
            Body = body,
        };
        var isSsm = head["X-Amz-Target"] is not null;
        if (isSsm || request.Target is S3Target or StsTarget)
        {
            var (verdict, keyId) = SignatureVersion4.Verify(
                head,
                body,
                isSsm ? "ssm" : request.Target,
                Options.Region,
                [EnvironmentKey, RoleKey, ProfileKey]
            );
            request = request with { Signature = verdict, AccessKeyId = keyId };
        }

        var fault = _faults.Take(request.Target);
        var (reply, errorCode) = (request.Target, isSsm) switch
        {
            (_, true) => _ssm.Answer(ref request, fault),
            (StsTarget, _) => (IdentityService.AssumeRole(request.Text, request.Signature, RoleKey), null),
            (ContainerTarget, _) => (IdentityService.Container(head, RoleKey), null),
            (ImdsTarget, _) => _metadata.Answer(head, path, fault),
            (S3Target, _) => ObjectService.Answer(request, path.TrimStart('/'), Objects, Options.EntityTag, fault),
            (SnapshotTarget, _) => DocumentService.Answer(_ssm.SnapshotAt(path), fault),
            _ => Redirects.TryGetValue(path["/documents/".Length..], out var elsewhere)
                ? (new HttpReply(302, []) { Headers = [("Location", elsewhere.AbsoluteUri)] }, null)
                : DocumentService.Answer(Documents.GetValueOrDefault(path["/documents/".Length..]), fault),
        };
        if (Options is { SaysTheTime: true, ClockOffset: not null })
            reply = reply with
            {
                Headers = [.. reply.Headers, ("Date", Options.Now.ToString("r", CultureInfo.InvariantCulture))],
            };
        _requests.Enqueue(
            request with
            {
                Fault = fault,
                ErrorCode = errorCode,
                Status = reply.Delivery is Delivery.Reset or Delivery.Stall ? null : reply.Status,
            }
        );
        return reply;
    }

    private static string TargetOf(HttpRequestHead head, string path) =>
        head["X-Amz-Target"] is { } operation
            ? operation[(operation.LastIndexOf('.') + 1)..]
            : path switch
            {
                IdentityService.ContainerPath => ContainerTarget,
                "/" when head.Method == "POST" => StsTarget,
                _ when path.StartsWith("/latest/", StringComparison.Ordinal) => ImdsTarget,
                _ when path.StartsWith("/snapshot/", StringComparison.Ordinal) => SnapshotTarget,
                _ when path.StartsWith("/documents/", StringComparison.Ordinal) => DocumentTarget,
                _ => S3Target,
            };
}
