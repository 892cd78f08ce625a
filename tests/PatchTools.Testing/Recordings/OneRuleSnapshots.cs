namespace PatchTools.Testing.Recordings;

/// <summary>Baselines of one rule that approves every update, or every security update.</summary>
internal static class OneRuleSnapshots
{
    public static PatchSnapshot Of(string operatingSystem, string product, bool securityOnly) =>
        new()
        {
            SnapshotId = "00000000-0000-0000-0000-000000000001",
            Product = product,
            OperationStart = TimeProvider.System.GetUtcNow(),
            Origin = SnapshotOrigin.File,
            Baseline = new PatchBaseline
            {
                Name = "random hosts",
                OperatingSystem = operatingSystem,
                ApprovalRules =
                [
                    new ApprovalRule
                    {
                        EnableNonSecurity = !securityOnly,
                        Filters =
                            securityOnly && operatingSystem != "DEBIAN"
                                ? [new PatchFilter("CLASSIFICATION", ["Security"]), new PatchFilter("SEVERITY", ["*"])]
                                : [],
                    },
                ],
            },
        };

    /// <summary>The baseline that approves everything on a host of the family.</summary>
    public static PatchSnapshot Everything(PackageFamily family) =>
        family switch
        {
            PackageFamily.Apt => Of("DEBIAN", "Debian12", securityOnly: false),
            PackageFamily.Zypper => Of("SUSE", "Suse15.5", securityOnly: false),
            _ => Of("ROCKY_LINUX", "RockyLinux9.4", securityOnly: false),
        };
}
