using System.Text.Json;
using static PatchTools.Inventories.InventoryTokens;

namespace PatchTools.Inventories;

/// <content>The catalog: words, origins, advisories, packages with their versions, installed ones.</content>
internal sealed partial class InventoryDocument
{
    /// <summary>False when the catalog has no such member.</summary>
    private bool ReadPackagesMember(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "nativeArchitecture":
                _parts.NativeArchitecture = TextOf(ref reader);
                return true;
            case "words":
                _parts.Words = Strings(ref reader);
                return true;
            case "origins":
                Open(ref reader, JsonTokenType.StartArray);
                while (FewElement(ref reader))
                    _parts.Origins.Add(ReadOrigin(ref reader));
                return true;
            case "originSets":
                Open(ref reader, JsonTokenType.StartArray);
                while (FewElement(ref reader))
                    _parts.OriginSets.Add(ReadOriginSet(ref reader));
                return true;
            case "advisorySets":
                Open(ref reader, JsonTokenType.StartArray);
                while (FewElement(ref reader))
                    _parts.AdvisorySets.Add(ReadAdvisorySet(ref reader));
                return true;
            case "packages":
                Open(ref reader, JsonTokenType.StartArray);
                for (var i = 0; Element(ref reader); i++)
                {
                    _at = $"packages[{i}]";
                    ReadPackage(ref reader);
                }

                return true;
            case "installed":
                Open(ref reader, JsonTokenType.StartArray);
                for (var i = 0; Element(ref reader); i++)
                {
                    _at = $"installed[{i}]";
                    ReadInstalled(ref reader);
                }

                return true;
            default:
                return false;
        }
    }

    private static PackageOrigin ReadOrigin(ref Utf8JsonReader reader)
    {
        var origin = new PackageOrigin();
        Open(ref reader, JsonTokenType.StartObject);
        while (Member(ref reader, out var name))
        {
            origin = name switch
            {
                "archive" => origin with { Archive = TextOf(ref reader) },
                "codename" => origin with { Codename = TextOf(ref reader) },
                "label" => origin with { Label = TextOf(ref reader) },
                "vendor" => origin with { Vendor = TextOf(ref reader) },
                "component" => origin with { Component = TextOf(ref reader) },
                "site" => origin with { Site = TextOf(ref reader) },
                "architecture" => origin with { Architecture = TextOf(ref reader) },
                "trusted" => origin with { Trusted = reader.GetBoolean() },
                "repository" => origin with { Repository = reader.GetInt32() },
                "hiddenBecause" => origin with { HiddenBecause = TextOf(ref reader) },
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
                    "id" => advisory with { Id = TextOf(ref reader) },
                    "classification" => advisory with { Classification = TextOf(ref reader) },
                    "severity" => advisory with { Severity = TextOf(ref reader) },
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
                default:
                    installed = With(installed, ref reader, name);
                    break;
            }
        }

        _parts.SetInstalled(package, place, installed with { InstalledTime = Epoch(seconds, isFractional) });
    }

    private static InstalledPackage With(InstalledPackage installed, ref Utf8JsonReader reader, string name) =>
        name switch
        {
            "status" => installed with { Status = TextOf(ref reader) },
            "vendor" => installed with { Vendor = TextOf(ref reader) },
            "held" => installed with { IsHeld = reader.GetBoolean() },
            "auto" => installed with { IsAutoInstalled = reader.GetBoolean() },
            "broken" => installed with { IsBroken = reader.GetBoolean() },
            "leftover" => installed with { LeftoverEdition = TextOf(ref reader) },
            "candidate" => installed with { CandidateEdition = TextOf(ref reader) },
            "policyNote" => installed with { PolicyNote = TextOf(ref reader) },
            "refused" => installed with { RefusedEditions = ReadRefused(ref reader) },
            "unchosen" => installed with { UnchosenEditions = ReadRefused(ref reader) },
            "phasedPercentage" => installed with { PhasedPercentage = reader.GetInt32() },
            _ => Skipped(ref reader, installed),
        };
}
