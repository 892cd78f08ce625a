using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Testing;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>
/// The measure that the loopback service applies is itself held against the model that Debian ships, and against
/// requests known to be wrong.
/// </summary>
public sealed class ServiceModelTests
{
    private const string Model = "/usr/lib/python3/dist-packages/botocore/data/ssm/2014-11-06/service-2.json";

    [Fact]
    public void The_committed_extract_is_what_the_installed_model_says()
    {
        var path = File.Exists(Model + ".gz") ? Model + ".gz" : Model;
        Rig.NeedsFile(path);

        var installed = ServiceModel.Derive(path, ServiceModel.Default.Operations).Document;

        // On a difference the whole extract is shown, to be committed after a look at what has changed.
        Assert.True(
            JsonNode.DeepEquals(installed, ServiceModel.Default.Document),
            installed.ToJsonString(new JsonSerializerOptions { WriteIndented = true })
        );
    }

    /// <summary>
    /// A request that is right, what to change in it (a path and a value, null to remove), and a word of what is said.
    /// </summary>
    public static TheoryData<string, string, string?, string> Wrong =>
        new()
        {
            { "PutInventory", "InstanceId", null, "lacks the required InstanceId" },
            { "PutInventory", "InstanceId", "\"i-1\"", "does not match InstanceId" },
            { "PutInventory", "InstanceId", "null", "wanted string" },
            { "PutInventory", "Items", "[]", "under the minimum 1" },
            {
                "PutInventory",
                "Items",
                Repeated(
                    31,
                    """{"TypeName":"AWS:PatchSummary","SchemaVersion":"1.0","CaptureTime":"2026-01-02T03:04:05Z"}"""
                ),
                "over the maximum 30"
            },
            { "PutInventory", "Items/0/TypeName", "\"PatchSummary\"", "does not match" },
            { "PutInventory", "Items/0/SchemaVersion", "\"1\"", "does not match" },
            { "PutInventory", "Items/0/CaptureTime", "\"2026-01-02T03:04:05+00:00\"", "does not match" },
            { "PutInventory", "Items/0/CaptureTime", "\"2026-13-02T03:04:05Z\"", "does not match" },
            { "PutInventory", "Items/0/ContentHash", $"\"{new string('a', 257)}\"", "over the maximum 256" },
            { "PutInventory", "Items/0/Content", Repeated(10_001, "{}"), "over the maximum 10000" },
            { "PutInventory", "Items/0/Content/0/Id", "1", "wanted string" },
            { "PutInventory", "Items/0/Content/0/Id", $"\"{new string('a', 4097)}\"", "over the maximum 4096" },
            { "PutInventory", $"Items/0/Content/0/{new string('k', 65)}", "\"\"", "over the maximum 64" },
            { "PutInventory", "Items/0/Content/0", Members(51), "over the maximum 50" },
            { "PutInventory", "Items/0/Context", Members(51), "over the maximum 50" },
            { "PutInventory", "Items/0/Extra", "1", "has no member Extra" },
            { "GetDeployablePatchSnapshotForInstance", "SnapshotId", "\"1111\"", "under the minimum 36" },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/OperatingSystem",
                "\"PLAN9\"",
                "PLAN9 is none"
            },
            { "GetDeployablePatchSnapshotForInstance", "BaselineOverride/OperatingSystem", "null", "wanted string" },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/ApprovedPatches",
                Repeated(51, "\"a\""),
                "over the maximum 50"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/RejectedPatches",
                $"[\"{new string('a', 101)}\"]",
                "over the maximum 100"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/RejectedPatchesAction",
                "\"block\"",
                "block is none"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/ApprovalRules/PatchRules",
                Repeated(11, """{"PatchFilterGroup":{"PatchFilters":[]}}"""),
                "over the maximum 10"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/ApprovalRules/PatchRules",
                """[{"PatchFilterGroup":{"PatchFilters":[]},"ApproveAfterDays":361}]""",
                "over the maximum 360"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/GlobalFilters/PatchFilters",
                Repeated(5, """{"Key":"PRODUCT","Values":["*"]}"""),
                "over the maximum 4"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/GlobalFilters/PatchFilters",
                """[{"Key":"COLOUR","Values":["*"]}]""",
                "COLOUR is none"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/GlobalFilters/PatchFilters",
                """[{"Key":"PRODUCT","Values":[]}]""",
                "under the minimum 1"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/Sources",
                """[{"Name":"a","Products":["*"],"Configuration":"x"}]""",
                "does not match PatchSourceName"
            },
            {
                "GetDeployablePatchSnapshotForInstance",
                "BaselineOverride/Sources",
                """[{"Name":"abc","Products":["*"],"Configuration":""}]""",
                "under the minimum 1"
            },
        };

    [Theory]
    [InlineData("PutInventory")]
    [InlineData("GetDeployablePatchSnapshotForInstance")]
    public void A_right_request_is_accepted(string operation) => Assert.Empty(Validate(operation, Right(operation)));

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_request_is_told_why(string operation, string path, string? value, string word)
    {
        var request = Right(operation);
        var parts = path.Split('/');
        var parent = parts[..^1]
            .Aggregate(
                (JsonNode)request,
                (node, part) =>
                    node is JsonArray list
                        ? list[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)]!
                        : node[part]!
            );
        if (parent is JsonArray array)
            array[int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture)] = JsonNode.Parse(value!);
        else if (value is null)
            parent.AsObject().Remove(parts[^1]);
        else
            parent[parts[^1]] = JsonNode.Parse(value);

        Assert.Contains(Validate(operation, request), e => e.Contains(word, StringComparison.Ordinal));
    }

    private static string Repeated(int count, string item) => $"[{string.Join(',', Enumerable.Repeat(item, count))}]";

    private static string Members(int count) =>
        $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"\""))}}}";

    private static IReadOnlyList<string> Validate(string operation, JsonObject request)
    {
        using var document = JsonDocument.Parse(request.ToJsonString());
        return ServiceModel.Default.Validate(operation, document.RootElement);
    }

    private static JsonObject Right(string operation) =>
        JsonNode
            .Parse(
                operation == "PutInventory"
                    ? """
                    {"InstanceId":"mi-0123456789abcdef0","Items":[{"TypeName":"AWS:ComplianceItem","SchemaVersion":"1.0","ContentHash":"","CaptureTime":"2026-01-02T03:04:05Z",
                    "Context":{"ComplianceType":"Patch"},"Content":[{"Id":"a.amd64"}]}]}
                    """
                    : """
                    {"InstanceId":"i-01234567","SnapshotId":"11111111-2222-4333-8444-555555555555","BaselineOverride":{"OperatingSystem":"DEBIAN",
                    "GlobalFilters":{"PatchFilters":[]},"ApprovalRules":{"PatchRules":[]},"ApprovedPatches":[],"RejectedPatches":[],"Sources":[]} }
                    """
            )!
            .AsObject();
}
