using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Json;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Reports.Sinks.Ssm;

namespace PatchTools.Reports.Saving;

/// <summary>
/// <c>patch-configuration/patch-inventory-from-last-operation.json</c>: the summary item of the last run, indented by
/// 4, no new line at the end (reference 07 §6).
/// </summary>
internal sealed class SummaryFile(HostContext host)
{
    private const string VerdictMember = "PatchToolsVerdict";

    public string Path { get; } =
        System.IO.Path.Combine(
            host.Paths.StateDirectory,
            "patch-configuration",
            "patch-inventory-from-last-operation.json"
        );

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Write(InventoryItem summary) => AtomicFile.Write(Path, Serialize(summary));

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.SummaryNotFound"/>,
    /// <see cref="PatchErrors.SummaryMalformed"/>.</exception>
    public PatchSummary Read() => Read(Path);

    /// <inheritdoc cref="Read()"/>
    public static PatchSummary Read(string path)
    {
        try
        {
            return Parse(StrictJson.ReadFile(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PatchToolsException(
                PatchErrors.SummaryNotFound,
                $"No run has left a summary at {path}.",
                path,
                e
            );
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.SummaryMalformed,
                $"The summary {path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }

    /// <summary>The file's bytes.</summary>
    public static byte[] Serialize(InventoryItem summary)
    {
        var json = new PythonJsonWriter(indent: 4);
        ReportItems.Write(json, summary);
        return json.Written.ToArray();
    }

    /// <summary>The bytes of PatchTools' own copy, which says the verdict too.</summary>
    public static byte[] Serialize(InventoryItem summary, ComplianceVerdict verdict)
    {
        var json = JsonNode.Parse(Serialize(summary))!.AsObject();
        json[VerdictMember] = verdict.ToString();
        using var content = new MemoryStream();
        using (var writer = new Utf8JsonWriter(content))
            json.WriteTo(writer);
        return content.ToArray();
    }

    /// <exception cref="InvalidDataException">Not a summary item; the message says where.</exception>
    public static PatchSummary Parse(byte[] content, string path)
    {
        using var document = StrictJson.Parse(content);
        var item = StrictJson.Object(document.RootElement, "the document");
        if (
            !item.TryGetValue("Content", out var array)
            || array.ValueKind != JsonValueKind.Array
            || array.GetArrayLength() != 1
        )
            throw new InvalidDataException("Content is not an array of one object");
        var members = new Members(StrictJson.Object(array[0], "Content[0]"));
        return new PatchSummary
        {
            BaselineId = members.Required("BaselineId"),
            PatchGroup = members.Optional("PatchGroup") ?? "",
            SnapshotId = members.Required("SnapshotId"),
            ExecutionId = members.Optional("ExecutionId") ?? "",
            Operation = members.Required("OperationType"),
            RebootOption = members.Optional("RebootOption") ?? "",
            OperationStart =
                members.Time("OperationStartTime") ?? throw new InvalidDataException("OperationStartTime is missing"),
            OperationEnd =
                members.Time("OperationEndTime") ?? throw new InvalidDataException("OperationEndTime is missing"),
            Counts = new ComplianceCounts
            {
                Installed = members.Count("InstalledCount"),
                InstalledOther = members.Count("InstalledOtherCount"),
                InstalledRejected = members.Count("InstalledRejectedCount"),
                InstalledPendingReboot = members.Count("InstalledPendingRebootCount"),
                NotApplicable = members.Count("NotApplicableCount"),
                Missing = members.Count("MissingCount"),
                Failed = members.Count("FailedCount"),
                CriticalNonCompliant = members.Count("CriticalNonCompliantCount"),
                SecurityNonCompliant = members.Count("SecurityNonCompliantCount"),
                OtherNonCompliant = members.Count("OtherNonCompliantCount"),
            },
            NonCompliantSeverity = members.Severity(),
            LastNoRebootInstallOperation = members.Time("LastNoRebootInstallOperationTime"),
            InstallOverrideList = members.Optional("InstallOverrideList"),
            ContentHash = item.TryGetValue("ContentHash", out var hash) ? StrictJson.Text(hash, "ContentHash") : "",
            Verdict =
                item.TryGetValue(VerdictMember, out var verdict)
                && Enum.TryParse<ComplianceVerdict>(StrictJson.Text(verdict, VerdictMember), out var known)
                    ? known
                    : null,
            Path = path,
        };
    }

    /// <summary>What a summary says of one run; what is missing or of another form is named.</summary>
    private sealed class Members(IReadOnlyDictionary<string, JsonElement> members)
    {
        public string? Optional(string name) =>
            members.TryGetValue(name, out var element) ? StrictJson.Text(element, name) : null;

        public string Required(string name) => Optional(name) ?? throw new InvalidDataException($"{name} is missing");

        public int Count(string name) =>
            int.TryParse(Required(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count
                : throw new InvalidDataException($"{name} is not a count");

        public DateTimeOffset? Time(string name)
        {
            if (Optional(name) is not { } text)
                return null;
            return ReportTime.TryParse(text, out var instant)
                ? instant
                : throw new InvalidDataException($"{name} is not a time");
        }

        public ComplianceLevel? Severity()
        {
            if (Optional("NonCompliantSeverity") is not { } text)
                return null;
            return Enum.GetNames<ComplianceLevel>().Contains(text, StringComparer.Ordinal)
                ? Enum.Parse<ComplianceLevel>(text)
                : throw new InvalidDataException("NonCompliantSeverity is not a level");
        }
    }
}
