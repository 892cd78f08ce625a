using System.Data;

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

/// <summary>Loads SQLite only where lists are databases: on yum 3.</summary>
internal sealed class DeferredDatabaseReader(IAdapterFactory adapters) : IDatabaseReader
{
    private readonly Lazy<IDatabaseReader> _databases = new(adapters.CreateDatabaseReader);

    public void Read(string path, string query, Action<IDataRecord> row) => _databases.Value.Read(path, query, row);
}
