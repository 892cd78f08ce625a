using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// yum 3 does not run on systems that can build the rig, so dnf 4 says what a repository offers (its module streams
/// switched off, which yum does not know), and yum's cache is laid out as yum/yumRepo.py and yum/misc.py of 3.4.3 lay
/// it out.
/// </summary>
[Collection(RpmUniverseTests.Name)]
public sealed class YumRigTests(RpmUniverse universe)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_upgradable_and_the_security_set_of_a_yum_cache_are_those_of_the_repository(bool hasDatabase)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base", "module_hotfixes=1");
        root.Dnf("makecache");
        var upgrades = root.DnfUpgrades().ToList();

        // The advisory of a module stream: there are none where yum 3 reads.
        var security = root.DnfSecurity().Where(a => !a.StartsWith("RIG-SA-7 ", StringComparison.Ordinal)).ToList();
        var cache = root.BecomeYum("base", hasDatabase);

        var inventory = await root.InventoryAsync();

        Assert.Equal("yum", inventory.PackageManager);
        Assert.Equal(PackageFamily.Yum, inventory.Family);
        Assert.Equal(upgrades, DnfRigTests.Upgradable(inventory));
        Assert.Equal(security, DnfRigTests.Security(inventory, _ => false));
        var repository = Assert.Single(inventory.Repositories);
        Assert.Equal(RepositoryStatus.Ok, repository.Status);
        Assert.Equal(
            File.GetLastWriteTimeUtc(Path.Combine(cache, "cachecookie")),
            repository.RefreshedAt!.Value.UtcDateTime
        );
        Assert.Contains(
            "o-new 2.0-1 replaces it",
            inventory.Packages.Single(p => p.Name == "o-old").Installed!.PolicyNote,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_database_that_was_not_unpacked_anew_proves_nothing()
    {
        using var root = universe.NewRoot();
        var cache = root.BecomeYum("base");
        File.SetLastWriteTimeUtc(
            Path.Combine(cache, "gen", "primary_db.sqlite"),
            new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc)
        );

        var repository = Assert.Single((await root.InventoryAsync()).Repositories);

        Assert.Equal(RepositoryStatus.Unreadable, repository.Status);
        Assert.False(repository.HasUsableMetadata);
        Assert.Contains("run yum makecache", repository.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no database")]
    [InlineData("")]
    public async Task A_damaged_database_proves_nothing_and_says_so(string content)
    {
        using var root = universe.NewRoot();
        var cache = root.BecomeYum("base");
        var database = Path.Combine(cache, "gen", "primary_db.sqlite");
        var time = File.GetLastWriteTimeUtc(database);
        File.WriteAllText(database, content);
        File.SetLastWriteTimeUtc(database, time);

        var repository = Assert.Single((await root.InventoryAsync()).Repositories);

        Assert.Equal(RepositoryStatus.Damaged, repository.Status);
        Assert.Contains("primary_db.sqlite", repository.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_leaves_nothing_beside_the_database()
    {
        using var root = universe.NewRoot();
        var cache = root.BecomeYum("base");
        var before = Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();

        await root.InventoryAsync();

        Assert.Equal(before, Directory.GetFiles(cache, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
    }
}
