using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>What the real zypper fetched and somebody changed afterwards proves nothing.</summary>
[Collection(ZypperUniverseTests.Name)]
public sealed class DamagedMetadataTests(ZypperUniverse universe)
{
    public static TheoryData<string, string> Lists() => DamagedMetadata.Of("primary", "updateinfo");

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_of_zypper_that_is_not_the_one_that_repomd_names_is_damaged(string type, string kind)
    {
        using var root = universe.NewRoot();
        root.Zypper("refresh");
        Assert.Equal(RepositoryStatus.Ok, (await root.InventoryAsync()).Repositories[0].Status);
        Assert.Null((await root.InventoryAsync()).Repositories[0].NotVerified);
        var list = Find(root, type);

        DamagedMetadata.Change(list, kind, Find(root, type == "primary" ? "updateinfo" : "primary"));

        DamagedMetadata.AssertNamed(await root.InventoryAsync(), list, "zypper refresh --force");
    }

    private static string Find(ZypperRoot root, string type) =>
        Directory.GetFiles(Path.Combine(root.Path, "var/cache/zypp/raw/base/repodata"), $"*{type}.*").Single();
}
