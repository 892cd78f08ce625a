using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// Instance metadata service: version 2 by its session token, version 1 where it gives none (AWS EC2 guide, "Use the
/// Instance Metadata Service").
/// </summary>
internal sealed class InstanceIdentitySource(Uri? endpoint, CallPatience patience) : IInstanceIdentitySource
{
    private const int MaxAnswerBytes = 256;

    private static readonly Uri LinkLocal = new("http://169.254.169.254/");

    private readonly Uri _endpoint = endpoint ?? Endpoints.Named("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? LinkLocal;

    public async Task<InstanceIdentity> GetAsync(CancellationToken cancellationToken)
    {
        if (
            string.Equals(
                Environment.GetEnvironmentVariable("AWS_EC2_METADATA_DISABLED"),
                "true",
                StringComparison.OrdinalIgnoreCase
            )
        )
            return new InstanceIdentity(null, null);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience.MetadataDeadline);

        // Never through a proxy: it would tell of the proxy's host.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler)
        {
            BaseAddress = _endpoint,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        string? instanceId = null;
        try
        {
            var token = await TokenAsync(http, limit.Token);
            var proof = token is null ? default : ("X-aws-ec2-metadata-token", token);
            instanceId = AsName(
                await AskAsync(http, HttpMethod.Get, "latest/meta-data/instance-id", proof, limit.Token)
            );
            return new InstanceIdentity(
                instanceId,
                AsName(await AskAsync(http, HttpMethod.Get, "latest/meta-data/placement/region", proof, limit.Token))
            );
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            // Not on EC2, or the service is off: the contract's "unknown".
            return new InstanceIdentity(instanceId, null);
        }
    }

    /// <summary>
    /// Null: version 1 is left. In a container behind a hop limit of 1 the token never arrives, while version 1 may
    /// still answer; so it gets half of the time.
    /// </summary>
    private async Task<string?> TokenAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience.MetadataDeadline / 2);
        try
        {
            return await AskAsync(
                http,
                HttpMethod.Put,
                "latest/api/token",
                ("X-aws-ec2-metadata-token-ttl-seconds", "60"),
                limit.Token
            );
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<string?> AskAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        (string Name, string Value) header,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (header.Name is not null)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode
            ? (await response.Content.ReadAsStringAsync(cancellationToken)).Trim()
            : null;
    }

    /// <summary>An id or a region; whatever else answers at that address is not taken for one.</summary>
    private static string? AsName(string? text) =>
        text is { Length: > 0 and <= 64 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text : null;
}
