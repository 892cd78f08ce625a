using PatchTools.Adapters;
using PatchTools.Checksums;
using PatchTools.Ports;

namespace PatchTools.Native;

/// <summary>The adapters, which are part of the program.</summary>
internal sealed class LinkedAdapters : IAdapterFactory
{
    private readonly AdapterFactory _adapters = new();

    public IPatchService CreatePatchService(AwsSettings settings) => Signing().CreatePatchService(settings);

    public IFleetOperations CreateFleetOperations(AwsSettings settings) => Signing().CreateFleetOperations(settings);

    public IFleetCompliance CreateFleetCompliance(AwsSettings settings) => Signing().CreateFleetCompliance(settings);

    public IObjectStore CreateObjectStore(AwsSettings? settings) => Signing().CreateObjectStore(settings);

    public IInstanceIdentitySource CreateIdentitySource(Uri? endpoint) => _adapters.CreateIdentitySource(endpoint);

    public IDecompressor CreateDecompressor() => _adapters.CreateDecompressor();

    public ITomlReader CreateTomlReader() => _adapters.CreateTomlReader();

    public IOverrideListReader CreateOverrideListReader() => _adapters.CreateOverrideListReader();

    /// <summary>Signatures and TLS are OpenSSL's, which is the host's own.</summary>
    private AdapterFactory Signing()
    {
        OpenSslLibrary.Demand("Calling AWS or fetching from a URL");
        return _adapters;
    }
}
