using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Testing.Aws;

/// <summary>Snapshot documents as the service writes them.</summary>
public static class SnapshotDocuments
{
    /// <summary>
    /// The snapshot that the service makes of a <c>BaselineOverride</c>: its members in the spelling of snapshots, over
    /// empty defaults.
    /// </summary>
    public static byte[] FromOverride(JsonElement baselineOverride)
    {
        var baseline = new JsonObject
        {
            ["accountId"] = null,
            ["baselineId"] = "",
            ["name"] = "BaselineOverride",
            ["createdTime"] = 0.0,
            ["modifiedTime"] = 0.0,
            ["description"] = null,
            ["approvedPatches"] = new JsonArray(),
            ["rejectedPatches"] = new JsonArray(),
            ["sources"] = new JsonArray(),
            ["approvedPatchesComplianceLevel"] = "UNSPECIFIED",
            ["approvedPatchesEnableNonSecurity"] = false,
            ["rejectedPatchesAction"] = "ALLOW_AS_DEPENDENCY",
            ["globalFilters"] = new JsonObject { ["filters"] = new JsonArray() },
            ["approvalRules"] = new JsonObject { ["rules"] = new JsonArray() },
        };
        foreach (var member in baselineOverride.EnumerateObject())
            baseline[SnapshotName(member.Name)] = SnapshotForm(member.Value);
        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["patchBaseline"] = baseline,
                ["patchGroup"] = null,
                ["patches"] = new JsonArray(),
                ["enableApplicationPatches"] = false,
                ["requiredFeatures"] = new JsonArray(),
            }
        );
    }

    private static JsonNode? SnapshotForm(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => new JsonObject(
                value.EnumerateObject().Select(m => KeyValuePair.Create(SnapshotName(m.Name), SnapshotForm(m.Value)))
            ),
            JsonValueKind.Array => new JsonArray([.. value.EnumerateArray().Select(SnapshotForm)]),
            JsonValueKind.Null => null,
            _ => JsonValue.Create(value.Clone()),
        };

    private static string SnapshotName(string name) =>
        name switch
        {
            "PatchRules" => "rules",
            "PatchFilters" => "filters",
            "PatchFilterGroup" => "filterGroup",
            _ => char.ToLowerInvariant(name[0]) + name[1..],
        };
}
