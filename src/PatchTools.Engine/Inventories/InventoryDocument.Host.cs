using System.Text.Json;
using static PatchTools.Inventories.InventoryTokens;

namespace PatchTools.Inventories;

/// <content>The host itself: system, facts, repositories, and what was noticed while reading it.</content>
internal sealed partial class InventoryDocument
{
    /// <summary>False when the host has no such member.</summary>
    private bool ReadHostMember(ref Utf8JsonReader reader, string name)
    {
        switch (name)
        {
            case "family":
                _family = TextOf(ref reader);
                return true;
            case "packageManager":
                _packageManager = TextOf(ref reader);
                return true;
            case "capturedAt":
                _capturedAt = Time(ref reader);
                return true;
            case "operatingSystem":
                _system = ReadSystem(ref reader);
                return true;
            case "facts":
                ReadFacts(ref reader);
                return true;
            case "warnings":
                _warnings.AddRange(Strings(ref reader));
                return true;
            case "hostPolicy":
                _hostPolicy.AddRange(Strings(ref reader));
                return true;
            case "doubts":
                _doubts.AddRange(Strings(ref reader));
                return true;
            case "cautions":
                _cautions.AddRange(Strings(ref reader));
                return true;
            case "repositories":
                Open(ref reader, JsonTokenType.StartArray);
                while (FewElement(ref reader))
                    _repositories.Add(ReadRepository(ref reader));
                return true;
            default:
                return false;
        }
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
                    id = TextOf(ref reader);
                    break;
                case "idLike":
                    idLike = Strings(ref reader);
                    break;
                case "versionId":
                    versionId = TextOf(ref reader);
                    break;
                case "codename":
                    codename = TextOf(ref reader);
                    break;
                case "prettyName":
                    prettyName = TextOf(ref reader);
                    break;
                case "name":
                    systemName = TextOf(ref reader);
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
                    _facts = _facts with { RunningKernel = TextOf(ref reader) };
                    break;
                case "runningKernelBuilt":
                    _facts = _facts with { RunningKernelBuilt = Day(ref reader) };
                    break;
                case "appliesLivePatches":
                    _facts = _facts with { AppliesLivePatches = reader.GetBoolean() };
                    break;
                case "hostName":
                    _facts = _facts with { HostName = TextOf(ref reader) };
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
                        title = TextOf(ref reader);
                        break;
                    case "id":
                        id = TextOf(ref reader);
                        break;
                    case "state":
                        state = TextOf(ref reader);
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
                "name" => health with { Name = TextOf(ref reader) },
                "status" => health with
                {
                    Status =
                        Enum.TryParse<RepositoryStatus>(TextOf(ref reader), out var status) && Enum.IsDefined(status)
                            ? status
                            : throw new InvalidDataException("the status of a repository is unknown"),
                },
                "message" => health with { Message = TextOf(ref reader) },
                "publishedAt" => health with { PublishedAt = Time(ref reader) },
                "refreshedAt" => health with { RefreshedAt = Time(ref reader) },
                "validUntil" => health with { ValidUntil = Time(ref reader) },
                "vendorValidUntil" => health with { VendorValidUntil = Time(ref reader) },
                "trusted" => health with { Trusted = reader.GetBoolean() },
                "skipIfUnavailable" => health with { SkipIfUnavailable = reader.GetBoolean() },
                "hasAdvisories" => health with { HasAdvisories = reader.GetBoolean() },
                "notVerified" => health with { NotVerified = TextOf(ref reader) },
                "provesByItself" => health with { ProvesByItself = reader.GetBoolean() },
                "newestFile" => health with { NewestFile = Time(ref reader) },
                "hasUsableMetadata" => health with { HasUsableMetadata = reader.GetBoolean() },
                "isOperatingSystem" => health with { IsOperatingSystem = reader.GetBoolean() },
                _ => Skipped(ref reader, health),
            };
        }

        return health;
    }
}
