using Amazon;
using Amazon.Runtime;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;
using InventoryItem = PatchTools.Ports.InventoryItem;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// SSM over the SDK. Throttling, 5xx and broken connections are retried five times after the first try (spec 02 §3), all within one deadline; what is left
/// becomes a <see cref="PatchServiceException"/>.
/// </summary>
public sealed class SsmPatchService : IPatchService, IDisposable
{
    private const int Retries = 5;

    private readonly AwsSettings _settings;
    private readonly TimeSpan _deadline;
    private readonly Lazy<AmazonSimpleSystemsManagementClient> _default;
    private readonly Lazy<AmazonSimpleSystemsManagementClient> _fallback;

    /// <param name="settings">Region, profile, endpoint.</param>
    /// <param name="deadline">For one call with all its retries; null: 100 seconds.</param>
    public SsmPatchService(AwsSettings settings, TimeSpan? deadline = null)
    {
        _settings = settings;
        _deadline = deadline ?? TimeSpan.FromSeconds(100);
        _default = new Lazy<AmazonSimpleSystemsManagementClient>(() => Client(settings.IsHybrid ? null : CredentialSource.ResolveOnce(settings)));
        _fallback = new Lazy<AmazonSimpleSystemsManagementClient>(() => Client(null));
    }

    public async Task<SnapshotGrant> GetDeployablePatchSnapshotAsync(SnapshotCall call, ServiceClient client, CancellationToken cancellationToken)
    {
        const string operation = "GetDeployablePatchSnapshotForInstance";
        var request = new GetDeployablePatchSnapshotForInstanceRequest { InstanceId = call.InstanceId, SnapshotId = call.SnapshotId };
        if (call.BaselineOverride is { } baseline)
            request.BaselineOverride = RequestMapper.Override(baseline);
        var response = await CallAsync(operation, client, (ssm, token) => ssm.GetDeployablePatchSnapshotForInstanceAsync(request, token), cancellationToken);
        if (string.IsNullOrEmpty(response.Product) || !Uri.TryCreate(response.SnapshotDownloadUrl, UriKind.Absolute, out var url))
            throw new PatchServiceException(PatchServiceFailure.MalformedAnswer, operation, null, (int)response.HttpStatusCode, "The answer has no product or no download URL.");
        return new SnapshotGrant(response.Product, url);
    }

    public async Task PutInventoryAsync(string instanceId, IReadOnlyList<InventoryItem> items, ServiceClient client, CancellationToken cancellationToken)
    {
        var request = new PutInventoryRequest { InstanceId = instanceId, Items = [.. items.Select(RequestMapper.Item)] };
        await CallAsync("PutInventory", client, (ssm, token) => ssm.PutInventoryAsync(request, token), cancellationToken);
    }

    public void Dispose()
    {
        foreach (var client in new[] { _default, _fallback })
        {
            if (client.IsValueCreated)
                client.Value.Dispose();
        }
    }

    private async Task<T> CallAsync<T>(string operation, ServiceClient client, Func<AmazonSimpleSystemsManagementClient, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_deadline);
        try
        {
            return await call(client == ServiceClient.Default ? _default.Value : _fallback.Value, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PatchServiceException(PatchServiceFailure.Unreachable, operation, null, null, $"No answer to {operation} within {_deadline.TotalSeconds:0} seconds.", e);
        }
        catch (Exception e) when (e is not (OperationCanceledException or PatchServiceException))
        {
            throw FailureMapper.Of(operation, e);
        }
    }

    private AmazonSimpleSystemsManagementClient Client(AWSCredentials? credentials)
    {
        var config = new AmazonSimpleSystemsManagementConfig
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = Retries,
            Timeout = TimeSpan.FromSeconds(60),
        };
        if (_settings.EndpointUrl is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = _settings.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(_settings.Region);
        }

        credentials ??= CredentialSource.Chain(_settings);
        return new AmazonSimpleSystemsManagementClient(credentials, config);
    }
}
