using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using PatchTools.Errors;
using PatchTools.Json;

namespace PatchTools.Snapshots;

/// <summary>
/// Writes what <see cref="SnapshotReader"/> reads: UTF-8 JSON, indented, without byte-order mark, newline at the end.
/// </summary>
internal static class SnapshotWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A snapshot document as the service's URL serves it.</summary>
    public static byte[] WriteDocument(PatchBaseline baseline, string? patchGroup = null) =>
        Write(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("patchBaseline");
            Baseline(json, baseline, BaselineSpelling.Snapshot, whole: true);
            json.WriteString("patchGroup", patchGroup);
            json.WriteEndObject();
        });

    /// <summary>
    /// A saved snapshot: the document of the service together with the ids and the host it is for, named as in the
    /// reference's <c>snapshot.json</c> (reference 02 §7). Read back with <c>Get-PatchSnapshot -Path</c> it may still
    /// be published; a snapshot id that the service does not know is left out, so that this is not undone by saving.
    /// </summary>
    public static byte[] WriteSnapshot(PatchSnapshot snapshot) =>
        Write(json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("patchBaseline");
            Baseline(json, snapshot.Baseline, BaselineSpelling.Snapshot, whole: true);
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

    /// <summary>
    /// A baseline as <c>GetPatchBaseline</c> answers it, without dates and patch groups, which decide nothing. What has
    /// nothing to say is left out: the service takes no nulls.
    /// </summary>
    public static byte[] WriteServiceBaseline(PatchBaseline baseline) =>
        Write(json => Baseline(json, baseline, BaselineSpelling.Service, whole: false));

    /// <summary>
    /// A baseline override: a list with one baseline for each operating system (reference 05 §3.2). Every member that
    /// is passed on to the service is there even when empty: the reference sends null for one that is missing, and its
    /// SDK refuses that.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.BaselineOverrideSeveralEntries"/>.</exception>
    public static byte[] WriteOverride(IReadOnlyList<PatchBaseline> baselines)
    {
        if (
            baselines.GroupBy(baseline => baseline.OperatingSystem).FirstOrDefault(group => group.Count() > 1) is
            { } several
        )
        {
            throw new PatchToolsException(
                PatchErrors.BaselineOverrideSeveralEntries,
                $"{string.Join(" and ", several.Select(baseline => JsonPlace.Quote(baseline.Name)))} are both "
                    + $"for {several.Key}; a baseline override has one baseline for each operating system.",
                several.Key
            );
        }

        return Write(json =>
        {
            json.WriteStartArray();
            foreach (var baseline in baselines)
                Baseline(json, baseline, BaselineSpelling.Service, whole: false);
            json.WriteEndArray();
        });
    }

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
    /// <param name="names">How its members are spelt; the API's spelling has no nulls.</param>
    /// <param name="whole">With the keys a snapshot document must have even where there is nothing to say (reference 02
    /// §6).</param>
    private static void Baseline(Utf8JsonWriter json, PatchBaseline baseline, BaselineSpelling names, bool whole)
    {
        json.WriteStartObject();
        if (whole || baseline.BaselineId is not null)
            json.WriteString(names.BaselineId, baseline.BaselineId);
        json.WriteString(names.Name, baseline.Name);
        if (baseline.Description is not null)
            json.WriteString(names.Description, baseline.Description);
        json.WriteString(names.OperatingSystem, baseline.OperatingSystem);
        json.WriteStartObject(names.GlobalFilters);
        Filters(json, baseline.GlobalFilters, names);
        json.WriteEndObject();
        json.WriteStartObject(names.ApprovalRules);
        json.WriteStartArray(names.Rules);
        foreach (var rule in baseline.ApprovalRules)
            Rule(json, rule, names);
        json.WriteEndArray();
        json.WriteEndObject();
        Texts(json, names.ApprovedPatches, baseline.ApprovedPatches);
        json.WriteString(names.ApprovedPatchesComplianceLevel, baseline.ApprovedPatchesComplianceLevel.ToString());
        json.WriteBoolean(names.ApprovedPatchesEnableNonSecurity, baseline.ApprovedPatchesEnableNonSecurity);
        Texts(json, names.RejectedPatches, baseline.RejectedPatches);
        json.WriteString(names.RejectedPatchesAction, baseline.RejectedPatchesAction.ToString());
        if (whole)
        {
            json.WriteNull(names.CreatedTime);
            json.WriteNull(names.ModifiedTime);
        }

        json.WriteStartArray(names.Sources);
        foreach (var source in baseline.Sources)
        {
            json.WriteStartObject();
            json.WriteString(names.Name, source.Name);
            Texts(json, names.Products, source.Products);
            json.WriteString(names.Configuration, source.Configuration);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter json, ApprovalRule rule, BaselineSpelling names)
    {
        var nulls = names == BaselineSpelling.Snapshot;
        json.WriteStartObject();
        json.WriteStartObject(names.FilterGroup);
        Filters(json, rule.Filters, names);
        json.WriteEndObject();
        json.WriteString(names.ComplianceLevel, rule.ComplianceLevel.ToString());
        json.WriteBoolean(names.EnableNonSecurity, rule.EnableNonSecurity);
        if (rule.ApproveAfterDays is { } days)
            json.WriteNumber(names.ApproveAfterDays, days);
        else if (nulls)
            json.WriteNull(names.ApproveAfterDays);
        if (rule.ApproveUntilDate is not null || nulls)
            json.WriteString(
                names.ApproveUntilDate,
                rule.ApproveUntilDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            );
        json.WriteEndObject();
    }

    private static void Filters(Utf8JsonWriter json, IReadOnlyList<PatchFilter> filters, BaselineSpelling names)
    {
        json.WriteStartArray(names.Filters);
        foreach (var filter in filters)
        {
            json.WriteStartObject();
            json.WriteString(names.Key, filter.Key);
            Texts(json, names.Values, filter.Values);
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
