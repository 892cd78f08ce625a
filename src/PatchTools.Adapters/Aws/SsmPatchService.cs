using Amazon;
using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;
using InventoryItem = PatchTools.Ports.InventoryItem;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// SSM over the SDK. Throttling, 5xx, broken connections and damaged answers are retried five times after the first try (spec 02 §3), all within one
/// deadline; what is left becomes a <see cref="PatchServiceException"/>. <c>AWS_ENDPOINT_URL_SSM</c> and <c>AWS_ENDPOINT_URL</c> are the SDK's own affair.
/// </summary>
internal sealed class SsmPatchService(AwsSettings settings, CallPatience patience) : IPatchService, IDisposable
{
    private readonly SemaphoreSlim _creating = new(1, 1);
    private SsmClient? _default;

    public async Task<SnapshotGrant> GetDeployablePatchSnapshotAsync(SnapshotCall call, ServiceClient client, CancellationToken cancellationToken)
    {
        const string operation = "GetDeployablePatchSnapshotForInstance";
        var request = new GetDeployablePatchSnapshotForInstanceRequest { InstanceId = call.InstanceId, SnapshotId = call.SnapshotId };
        if (call.BaselineOverride is { } baseline)
            request.BaselineOverride = BaselineOverrideMapper.Map(baseline);
        var answer = await CallAsync(operation, client, (ssm, token) => ssm.GetDeployablePatchSnapshotForInstanceAsync(request, token), cancellationToken);
        if (string.IsNullOrEmpty(answer.Product) || !Uri.TryCreate(answer.SnapshotDownloadUrl, UriKind.Absolute, out var url))
            throw new PatchServiceException(PatchServiceFailure.MalformedAnswer, operation, null, (int)answer.HttpStatusCode, $"The answer to {operation} has no product or no download URL.");
        return new SnapshotGrant(answer.Product, url);
    }

    public Task PutInventoryAsync(string instanceId, IReadOnlyList<InventoryItem> items, ServiceClient client, CancellationToken cancellationToken)
    {
        var request = ReportMapper.Map(instanceId, items);
        return CallAsync("PutInventory", client, (ssm, token) => ssm.PutInventoryAsync(request, token), cancellationToken);
    }

    public void Dispose()
    {
        _default?.Dispose();
        _creating.Dispose();
    }

    private async Task<T> CallAsync<T>(string operation, ServiceClient client, Func<IAmazonSimpleSystemsManagement, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience.Deadline);
        try
        {
            if (client == ServiceClient.Default)
                return await call(await DefaultClientAsync(operation, limit.Token), limit.Token);
            using var anew = Client(await Credentials.ProviderAsync(operation, settings.ProfileName, limit.Token));
            return await call(anew, limit.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw ServiceFailures.Late(operation, patience.Deadline);
        }
        catch (Exception e) when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or OperationCanceledException or ArgumentException or InvalidOperationException or UriFormatException)
        {
            throw ServiceFailures.Map(operation, e);
        }
    }

    private async Task<SsmClient> DefaultClientAsync(string operation, CancellationToken cancellationToken)
    {
        await _creating.WaitAsync(cancellationToken);
        try
        {
            return _default ??= Client(settings.IsHybrid
                ? await Credentials.ProviderAsync(operation, settings.ProfileName, cancellationToken)
                : await Credentials.ResolveAsync(operation, settings.ProfileName, cancellationToken));
        }
        finally
        {
            _creating.Release();
        }
    }

    private SsmClient Client(AWSCredentials credentials)
    {
        // With any endpoint but AWS's own, also one of the environment, the SDK would sign for us-east-1 unless it is told the region.
        var config = new SsmClientConfig(patience) { RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region), AuthenticationRegion = settings.Region };
        if (settings.EndpointUrl is { } endpoint)
            config.ServiceURL = endpoint.AbsoluteUri;
        return new SsmClient(credentials, config);
    }
}
