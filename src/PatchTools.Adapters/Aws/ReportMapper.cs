using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;
using InventoryItem = PatchTools.Ports.InventoryItem;
using SdkInventoryItem = Amazon.SimpleSystemsManagement.Model.InventoryItem;

namespace PatchTools.Adapters.Aws;

/// <summary>Inventory items to the SDK's <c>PutInventory</c> request; pure.</summary>
internal static class ReportMapper
{
    public static PutInventoryRequest Map(string instanceId, IReadOnlyList<InventoryItem> items) =>
        new() { InstanceId = instanceId, Items = [.. items.Select(Map)] };

    /// <summary>
    /// The upload is partial also with the fallback's credentials, where the reference forgets to say so (QUIRK of
    /// reference 07 §8).
    /// </summary>
    public static PutComplianceItemsRequest Map(AssociationReportCall call) =>
        new()
        {
            ResourceId = call.InstanceId,
            ResourceType = "ManagedInstance",
            ComplianceType = "Association",
            ExecutionSummary = new ComplianceExecutionSummary
            {
                ExecutionTime = call.ExecutionTime.UtcDateTime,
                ExecutionId = call.AssociationId,
                ExecutionType = "Command",
            },
            UploadType = ComplianceUploadType.PARTIAL,
            ItemContentHash = call.ContentHash,
            Items = call.Item is not { } item
                ? []
                :
                [
                    new ComplianceItemEntry
                    {
                        Id = item.Id,
                        Title = item.Title,
                        Severity = new ComplianceSeverity(item.Severity),
                        Status = new ComplianceStatus(item.Status),
                        Details = new Dictionary<string, string>(item.Details, StringComparer.Ordinal),
                    },
                ],
        };

    /// <summary>
    /// What is null is not sent. A dictionary that is only added to keeps the order of its members, which the content
    /// hash covers.
    /// </summary>
    private static SdkInventoryItem Map(InventoryItem item) =>
        new()
        {
            TypeName = item.TypeName,
            SchemaVersion = item.SchemaVersion,
            ContentHash = item.ContentHash,
            CaptureTime = item.CaptureTime,
            Content = item.Content is null
                ? null
                : [.. item.Content.Select(entry => new Dictionary<string, string>(entry, StringComparer.Ordinal))],
            Context = item.Context is null
                ? null
                : new Dictionary<string, string>(item.Context, StringComparer.Ordinal),
        };
}
