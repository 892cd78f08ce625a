using PatchTools.Checksums;
using PatchTools.Json;
using PatchTools.Model;
using PatchTools.Ports;

namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>
/// The report of a State Manager association (reference 07 §8): one entry with the summary as text. Pure.
/// </summary>
internal static class AssociationReport
{
    /// <summary>
    /// Of the summary's members the second to the seventeenth (reference 07 §2): neither the baseline, which has a
    /// member of its own, nor reboot option and what follows.
    /// </summary>
    private static readonly string[] Told =
    [
        "PatchGroup",
        "SnapshotId",
        "ExecutionId",
        "InstalledCount",
        "InstalledOtherCount",
        "InstalledRejectedCount",
        "InstalledPendingRebootCount",
        "NotApplicableCount",
        "MissingCount",
        "FailedCount",
        "CriticalNonCompliantCount",
        "SecurityNonCompliantCount",
        "OtherNonCompliantCount",
        "OperationType",
        "OperationStartTime",
        "OperationEndTime",
        "NonCompliantSeverity",
    ];

    /// <param name="report">Completed; with its association.</param>
    /// <param name="instanceId">Whom it is about.</param>
    public static AssociationReportCall Of(ComplianceReport report, string instanceId)
    {
        var association = report.Association!;
        var text = new PythonJsonWriter();
        text.Object(ReportItems.Summary(report).Content![0].Where(m => Told.Contains(m.Key)));
        var counts = report.Counts;
        var item = new AssociationItem
        {
            Id = association.Id,
            Title = report.Snapshot.Baseline.Name,
            Severity = association.Severity.ToString(),
            Status =
                counts.InstalledRejected + counts.InstalledPendingReboot + counts.Missing + counts.Failed > 0
                    ? "NON_COMPLIANT"
                    : "COMPLIANT",
            Details =
            [
                new("DocumentName", "AWS-RunPatchBaselineAssociation"),
                new("DocumentVersion", "1"),
                new("PatchBaselineId", report.Snapshot.BaselineId ?? ""),
                new("DetailedText", text.ToString()),
            ],
        };
        return new AssociationReportCall
        {
            InstanceId = instanceId,
            AssociationId = association.Id,
            ExecutionTime = report.Start,
            ContentHash = Hash(item, ReportTime.Of(report.Start)),
            Item = item,
        };
    }

    /// <summary>Over the entry with the start of the operation as one more member, which is not sent.</summary>
    private static string Hash(AssociationItem item, string start)
    {
        var json = new PythonJsonWriter();
        json.BeginArray()
            .BeginObject()
            .Member("Id", item.Id)
            .Member("Title", item.Title)
            .Member("Severity", item.Severity)
            .Member("Status", item.Status);
        json.Name("Details").Object(item.Details);
        json.Member("OperationStartTime", start).EndObject().EndArray();
        return Convert.ToHexString(Sha256.Of(json.Written)).ToLowerInvariant();
    }
}
