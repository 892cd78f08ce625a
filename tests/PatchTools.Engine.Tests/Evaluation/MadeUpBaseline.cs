namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Baselines in one line each.</summary>
internal static class MadeUpBaseline
{
    public static PatchBaseline Of(string operatingSystem, params ApprovalRule[] rules) =>
        new()
        {
            BaselineId = "pb-0123456789abcdef0",
            OperatingSystem = operatingSystem,
            ApprovalRules = rules,
        };

    public static PatchBaseline Ubuntu(params ApprovalRule[] rules) => Of("UBUNTU", rules);

    public static PatchBaseline RedHat(params ApprovalRule[] rules) => Of("REDHAT_ENTERPRISE_LINUX", rules);

    public static PatchBaseline Amazon2(params ApprovalRule[] rules) => Of("AMAZON_LINUX_2", rules);

    public static PatchBaseline Suse(params ApprovalRule[] rules) => Of("SUSE", rules);

    public static ApprovalRule Rule(ComplianceLevel level, params PatchFilter[] filters) =>
        new() { ComplianceLevel = level, Filters = filters };

    public static PatchFilter Filter(string key, params string[] values) => new(key, values);

    public static PatchFilter Classification(params string[] values) => Filter("CLASSIFICATION", values);

    public static PatchFilter Severity(params string[] values) => Filter("SEVERITY", values);

    public static ApprovalRule After(this ApprovalRule rule, int days) => rule with { ApproveAfterDays = days };

    public static ApprovalRule Until(this ApprovalRule rule, string date) =>
        rule with
        {
            ApproveUntilDate = DateOnly.ParseExact(
                date,
                "yyyy-MM-dd",
                System.Globalization.CultureInfo.InvariantCulture
            ),
        };

    public static ApprovalRule WithNonSecurity(this ApprovalRule rule) => rule with { EnableNonSecurity = true };

    public static PatchBaseline Approving(
        this PatchBaseline baseline,
        ComplianceLevel level,
        bool nonSecurity,
        params string[] entries
    ) =>
        baseline with
        {
            ApprovedPatches = entries,
            ApprovedPatchesComplianceLevel = level,
            ApprovedPatchesEnableNonSecurity = nonSecurity,
        };

    public static PatchBaseline Rejecting(
        this PatchBaseline baseline,
        RejectedPatchesAction action,
        params string[] entries
    ) => baseline with { RejectedPatches = entries, RejectedPatchesAction = action };

    public static PatchBaseline Globally(this PatchBaseline baseline, params PatchFilter[] filters) =>
        baseline with
        {
            GlobalFilters = filters,
        };
}
