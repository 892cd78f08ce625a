using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PatchTools.Testing;

/// <summary>The limits and patterns of the SSM service model (API version 2014-11-06) for the operations that PatchTools calls.</summary>
public static class ServiceModel
{
    private static readonly string[] Levels = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"];

    /// <summary>Everything the service would refuse the request for; empty when it is in order.</summary>
    public static IReadOnlyList<string> Violations(string operation, JsonObject? body)
    {
        List<string> found = [];
        if (body is null)
            return ["the body is no object"];
        switch (operation)
        {
            case "GetDeployablePatchSnapshotForInstance":
                Members(body, "$", found, ["InstanceId", "SnapshotId"], ["BaselineOverride", "UseS3DualStackEndpoint"]);
                Text(body["InstanceId"], "$.InstanceId", found, 0, 50, @"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)");
                Text(body["SnapshotId"], "$.SnapshotId", found, 36, 36, "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$");
                if (body["BaselineOverride"] is { } baseline)
                    BaselineOverride(baseline, found);
                break;
            case "PutInventory":
                Members(body, "$", found, ["InstanceId", "Items"], []);
                Text(body["InstanceId"], "$.InstanceId", found, 0, 50, @"(^i-(\w{8}|\w{17})$)|(^mi-\w{17}$)");
                foreach (var (item, at) in Items(body["Items"], "$.Items", found, 1, 30))
                    InventoryItem(item, at, found);
                break;
            default:
                found.Add($"{operation} is not an operation that is expected here");
                break;
        }

        return found;
    }

    private static void InventoryItem(JsonNode? item, string at, List<string> found)
    {
        Members(item, at, found, ["TypeName", "SchemaVersion", "CaptureTime"], ["ContentHash", "Content", "Context"]);
        Text(item?["TypeName"], at + ".TypeName", found, 1, 100, "^(AWS|Custom):.*$");
        Text(item?["SchemaVersion"], at + ".SchemaVersion", found, 0, 20, @"^([0-9]{1,6})(\.[0-9]{1,6})$");
        Text(item?["CaptureTime"], at + ".CaptureTime", found, 0, 30, @"^(20)[0-9][0-9]-(0[1-9]|1[012])-([12][0-9]|3[01]|0[1-9])(T)(2[0-3]|[0-1][0-9])(:[0-5][0-9])(:[0-5][0-9])(Z)$");
        if (item?["ContentHash"] is { } hash)
            Text(hash, at + ".ContentHash", found, 0, 256, null);
        if (item?["Context"] is { } context)
            Map(context, at + ".Context", found);
        if (item?["Content"] is { } content)
        {
            foreach (var (entry, place) in Items(content, at + ".Content", found, 0, 10_000))
                Map(entry, place, found);
        }
    }

    private static void Map(JsonNode? node, string at, List<string> found)
    {
        if (node is not JsonObject map)
        {
            found.Add($"{at}: wanted an object");
            return;
        }

        if (map.Count > 50)
            found.Add($"{at}: {map.Count} entries, at most 50");
        foreach (var (key, value) in map)
        {
            if (key.Length is < 1 or > 64)
                found.Add($"{at}: key of {key.Length} characters");
            Text(value, $"{at}.{key}", found, 0, 4096, null);
        }
    }

    private static void BaselineOverride(JsonNode node, List<string> found)
    {
        const string at = "$.BaselineOverride";
        Members(node, at, found, [], ["OperatingSystem", "GlobalFilters", "ApprovalRules", "ApprovedPatches", "ApprovedPatchesComplianceLevel", "RejectedPatches", "RejectedPatchesAction", "ApprovedPatchesEnableNonSecurity", "Sources", "AvailableSecurityUpdatesComplianceStatus"]);
        if (node["GlobalFilters"] is { } global)
            Filters(global, at + ".GlobalFilters", found);
        if (node["ApprovalRules"] is { } rules)
        {
            foreach (var (rule, place) in Items(rules["PatchRules"], at + ".ApprovalRules.PatchRules", found, 0, 10))
            {
                Members(rule, place, found, ["PatchFilterGroup"], ["ComplianceLevel", "ApproveAfterDays", "ApproveUntilDate", "EnableNonSecurity"]);
                Filters(rule?["PatchFilterGroup"], place + ".PatchFilterGroup", found);
                OneOf(rule?["ComplianceLevel"], place + ".ComplianceLevel", found, Levels);
                if (rule?["ApproveAfterDays"] is { } days && (int)days is < 0 or > 360)
                    found.Add($"{place}.ApproveAfterDays: out of range");
                if (rule?["ApproveUntilDate"] is { } until)
                    Text(until, place + ".ApproveUntilDate", found, 1, 10, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
            }
        }

        foreach (var list in new[] { "ApprovedPatches", "RejectedPatches" })
        {
            foreach (var (patch, place) in Items(node[list] ?? new JsonArray(), $"{at}.{list}", found, 0, 50))
                Text(patch, place, found, 1, 100, null);
        }

        OneOf(node["ApprovedPatchesComplianceLevel"], at + ".ApprovedPatchesComplianceLevel", found, Levels);
        OneOf(node["RejectedPatchesAction"], at + ".RejectedPatchesAction", found, ["ALLOW_AS_DEPENDENCY", "BLOCK"]);
        foreach (var (source, place) in Items(node["Sources"] ?? new JsonArray(), at + ".Sources", found, 0, 20))
        {
            Members(source, place, found, ["Name", "Products", "Configuration"], []);
            Text(source?["Name"], place + ".Name", found, 3, 50, @"^[a-zA-Z0-9_\-.]{3,50}$");
            Text(source?["Configuration"], place + ".Configuration", found, 1, 1024, null);
        }
    }

    private static void Filters(JsonNode? group, string at, List<string> found)
    {
        Members(group, at, found, ["PatchFilters"], []);
        foreach (var (filter, place) in Items(group?["PatchFilters"], at + ".PatchFilters", found, 0, 4))
        {
            Members(filter, place, found, ["Key", "Values"], []);
            foreach (var (value, where) in Items(filter?["Values"], place + ".Values", found, 1, 20))
                Text(value, where, found, 1, 64, null);
        }
    }

    private static IEnumerable<(JsonNode? Node, string At)> Items(JsonNode? node, string at, List<string> found, int least, int most)
    {
        if (node is not JsonArray array)
        {
            found.Add($"{at}: wanted a list");
            yield break;
        }

        if (array.Count < least || array.Count > most)
            found.Add($"{at}: {array.Count} items, wanted {least} to {most}");
        for (var i = 0; i < array.Count; i++)
            yield return (array[i], $"{at}[{i}]");
    }

    private static void Members(JsonNode? node, string at, List<string> found, string[] required, string[] optional)
    {
        if (node is not JsonObject map)
        {
            found.Add($"{at}: wanted an object");
            return;
        }

        found.AddRange(required.Where(m => map[m] is null).Select(m => $"{at}: {m} is missing"));
        found.AddRange(map.Where(m => m.Value is null).Select(m => $"{at}.{m.Key}: null"));
        found.AddRange(map.Select(m => m.Key).Except(required).Except(optional).Select(m => $"{at}: unknown member {m}"));
    }

    private static void Text(JsonNode? node, string at, List<string> found, int least, int most, string? pattern)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var text))
        {
            found.Add($"{at}: wanted a text");
            return;
        }

        if (text.Length < least || text.Length > most)
            found.Add($"{at}: {text.Length} characters, wanted {least} to {most}");
        if (pattern is not null && !Regex.IsMatch(text, pattern))
            found.Add($"{at}: '{text}' does not match {pattern}");
    }

    private static void OneOf(JsonNode? node, string at, List<string> found, string[] values)
    {
        if (node is not null && !values.Contains((string?)node, StringComparer.Ordinal))
            found.Add($"{at}: '{node}' is none of {string.Join(", ", values)}");
    }
}
