namespace PatchTools.Ports;

/// <summary>Loads the decompressors only when a list is compressed: plain and gzip lists need none.</summary>
internal sealed class DeferredDecompressor(IAdapterFactory adapters) : IDecompressor
{
    private readonly Lazy<IDecompressor> _decompressor = new(adapters.CreateDecompressor);

    public Stream Open(CompressionFormat format, Stream compressed) => _decompressor.Value.Open(format, compressed);
}

/// <summary>Loads the TOML parser only where dnf 5 keeps something in it.</summary>
internal sealed class DeferredTomlReader(IAdapterFactory adapters) : ITomlReader
{
    private readonly Lazy<ITomlReader> _toml = new(adapters.CreateTomlReader);

    public IReadOnlyDictionary<string, object> Read(string text) => _toml.Value.Read(text);
}
