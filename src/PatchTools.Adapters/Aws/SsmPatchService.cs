using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;
using InventoryItem = PatchTools.Ports.InventoryItem;

namespace PatchTools.Adapters.Aws;

/// <summary>The calls that an instance makes in its own name, as <see cref="SsmCalls"/> makes them.</summary>
internal sealed class SsmPatchService(AwsSettings settings, CallPatience patience) : IPatchService, IDisposable
{
    private readonly SsmCalls _ssm = new(settings, patience);

    public async Task<SnapshotGrant> GetDeployablePatchSnapshotAsync(
        SnapshotCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    )
    {
        const string operation = "GetDeployablePatchSnapshotForInstance";
        var request = new GetDeployablePatchSnapshotForInstanceRequest
        {
            InstanceId = call.InstanceId,
            SnapshotId = call.SnapshotId,
        };
        if (call.BaselineOverride is { } baseline)
            request.BaselineOverride = BaselineOverrideMapper.Map(baseline);
        var answer = await _ssm.SendAsync(
            operation,
            client,
            request,
            (ssm, r, token) => ssm.GetDeployablePatchSnapshotForInstanceAsync(r, token),
            cancellationToken
        );
        if (
            string.IsNullOrEmpty(answer.Product)
            || !Uri.TryCreate(answer.SnapshotDownloadUrl, UriKind.Absolute, out var url)
        )
            throw new PatchServiceException(
                PatchServiceFailure.MalformedAnswer,
                operation,
                null,
                (int)answer.HttpStatusCode,
                $"The answer to {operation} has no product or no download URL."
            );
        return new SnapshotGrant(answer.Product, url);
    }

    public Task PutInventoryAsync(
        string instanceId,
        IReadOnlyList<InventoryItem> items,
        ServiceClient client,
        CancellationToken cancellationToken
    ) =>
        _ssm.SendAsync(
            "PutInventory",
            client,
            ReportMapper.Map(instanceId, items),
            (ssm, r, token) => ssm.PutInventoryAsync(r, token),
            cancellationToken
        );

    public Task PutComplianceItemsAsync(
        AssociationReportCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    ) =>
        _ssm.SendAsync(
            "PutComplianceItems",
            client,
            ReportMapper.Map(call),
            (ssm, r, token) => ssm.PutComplianceItemsAsync(r, token),
            cancellationToken
        );

    public void Dispose() => _ssm.Dispose();
}
