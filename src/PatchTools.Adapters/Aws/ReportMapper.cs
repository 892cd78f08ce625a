using Amazon.SimpleSystemsManagement.Model;
using InventoryItem = PatchTools.Ports.InventoryItem;
using SdkInventoryItem = Amazon.SimpleSystemsManagement.Model.InventoryItem;

namespace PatchTools.Adapters.Aws;

/// <summary>Inventory items to the SDK's <c>PutInventory</c> request; pure.</summary>
internal static class ReportMapper
{
    public static PutInventoryRequest Map(string instanceId, IReadOnlyList<InventoryItem> items) =>
        new() { InstanceId = instanceId, Items = [.. items.Select(Map)] };

    /// <summary>What is null is not sent. A dictionary that is only added to keeps the order of its members, which the content hash covers.</summary>
    private static SdkInventoryItem Map(InventoryItem item) => new()
    {
        TypeName = item.TypeName,
        SchemaVersion = item.SchemaVersion,
        ContentHash = item.ContentHash,
        CaptureTime = item.CaptureTime,
        Content = item.Content is null ? null : [.. item.Content.Select(entry => new Dictionary<string, string>(entry, StringComparer.Ordinal))],
        Context = item.Context is null ? null : new Dictionary<string, string>(item.Context, StringComparer.Ordinal),
    };
}
