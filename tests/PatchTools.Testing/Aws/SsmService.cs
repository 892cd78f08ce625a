using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Testing.Aws;

/// <summary>SSM over JSON 1.1: the operations that PatchTools calls.</summary>
internal sealed class SsmService
{
    /// <summary>
    /// AWS General Reference, "Systems Manager endpoints and quotas": 1024 KB for an item, 1 MB for a call.
    /// </summary>
    private const int MaxItemBytes = 1024 * 1024;

    private const int MaxCallBytes = 1_000_000;

    /// <summary>How far a signature's time may be from the service's.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly LoopbackAwsOptions _options;
    private readonly Uri _url;
    private readonly ConcurrentDictionary<string, JsonElement> _inventory = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _hashes;
    private byte[]? _overrideSnapshot;

    public SsmService(LoopbackAwsOptions options, Uri url)
    {
        _options = options;
        _url = url;
        _hashes = new ConcurrentDictionary<string, string>(options.KnownHashes, StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, JsonElement> Inventory => _inventory;

    public LoopbackFleet Fleet { get; } = new();

    /// <summary>The document behind a presigned URL.</summary>
    public byte[]? SnapshotAt(string path) =>
        path switch
        {
            "/snapshot/default.json" => _options.Snapshot,
            "/snapshot/override.json" => _overrideSnapshot,
            _ => null,
        };

    public (HttpReply Reply, string? ErrorCode) Answer(ref RecordedRequest request, Fault? fault)
    {
        JsonElement json;
        try
        {
            using var document = JsonDocument.Parse(request.Body);
            json = document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            return Error(400, "SerializationException", e.Message);
        }

        request = request with { Json = json, ModelErrors = ServiceModel.Default.Validate(request.Target, json) };
        var (operation, signature, errors) = (request.Target, request.Signature, request.ModelErrors);
        var token = request.Header("X-Amz-Security-Token");
        var signedAt = request.Header("X-Amz-Date") ?? "";
        (HttpReply Reply, string? ErrorCode) Right() =>
            IsOfAnotherTime(signedAt, out var now)
                ? Error(
                    400,
                    "InvalidSignatureException",
                    $"Signature expired: {signedAt} is now earlier than {now:yyyyMMdd'T'HHmmss'Z'} "
                        + $"({now:yyyyMMdd'T'HHmmss'Z'} - 5 min.)"
                )
            : signature != SignatureVerdict.Valid ? Refused(signature, token)
            : errors.Count > 0 ? Error(400, "ValidationException", string.Join("; ", errors.Take(5)))
            : Call(operation, json);

        if (
            _options.RateLimits.TryGetValue(operation, out var limit)
            && !limit.TryTake(_options.Now - DateTimeOffset.UnixEpoch)
        )
            return Error(400, "ThrottlingException", "Rate exceeded");
        if (fault is null)
            return Right();
        if (Mishap.Of(fault, () => Right().Reply) is { } reply)
            return (reply, null);
        return fault.Kind switch
        {
            FaultKind.Throttle => Error(400, "ThrottlingException", fault.Message ?? "Rate exceeded"),
            FaultKind.InternalServerError => Error(
                500,
                "InternalServerError",
                fault.Message ?? "An internal error occurred."
            ),
            FaultKind.ServiceUnavailable => Error(
                503,
                "ServiceUnavailable",
                fault.Message ?? "The service is unavailable."
            ),
            FaultKind.Error => Error(400, fault.Code!, fault.Message ?? "refused"),
            // From something in between, which speaks no JSON.
            _ => (new HttpReply(Mishap.Status(fault.Kind), [.. "<html>no</html>"u8], "text/html"), null),
        };
    }

    private bool IsOfAnotherTime(string signedAt, out DateTime now)
    {
        now = _options.Now.UtcDateTime;
        return _options.ClockOffset is not null
            && (
                !DateTime.TryParseExact(
                    signedAt,
                    "yyyyMMdd'T'HHmmss'Z'",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                    out var signed
                )
                || (signed - now).Duration() > ClockTolerance
            );
    }

    private static (HttpReply Reply, string? ErrorCode) Refused(SignatureVerdict verdict, string? token) =>
        verdict switch
        {
            SignatureVerdict.UnknownKey => Error(
                400,
                "UnrecognizedClientException",
                "The security token included in the request is invalid."
            ),
            SignatureVerdict.WrongToken => Error(
                400,
                "ExpiredTokenException",
                "The security token included in the request is expired"
            ),

            // AWS's own words, which repeat the request with its secrets.
            _ => Error(
                400,
                "InvalidSignatureException",
                $"The request signature we calculated does not match the signature you provided "
                    + $"({verdict}).\n\nThe Canonical String for this request should have "
                    + $"been\n'POST\n/\n\nx-amz-security-token:{token}'"
            ),
        };

    private (HttpReply Reply, string? ErrorCode) Call(string operation, JsonElement request) =>
        operation switch
        {
            "GetDeployablePatchSnapshotForInstance" => Grant(request),
            "PutInventory" => Store(request),
            "PutComplianceItems" => Json(new JsonObject()),
            _ => Fleet.Answer(operation, request) is { } answer
                ? Json(answer)
                : Error(400, "UnknownOperationException", operation),
        };

    private (HttpReply Reply, string? ErrorCode) Grant(JsonElement request)
    {
        var name = "default.json";
        if (request.TryGetProperty("BaselineOverride", out var baselineOverride))
        {
            _overrideSnapshot = SnapshotDocuments.FromOverride(baselineOverride);
            name = "override.json";
        }

        return Json(
            new JsonObject
            {
                ["InstanceId"] = request.GetProperty("InstanceId").GetString(),
                ["SnapshotId"] = request.GetProperty("SnapshotId").GetString(),
                ["Product"] = _options.Product,
                ["SnapshotDownloadUrl"] =
                    $"{_url}snapshot/{name}"
                    + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=86400&X-Amz-Signature=presigned-secret",
            }
        );
    }

    private (HttpReply Reply, string? ErrorCode) Store(JsonElement request)
    {
        var items = request.GetProperty("Items").EnumerateArray().ToArray();
        if (
            items.FirstOrDefault(i => Encoding.UTF8.GetByteCount(i.GetRawText()) > MaxItemBytes) is
            { ValueKind: JsonValueKind.Object } large
        )
            return Error(400, "ItemSizeLimitExceededException", $"The size of {Type(large)} is over the limit.");
        if (Encoding.UTF8.GetByteCount(request.GetRawText()) > MaxCallBytes)
            return Error(400, "TotalSizeLimitExceededException", "The size of the inventory is over the limit.");
        var isMismatch =
            _options.StrictHashes
            && items.Any(i =>
                !HasContent(i) && (_hashes.GetValueOrDefault(Type(i)) is not { } known || known != Hash(i))
            );
        if (isMismatch)
            return Error(400, "ItemContentMismatchException", "The content hash is not the stored one.");
        foreach (var item in items.Where(HasContent))
        {
            _inventory[Type(item)] = item;
            _hashes[Type(item)] = Hash(item) ?? "";
        }

        return Json(new JsonObject { ["Message"] = "" });
    }

    private static bool HasContent(JsonElement item) =>
        item.TryGetProperty("Content", out var content) && content.GetArrayLength() > 0;

    private static string Type(JsonElement item) => item.GetProperty("TypeName").GetString()!;

    private static string? Hash(JsonElement item) =>
        item.TryGetProperty("ContentHash", out var hash) ? hash.GetString() : null;

    private static (HttpReply Reply, string? ErrorCode) Json(JsonObject answer) =>
        (
            new HttpReply(200, JsonSerializer.SerializeToUtf8Bytes(answer), "application/x-amz-json-1.1")
            {
                Headers = [("x-amzn-RequestId", Guid.NewGuid().ToString())],
            },
            null
        );

    private static (HttpReply Reply, string? ErrorCode) Error(int status, string code, string message)
    {
        // SSM's own exceptions spell it Message, the common ones message.
        var member = code is "ThrottlingException" or "AccessDeniedException" or "ValidationException"
            ? "message"
            : "Message";
        return (Json(new JsonObject { ["__type"] = code, [member] = message }).Reply with { Status = status }, code);
    }
}
