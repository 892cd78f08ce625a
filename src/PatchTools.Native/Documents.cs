using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PatchTools.Native;

/// <summary>
/// What <c>--json</c> prints where the engine has no document of its own. Each names its form first; times are UTC in
/// ISO 8601, sizes bytes, and what is not known is null.
/// </summary>
internal static class Documents
{
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] OfVersion(string version) =>
        Document("patchtools-version/1", json => json.WriteString("version", version));

    public static byte[] Of(InstallPlan plan) =>
        Document(
            "patchtools-plan/1",
            json =>
            {
                json.WriteString("summary", plan.Summary);
                Time(json, "createdAt", plan.CreatedAt);
                Number(json, "downloadBytes", plan.DownloadBytes);
                Number(json, "installedSizeChange", plan.InstalledSizeChange);
                json.WriteBoolean("repairsDatabase", plan.RepairsDatabase);
                Objects(json, "changes", plan.Changes, change => Write(json, change));
                Objects(json, "leftOut", plan.Setbacks, setback => Write(json, setback));
                Texts(json, "leftAlone", plan.LeftAlone);
                Texts(json, "services", plan.Services);
                Objects(json, "expectedReboot", plan.ExpectedReboot, reason => Write(json, reason));
                Texts(json, "warnings", plan.Warnings);
            }
        );

    public static byte[] Of(RebootAssessment assessment) =>
        Document(
            "patchtools-reboot/1",
            json =>
            {
                if (assessment.IsRequired is { } isRequired)
                    json.WriteBoolean("isRequired", isRequired);
                else
                    json.WriteNull("isRequired");
                json.WriteString("verdict", assessment.VerdictText);
                Objects(json, "reasons", assessment.Reasons, reason => Write(json, reason));
                Texts(json, "unknown", assessment.Unknown);
                Texts(json, "services", assessment.Services);
                Texts(json, "processes", assessment.Processes);
                Time(json, "bootTime", assessment.BootTime);
                json.WriteString("runningKernel", assessment.RunningKernel);
                Time(json, "assessedAt", assessment.AssessedAt);
            }
        );

    public static byte[] Of(HostInventory inventory) =>
        Document(
            "patchtools-inventory-summary/1",
            json =>
            {
                json.WriteString("host", inventory.Facts.HostName);
                json.WriteString("operatingSystem", inventory.OperatingSystem.PrettyName);
                json.WriteString("packageManager", inventory.PackageManager);
                json.WriteString("origin", inventory.Origin.ToString());
                Time(json, "capturedAt", inventory.CapturedAt);
                json.WriteNumber("offers", inventory.Offers.Count);
                json.WriteString("runningKernel", inventory.Facts.RunningKernel);
                Time(json, "bootTime", inventory.Facts.BootTime);
                json.WriteBoolean("isProven", inventory.IsProven);
                Texts(json, "notProven", inventory.NotProvenBecause);
                Texts(json, "cautions", inventory.Cautions);
                Texts(json, "warnings", inventory.Warnings);
                Objects(json, "repositories", inventory.Repositories, repository => Write(json, repository));
                Objects(json, "installed", inventory.Installed, package => Write(json, package));
            }
        );

    public static byte[] Of(IReadOnlyList<PatchSummary> summaries) =>
        Document(
            "patchtools-summaries/1",
            json => Objects(json, "summaries", summaries, summary => Write(json, summary))
        );

    public static byte[] Of(IReadOnlyList<PublishReceipt> receipts) =>
        Document("patchtools-receipts/1", json => Objects(json, "receipts", receipts, receipt => Write(json, receipt)));

    private static void Write(Utf8JsonWriter json, PlannedChange change)
    {
        json.WriteString("action", change.Action.ToString());
        json.WriteString("name", change.Name);
        json.WriteString("architecture", change.Architecture);
        json.WriteString("from", change.FromVersion);
        json.WriteString("to", change.ToVersion);
        json.WriteBoolean("isRequested", change.IsRequested);
        json.WriteString("repository", change.Repository);
        json.WriteString("note", change.Note);
    }

    private static void Write(Utf8JsonWriter json, PatchSetback setback)
    {
        json.WriteString("name", setback.Target.Name);
        json.WriteString("architecture", setback.Target.Architecture);
        json.WriteString("to", setback.Target.Edition);
        json.WriteString("kind", setback.Kind.ToString());
        json.WriteString("reason", setback.Reason);
    }

    private static void Write(Utf8JsonWriter json, RebootReason reason)
    {
        json.WriteString("sign", reason.Sign.ToString());
        json.WriteString("text", reason.Text);
        Texts(json, "packages", reason.Packages);
    }

    private static void Write(Utf8JsonWriter json, RepositoryHealth repository)
    {
        json.WriteString("name", repository.Name);
        json.WriteString("status", repository.Status.ToString());
        json.WriteString("message", repository.Message);
        Time(json, "refreshedAt", repository.RefreshedAt);
    }

    private static void Write(Utf8JsonWriter json, InstalledPackage package)
    {
        json.WriteString("name", package.Name);
        json.WriteString("architecture", package.Architecture);
        json.WriteString("edition", package.Edition);
        json.WriteBoolean("isHeld", package.IsHeld);
    }

    private static void Write(Utf8JsonWriter json, PatchSummary summary)
    {
        json.WriteString("operation", summary.Operation);
        Time(json, "operationStart", summary.OperationStart);
        Time(json, "operationEnd", summary.OperationEnd);
        json.WriteBoolean("isCompliant", summary.IsCompliant);
        json.WriteString("verdict", summary.Verdict?.ToString());
        json.WriteString("nonCompliantSeverity", summary.NonCompliantSeverity?.ToString());
        json.WriteNumber("failed", summary.Counts.Failed);
        json.WriteNumber("missing", summary.Counts.Missing);
        json.WriteNumber("installedRejected", summary.Counts.InstalledRejected);
        json.WriteNumber("installedPendingReboot", summary.Counts.InstalledPendingReboot);
        json.WriteNumber("installed", summary.Counts.Installed);
        json.WriteNumber("installedOther", summary.Counts.InstalledOther);
        json.WriteNumber("notApplicable", summary.Counts.NotApplicable);
        json.WriteString("baselineId", summary.BaselineId);
        json.WriteString("snapshotId", summary.SnapshotId);
        json.WriteString("executionId", summary.ExecutionId);
        json.WriteString("rebootOption", summary.RebootOption);
        json.WriteString("path", summary.Path);
    }

    private static void Write(Utf8JsonWriter json, PublishReceipt receipt)
    {
        json.WriteString("instanceId", receipt.InstanceId);
        json.WriteString("region", receipt.Region);
        json.WriteString("snapshotId", receipt.SnapshotId);
        json.WriteString("summaryHash", receipt.SummaryHash);
        json.WriteString("complianceHash", receipt.ComplianceHash);
        json.WriteBoolean("contentSent", receipt.ContentSent);
        json.WriteBoolean("cveIdsDropped", receipt.CveIdsDropped);
        json.WriteNumber("items", receipt.Items);
        json.WriteNumber("itemsOmitted", receipt.ItemsOmitted);
        json.WriteString("associationId", receipt.AssociationId);
        Time(json, "sentAt", receipt.SentAt);
    }

    private static byte[] Document(string form, Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output, Written);
        json.WriteStartObject();
        json.WriteString("format", form);
        write(json);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Objects<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
            json.WriteNumber(name, known);
        else
            json.WriteNull(name);
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time) =>
        json.WriteString(name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
