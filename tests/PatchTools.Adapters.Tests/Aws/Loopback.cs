using PatchTools.Adapters.Aws;
using PatchTools.Ports;
using PatchTools.Testing.Aws;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>What the tests of the AWS adapters share: impatient adapters, one baseline, two inventory items.</summary>
internal static class Loopback
{
    public const string InstanceId = "i-0123456789abcdef0";

    public const string SnapshotId = "11111111-2222-4333-8444-555555555555";

    /// <summary>As in production, but hardly a wait between tries.</summary>
    public static readonly CallPatience Patience = CallPatience.Default with
    {
        BackoffUnit = TimeSpan.FromMilliseconds(1),
    };

    public static readonly SnapshotCall Call = new(InstanceId, SnapshotId, BaselineOverride: null);

    public static readonly InventoryItem Summary = new()
    {
        TypeName = "AWS:PatchSummary",
        SchemaVersion = "1.0",
        ContentHash = new string('a', 64),
        CaptureTime = "2026-01-02T03:04:05Z",
        Content =
        [
            [
                KeyValuePair.Create("SnapshotId", SnapshotId),
                KeyValuePair.Create("BaselineId", "pb-0123456789abcdef0"),
                KeyValuePair.Create("PatchGroup", ""),
                KeyValuePair.Create("Umlaut", "ä<>&'+\""),
            ],
        ],
    };

    public static readonly InventoryItem HashOnly = new()
    {
        TypeName = "AWS:ComplianceItem",
        SchemaVersion = "1.0",
        ContentHash = new string('b', 64),
        CaptureTime = "2026-01-02T03:04:05Z",
        Context = new Dictionary<string, string>
        {
            ["ComplianceType"] = "Patch",
            ["ExecutionId"] = SnapshotId,
            ["ExecutionType"] = "Command",
            ["ExecutionTime"] = "2026-01-02T03:04:05Z",
        },
    };

    /// <summary>Both calls of the port, by the operation's name.</summary>
    public static Task CallAsync(
        this IPatchService service,
        string operation,
        ServiceClient client = ServiceClient.Default,
        CancellationToken cancellationToken = default
    ) =>
        operation switch
        {
            "PutInventory" => service.PutInventoryAsync(InstanceId, [Summary], client, cancellationToken),
            _ => service.GetDeployablePatchSnapshotAsync(Call, client, cancellationToken),
        };

    public static AwsSettings Settings(LoopbackAws aws) => new() { Region = aws.Options.Region };
}
