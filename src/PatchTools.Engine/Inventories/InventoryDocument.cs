using System.Text.Json;
using PatchTools.Errors;
using static PatchTools.Inventories.InventoryTokens;

namespace PatchTools.Inventories;

/// <summary>
/// Reads the plain document of an <see cref="InventoryFile"/> in one pass, token by token: a document object model of a
/// real inventory would be ten times its size. Members may come in any order only where none refers to another; unknown
/// members are skipped.
/// </summary>
internal sealed partial class InventoryDocument(ReadOnlyMemory<byte> utf8)
{
    /// <summary>Far beyond any host. A document of short elements would otherwise grow forty-fold in memory.</summary>
    private const int MaxElements = 1 << 20;

    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private int _elements;
    private readonly PackageCatalogParts _parts = new();
    private readonly List<RepositoryHealth> _repositories = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _hostPolicy = [];
    private readonly List<string> _doubts = [];
    private readonly List<string> _cautions = [];
    private string? _format;
    private string? _family;
    private string _packageManager = "";
    private DateTimeOffset? _capturedAt;
    private OsRelease? _system;
    private HostFacts _facts = new();
    private string _at = "the document";

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InventoryMalformed"/>.</exception>
    public HostInventory Read()
    {
        var reader = new Utf8JsonReader(utf8.Span);
        try
        {
            ReadDocument(ref reader);
            if (!Enum.TryParse<PackageFamily>(_family, out var family) || !Enum.IsDefined(family))
                throw Wrong($"'{_family}' is not a family of package managers");
            return new HostInventory
            {
                Family = family,
                PackageManager = _packageManager,
                Origin = InventoryOrigin.File,
                CapturedAt = _capturedAt ?? throw Wrong("capturedAt is missing"),
                OperatingSystem = _system ?? throw Wrong("operatingSystem is missing"),
                Packages = _parts.Build(),
                Repositories = _repositories,
                Facts = _facts,
                HostPolicy = _hostPolicy,
                Warnings = _warnings,
                Doubts = _doubts,
                Cautions = _cautions,
            };
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or InvalidDataException)
        {
            throw Wrong($"{e.Message.TrimEnd('.')} (byte {reader.BytesConsumed} of the plain document)", e);
        }
    }

    private PatchToolsException Wrong(string what, Exception? cause = null) =>
        new(PatchErrors.InventoryMalformed, $"The inventory is malformed in {_at}: {what}.", null, cause);

    private void ReadDocument(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            _at = name;
            if (!_members.Add(name))
                throw new InvalidDataException("the member is there twice");
            if (_format is null && name != "format")
                throw new InvalidDataException(
                    $"the first member must be format with the value {InventoryFile.Format}"
                );
            if (name == "format")
                ReadFormat(ref reader);
            else if (!ReadHostMember(ref reader, name) && !ReadPackagesMember(ref reader, name))
                reader.Skip();
        }

        _at = "the document";
        if (_format is null)
            throw new InvalidDataException("it has no members");
        if (_parts.Origins.Find(o => o.Repository >= _repositories.Count) is { } lost)
            throw new InvalidDataException($"there is no repository {lost.Repository}");
        if (reader.Read())
            throw new InvalidDataException("something follows its end");
    }

    private void ReadFormat(ref Utf8JsonReader reader)
    {
        _format = TextOf(ref reader);
        if (_format != InventoryFile.Format)
            throw new InvalidDataException(
                $"'{_format}' is not {InventoryFile.Format}: it was written by another version"
            );
    }

    /// <summary>Next element of an array of objects, of which no real inventory has many.</summary>
    private bool FewElement(ref Utf8JsonReader reader)
    {
        if (!Element(ref reader))
            return false;
        return ++_elements <= MaxElements
            ? true
            : throw new InvalidDataException("there are more elements than any host has");
    }
}
