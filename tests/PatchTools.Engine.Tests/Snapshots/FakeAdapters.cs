using PatchTools.Ports;

namespace PatchTools.Engine.Tests.Snapshots;

/// <summary>The ports as one test scripts them; remembers what was asked of them.</summary>
internal sealed class FakeAdapters : IAdapterFactory, IPatchService, IObjectStore, IInstanceIdentitySource
{
    public InstanceIdentity Identity { get; set; } = new(null, null);

    public int IdentityCalls { get; private set; }

    public Uri? IdentityEndpoint { get; private set; }

    /// <summary>What each call of the service does, by turn.</summary>
    public Queue<Func<SnapshotGrant>> Grants { get; } = new();

    /// <summary>What the object store holds or throws, by location.</summary>
    public Dictionary<Uri, Func<byte[]>> Objects { get; } = [];

    public List<(SnapshotCall Call, ServiceClient Client)> Calls { get; } = [];

    public List<AwsSettings> ServiceSettings { get; } = [];

    public List<AwsSettings?> StoreSettings { get; } = [];

    public List<Uri> Fetched { get; } = [];

    public IPatchService CreatePatchService(AwsSettings settings)
    {
        ServiceSettings.Add(settings);
        return this;
    }

    public IObjectStore CreateObjectStore(AwsSettings? settings)
    {
        StoreSettings.Add(settings);
        return this;
    }

    public IInstanceIdentitySource CreateIdentitySource(Uri? endpoint)
    {
        IdentityEndpoint = endpoint;
        return this;
    }

    public IFleetOperations CreateFleetOperations(AwsSettings settings) => throw new NotSupportedException();

    public IFleetCompliance CreateFleetCompliance(AwsSettings settings) => throw new NotSupportedException();

    public IDecompressor CreateDecompressor() => throw new NotSupportedException();

    public ITomlReader CreateTomlReader() => throw new NotSupportedException();

    public IOverrideListReader CreateOverrideListReader() => new PatchTools.Adapters.Yaml.OverrideListReader();

    public Task<SnapshotGrant> GetDeployablePatchSnapshotAsync(
        SnapshotCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    )
    {
        Calls.Add((call, client));
        return Task.FromResult(Grants.Dequeue()());
    }

    public Task PutInventoryAsync(
        string instanceId,
        IReadOnlyList<InventoryItem> items,
        ServiceClient client,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public Task PutComplianceItemsAsync(
        AssociationReportCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    Task<byte[]> IObjectStore.GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        Fetched.Add(location);
        return Task.FromResult(
            Objects.TryGetValue(location, out var content)
                ? content()
                : throw new ObjectStoreException(ObjectStoreFailure.NotFound, 404, "not there")
        );
    }

    Task<InstanceIdentity> IInstanceIdentitySource.GetAsync(CancellationToken cancellationToken)
    {
        IdentityCalls++;
        return Task.FromResult(Identity);
    }
}

/// <summary>Remembers what it was told.</summary>
internal sealed class RecordingObserver : IRunObserver
{
    public List<string> Lines { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Progress(string phase, string status, int percent) => Lines.Add($"{phase}: {status}");

    public void Verbose(string message) => Lines.Add(message);

    public void Warning(string message) => Warnings.Add(message);

    public void Debug(string message) => Lines.Add(message);
}
