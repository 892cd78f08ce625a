using PatchTools.Errors;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

/// <summary>The embedded baselines against the table of AWS's guide (reference 20 §5).</summary>
public sealed class DefaultBaselinesTests
{
    private const string CriticalOrImportant = "CLASSIFICATION=Security & SEVERITY=Critical|Important, 7 days";
    private const string Bugfix = "CLASSIFICATION=Bugfix, 7 days";
    private const string EveryPriority = "PRIORITY=Required|Important|Standard|Optional|Extra, 0 days";

    public static TheoryData<string, string, string[]> Table =>
        new()
        {
            { "ALMA_LINUX", "AWS-AlmaLinuxDefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "AMAZON_LINUX", "AWS-AmazonLinuxDefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "AMAZON_LINUX_2", "AWS-AmazonLinux2DefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "AMAZON_LINUX_2022", "AWS-AmazonLinux2022DefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "AMAZON_LINUX_2023", "AWS-AmazonLinux2023DefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "CENTOS", "AWS-CentOSDefaultPatchBaseline", ["PRODUCT=*, 7 days, non-security"] },
            { "DEBIAN", "AWS-DebianDefaultPatchBaseline", [EveryPriority] },
            {
                "ORACLE_LINUX",
                "AWS-OracleLinuxDefaultPatchBaseline",
                ["CLASSIFICATION=Security & SEVERITY=Important|Moderate, 7 days", Bugfix]
            },
            { "RASPBIAN", "AWS-DefaultRaspbianPatchBaseline", [EveryPriority] },
            { "REDHAT_ENTERPRISE_LINUX", "AWS-RedHatDefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "ROCKY_LINUX", "AWS-RockyLinuxDefaultPatchBaseline", [CriticalOrImportant, Bugfix] },
            { "SUSE", "AWS-SuseDefaultPatchBaseline", [CriticalOrImportant] },
            { "UBUNTU", "AWS-UbuntuDefaultPatchBaseline", [EveryPriority] },
        };

    [Theory]
    [MemberData(nameof(Table))]
    public void Each_embedded_baseline_says_what_the_guide_says(string awsName, string name, string[] rules)
    {
        var baseline = DefaultBaselines.For(awsName);
        Assert.Equal(awsName, baseline.OperatingSystem);
        Assert.Equal(name, baseline.Name);
        Assert.NotEmpty(baseline.Description!);
        Assert.Null(baseline.BaselineId);
        Assert.Equal(rules, baseline.ApprovalRules.Select(Text));
        Assert.Equal("PRODUCT=*", Text(Assert.Single(baseline.GlobalFilters)));
        Assert.Empty(baseline.ApprovedPatches);
        Assert.Empty(baseline.RejectedPatches);
        Assert.Empty(baseline.Sources);
        Assert.False(baseline.ApprovedPatchesEnableNonSecurity);
        Assert.Equal(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, baseline.RejectedPatchesAction);
        Assert.Equal(ComplianceLevel.UNSPECIFIED, baseline.ApprovedPatchesComplianceLevel);
        Assert.All(baseline.ApprovalRules, rule => Assert.Equal(ComplianceLevel.UNSPECIFIED, rule.ComplianceLevel));
    }

    [Fact]
    public void There_is_one_for_each_linux_of_the_table_and_no_other() =>
        Assert.Equal(
            Table.Select(row => row.Data.Item1).Order(StringComparer.Ordinal),
            DefaultBaselines.All.Select(b => b.OperatingSystem)
        );

    [Fact]
    public void There_is_one_for_each_operating_system_that_is_recognised() =>
        Assert.All(
            PatchTools.Model.OperatingSystems.All,
            system => Assert.Equal(system.AwsName, DefaultBaselines.For(system.AwsName).OperatingSystem)
        );

    [Fact]
    public void Another_system_is_an_error_that_lists_what_there_is()
    {
        var error = Assert.Throws<PatchToolsException>(() => DefaultBaselines.For("WINDOWS"));
        Assert.Equal(PatchErrors.NoDefaultBaseline, error.Error);
        Assert.Contains("UBUNTU", error.Message, StringComparison.Ordinal);
    }

    private static string Text(ApprovalRule rule) =>
        $"{string.Join(" & ", rule.Filters.Select(Text))}, {rule.ApproveAfterDays} "
        + $"days{(rule.EnableNonSecurity ? ", non-security" : "")}";

    private static string Text(PatchFilter filter) => $"{filter.Key}={string.Join('|', filter.Values)}";
}
