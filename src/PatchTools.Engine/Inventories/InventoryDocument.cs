using System.Globalization;
using System.Text;
using System.Text.Json;
using PatchTools.Errors;

namespace PatchTools.Inventories;

/// <summary>
/// Reads the plain document of an <see cref="InventoryFile"/> in one pass, token by token: a document object model of a
/// real inventory would be ten times its size. Members may come in any order only where none refers to another; unknown
/// members are skipped.
/// </summary>
internal sealed class InventoryDocument(ReadOnlyMemory<byte> utf8)
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
            switch (name)
            {
                case "format":
                    _format = Text(ref reader);
                    if (_format != InventoryFile.Format)
                        throw new InvalidDataException(
                            $"'{_format}' is not {InventoryFile.Format}: it was written by another version"
                        );
                    break;
                case "family":
                    _family = Text(ref reader);
                    break;
                case "packageManager":
                    _packageManager = Text(ref reader);
                    break;
                case "capturedAt":
                    _capturedAt = Time(ref reader);
                    break;
                case "operatingSystem":
                    _system = ReadSystem(ref reader);
                    break;
                case "facts":
                    ReadFacts(ref reader);
                    break;
                case "warnings":
                    _warnings.AddRange(Strings(ref reader));
                    break;
                case "hostPolicy":
                    _hostPolicy.AddRange(Strings(ref reader));
                    break;
                case "doubts":
                    _doubts.AddRange(Strings(ref reader));
                    break;
                case "cautions":
                    _cautions.AddRange(Strings(ref reader));
                    break;
                case "repositories":
                    Open(ref reader, JsonTokenType.StartArray);
                    while (FewElement(ref reader))
                        _repositories.Add(ReadRepository(ref reader));
                    break;
                case "nativeArchitecture":
                    _parts.NativeArchitecture = Text(ref reader);
                    break;
                case "words":
                    _parts.Words = Strings(ref reader);
                    break;
                case "origins":
                    Open(ref reader, JsonTokenType.StartArray);
                    while (FewElement(ref reader))
                        _parts.Origins.Add(ReadOrigin(ref reader));
                    break;
                case "originSets":
                    Open(ref reader, JsonTokenType.StartArray);
                    while (FewElement(ref reader))
                        _parts.OriginSets.Add(ReadOriginSet(ref reader));
                    break;
                case "advisorySets":
                    Open(ref reader, JsonTokenType.StartArray);
                    while (FewElement(ref reader))
                        _parts.AdvisorySets.Add(ReadAdvisorySet(ref reader));
                    break;
                case "packages":
                    Open(ref reader, JsonTokenType.StartArray);
                    for (var i = 0; Element(ref reader); i++)
                    {
                        _at = $"packages[{i}]";
                        ReadPackage(ref reader);
                    }

                    break;
                case "installed":
                    Open(ref reader, JsonTokenType.StartArray);
                    for (var i = 0; Element(ref reader); i++)
                    {
                        _at = $"installed[{i}]";
                        ReadInstalled(ref reader);
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        _at = "the document";
        if (_format is null)
            throw new InvalidDataException("it has no members");
        if (_parts.Origins.Find(o => o.Repository >= _repositories.Count) is { } lost)
            throw new InvalidDataException($"there is no repository {lost.Repository}");
        if (reader.Read())
            throw new InvalidDataException("something follows its end");
    }

    private static OsRelease ReadSystem(ref Utf8JsonReader reader)
    {
        string id = "",
            versionId = "",
            codename = "",
            prettyName = "",
            systemName = "";
        string[] idLike = [];
        DateOnly? supportEnd = null;
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            switch (name)
            {
                case "id":
                    id = Text(ref reader);
                    break;
                case "idLike":
                    idLike = Strings(ref reader);
                    break;
                case "versionId":
                    versionId = Text(ref reader);
                    break;
                case "codename":
                    codename = Text(ref reader);
                    break;
                case "prettyName":
                    prettyName = Text(ref reader);
                    break;
                case "name":
                    systemName = Text(ref reader);
                    break;
                case "supportEnd":
                    supportEnd = Day(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OsRelease
        {
            Id = id,
            IdLike = idLike,
            VersionId = versionId,
            Codename = codename,
            PrettyName = prettyName,
            Name = systemName,
            SupportEnd = supportEnd,
        };
    }

    private void ReadFacts(ref Utf8JsonReader reader)
    {
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            switch (name)
            {
                case "bootTime":
                    _facts = _facts with { BootTime = Time(ref reader) };
                    break;
                case "runningKernel":
                    _facts = _facts with { RunningKernel = Text(ref reader) };
                    break;
                case "runningKernelBuilt":
                    _facts = _facts with { RunningKernelBuilt = Day(ref reader) };
                    break;
                case "appliesLivePatches":
                    _facts = _facts with { AppliesLivePatches = reader.GetBoolean() };
                    break;
                case "hostName":
                    _facts = _facts with { HostName = Text(ref reader) };
                    break;
                case "lastNoRebootInstall":
                    _facts = _facts with
                    {
                        PriorStates = _facts.PriorStates with { LastNoRebootInstallOperationTime = reader.GetInt64() },
                    };
                    break;
                case "priorStates":
                    _facts = _facts with { PriorStates = _facts.PriorStates with { States = ReadStates(ref reader) } };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    private Dictionary<string, StoredPatchState> ReadStates(ref Utf8JsonReader reader)
    {
        Dictionary<string, StoredPatchState> states = new(StringComparer.Ordinal);
        Open(ref reader, JsonTokenType.StartArray);
        while (FewElement(ref reader))
        {
            string title = "",
                id = "",
                state = "";
            var (seconds, isFractional) = ((double?)null, false);
            Open(ref reader, JsonTokenType.StartObject);
            while (Member(ref reader, out var name))
            {
                switch (name)
                {
                    case "title":
                        title = Text(ref reader);
                        break;
                    case "id":
                        id = Text(ref reader);
                        break;
                    case "state":
                        state = Text(ref reader);
                        break;
                    case "time":
                        seconds = reader.GetDouble();
                        break;
                    case "timeIsFractional":
                        isFractional = reader.GetBoolean();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            states[title] = new StoredPatchState(id, Epoch(seconds, isFractional), state);
        }

        return states;
    }

    private static RepositoryHealth ReadRepository(ref Utf8JsonReader reader)
    {
        var health = new RepositoryHealth { Name = "", Status = RepositoryStatus.Unreadable };
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            health = name switch
            {
                "name" => health with { Name = Text(ref reader) },
                "status" => health with
                {
                    Status =
                        Enum.TryParse<RepositoryStatus>(Text(ref reader), out var status) && Enum.IsDefined(status)
                            ? status
                            : throw new InvalidDataException("the status of a repository is unknown"),
                },
                "message" => health with { Message = Text(ref reader) },
                "publishedAt" => health with { PublishedAt = Time(ref reader) },
                "refreshedAt" => health with { RefreshedAt = Time(ref reader) },
                "validUntil" => health with { ValidUntil = Time(ref reader) },
                "vendorValidUntil" => health with { VendorValidUntil = Time(ref reader) },
                "trusted" => health with { Trusted = reader.GetBoolean() },
                "skipIfUnavailable" => health with { SkipIfUnavailable = reader.GetBoolean() },
                "hasAdvisories" => health with { HasAdvisories = reader.GetBoolean() },
                "notVerified" => health with { NotVerified = Text(ref reader) },
                "provesByItself" => health with { ProvesByItself = reader.GetBoolean() },
                "newestFile" => health with { NewestFile = Time(ref reader) },
                "hasUsableMetadata" => health with { HasUsableMetadata = reader.GetBoolean() },
                "isOperatingSystem" => health with { IsOperatingSystem = reader.GetBoolean() },
                _ => Skipped(ref reader, health),
            };
        }

        return health;
    }

    private static PackageOrigin ReadOrigin(ref Utf8JsonReader reader)
    {
        var origin = new PackageOrigin();
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            origin = name switch
            {
                "archive" => origin with { Archive = Text(ref reader) },
                "codename" => origin with { Codename = Text(ref reader) },
                "label" => origin with { Label = Text(ref reader) },
                "vendor" => origin with { Vendor = Text(ref reader) },
                "component" => origin with { Component = Text(ref reader) },
                "site" => origin with { Site = Text(ref reader) },
                "architecture" => origin with { Architecture = Text(ref reader) },
                "trusted" => origin with { Trusted = reader.GetBoolean() },
                "repository" => origin with { Repository = reader.GetInt32() },
                "hiddenBecause" => origin with { HiddenBecause = Text(ref reader) },
                _ => Skipped(ref reader, origin),
            };
        }

        return origin;
    }

    private int[] ReadOriginSet(ref Utf8JsonReader reader)
    {
        var set = new List<int>();
        Open(ref reader, JsonTokenType.StartArray);
        while (Element(ref reader))
        {
            var origin = reader.GetInt32();
            if ((uint)origin >= (uint)_parts.Origins.Count)
                throw new InvalidDataException($"there is no origin {origin}");
            set.Add(origin);
        }

        return [.. set];
    }

    private Advisory[] ReadAdvisorySet(ref Utf8JsonReader reader)
    {
        var set = new List<Advisory>();
        Open(ref reader, JsonTokenType.StartArray);
        while (FewElement(ref reader))
        {
            var advisory = new Advisory { Id = "" };
            Open(ref reader, JsonTokenType.StartObject);
            while (Member(ref reader, out var name))
            {
                advisory = name switch
                {
                    "id" => advisory with { Id = Text(ref reader) },
                    "classification" => advisory with { Classification = Text(ref reader) },
                    "severity" => advisory with { Severity = Text(ref reader) },
                    "date" => advisory with { Date = Time(ref reader) },
                    "cveIds" => advisory with { CveIds = Strings(ref reader) },
                    "bugzillaIds" => advisory with { BugzillaIds = Strings(ref reader) },
                    "rebootSuggested" => advisory with { RebootSuggested = reader.GetBoolean() },
                    "restartSuggested" => advisory with { RestartSuggested = reader.GetBoolean() },
                    _ => Skipped(ref reader, advisory),
                };
            }

            set.Add(advisory);
        }

        return [.. set];
    }

    private void ReadPackage(ref Utf8JsonReader reader)
    {
        Open(ref reader, JsonTokenType.StartArray);
        Next(ref reader);
        var name = Bytes(ref reader);
        Next(ref reader);
        _parts.AddPackage(name, reader.GetUInt16());
        Next(ref reader);
        Open(ref reader, JsonTokenType.StartArray);
        Span<ulong> columns = stackalloc ulong[PackageCatalogParts.Columns];
        while (Element(ref reader))
        {
            Open(ref reader, JsonTokenType.StartArray);
            Next(ref reader);
            var edition = Bytes(ref reader);
            columns.Clear();
            var count = 0;
            while (Element(ref reader))
            {
                if (count == columns.Length)
                    throw new InvalidDataException("a version has too many columns");
                columns[count++] = reader.GetUInt64();
            }

            _parts.AddVersion(edition, columns);
        }

        if (Element(ref reader))
            throw new InvalidDataException("a package has too many columns");
    }

    /// <summary>Pairs of an edition and why it is refused.</summary>
    private static RefusedEdition[] ReadRefused(ref Utf8JsonReader reader)
    {
        var words = Strings(ref reader);
        return words.Length % 2 == 0
            ? [.. words.Chunk(2).Select(pair => new RefusedEdition(pair[0], pair[1]))]
            : throw new InvalidDataException("a refused edition has no reason");
    }

    private void ReadInstalled(ref Utf8JsonReader reader)
    {
        int package = -1,
            place = -1;
        var (seconds, isFractional) = ((double?)null, false);
        var installed = new InstalledPackage
        {
            Name = "",
            Architecture = "",
            Edition = "",
        };
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            switch (name)
            {
                case "package":
                    package = reader.GetInt32();
                    break;
                case "version":
                    place = reader.GetInt32();
                    break;
                case "time":
                    seconds = reader.GetDouble();
                    break;
                case "timeIsFractional":
                    isFractional = reader.GetBoolean();
                    break;
                case "status":
                    installed = installed with { Status = Text(ref reader) };
                    break;
                case "vendor":
                    installed = installed with { Vendor = Text(ref reader) };
                    break;
                case "held":
                    installed = installed with { IsHeld = reader.GetBoolean() };
                    break;
                case "auto":
                    installed = installed with { IsAutoInstalled = reader.GetBoolean() };
                    break;
                case "broken":
                    installed = installed with { IsBroken = reader.GetBoolean() };
                    break;
                case "leftover":
                    installed = installed with { LeftoverEdition = Text(ref reader) };
                    break;
                case "candidate":
                    installed = installed with { CandidateEdition = Text(ref reader) };
                    break;
                case "policyNote":
                    installed = installed with { PolicyNote = Text(ref reader) };
                    break;
                case "refused":
                    installed = installed with { RefusedEditions = ReadRefused(ref reader) };
                    break;
                case "unchosen":
                    installed = installed with { UnchosenEditions = ReadRefused(ref reader) };
                    break;
                case "phasedPercentage":
                    installed = installed with { PhasedPercentage = reader.GetInt32() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        _parts.SetInstalled(package, place, installed with { InstalledTime = Epoch(seconds, isFractional) });
    }

    /// <summary>A time before the year 10000, so that it is a date everywhere else.</summary>
    private static EpochTime? Epoch(double? seconds, bool isFractional) =>
        seconds switch
        {
            null => null,
            >= 0 and < 253_402_300_800 => new EpochTime(seconds.Value, isFractional),
            _ => throw new InvalidDataException($"{seconds} is no time"),
        };

    /// <summary>Next element of an array of objects, of which no real inventory has many.</summary>
    private bool FewElement(ref Utf8JsonReader reader)
    {
        if (!Element(ref reader))
            return false;
        return ++_elements <= MaxElements
            ? true
            : throw new InvalidDataException("there are more elements than any host has");
    }

    private static T Skipped<T>(ref Utf8JsonReader reader, T value)
    {
        reader.Skip();
        return value;
    }

    /// <summary>Next member of the object that was opened last; the reader stands at its value afterwards.</summary>
    private static bool Member(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        Next(ref reader);
        if (reader.TokenType == JsonTokenType.EndObject)
            return false;
        name = reader.GetString()!;
        Next(ref reader);
        return true;
    }

    /// <summary>Next element of the array that was opened last; the reader stands at it afterwards.</summary>
    private static bool Element(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        return reader.TokenType != JsonTokenType.EndArray;
    }

    private static void Open(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (reader.TokenType != expected)
            throw new InvalidDataException($"{expected} was expected and not {reader.TokenType}");
    }

    private static void Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new InvalidDataException("it ends too early");
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.GetString() ?? throw new InvalidDataException("a text was expected and not null");

    private static DateTimeOffset Time(ref Utf8JsonReader reader) => reader.GetDateTimeOffset();

    private static DateOnly Day(ref Utf8JsonReader reader) =>
        DateOnly.TryParseExact(
            Text(ref reader),
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
            ? day
            : throw new FormatException("a day is written YYYY-MM-DD");

    private static byte[] Bytes(ref Utf8JsonReader reader) => Encoding.UTF8.GetBytes(Text(ref reader));

    private static string[] Strings(ref Utf8JsonReader reader)
    {
        var values = new List<string>();
        Open(ref reader, JsonTokenType.StartArray);
        while (Element(ref reader))
            values.Add(Text(ref reader));
        return [.. values];
    }
}
