using System.Globalization;
using PatchTools.Checksums;
using PatchTools.Json;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Reports.Completing;

namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>
/// The two inventory items of a report (reference 07 §2 and §3). Member order counts: the content hash covers it.
/// </summary>
internal static class ReportItems
{
    public const string SummaryType = "AWS:PatchSummary";

    public const string ComplianceType = "AWS:ComplianceItem";

    public const string CveIds = "CVEIds";

    /// <summary>The summary item; the report's counts are those after the pending-reboot carry-over.</summary>
    public static InventoryItem Summary(ComplianceReport report)
    {
        var counts = report.Counts;
        List<KeyValuePair<string, string>> members =
        [
            new("BaselineId", report.Snapshot.BaselineId ?? ""),
            new("PatchGroup", report.Snapshot.PatchGroup),
            new("SnapshotId", report.Snapshot.SnapshotId),
            new("ExecutionId", report.ExecutionId),
            Count("InstalledCount", counts.Installed),
            Count("InstalledOtherCount", counts.InstalledOther),
            Count("InstalledRejectedCount", counts.InstalledRejected),
            Count("InstalledPendingRebootCount", counts.InstalledPendingReboot),
            Count("NotApplicableCount", counts.NotApplicable),
            Count("MissingCount", counts.Missing),
            Count("FailedCount", counts.Failed),
            Count("CriticalNonCompliantCount", counts.CriticalNonCompliant),
            Count("SecurityNonCompliantCount", counts.SecurityNonCompliant),
            Count("OtherNonCompliantCount", counts.OtherNonCompliant),
            new("OperationType", report.OperationText),
            new("OperationStartTime", ReportTime.Of(report.Start)),
            new("OperationEndTime", ReportTime.Of(report.End)),
            new("RebootOption", report.RebootOption.ToString()),
        ];
        if (InstallOverrideList(report) is { Length: > 0 } list)
            members.Add(new("InstallOverrideList", list));
        if (PendingReboot.LastNoRebootInstall(report) is var last and not 0)
            members.Add(
                new("LastNoRebootInstallOperationTime", ReportTime.Of(new EpochTime(last, IsFractional: false)))
            );
        if (report.NonCompliantSeverity is { } severity)
            members.Add(new("NonCompliantSeverity", severity.ToString()));
        return Item(SummaryType, report, [members], context: null);
    }

    /// <summary>The compliance item: one entry per finding, in the report's order.</summary>
    public static InventoryItem Compliance(ComplianceReport report)
    {
        // Context.ExecutionId is the snapshot id, not the command id.
        var context = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ComplianceType"] = "Patch",
            ["ExecutionId"] = report.Snapshot.SnapshotId,
            ["ExecutionType"] = "Command",
            ["ExecutionTime"] = ReportTime.Of(report.Start),
        };
        var list = InstallOverrideList(report);
        return Item(
            ComplianceType,
            report,
            [
                .. report
                    .Findings.Where(f => f.State != PatchState.NotApplicable)
                    .Select(f => Entry(report.Snapshot, f, list)),
            ],
            context
        );
    }

    /// <summary>An entry without its CVE ids.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> WithoutCveIds(
        IReadOnlyList<KeyValuePair<string, string>> entry
    ) => entry.Any(m => m.Key == CveIds) ? [.. entry.Where(m => m.Key != CveIds)] : entry;

    /// <summary>Lower-case hex SHA-256 over the content as Python writes it (reference 07 §5).</summary>
    public static string ContentHash(IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> content)
    {
        var json = new PythonJsonWriter();
        WriteContent(json, content);
        return Convert.ToHexString(Sha256.Of(json.Written)).ToLowerInvariant();
    }

    /// <summary>The whole item: the form of the local copy and of the spool.</summary>
    public static void Write(PythonJsonWriter json, InventoryItem item)
    {
        json.BeginObject()
            .Member("TypeName", item.TypeName)
            .Member("SchemaVersion", item.SchemaVersion)
            .Member("ContentHash", item.ContentHash)
            .Member("CaptureTime", item.CaptureTime);
        if (item.Context is not null)
            json.Name("Context").Object(item.Context);
        if (item.Content is not null)
        {
            json.Name("Content");
            WriteContent(json, item.Content);
        }

        json.EndObject();
    }

    private static void WriteContent(
        PythonJsonWriter json,
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> content
    )
    {
        json.BeginArray();
        foreach (var entry in content)
            json.Object(entry);
        json.EndArray();
    }

    private static List<KeyValuePair<string, string>> Entry(
        PatchSnapshot snapshot,
        PatchFinding finding,
        string installOverrideList
    )
    {
        var isInstalled =
            finding.State
            is PatchState.Installed
                or PatchState.InstalledOther
                or PatchState.InstalledRejected
                or PatchState.InstalledPendingReboot;
        List<KeyValuePair<string, string>> members = new(14)
        {
            new("Id", finding.Id),
            new("Title", finding.Title),
            new("Severity", finding.ComplianceLevel.ToString()),
            new("Status", finding.IsCompliant ? "COMPLIANT" : "NON_COMPLIANT"),
            new("PatchBaselineId", snapshot.BaselineId ?? ""),
            new("PatchState", StateWords.Of(finding.State).Wire),
            new("PatchGroup", snapshot.PatchGroup),
            new("DocumentName", ""),
            new("DocumentVersion", ""),
            new("InstalledTime", isInstalled ? ReportTime.Of(finding.InstalledTime) : ""),
            new("Classification", finding.Classification),
            new("PatchSeverity", finding.Severity),
        };
        if (finding.State is PatchState.Missing or PatchState.Failed && finding.CveIds.Count > 0)
            members.Add(new(CveIds, string.Join(',', finding.CveIds)));
        if (installOverrideList.Length > 0)
            members.Add(new("InstallOverrideList", installOverrideList));
        return members;
    }

    private static InventoryItem Item(
        string type,
        ComplianceReport report,
        IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>> content,
        IReadOnlyDictionary<string, string>? context
    ) =>
        new()
        {
            TypeName = type,
            SchemaVersion = "1.0",
            ContentHash = ContentHash(content),
            CaptureTime = ReportTime.Of(report.End),
            Context = context,
            Content = content,
        };

    private static string InstallOverrideList(ComplianceReport report) =>
        report.Operation == PatchOperation.Install ? report.InstallOverrideList : "";

    private static KeyValuePair<string, string> Count(string name, int count) =>
        new(name, count.ToString(CultureInfo.InvariantCulture));
}
