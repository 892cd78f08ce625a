using System.Runtime.CompilerServices;
using PatchTools.Adapters.Aws;
using PatchTools.Adapters.Compression;
using PatchTools.Adapters.Toml;
using PatchTools.Adapters.Yaml;
using PatchTools.Ports;

namespace PatchTools.Adapters;

/// <summary>
/// The adapters' one door; the module finds it by name and loads nothing else by reflection. What a method does not
/// need is not loaded by it.
/// </summary>
public sealed class AdapterFactory : IAdapterFactory
{
    private readonly CallPatience _patience;

    public AdapterFactory()
        : this(CallPatience.Default) { }

    internal AdapterFactory(CallPatience patience) => _patience = patience;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IPatchService CreatePatchService(AwsSettings settings) => new SsmPatchService(settings, _patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IFleetOperations CreateFleetOperations(AwsSettings settings) => new SsmFleet(settings, _patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IFleetCompliance CreateFleetCompliance(AwsSettings settings) => new SsmFleet(settings, _patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IObjectStore CreateObjectStore(AwsSettings? settings) => new ObjectStore(settings, _patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IInstanceIdentitySource CreateIdentitySource(Uri? endpoint) =>
        new InstanceIdentitySource(endpoint, _patience);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IDecompressor CreateDecompressor() => new Decompressor();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public ITomlReader CreateTomlReader() => new TomlReader();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public IOverrideListReader CreateOverrideListReader() => new OverrideListReader();
}
