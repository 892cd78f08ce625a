using PatchTools.Adapters.Aws;
using PatchTools.Adapters.Compression;
using PatchTools.Adapters.Yaml;
using PatchTools.Ports;

namespace PatchTools.Adapters;

/// <summary>The adapters' one door; the module finds it by name and loads nothing else by reflection.</summary>
public sealed class AdapterFactory : IAdapterFactory
{
    public IPatchService CreatePatchService(AwsSettings settings) => new SsmPatchService(settings);

    public IObjectStore CreateObjectStore(AwsSettings? settings) => new ObjectStore(settings);

    public IInstanceIdentitySource CreateIdentitySource(Uri? endpoint) => new InstanceIdentitySource(endpoint);

    public IDecompressor CreateDecompressor() => new Decompressor();

    public IOverrideListReader CreateOverrideListReader() => new OverrideListReader();
}
