using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PatchTools.Snapshots;

/// <summary>Writes what <see cref="SnapshotReader"/> reads: UTF-8 JSON, indented, without byte-order mark, newline at the end.</summary>
public static class SnapshotWriter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A bare baseline (spec 02 §6) without times; <c>baselineId</c> only if it has one.</summary>
    public static byte[] WriteBaseline(PatchBaseline baseline) => Write(json => Baseline(json, baseline, whole: false));

    /// <summary>A snapshot document as the service's URL serves it.</summary>
    public static byte[] WriteDocument(PatchBaseline baseline, string? patchGroup = null) => Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("patchBaseline");
        Baseline(json, baseline, whole: true);
        json.WriteString("patchGroup", patchGroup);
        json.WriteEndObject();
    });

    /// <summary>
    /// A saved snapshot: the document of the service together with the ids and the host it is for, named as in the reference's <c>snapshot.json</c>
    /// (spec 02 §7). Read back with <c>Get-PatchSnapshot -Path</c> it may still be published; a snapshot id that the service does not know is left out,
    /// so that this is not undone by saving.
    /// </summary>
    public static byte[] WriteSnapshot(PatchSnapshot snapshot) => Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("patchBaseline");
        Baseline(json, snapshot.Baseline, whole: true);
        json.WriteString("patchGroup", snapshot.PatchGroup);
        if (snapshot.CarriesServiceIds)
            json.WriteString("snapshotId", snapshot.SnapshotId);
        json.WriteString("product", snapshot.Product);
        json.WriteString("instanceId", snapshot.InstanceId);
        json.WriteString("region", snapshot.Region);
        if (snapshot.BaselineOverride is not null)
            json.WriteString("baselineOverride", snapshot.BaselineOverride);
        json.WriteEndObject();
    });

    private static byte[] Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            content(json);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="json">Where to.</param>
    /// <param name="baseline">What.</param>
    /// <param name="whole">With the keys a snapshot document must have even where there is nothing to say (spec 02 §6).</param>
    private static void Baseline(Utf8JsonWriter json, PatchBaseline baseline, bool whole)
    {
        json.WriteStartObject();
        if (whole || baseline.BaselineId is not null)
            json.WriteString("baselineId", baseline.BaselineId);
        json.WriteString("name", baseline.Name);
        if (baseline.Description is not null)
            json.WriteString("description", baseline.Description);
        json.WriteString("operatingSystem", baseline.OperatingSystem);
        json.WriteStartObject("globalFilters");
        Filters(json, baseline.GlobalFilters);
        json.WriteEndObject();
        json.WriteStartObject("approvalRules");
        json.WriteStartArray("rules");
        foreach (var rule in baseline.ApprovalRules)
            Rule(json, rule);
        json.WriteEndArray();
        json.WriteEndObject();
        Texts(json, "approvedPatches", baseline.ApprovedPatches);
        json.WriteString("approvedPatchesComplianceLevel", baseline.ApprovedPatchesComplianceLevel.ToString());
        json.WriteBoolean("approvedPatchesEnableNonSecurity", baseline.ApprovedPatchesEnableNonSecurity);
        Texts(json, "rejectedPatches", baseline.RejectedPatches);
        json.WriteString("rejectedPatchesAction", baseline.RejectedPatchesAction.ToString());
        if (whole)
        {
            json.WriteNull("createdTime");
            json.WriteNull("modifiedTime");
        }

        json.WriteStartArray("sources");
        foreach (var source in baseline.Sources)
        {
            json.WriteStartObject();
            json.WriteString("name", source.Name);
            Texts(json, "products", source.Products);
            json.WriteString("configuration", source.Configuration);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter json, ApprovalRule rule)
    {
        json.WriteStartObject();
        json.WriteStartObject("filterGroup");
        Filters(json, rule.Filters);
        json.WriteEndObject();
        json.WriteString("complianceLevel", rule.ComplianceLevel.ToString());
        json.WriteBoolean("enableNonSecurity", rule.EnableNonSecurity);
        if (rule.ApproveAfterDays is { } days)
            json.WriteNumber("approveAfterDays", days);
        else
            json.WriteNull("approveAfterDays");
        json.WriteString("approveUntilDate", rule.ApproveUntilDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static void Filters(Utf8JsonWriter json, IReadOnlyList<PatchFilter> filters)
    {
        json.WriteStartArray("filters");
        foreach (var filter in filters)
        {
            json.WriteStartObject();
            json.WriteString("key", filter.Key);
            Texts(json, "values", filter.Values);
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
}
