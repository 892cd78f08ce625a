using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Model;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class JudgedProductTests
{
    private static readonly OsRelease s_bullseye = new() { Id = "debian", VersionId = "11" };

    [Theory]
    [InlineData(InventoryOrigin.Host)]
    [InlineData(InventoryOrigin.Root)]
    [InlineData(InventoryOrigin.File)]
    public void The_os_release_of_the_inventory_decides_whoever_asked_for_the_snapshot(InventoryOrigin origin) =>
        Assert.Equal("Debian11", Judged(origin, s_bullseye));

    [Fact]
    public void Of_a_system_that_os_release_does_not_tell_the_service_knows_more_on_this_host_only()
    {
        var unknown = new OsRelease { Id = "unheard", VersionId = "3" };

        Assert.Equal("Debian12", Judged(InventoryOrigin.Host, unknown));
        Assert.Equal("Unheard3", Judged(InventoryOrigin.Root, unknown));
        Assert.Equal("Unheard3", Judged(InventoryOrigin.File, unknown));
    }

    [Theory]
    [InlineData("Debian11", PatchState.Missing)]
    [InlineData("Debian12", PatchState.InstalledOther)]
    public void Product_filters_see_the_product_of_the_image(string product, PatchState expected)
    {
        var baseline = Ubuntu(Rule(ComplianceLevel.HIGH)).Globally(Filter("PRODUCT", product));
        var request = MadeUpHost.Apt().Package("tool", "1.0*", "1.1 SEC").Request(baseline);
        request = request with
        {
            Snapshot = request.Snapshot with { Product = "Debian12" },
            Inventory = request.Inventory with { Origin = InventoryOrigin.Root, OperatingSystem = s_bullseye },
        };

        var report = BaselineEvaluator.Evaluate(request);

        Assert.Equal(expected, Assert.Single(report.Findings).State);
        Assert.Equal("Debian11", report.Product);
    }

    private static string Judged(InventoryOrigin origin, OsRelease system)
    {
        var request = MadeUpHost.Apt().Package("tool", "1.0*").Request(Ubuntu());
        return JudgedProduct.Of(
            request.Snapshot with
            {
                Product = "Debian12",
            },
            request.Inventory with
            {
                Origin = origin,
                OperatingSystem = system,
            }
        );
    }
}
