using Amazon;
using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// Calls of SSM over the SDK. Throttling, 5xx, broken connections and damaged answers are retried five times after the
/// first try (reference 02 §3), a connection that cannot be made once, all within one deadline; what is left becomes a
/// <see cref="PatchServiceException"/> that names the endpoint where none answered. <c>AWS_ENDPOINT_URL_SSM</c>,
/// <c>AWS_ENDPOINT_URL</c>, <c>AWS_USE_FIPS_ENDPOINT</c> and <c>AWS_USE_DUALSTACK_ENDPOINT</c> are the SDK's own
/// affair.
/// </summary>
internal sealed class SsmCalls(AwsSettings settings, CallPatience patience) : IDisposable
{
    private readonly SemaphoreSlim _creating = new(1, 1);
    private SsmClient? _default;

    public async Task<T> SendAsync<TRequest, T>(
        string operation,
        ServiceClient client,
        TRequest request,
        Func<IAmazonSimpleSystemsManagement, TRequest, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken
    )
        where TRequest : AmazonSimpleSystemsManagementRequest
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience.Deadline);
        string? endpoint = null;
        try
        {
            if (client == ServiceClient.Default)
                return await CallAsync(await DefaultClientAsync(operation, limit.Token));
            using var renewed = Client(await Credentials.ProviderAsync(operation, settings.ProfileName, limit.Token));
            return await CallAsync(renewed);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw ServiceFailures.Late(operation, endpoint, patience.Deadline);
        }
        catch (Exception e)
            when (e
                    is AmazonClientException
                        or AmazonServiceException
                        or HttpRequestException
                        or IOException
                        or OperationCanceledException
                        or ArgumentException
                        or InvalidOperationException
                        or UriFormatException
            )
        {
            throw ServiceFailures.Map(operation, endpoint, e);
        }

        Task<T> CallAsync(SsmClient ssm)
        {
            endpoint = new Uri(ssm.DetermineServiceOperationEndpoint(request).URL).Authority;
            return call(ssm, request, limit.Token);
        }
    }

    public void Dispose()
    {
        _default?.Dispose();
        _creating.Dispose();
    }

    private async Task<SsmClient> DefaultClientAsync(string operation, CancellationToken cancellationToken)
    {
        await _creating.WaitAsync(cancellationToken);
        try
        {
            return _default ??= Client(
                settings.IsHybrid
                    ? await Credentials.ProviderAsync(operation, settings.ProfileName, cancellationToken)
                    : await Credentials.ResolveAsync(operation, settings.ProfileName, cancellationToken)
            );
        }
        finally
        {
            _creating.Release();
        }
    }

    private SsmClient Client(AWSCredentials credentials)
    {
        // With any endpoint but AWS's own, also one of the environment, the SDK would sign for us-east-1 unless it is
        // told the region.
        var config = new SsmClientConfig(patience)
        {
            RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region),
            AuthenticationRegion = settings.Region,
        };
        if (settings.EndpointUrl is { } endpoint)
            config.ServiceURL = endpoint.AbsoluteUri;
        return new SsmClient(credentials, config);
    }
}
