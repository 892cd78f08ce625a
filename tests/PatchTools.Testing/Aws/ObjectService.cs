using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace PatchTools.Testing.Aws;

/// <summary>S3, path style, reading only.</summary>
internal static class ObjectService
{
    public static (HttpReply Reply, string? ErrorCode) Answer(
        RecordedRequest request,
        string path,
        ConcurrentDictionary<string, byte[]> objects,
        string? entityTag,
        Fault? fault
    )
    {
        if (fault is null)
            return Right(request, path, objects, entityTag);
        if (Mishap.Of(fault, () => Right(request, path, objects, entityTag).Reply) is { } reply)
            return (reply, null);
        return fault.Kind switch
        {
            FaultKind.Throttle => Error(503, "SlowDown"),
            FaultKind.InternalServerError => Error(500, "InternalError"),
            FaultKind.ServiceUnavailable => Error(503, "ServiceUnavailable"),
            FaultKind.NotFound => Error(404, "NoSuchKey"),
            FaultKind.Forbidden => Error(403, "AccessDenied"),
            _ => Error(400, fault.Code!),
        };
    }

    private static (HttpReply Reply, string? ErrorCode) Right(
        RecordedRequest request,
        string path,
        ConcurrentDictionary<string, byte[]> objects,
        string? entityTag
    )
    {
        if (request.Method != "GET")
            return Error(405, "MethodNotAllowed");
        if (request.Signature != SignatureVerdict.Valid)
            return Error(403, request.Signature == SignatureVerdict.Absent ? "AccessDenied" : "SignatureDoesNotMatch");
        if (objects.TryGetValue(path, out var content))
            return (
                new HttpReply(200, content, "binary/octet-stream")
                {
                    Headers =
                    [
                        ("ETag", $"\"{entityTag ?? Md5(content)}\""),
                        ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"),
                    ],
                },
                null
            );
        return Error(
            404,
            objects.Keys.Any(k => k.StartsWith(path.Split('/')[0] + "/", StringComparison.Ordinal))
                ? "NoSuchKey"
                : "NoSuchBucket"
        );
    }

#pragma warning disable CA5351 // S3's entity tag of an object in one part is its MD5.
    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private static (HttpReply Reply, string? ErrorCode) Error(int status, string code) =>
        (
            new HttpReply(
                status,
                Encoding.UTF8.GetBytes(
                    $"<?xml version=\"1.0\" "
                        + $"encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{code}</Message><RequestId>"
                        + "loopback</RequestId></Error>"
                ),
                "application/xml"
            ),
            code
        );
}
