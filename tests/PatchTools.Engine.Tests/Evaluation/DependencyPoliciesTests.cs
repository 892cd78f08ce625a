using PatchTools.Evaluation;
using PatchTools.Families;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class DependencyPoliciesTests
{
    [Theory]
    [InlineData(RejectedPatchesAction.BLOCK, "lib", "the baseline rejects 'lib' (BLOCK)")]
    [InlineData(RejectedPatchesAction.BLOCK, "lib-2.0", "the baseline rejects 'lib-2.0' (BLOCK)")]
    [InlineData(RejectedPatchesAction.BLOCK, "lib-1.0", null)]
    [InlineData(RejectedPatchesAction.BLOCK, "other", null)]
    [InlineData(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "lib", null)]
    public void A_blocked_patch_may_not_come_along(RejectedPatchesAction action, string entry, string? refusal) =>
        Assert.Equal(refusal, For(MadeUpHost.Apt(), Ubuntu().Rejecting(action, "x", entry), null, "lib", "2.0"));

    /// <summary>AWS's own example: apt 1.2.27 needs apt-utils 1.2.27, the list pins apt-utils to 1.2.25.</summary>
    [Theory]
    [InlineData(
        "apt-utils",
        "1.2.27",
        "the install override list, line 3, allows only 'apt-utils' with title '*1.2.25'"
    )]
    [InlineData("apt-utils", "1.2.25", null)]
    [InlineData("libapt", "1.2.27", null)]
    public void A_title_that_names_another_version_refuses_what_would_come_along(
        string name,
        string edition,
        string? refusal
    ) =>
        Assert.Equal(
            refusal,
            For(
                MadeUpHost.Apt(),
                Ubuntu().Rejecting(RejectedPatchesAction.BLOCK, "*"),
                InstallOverrideTests.List("apt|*1.2.27", "apt-utils|*1.2.25"),
                name,
                edition
            )
        );

    [Fact]
    public void One_entry_that_names_the_version_is_enough() =>
        Assert.Null(For(MadeUpHost.Apt(), Ubuntu(), InstallOverrideTests.List("lib|1.0", "lib*"), "lib", "2.0"));

    [Fact]
    public void The_first_entry_of_a_list_allows_and_refuses_as_any_other()
    {
        Assert.Null(For(MadeUpHost.Apt(), Ubuntu(), InstallOverrideTests.List("lib|2.0", "lib|1.0"), "lib", "2.0"));
        Assert.StartsWith(
            "the install override list, line 2, allows only",
            For(MadeUpHost.Apt(), Ubuntu(), InstallOverrideTests.List("lib|1.0"), "lib", "2.0"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Quirk_a_bare_name_blocks_a_dependency_on_dnf_too_but_a_rejected_one_may_come_along_on_yum_and_zypper()
    {
        Assert.Equal(
            "the baseline rejects 'glibc' (BLOCK)",
            For(MadeUpHost.Dnf(), RedHat().Rejecting(RejectedPatchesAction.BLOCK, "glibc"), null, "glibc", "2.34-1.el9")
        );
        Assert.Equal(
            "the baseline rejects 'glibc < 3' (BLOCK)",
            For(
                MadeUpHost.Zypper(),
                Suse().Rejecting(RejectedPatchesAction.BLOCK, "glibc < 3"),
                null,
                "glibc",
                "2.34-1"
            )
        );
        Assert.Null(
            For(
                MadeUpHost.Yum(),
                Amazon2().Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "glibc"),
                null,
                "glibc",
                "2.34-1"
            )
        );
        Assert.Null(
            For(
                MadeUpHost.Zypper(),
                Suse().Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "glibc"),
                null,
                "glibc",
                "2.34-1"
            )
        );
    }

    private static string? For(
        MadeUpHost host,
        PatchBaseline baseline,
        InstallOverrideList? list,
        string name,
        string edition
    )
    {
        var request = host.Request(baseline);
        return DependencyPolicies
            .For(
                request.Snapshot,
                ShippedFamilies.All.Of(request.Inventory.Family).Language,
                request.Inventory.Packages.NativeArchitecture,
                list
            )
            .RefusalOf(name, request.Inventory.Packages.NativeArchitecture, edition);
    }
}
