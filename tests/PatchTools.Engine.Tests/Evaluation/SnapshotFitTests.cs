using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>Whether a snapshot was made for the host that it is to judge.</summary>
public sealed class SnapshotFitTests
{
    [Theory]
    [InlineData("DEBIAN", "Debian12", PackageFamily.Dnf, true)]
    [InlineData("SUSE", "Suse15.5", PackageFamily.Apt, true)]
    [InlineData("REDHAT_ENTERPRISE_LINUX", "RedhatEnterpriseLinux9.4", PackageFamily.Zypper, true)]
    [InlineData("WINDOWS", "", PackageFamily.Apt, true)]
    [InlineData("UNHEARD_OF", "Debian12", PackageFamily.Dnf, true)]
    [InlineData("UNHEARD_OF", "Unheard1", PackageFamily.Dnf, false)]
    [InlineData("UBUNTU", "Ubuntu22.04", PackageFamily.Apt, false)]
    [InlineData("CENTOS", "CentOS7", PackageFamily.Yum, false)]
    [InlineData("AMAZON_LINUX_2", "AmazonLinux2", PackageFamily.Dnf, false)]
    public void A_snapshot_for_another_package_family_is_refused(
        string system,
        string product,
        PackageFamily family,
        bool isRefused
    )
    {
        var request = MadeUpHost.Apt().Request(MadeUpBaseline.Of(system));
        var snapshot = request.Snapshot with { Product = product };
        var inventory = request.Inventory with { Family = family };
        if (!isRefused)
        {
            SnapshotFit.Demand(snapshot, inventory, ShippedFamilies.All);
            return;
        }

        var refusal = Assert.Throws<PatchToolsException>(() =>
            SnapshotFit.Demand(snapshot, inventory, ShippedFamilies.All)
        );
        Assert.Equal((PatchErrors.SnapshotForAnotherFamily, 146), (refusal.Error, refusal.ExitCode));
        Assert.Contains(system, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "Debian12",
        "Debian 12",
        "The snapshot is for DEBIAN (product Debian12), and this host has dnf (Debian 12). "
    )]
    [InlineData("", "", "The snapshot is for DEBIAN, and this host has dnf (debian). ")]
    public void A_refusal_names_both_sides(string product, string prettyName, string text)
    {
        var request = MadeUpHost.Dnf().Request(MadeUpBaseline.Of("DEBIAN"));
        var refusal = Assert.Throws<PatchToolsException>(() =>
            SnapshotFit.Demand(
                request.Snapshot with
                {
                    Product = product,
                },
                request.Inventory with
                {
                    OperatingSystem = new OsRelease { Id = "debian", PrettyName = prettyName },
                },
                ShippedFamilies.All
            )
        );
        Assert.Equal(text + "Nothing was judged, saved or sent.", refusal.Message);
    }

    [Theory]
    [InlineData("DEBIAN", "Debian12", "")]
    [InlineData("DEBIAN", "", "")]
    [InlineData("UNHEARD_OF", "", "")]
    [InlineData("UNHEARD_OF", "Debian12", "")]
    [InlineData("UNHEARD_OF", "Debian11", "made for the product Debian11, and this host is Debian12")]
    [InlineData("DEBIAN", "Debian11", "made for the product Debian11, and this host is Debian12")]
    [InlineData("UBUNTU", "Ubuntu22.04", "The baseline is for UBUNTU, and this host is Debian 12 (DEBIAN)")]
    public void A_snapshot_for_another_product_is_pointed_out(string system, string product, string warning)
    {
        var request = MadeUpHost.Apt().Request(MadeUpBaseline.Of(system));
        var inventory = request.Inventory with
        {
            OperatingSystem = new OsRelease
            {
                Id = "debian",
                VersionId = "12",
                PrettyName = "Debian 12",
            },
        };

        var warnings = SnapshotFit.Warnings(request.Snapshot with { Product = product }, inventory).ToList();

        if (warning.Length == 0)
            Assert.Empty(warnings);
        else
            Assert.Contains(warning, Assert.Single(warnings), StringComparison.Ordinal);
    }
}
