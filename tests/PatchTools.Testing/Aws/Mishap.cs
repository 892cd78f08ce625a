using System.IO.Compression;

namespace PatchTools.Testing.Aws;

/// <summary>What a fault makes of an answer, where all services agree.</summary>
internal static class Mishap
{
    /// <returns>Null: the fault is an error of the service's own kind.</returns>
    public static HttpReply? Of(Fault fault, Func<HttpReply> right) =>
        fault.Kind switch
        {
            FaultKind.Reset => new HttpReply(0, []) { Delivery = Delivery.Reset },
            FaultKind.Stall => new HttpReply(0, []) { Delivery = Delivery.Stall },
            FaultKind.Truncate => right() with { Delivery = Delivery.CutShort },
            FaultKind.ResetInBody => right() with { Delivery = Delivery.ResetInBody },
            FaultKind.StallInBody => right() with { Delivery = Delivery.StallInBody },
            FaultKind.Understate => right() with { Delivery = Delivery.Understated },
            FaultKind.Halve => right() is var whole
                ? whole with
                {
                    Body = whole.Body[..(whole.Body.Length / 2)],
                }
                : null,
            FaultKind.RedirectLoop => new HttpReply(302, []) { Headers = [("Location", "?again")] },
            FaultKind.Garbage => new HttpReply(200, [0, 255, 254, .. "<html>no answer</html>"u8], "text/html"),
            FaultKind.Answer => new HttpReply(
                200,
                System.Text.Encoding.UTF8.GetBytes(fault.Message!),
                "application/x-amz-json-1.1"
            ),
            FaultKind.Gzip => right() is var plain ? plain with { Body = Compressed(plain.Body) } : null,
            FaultKind.NoLength => right() with { AnnouncesLength = false },
            FaultKind.ByteOrderMark => right() is var bare
                ? bare with
                {
                    Body = [0xEF, 0xBB, 0xBF, .. bare.Body],
                }
                : null,
            _ => null,
        };

    public static int Status(FaultKind kind) =>
        kind switch
        {
            FaultKind.InternalServerError => 500,
            FaultKind.ServiceUnavailable => 503,
            FaultKind.Throttle => 429,
            FaultKind.NotFound => 404,
            FaultKind.Forbidden => 403,
            _ => 400,
        };

    private static byte[] Compressed(byte[] plain)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(plain);
        return compressed.ToArray();
    }
}
