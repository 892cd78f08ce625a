using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// Small documents by <c>https://</c> (anonymous or presigned) and <c>s3://</c> (signed). Plain <c>http://</c> is only spoken to this machine itself, so
/// that nothing fetched over a network goes unprotected.
/// </summary>
public sealed class ObjectStore : IObjectStore, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(100);

    private readonly AwsSettings? _settings;
    private readonly TimeSpan _deadline;
    private readonly Lazy<HttpClient> _http = new(() => new HttpClient(new SocketsHttpHandler { MaxAutomaticRedirections = 5, ConnectTimeout = TimeSpan.FromSeconds(20) }) { Timeout = Timeout.InfiniteTimeSpan });

    /// <param name="settings">For <c>s3://</c>; null serves the others only.</param>
    /// <param name="deadline">For one object; null: 100 seconds.</param>
    public ObjectStore(AwsSettings? settings, TimeSpan? deadline = null)
    {
        _settings = settings;
        _deadline = deadline ?? Deadline;
    }

    public async Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadline);
        try
        {
            return location.Scheme switch
            {
                "s3" => await FromS3Async(location, maxBytes, limit.Token),
                "https" => await FromHttpAsync(location, maxBytes, limit.Token),
                "http" when location.IsLoopback => await FromHttpAsync(location, maxBytes, limit.Token),
                _ => throw new ObjectStoreException(ObjectStoreFailure.Unreachable, null, $"{Name(location)}: only https:// and s3:// are fetched."),
            };
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectStoreException(ObjectStoreFailure.Unreachable, null, $"{Name(location)} did not arrive within {_deadline.TotalSeconds:0} seconds.", e);
        }
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value.Dispose();
    }

    /// <summary>The location without its query, which may be a signature.</summary>
    private static string Name(Uri location) => location.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private async Task<byte[]> FromHttpAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.Value.GetAsync(location, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)response.StatusCode;
            if (status >= 300)
            {
                var failure = status switch
                {
                    401 or 403 => ObjectStoreFailure.AccessDenied,
                    404 or 410 => ObjectStoreFailure.NotFound,
                    _ => ObjectStoreFailure.HttpError,
                };
                throw new ObjectStoreException(failure, status, $"{Name(location)} was answered with HTTP {status} {response.ReasonPhrase}.");
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await ReadAllAsync(location, body, response.Content.Headers.ContentLength, maxBytes, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ObjectStoreException(ObjectStoreFailure.Unreachable, null, $"{Name(location)} cannot be reached: {e.Message}", e);
        }
    }

    private async Task<byte[]> FromS3Async(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        if (_settings is null)
            throw new ObjectStoreException(ObjectStoreFailure.NoCredentials, null, $"{Name(location)}: a region is needed to fetch from S3.");
        try
        {
            using var s3 = Client(_settings);
            using var response = await s3.GetObjectAsync(new GetObjectRequest { BucketName = location.Host, Key = Uri.UnescapeDataString(location.AbsolutePath.TrimStart('/')) }, cancellationToken);
            await using var body = response.ResponseStream;
            return await ReadAllAsync(location, body, response.ContentLength, maxBytes, cancellationToken);
        }
        catch (PatchServiceException e)
        {
            throw new ObjectStoreException(ObjectStoreFailure.NoCredentials, null, $"{Name(location)}: {e.Message}", e);
        }
        catch (AmazonS3Exception e) when (e.StatusCode != 0)
        {
            var failure = e.StatusCode switch
            {
                HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => ObjectStoreFailure.AccessDenied,
                HttpStatusCode.NotFound => ObjectStoreFailure.NotFound,
                _ => ObjectStoreFailure.HttpError,
            };
            throw new ObjectStoreException(failure, (int)e.StatusCode, $"{Name(location)} was answered with {e.ErrorCode} ({(int)e.StatusCode}).", e);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException)
        {
            throw new ObjectStoreException(ObjectStoreFailure.Unreachable, null, $"{Name(location)} cannot be reached: {e.Message}", e);
        }
    }

    private static async Task<byte[]> ReadAllAsync(Uri location, Stream body, long? announced, long maxBytes, CancellationToken cancellationToken)
    {
        if (announced > maxBytes)
            throw new ObjectStoreException(ObjectStoreFailure.TooLarge, null, $"{Name(location)} has {announced} bytes; the limit is {maxBytes}.");
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (content.Length + read > maxBytes)
                    throw new ObjectStoreException(ObjectStoreFailure.TooLarge, null, $"{Name(location)} is larger than the limit of {maxBytes} bytes.");
                await content.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ObjectStoreException(ObjectStoreFailure.Truncated, null, $"{Name(location)} broke off after {content.Length} bytes{(announced is null ? "" : $" of {announced}")}.", e);
        }

        if (announced is { } length && content.Length != length)
            throw new ObjectStoreException(ObjectStoreFailure.Truncated, null, $"{Name(location)} ended after {content.Length} of {length} bytes.");
        return content.ToArray();
    }

    private static AmazonS3Client Client(AwsSettings settings)
    {
        var endpoint = settings.EndpointUrl?.AbsoluteUri
            ?? NonEmpty(Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3"))
            ?? NonEmpty(Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"));
        var config = new AmazonS3Config();
        if (endpoint is null)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        }
        else
        {
            // By IP address the SDK is path-style, by name it is not; other servers than AWS rarely answer to bucket names, and know fewer checksums.
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = settings.Region;
            config.ForcePathStyle = true;
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }

        return new AmazonS3Client(CredentialSource.Chain(settings), config);
    }

    private static string? NonEmpty(string? text) => text is { Length: > 0 } ? text : null;
}
