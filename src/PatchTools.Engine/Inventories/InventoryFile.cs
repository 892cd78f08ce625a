using System.IO.Compression;
using System.Text;
using System.Text.Json;
using PatchTools.Errors;

namespace PatchTools.Inventories;

/// <summary>
/// An inventory as a file: one gzip-compressed JSON document. Words, origins and origin sets are written once and named by number, versions as short
/// lists, so that 66 000 versions take about a megabyte.
/// </summary>
internal static class InventoryFile
{
    private const string Format = "patchtools-inventory/1";

    /// <summary>Plain size that no real host reaches; a bound against bombs.</summary>
    private const int MaxBytes = 512 << 20;

    public static async Task WriteAsync(HostInventory inventory, Stream destination, CancellationToken cancellationToken)
    {
        await using var compressed = new GZipStream(destination, CompressionLevel.Optimal, leaveOpen: true);
        await using var json = new Utf8JsonWriter(compressed);
        var catalog = inventory.Packages;
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("family", inventory.Family.ToString());
        json.WriteString("packageManager", inventory.PackageManager);
        json.WriteString("capturedAt", inventory.CapturedAt);
        Write("operatingSystem", inventory.OperatingSystem);
        Write("facts", inventory.Facts);
        Write("repositories", inventory.Repositories);
        Write("warnings", inventory.Warnings);
        json.WriteString("nativeArchitecture", catalog.NativeArchitecture);
        Write("origins", catalog.Origins);
        Write("originSets", catalog.OriginSets);
        Write("words", catalog.Words);
        Write("advisorySets", catalog.AdvisorySets);
        json.WriteStartArray("packages");
        foreach (var package in catalog)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ref var row = ref catalog.PackageRows[package.Index];
            json.WriteStartArray();
            json.WriteStringValue(package.NameUtf8);
            json.WriteNumberValue(row.Architecture);
            foreach (var version in package.Versions)
            {
                ref var v = ref catalog.VersionRows[version.Index];
                json.WriteStartArray();
                json.WriteStringValue(version.EditionUtf8);
                json.WriteNumberValue(v.Priority);
                json.WriteNumberValue(v.Section);
                json.WriteNumberValue(v.OriginSet);
                json.WriteNumberValue(v.MetadataHash);
                json.WriteNumberValue(v.Advisories);
                if (version.IsInstalled)
                    JsonSerializer.Serialize(json, package.Installed);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Write<T>(string name, T value)
        {
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, value);
        }
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InventoryMalformed"/>; <see cref="PatchErrors.InventoryTooLarge"/>.</exception>
    public static async Task<HostInventory> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        try
        {
            using var plain = new MemoryStream();
            await using (var gzip = new GZipStream(source, CompressionMode.Decompress, leaveOpen: true))
            {
                var buffer = new byte[1 << 16];
                int read;
                while ((read = await gzip.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    if (plain.Length + read > MaxBytes)
                        throw new PatchToolsException(PatchErrors.InventoryTooLarge, $"The inventory is larger than {MaxBytes >> 20} MiB.");
                    await plain.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            using var document = JsonDocument.Parse(plain.GetBuffer().AsMemory(0, (int)plain.Length), new JsonDocumentOptions { MaxDepth = 32 });
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or IndexOutOfRangeException or OverflowException or NullReferenceException)
        {
            throw new PatchToolsException(PatchErrors.InventoryMalformed, $"This is no inventory of Export-PatchInventory, or a damaged one: {e.Message}", null, e);
        }
    }

    private static HostInventory Read(JsonElement root)
    {
        if (root.GetProperty("format").GetString() is var format && format != Format)
            throw new PatchToolsException(PatchErrors.InventoryMalformed, $"$.format: '{format}', wanted '{Format}'.");
        var builder = new PackageCatalogBuilder { NativeArchitecture = root.GetProperty("nativeArchitecture").GetString() ?? "" };
        var origins = Value<List<PackageOrigin>>("origins").Select(builder.AddOrigin).ToList();
        var sets = Value<List<int[]>>("originSets");
        var words = Value<List<string>>("words").Select(builder.Word).ToList();
        var advisories = Value<List<Advisory[]>>("advisorySets");
        foreach (var package in root.GetProperty("packages").EnumerateArray())
        {
            var index = builder.Package(Encoding.UTF8.GetBytes(package[0].GetString()!), words[package[1].GetInt32()]);
            foreach (var version in package.EnumerateArray().Skip(2))
            {
                var set = sets[version[3].GetInt32()];
                var row = -1;
                foreach (var origin in set)
                    row = builder.Version(index, Encoding.UTF8.GetBytes(version[0].GetString()!), words[version[1].GetInt32()], words[version[2].GetInt32()], version[4].GetUInt64(), origins[origin]);
                if (row < 0)
                    throw new InvalidDataException("a version has no origin");
                if (advisories[version[5].GetInt32()] is { Length: > 0 } of)
                    builder.SetAdvisories(row, of);
                if (version.GetArrayLength() > 6)
                    builder.SetInstalled(index, row, version[6].Deserialize<InstalledPackage>()!);
            }
        }

        return new HostInventory
        {
            Family = Enum.Parse<PackageFamily>(root.GetProperty("family").GetString()!),
            PackageManager = root.GetProperty("packageManager").GetString()!,
            Origin = InventoryOrigin.File,
            CapturedAt = root.GetProperty("capturedAt").GetDateTimeOffset(),
            OperatingSystem = Value<OsRelease>("operatingSystem"),
            Facts = Value<HostFacts>("facts"),
            Repositories = Value<List<RepositoryHealth>>("repositories"),
            Warnings = Value<List<string>>("warnings"),
            Packages = builder.Build(),
        };

        T Value<T>(string name) => root.GetProperty(name).Deserialize<T>() ?? throw new InvalidDataException($"$.{name} is null");
    }
}
