using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>Instance metadata service: version 2 by its session token, version 1 where it gives none (AWS EC2 guide, "Use the instance metadata service").</summary>
public sealed class InstanceIdentitySource : IInstanceIdentitySource
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    private readonly Uri _endpoint;
    private readonly TimeSpan _deadline;

    /// <param name="endpoint">Null: <c>AWS_EC2_METADATA_SERVICE_ENDPOINT</c>, else the link-local address.</param>
    /// <param name="deadline">For the whole; null: 2 seconds.</param>
    public InstanceIdentitySource(Uri? endpoint, TimeSpan? deadline = null)
    {
        var fromEnvironment = Environment.GetEnvironmentVariable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        _endpoint = endpoint ?? (Uri.TryCreate(fromEnvironment, UriKind.Absolute, out var named) ? named : new Uri("http://169.254.169.254"));
        _deadline = deadline ?? Deadline;
    }

    public async Task<InstanceIdentity> GetAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadline);

        // Never through a proxy: the answer would be about the proxy's host.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { BaseAddress = _endpoint };
        try
        {
            var token = await TokenAsync(http, limit.Token);
            return new InstanceIdentity(
                await ValueAsync(http, "/latest/meta-data/instance-id", token, limit.Token),
                await ValueAsync(http, "/latest/meta-data/placement/region", token, limit.Token));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Not on EC2, or the service is off: the contract's "unknown".
            return new InstanceIdentity(null, null);
        }
    }

    private static async Task<string?> TokenAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("/latest/api/token", UriKind.Relative));
        request.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        using var response = await http.SendAsync(request, cancellationToken);
        return response.IsSuccessStatusCode ? (await response.Content.ReadAsStringAsync(cancellationToken)).Trim() : null;
    }

    private static async Task<string?> ValueAsync(HttpClient http, string path, string? token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (token is not null)
            request.Headers.Add("X-aws-ec2-metadata-token", token);
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            return null;
        var text = (await response.Content.ReadAsStringAsync(cancellationToken)).Trim();
        return text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text : null;
    }
}
