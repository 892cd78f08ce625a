using System.Buffers;
using System.Text.Json;
using PatchTools.Model;

namespace PatchTools.Reports.Completing;

/// <summary>
/// A report in full, as one JSON document: every finding with its reason, and of what does not comply everything the
/// baseline saw. The service's items have no room for reasons, and nothing at all of a run with a baseline override.
/// </summary>
internal static class FullReport
{
    private const string Format = "patchtools-report/1";

    /// <summary>The document's bytes, UTF-8. Members that have nothing to say are left out; times are UTC.</summary>
    public static byte[] Serialize(ComplianceReport report)
    {
        var output = new ArrayBufferWriter<byte>(256 * 1024);
        using var json = new Utf8JsonWriter(
            output,
            new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
        );
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("verdict", report.VerdictText);
        json.WriteString("verdictKind", report.Verdict.ToString());
        Texts(json, "cautions", report.Inventory.Cautions);
        json.WriteString("operation", report.OperationText);
        json.WriteString("rebootOption", report.RebootOption.ToString());
        json.WriteString("start", ReportTime.Of(report.Start));
        json.WriteString("end", ReportTime.Of(report.End));
        json.WriteNumber("exitCode", report.ExitCode);
        json.WriteString("executionId", report.ExecutionId);
        Text(json, "instanceId", report.Snapshot.InstanceId);
        Text(json, "installOverrideList", report.InstallOverrideList);
        Write(json, report.Snapshot, report.Product);
        Write(json, report.Counts);
        Texts(json, "warnings", report.Warnings);
        json.WriteStartArray("repositories");
        foreach (var repository in report.Inventory.Repositories)
            Write(json, repository);
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
            Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, PatchSnapshot snapshot, string product)
    {
        json.WriteStartObject("baseline");
        Text(json, "id", snapshot.BaselineId);
        Text(json, "name", snapshot.Baseline.Name);
        json.WriteString("operatingSystem", snapshot.OperatingSystem);
        json.WriteString("product", product);
        Text(json, "patchGroup", snapshot.PatchGroup);
        json.WriteString("snapshotId", snapshot.SnapshotId);
        json.WriteString("origin", snapshot.Origin.ToString());
        Text(json, "override", snapshot.BaselineOverride);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ComplianceCounts counts)
    {
        json.WriteStartObject("counts");
        json.WriteNumber("installed", counts.Installed);
        json.WriteNumber("installedOther", counts.InstalledOther);
        json.WriteNumber("installedRejected", counts.InstalledRejected);
        json.WriteNumber("installedPendingReboot", counts.InstalledPendingReboot);
        json.WriteNumber("notApplicable", counts.NotApplicable);
        json.WriteNumber("missing", counts.Missing);
        json.WriteNumber("failed", counts.Failed);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, RepositoryHealth repository)
    {
        json.WriteStartObject();
        json.WriteString("name", repository.Name);
        json.WriteString("status", repository.Status.ToString());
        Text(json, "message", repository.Message);
        if (repository.PublishedAt is { } published)
            json.WriteString("published", ReportTime.Of(published));
        if (repository.RefreshedAt is { } refreshed)
            json.WriteString("refreshed", ReportTime.Of(refreshed));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PatchFinding finding)
    {
        var explanation = finding.Explanation;
        json.WriteStartObject();
        json.WriteString("title", finding.Title);
        json.WriteString("name", finding.Name);
        json.WriteString("architecture", finding.Architecture);
        json.WriteString("state", StateWords.Of(finding.State).Wire);
        Text(json, "installed", finding.InstalledVersion);
        Text(json, "available", finding.AvailableVersion);
        json.WriteString("level", finding.ComplianceLevel.ToString());
        Text(json, "classification", finding.Classification);
        Text(json, "severity", finding.Severity);
        Text(json, "section", finding.Section);
        Text(json, "installedTime", ReportTime.Of(finding.InstalledTime));
        Texts(json, "cves", finding.CveIds);
        Texts(json, "advisories", finding.AdvisoryIds);
        json.WriteString("why", finding.Why);
        json.WriteString("decision", explanation.Decision.ToString());
        if (explanation.Rule is { } rule)
            json.WriteNumber("rule", rule);
        Text(json, "listEntry", explanation.ListEntry);
        Text(json, "heldBack", explanation.HeldBackEdition);
        if (explanation.ApprovedFrom is { } from)
            json.WriteString("approvedFrom", ReportTime.Of(from));
        Texts(json, "hostPolicy", explanation.HostPolicy);
        if (finding.Setback is { } setback)
        {
            json.WriteStartObject("setback");
            json.WriteString("kind", setback.Kind.ToString());
            json.WriteString("wanted", setback.Target.Edition);
            json.WriteString("reason", setback.Reason);
            json.WriteEndObject();
        }

        if (!finding.IsCompliant)
            Texts(json, "observations", explanation.Observations);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
