using PatchTools.Errors;
using PatchTools.Snapshots;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class CustomSourcesTests
{
    [Fact]
    public void Sources_of_the_product_and_of_all_products_are_joined_in_order()
    {
        var text = CustomSources.For(
            Snapshot(
                new PatchSource("one", ["Debian12"], "deb http://one.example/debian bookworm main"),
                new PatchSource("other", ["Debian11"], "deb http://other.example/debian bullseye main"),
                new PatchSource("two", ["*"], "deb http://two.example/debian bookworm main")
            ),
            "Debian12"
        );

        Assert.Equal("deb http://one.example/debian bookworm main\ndeb http://two.example/debian bookworm main", text);
    }

    [Fact]
    public void A_baseline_without_sources_leaves_the_hosts_own() =>
        Assert.Null(CustomSources.For(Snapshot(), "Debian12"));

    [Fact]
    public void Sources_for_other_products_only_are_an_error_that_names_them()
    {
        var error = Assert.Throws<PatchToolsException>(() =>
            CustomSources.For(Snapshot(new PatchSource("other", ["Debian11", "debian12"], "deb …")), "Debian12")
        );

        Assert.Equal("BaselineSourcesNotApplicable", error.ErrorId);
        Assert.Contains("Debian12", error.Message, StringComparison.Ordinal);
        Assert.Contains("other (Debian11 debian12)", error.Message, StringComparison.Ordinal);
    }

    private static PatchSnapshot Snapshot(params PatchSource[] sources) =>
        new()
        {
            SnapshotId = "11111111-2222-4333-8444-555555555555",
            Origin = SnapshotOrigin.Service,
            Product = "Debian12",
            OperationStart = DateTimeOffset.UnixEpoch,
            Baseline = new PatchBaseline { OperatingSystem = "DEBIAN", Sources = sources },
        };
}
