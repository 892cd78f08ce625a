namespace PatchTools.Testing.Aws;

/// <summary>Documents that need no signature of the client's, or carry it in the URL.</summary>
internal static class DocumentService
{
    public static (HttpReply Reply, string? ErrorCode) Answer(byte[]? content, Fault? fault)
    {
        HttpReply Right() =>
            content is null
                ? new HttpReply(404, [.. "<Error><Code>NoSuchKey</Code></Error>"u8], "application/xml")
                : new HttpReply(200, content, "binary/octet-stream");
        if (fault is null)
            return (Right(), null);
        return (
            Mishap.Of(fault, Right)
                ?? new HttpReply(
                    Mishap.Status(fault.Kind),
                    [.. "<Error><Code>AccessDenied</Code></Error>"u8],
                    "application/xml"
                ),
            null
        );
    }
}
