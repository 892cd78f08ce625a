using System.Net;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// Documents by URL. Plain <c>http://</c> is only spoken to this machine itself and to the host that was given as an <c>http://</c> endpoint for SSM
/// (<c>-EndpointUrl</c>, <c>AWS_ENDPOINT_URL_SSM</c>, <c>AWS_ENDPOINT_URL</c>): whoever speaks to the service
/// unprotected on purpose gets its presigned URLs likewise, and nobody else does. A redirect never leads from https to
/// http.
/// </summary>
internal sealed class WebObjects : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _http;
    private readonly Uri? _plainEndpoint;

    public WebObjects(AwsSettings? settings, CallPatience patience)
    {
#pragma warning disable CA2000 // The client owns its handler.
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                ResponseDrainTimeout = TimeSpan.Zero,
                ConnectTimeout = patience.ConnectTimeout,
            }
        )
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
#pragma warning restore CA2000
        _plainEndpoint = (settings?.EndpointUrl ?? Endpoints.FromEnvironment("SSM")) is { Scheme: "http" } endpoint
            ? endpoint
            : null;
    }

    public async Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        var current = location;
        for (var redirects = 0; ; redirects++)
        {
            if (!IsAllowed(current) || (location.Scheme == "https" && current.Scheme != "https"))
                throw new ObjectStoreException(
                    ObjectStoreFailure.Unreachable,
                    null,
                    $"{ObjectBody.Describe(current)} is not fetched: only https:// and s3:// are{(redirects > 0 ? $" ({ObjectBody.Describe(location)} redirects there)" : "")}."
                );
            using var response = await SendAsync(current, cancellationToken);
            if (
                response.StatusCode
                    is HttpStatusCode.MovedPermanently
                        or HttpStatusCode.Found
                        or HttpStatusCode.SeeOther
                        or HttpStatusCode.TemporaryRedirect
                        or HttpStatusCode.PermanentRedirect
                && response.Headers.Location is { } next
                && redirects < MaxRedirects
            )
            {
                current = new Uri(current, next);
                continue;
            }

            if (response.StatusCode != HttpStatusCode.OK)
                throw Refused(location, (int)response.StatusCode);
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await ObjectBody.ReadAsync(
                location,
                body,
                response.Content.Headers.ContentLength,
                maxBytes,
                cancellationToken
            );
        }
    }

    public void Dispose() => _http.Dispose();

    private static ObjectStoreException Refused(Uri location, int status)
    {
        var failure = status switch
        {
            401 or 403 => ObjectStoreFailure.AccessDenied,
            404 or 410 => ObjectStoreFailure.NotFound,
            _ => ObjectStoreFailure.HttpError,
        };
        return new ObjectStoreException(
            failure,
            status,
            $"{ObjectBody.Describe(location)} was answered with HTTP {status}."
        );
    }

    private async Task<HttpResponseMessage> SendAsync(Uri location, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetAsync(location, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw ObjectBody.WithoutAnswer(location, e);
        }
    }

    private bool IsAllowed(Uri location) =>
        location.Scheme switch
        {
            "https" => true,
            "http" => location.IsLoopback
                || (
                    _plainEndpoint is { } endpoint
                    && endpoint.Authority.Equals(location.Authority, StringComparison.OrdinalIgnoreCase)
                ),
            _ => false,
        };
}
