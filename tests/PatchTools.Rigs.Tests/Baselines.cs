using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests;

/// <summary>Snapshot documents as the service's URL serves them.</summary>
internal static class Baselines
{
    /// <summary>AWS's predefined rule: any priority, security updates only.</summary>
    public static byte[] Security(string operatingSystem = "DEBIAN", Action<JsonObject>? change = null)
    {
        var baseline = JsonNode
            .Parse(
                """
                {
                  "accountId": "123456789012", "baselineId": "pb-0123456789abcdef0", "name": "Security",
                  "globalFilters": { "filters": [ { "key": "PRODUCT", "values": [ "*" ] } ] },
                  "approvalRules": { "rules": [ {
                    "filterGroup": { "filters": [ { "key": "PRIORITY", "values": [ "*" ] } ] },
                    "complianceLevel": "HIGH", "enableNonSecurity": false, "approveAfterDays": 0, "approveUntilDate": null } ] },
                  "approvedPatches": [], "approvedPatchesComplianceLevel": "UNSPECIFIED", "approvedPatchesEnableNonSecurity": false,
                  "rejectedPatches": [], "rejectedPatchesAction": "ALLOW_AS_DEPENDENCY",
                  "createdTime": 1525194800.068, "modifiedTime": 1525194800.068, "description": "", "sources": []
                }
                """
            )!
            .AsObject();
        baseline["operatingSystem"] = operatingSystem;
        change?.Invoke(baseline);
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

    /// <summary>The snapshot as the service has it for another operating system of the same family.</summary>
    public static byte[] For(string operatingSystem, byte[] snapshot)
    {
        var document = JsonNode.Parse(snapshot)!;
        document["patchBaseline"]!["operatingSystem"] = operatingSystem;
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    public static Action<JsonObject> Sources(string configuration) =>
        baseline =>
            baseline["sources"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "own",
                    ["products"] = new JsonArray("*"),
                    ["configuration"] = configuration,
                }
            );
}
