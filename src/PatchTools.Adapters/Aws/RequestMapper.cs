using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using SdkItem = Amazon.SimpleSystemsManagement.Model.InventoryItem;

namespace PatchTools.Adapters.Aws;

/// <summary>Engine records to the SDK's request objects; pure.</summary>
internal static class RequestMapper
{
    /// <summary>Content entries keep the order of their members; null content is not sent at all.</summary>
    public static SdkItem Item(Ports.InventoryItem item) => new()
    {
        TypeName = item.TypeName,
        SchemaVersion = item.SchemaVersion,
        ContentHash = item.ContentHash,
        CaptureTime = item.CaptureTime,
        Content = item.Content is null ? null : [.. item.Content.Select(entry => new Dictionary<string, string>(entry, StringComparer.Ordinal))],
        Context = item.Context is null ? null : new Dictionary<string, string>(item.Context, StringComparer.Ordinal),
    };

    /// <summary>Lists go as they are, also empty ones; what is null is left out, because the service refuses explicit nulls (spec 05 §3.2 QUIRK).</summary>
    public static BaselineOverride Override(PatchBaseline baseline) => new()
    {
        OperatingSystem = new Amazon.SimpleSystemsManagement.OperatingSystem(baseline.OperatingSystem),
        GlobalFilters = Group(baseline.GlobalFilters),
        ApprovalRules = new PatchRuleGroup { PatchRules = [.. baseline.ApprovalRules.Select(Rule)] },
        ApprovedPatches = [.. baseline.ApprovedPatches],
        ApprovedPatchesComplianceLevel = new PatchComplianceLevel(baseline.ApprovedPatchesComplianceLevel.ToString()),
        ApprovedPatchesEnableNonSecurity = baseline.ApprovedPatchesEnableNonSecurity,
        RejectedPatches = [.. baseline.RejectedPatches],
        RejectedPatchesAction = new PatchAction(baseline.RejectedPatchesAction.ToString()),
        Sources = [.. baseline.Sources.Select(s => new Amazon.SimpleSystemsManagement.Model.PatchSource { Name = s.Name, Products = [.. s.Products], Configuration = s.Configuration })],
    };

    private static PatchFilterGroup Group(IReadOnlyList<PatchFilter> filters) => new()
    {
        PatchFilters = [.. filters.Select(f => new Amazon.SimpleSystemsManagement.Model.PatchFilter { Key = new PatchFilterKey(f.Key), Values = [.. f.Values] })],
    };

    private static PatchRule Rule(ApprovalRule rule) => new()
    {
        PatchFilterGroup = Group(rule.Filters),
        ComplianceLevel = new PatchComplianceLevel(rule.ComplianceLevel.ToString()),
        ApproveAfterDays = rule.ApproveUntilDate is null ? rule.ApproveAfterDays : null,
        ApproveUntilDate = rule.ApproveUntilDate?.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        EnableNonSecurity = rule.EnableNonSecurity,
    };
}
