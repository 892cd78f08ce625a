using System.Globalization;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using SdkPatchFilter = Amazon.SimpleSystemsManagement.Model.PatchFilter;
using SdkPatchSource = Amazon.SimpleSystemsManagement.Model.PatchSource;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// A baseline to the nine members of <c>BaselineOverride</c> (reference 05 §3.2); pure. Lists go also when they are
/// empty. A rule's days and date go only when the file had them: absent members stay absent, because the service
/// refuses explicit nulls (QUIRK).
/// </summary>
internal static class BaselineOverrideMapper
{
    public static BaselineOverride Map(PatchBaseline baseline) =>
        new()
        {
            OperatingSystem = new Amazon.SimpleSystemsManagement.OperatingSystem(baseline.OperatingSystem),
            GlobalFilters = Group(baseline.GlobalFilters),
            ApprovalRules = new PatchRuleGroup { PatchRules = [.. baseline.ApprovalRules.Select(Rule)] },
            ApprovedPatches = [.. baseline.ApprovedPatches],
            ApprovedPatchesComplianceLevel = new PatchComplianceLevel(
                baseline.ApprovedPatchesComplianceLevel.ToString()
            ),
            ApprovedPatchesEnableNonSecurity = baseline.ApprovedPatchesEnableNonSecurity,
            RejectedPatches = [.. baseline.RejectedPatches],
            RejectedPatchesAction = new PatchAction(baseline.RejectedPatchesAction.ToString()),
            Sources =
            [
                .. baseline.Sources.Select(s => new SdkPatchSource
                {
                    Name = s.Name,
                    Products = [.. s.Products],
                    Configuration = s.Configuration,
                }),
            ],
        };

    private static PatchFilterGroup Group(IReadOnlyList<PatchFilter> filters) =>
        new()
        {
            PatchFilters =
            [
                .. filters.Select(f => new SdkPatchFilter { Key = new PatchFilterKey(f.Key), Values = [.. f.Values] }),
            ],
        };

    private static PatchRule Rule(ApprovalRule rule) =>
        new()
        {
            PatchFilterGroup = Group(rule.Filters),
            ComplianceLevel = new PatchComplianceLevel(rule.ComplianceLevel.ToString()),
            // The service refuses both, and the date wins.
            ApproveAfterDays = rule.ApproveUntilDate is null ? rule.ApproveAfterDays : null,
            ApproveUntilDate = rule.ApproveUntilDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            EnableNonSecurity = rule.EnableNonSecurity,
        };
}
