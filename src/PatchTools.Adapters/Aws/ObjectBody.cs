using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>Reads a body whole or not at all.</summary>
internal static class ObjectBody
{
    private const int BufferBytes = 80 * 1024;

    /// <summary>
    /// The location without user and query, which may be secrets. Of a scheme that is not fetched, whose query .NET may
    /// take for a part of the path, only the host.
    /// </summary>
    public static string Describe(Uri location) =>
        location.Scheme is "https" or "http" or "s3"
            ? location.GetComponents(
                UriComponents.Scheme | UriComponents.HostAndPort | UriComponents.Path,
                UriFormat.UriEscaped
            )
            : $"{location.Scheme}://{location.Host}/…";

    /// <summary>Nothing came back: the certificate of the server is refused, or it cannot be reached.</summary>
    public static ObjectStoreException WithoutAnswer(Uri location, Exception exception)
    {
        var cause = ServiceFailures.Cause(exception);
        return ServiceFailures.CertificateRefusal(exception) is { } refusal
            ? new ObjectStoreException(
                ObjectStoreFailure.CertificateRefused,
                null,
                $"{Describe(location)} was not read: the certificate of {location.Authority} is refused: {refusal}.",
                cause
            )
            : new ObjectStoreException(
                ObjectStoreFailure.Unreachable,
                null,
                $"{Describe(location)} cannot be reached{(cause is null ? "" : $": {cause.Message.TrimEnd('.')}")}.",
                cause
            );
    }

    /// <param name="location">For messages.</param>
    /// <param name="body">Read to its end.</param>
    /// <param name="announced">Content-Length; null when there is none.</param>
    /// <param name="maxBytes">What is larger is not read further.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreFailure.TooLarge"/>,
    /// <see cref="ObjectStoreFailure.Truncated"/>.</exception>
    public static async Task<byte[]> ReadAsync(
        Uri location,
        Stream body,
        long? announced,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        if (announced > maxBytes)
            throw new ObjectStoreException(
                ObjectStoreFailure.TooLarge,
                null,
                $"{Describe(location)} has {announced} bytes; the limit is {maxBytes}."
            );
        using var content = new MemoryStream((int)Math.Min(announced ?? 0, maxBytes));
        var buffer = new byte[BufferBytes];
        try
        {
            for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0; )
            {
                if (content.Length + read > maxBytes)
                    throw new ObjectStoreException(
                        ObjectStoreFailure.TooLarge,
                        null,
                        $"{Describe(location)} is larger than the limit of {maxBytes} bytes."
                    );
                await content.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Truncated(location, content.Length, announced, e);
        }

        return announced is { } length && content.Length != length
            ? throw Truncated(location, content.Length, length, null)
            : content.ToArray();
    }

    private static ObjectStoreException Truncated(Uri location, long read, long? announced, Exception? cause) =>
        new(
            ObjectStoreFailure.Truncated,
            null,
            $"{Describe(location)} ended after {read} bytes{(announced is { } length ? $" of {length}" : "")}.",
            cause
        );
}
