using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PatchTools.Testing;

/// <summary>One request that reached the loopback service, with what was wrong with it.</summary>
public sealed record AwsRequest(string Operation, JsonObject? Body, int Status, string Signature, IReadOnlyList<string> Violations);

/// <summary>A fault for the next requests of one target: an operation's name, <c>snapshot</c>, <c>s3</c> or <c>imds</c>.</summary>
/// <param name="Target">What it hits.</param>
/// <param name="Kind"><c>throttle</c>, <c>500</c>, <c>503</c>, <c>404</c>, <c>403</c>, <c>reset</c>, <c>truncate</c>, <c>garbage</c>, <c>gzip</c>, <c>bom</c>, or an exception's name.</param>
/// <param name="Count">How many requests; -1 for all.</param>
public sealed record AwsFault(string Target, string Kind, int Count = -1);

/// <summary>What the loopback service serves.</summary>
public sealed record LoopbackAwsOptions
{
    public string Product { get; init; } = "Debian12";

    public byte[] Snapshot { get; init; } = [];

    /// <summary>Refuses a hash without content that it does not know.</summary>
    public bool StrictHash { get; init; }

    public IReadOnlyList<AwsFault> Faults { get; init; } = [];

    public IReadOnlyDictionary<string, byte[]> Objects { get; init; } = new Dictionary<string, byte[]>(StringComparer.Ordinal);
}

/// <summary>
/// SSM (JSON 1.1), the presigned snapshot download, S3 by path and the instance metadata service on one loopback port. Checks SigV4 and the service
/// model's limits of every SSM request, and misbehaves as told.
/// </summary>
public sealed partial class LoopbackAws : IDisposable
{
    public const string AccessKey = "AKIDLOOPBACK0EXAMPLE";
    public const string SecretKey = "loopbackSecretKeyForTestsOnly/0000000000";
    public const string SessionToken = "loopback-session-token";
    private const string ImdsToken = "loopback-imds-token";

    /// <summary>One port for one process where it is free: the SDK remembers the first metadata endpoint that it was given.</summary>
    private static int _port;

    private readonly TcpListener _listener;
    private readonly LoopbackAwsOptions _options;
    private readonly List<AwsRequest> _requests = [];
    private readonly List<(AwsFault Fault, int Left)> _faults;
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly Task _accepting;
    private readonly List<TcpClient> _clients = [];
    private byte[]? _override;

    public LoopbackAws(LoopbackAwsOptions options)
    {
        _options = options;
        _faults = [.. options.Faults.Select(f => (f, f.Count))];
        _listener = Listen();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = Task.Run(AcceptAsync);
    }

    public Uri Endpoint { get; }

    public IReadOnlyList<AwsRequest> Requests
    {
        get
        {
            lock (_requests)
                return [.. _requests];
        }
    }

    /// <summary>The environment of a process that is to speak to this service only.</summary>
    /// <param name="credentialsFromMetadata">Leaves the keys to the metadata service.</param>
    public IReadOnlyDictionary<string, string?> Environment(bool credentialsFromMetadata = false) => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["AWS_ENDPOINT_URL_SSM"] = Endpoint.AbsoluteUri,
        ["AWS_ENDPOINT_URL_S3"] = Endpoint.AbsoluteUri,
        ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = Endpoint.AbsoluteUri.TrimEnd('/'),
        ["AWS_ACCESS_KEY_ID"] = credentialsFromMetadata ? null : AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = credentialsFromMetadata ? null : SecretKey,
        ["AWS_SESSION_TOKEN"] = credentialsFromMetadata ? null : SessionToken,
        ["AWS_CONFIG_FILE"] = "/nonexistent",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent",
        ["AWS_PROFILE"] = null,
        ["AWS_REGION"] = null,
    };

    public void Dispose()
    {
        _listener.Stop();
        _listener.Dispose();
        _accepting.Wait();

        // Clients keep connections open; a request of the next test must not reach this server.
        lock (_clients)
            _clients.ForEach(client => client.Dispose());
    }

    private static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, _port);
        try
        {
            listener.Start();
        }
        catch (SocketException) when (_port != 0)
        {
            listener.Dispose();
            listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
        }

        Interlocked.CompareExchange(ref _port, ((IPEndPoint)listener.LocalEndpoint).Port, 0);
        return listener;
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }

            lock (_clients)
                _clients.Add(client);
            serving.Add(Task.Run(() => ServeAsync(client)));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            try
            {
                while (await HttpRequest.ReadAsync(stream) is { } request)
                {
                    var answer = Answer(request);
                    if (answer.Reset)
                    {
                        client.LingerState = new LingerOption(true, 0);
                        return;
                    }

                    var head = new StringBuilder($"HTTP/1.1 {answer.Status} Answer\r\nContent-Type: {answer.ContentType}\r\nContent-Length: {answer.Announced ?? answer.Body.Length}\r\n");
                    foreach (var (name, value) in answer.Headers)
                        head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
                    head.Append(CultureInfo.InvariantCulture, $"x-amzn-RequestId: {Guid.NewGuid()}\r\n\r\n");
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
                    await stream.WriteAsync(answer.Body);
                    if (answer.Announced is not null)
                        return;
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // One side hung up: a client of a faulty service, or the test that has ended.
            }
        }
    }

    private Answered Answer(HttpRequest request)
    {
        if (request.Header("X-Amz-Target") is { } target)
            return AnswerSsm(request, target[(target.LastIndexOf('.') + 1)..]);
        if (request.Path.StartsWith("/latest/", StringComparison.Ordinal))
            return AnswerMetadata(request);
        return request.Path.StartsWith("/snapshot/", StringComparison.Ordinal) ? AnswerSnapshot(request) : AnswerS3(request);
    }

    private Answered AnswerSsm(HttpRequest request, string operation)
    {
        var body = JsonNode.Parse(request.Body)?.AsObject();
        var signature = SignatureOf(request, "ssm");
        var violations = ServiceModel.Violations(operation, body);
        var answer = Fault(operation) is { } fault ? fault.Kind switch
        {
            "throttle" => Error(400, "ThrottlingException", "Rate exceeded"),
            "500" => Error(500, "InternalServerError", "fault injected"),
            "503" => Error(503, "ServiceUnavailable", "fault injected"),
            "reset" => new Answered(0, []) { Reset = true },
            "garbage" => new Answered(200, "<html>not json</html>"u8.ToArray()) { ContentType = "text/html" },
            "truncate" => new Answered(200, "{\"Product\": \"Deb"u8.ToArray()) { Announced = 4096 },
            var name => Error(400, name, "fault injected"),
        }
        : violations.Count > 0 ? Error(400, "ValidationException", string.Join("; ", violations))
        : signature != "ok" ? Error(400, "InvalidSignatureException", signature)
        : operation switch
        {
            "GetDeployablePatchSnapshotForInstance" => Snapshot(body!),
            "PutInventory" => PutInventory(body!),
            _ => Error(400, "UnknownOperationException", operation),
        };
        Record(new AwsRequest(operation, body, answer.Status, signature, violations));
        return answer;
    }

    private Answered Snapshot(JsonObject body)
    {
        var name = "default.json";
        if (body["BaselineOverride"] is JsonObject given)
        {
            var baseline = JsonNode.Parse("""{"accountId":null,"baselineId":"","name":"BaselineOverride","createdTime":0.0,"modifiedTime":0.0,"approvedPatches":[],"rejectedPatches":[],"sources":[],"globalFilters":{"filters":[]},"approvalRules":{"rules":[]}}""")!.AsObject();
            foreach (var (key, value) in SnapshotForm(given)!.AsObject().ToList())
                baseline[key] = value?.DeepClone();
            _override = Encoding.UTF8.GetBytes(new JsonObject { ["patchBaseline"] = baseline, ["patchGroup"] = null }.ToJsonString());
            name = "override.json";
        }

        return Json(new JsonObject
        {
            ["InstanceId"] = (string?)body["InstanceId"],
            ["SnapshotId"] = (string?)body["SnapshotId"],
            ["Product"] = _options.Product,
            ["SnapshotDownloadUrl"] = $"{Endpoint}snapshot/{name}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=secret",
        });
    }

    private static JsonNode? SnapshotForm(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(m => KeyValuePair.Create(
            m.Key switch { "PatchRules" => "rules", "PatchFilters" => "filters", "PatchFilterGroup" => "filterGroup", var key => char.ToLowerInvariant(key[0]) + key[1..] },
            SnapshotForm(m.Value)))),
        JsonArray a => new JsonArray([.. a.Select(SnapshotForm)]),
        var value => value?.DeepClone(),
    };

    private Answered PutInventory(JsonObject body)
    {
        foreach (var item in body["Items"]!.AsArray())
        {
            var key = $"{body["InstanceId"]} {item!["TypeName"]}";
            var hash = (string?)item["ContentHash"] ?? "";
            if (item["Content"] is null && _options.StrictHash && _hashes.GetValueOrDefault(key) != hash)
                return Error(400, "ItemContentMismatchException", "The content hash does not match the stored one.");
            _hashes[key] = hash;
        }

        return Json(new JsonObject { ["Message"] = "" });
    }

    private Answered AnswerSnapshot(HttpRequest request)
    {
        var content = request.Path.EndsWith("/override.json", StringComparison.Ordinal) ? _override! : _options.Snapshot;
        var fault = Fault("snapshot");
        var answer = fault?.Kind switch
        {
            null => new Answered(200, content),
            "truncate" => new Answered(200, content[..(content.Length / 2)]),
            "cut" => new Answered(200, content[..(content.Length / 2)]) { Announced = content.Length },
            "garbage" => new Answered(200, [0, 0xff, 0xfe]),
            "gzip" => new Answered(200, Gzip(content)),
            "bom" => new Answered(200, [0xef, 0xbb, 0xbf, .. content]),
            "reset" => new Answered(0, []) { Reset = true },
            var status => new Answered(int.Parse(status, CultureInfo.InvariantCulture), "<Error><Code>AccessDenied</Code></Error>"u8.ToArray()) { ContentType = "application/xml" },
        };
        Record(new AwsRequest("snapshot", null, answer.Status, "presigned", []));
        return answer;
    }

    private Answered AnswerS3(HttpRequest request)
    {
        var signature = SignatureOf(request, "s3");
        var key = Uri.UnescapeDataString(request.Path.TrimStart('/'));
        var fault = Fault("s3");
        var answer = fault?.Kind == "reset" ? new Answered(0, []) { Reset = true }
            : fault is not null ? S3Error(int.Parse(fault.Kind, CultureInfo.InvariantCulture), fault.Kind == "403" ? "AccessDenied" : "InternalError")
            : signature != "ok" ? S3Error(403, signature == "absent" ? "AccessDenied" : "SignatureDoesNotMatch")
            : _options.Objects.TryGetValue(key, out var content) ? new Answered(200, content)
            : S3Error(404, "NoSuchKey");
        Record(new AwsRequest($"s3:{request.Method}", null, answer.Status, signature, []));
        return answer;
    }

    private Answered AnswerMetadata(HttpRequest request)
    {
        var answer = Metadata(request);
        Record(new AwsRequest($"imds:{request.Method} {request.Path}", null, answer.Status, "presigned", []));
        return answer;
    }

    private Answered Metadata(HttpRequest request)
    {
        if (Fault("imds") is { } fault)
            return new Answered(int.Parse(fault.Kind, CultureInfo.InvariantCulture), []);
        if (request.Path == "/latest/api/token")
        {
            return request.Method == "PUT" && request.Header("X-aws-ec2-metadata-token-ttl-seconds") is { } ttl
                ? new Answered(200, Encoding.ASCII.GetBytes(ImdsToken)) { Headers = [("X-aws-ec2-metadata-token-ttl-seconds", ttl)] }
                : new Answered(400, []);
        }

        if (request.Header("X-aws-ec2-metadata-token") != ImdsToken)
            return new Answered(401, []);
        var text = request.Path.TrimEnd('/') switch
        {
            "/latest/meta-data/instance-id" => "i-0123456789abcdef0",
            "/latest/meta-data/placement/region" => "us-east-1",
            "/latest/meta-data/iam/security-credentials" => "loopback-role",
            "/latest/meta-data/iam/security-credentials/loopback-role" =>
                $$"""{"Code":"Success","Type":"AWS-HMAC","LastUpdated":"{{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}}","AccessKeyId":"{{AccessKey}}","SecretAccessKey":"{{SecretKey}}","Token":"{{SessionToken}}","Expiration":"{{TimeProvider.System.GetUtcNow().AddHours(6):yyyy-MM-ddTHH:mm:ssZ}}"}""",
            _ => null,
        };
        return text is null ? new Answered(404, []) : new Answered(200, Encoding.UTF8.GetBytes(text)) { ContentType = "text/plain" };
    }

    private AwsFault? Fault(string target)
    {
        lock (_faults)
        {
            for (var i = 0; i < _faults.Count; i++)
            {
                if (_faults[i].Fault.Target != target || _faults[i].Left == 0)
                    continue;
                _faults[i] = (_faults[i].Fault, _faults[i].Left - 1);
                return _faults[i].Fault;
            }
        }

        return null;
    }

    private void Record(AwsRequest request)
    {
        lock (_requests)
            _requests.Add(request);
    }

    private static Answered Json(JsonObject body) => new(200, Encoding.UTF8.GetBytes(body.ToJsonString()));

    private static Answered Error(int status, string code, string message) => new(status, Encoding.UTF8.GetBytes(new JsonObject { ["__type"] = code, ["message"] = message }.ToJsonString()));

    private static Answered S3Error(int status, string code) =>
        new(status, Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{code}</Message></Error>")) { ContentType = "application/xml" };

    private static byte[] Gzip(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            gzip.Write(content);
        return target.ToArray();
    }

    /// <summary>SigV4 as the general reference describes it, computed anew from the request.</summary>
    private static string SignatureOf(HttpRequest request, string service)
    {
        if (request.Header("Authorization") is not { } authorization)
            return "absent";
        var parts = SignatureParts().Match(authorization);
        if (!parts.Success)
            return "malformed";
        var scope = parts.Groups[1].Value.Split('/');
        if (scope is not [AccessKey, _, _, _, "aws4_request"] || scope[3] != service)
            return "wrong scope";
        if (request.Header("X-Amz-Security-Token") != SessionToken)
            return "wrong token";
        var signed = parts.Groups[2].Value.Split(';');
        var payload = request.Header("X-Amz-Content-SHA256") ?? Hex(SHA256.HashData(request.Body));
        var canonical = string.Join('\n', [
            request.Method,
            request.Path,
            string.Join('&', request.Query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=").Order(StringComparer.Ordinal)),
            .. signed.Select(h => $"{h}:{Regex.Replace((request.Header(h) ?? "").Trim(), @"\s+", " ")}"),
            "",
            string.Join(';', signed),
            payload]);
        var toSign = string.Join('\n', "AWS4-HMAC-SHA256", request.Header("X-Amz-Date"), string.Join('/', scope[1..]), Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
        foreach (var part in scope[1..])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign))) == parts.Groups[3].Value ? "ok" : "wrong signature";
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=([^,]+),\\s*SignedHeaders=([^,]+),\\s*Signature=([0-9a-f]{64})$")]
    private static partial Regex SignatureParts();

    private sealed record Answered(int Status, byte[] Body)
    {
        public string ContentType { get; init; } = "application/x-amz-json-1.1";

        public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

        /// <summary>A length that the body does not keep.</summary>
        public int? Announced { get; init; }

        public bool Reset { get; init; }
    }

    private sealed record HttpRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        public string? Header(string name) => Headers.GetValueOrDefault(name);

        public static async Task<HttpRequest?> ReadAsync(NetworkStream stream)
        {
            List<byte> head = [];
            var one = new byte[1];
            while (head.Count < 4 || head[^1] != '\n' || head[^3] != '\n')
            {
                if (await stream.ReadAsync(one) == 0)
                    return null;
                head.Add(one[0]);
            }

            var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            var first = lines[0].Split(' ');
            var headers = lines.Skip(1).Select(l => l.Split(':', 2)).ToDictionary(h => h[0], h => h[1].Trim(), StringComparer.OrdinalIgnoreCase);
            if (headers.GetValueOrDefault("Expect") == "100-continue")
                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray());
            var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body);
            var target = first[1].Split('?', 2);
            return new HttpRequest(first[0], target[0], target.Length > 1 ? target[1] : "", headers, body);
        }
    }
}
