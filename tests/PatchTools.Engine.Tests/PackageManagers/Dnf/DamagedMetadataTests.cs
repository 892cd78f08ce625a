using PatchTools.Errors;
using PatchTools.Families.Rpm.Reading;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>
/// What the real dnf fetched and somebody changed afterwards proves nothing; so does what rpm cannot read.
/// </summary>
[Collection(RpmUniverseTests.Name)]
public sealed class DamagedMetadataTests(RpmUniverse universe)
{
    public static TheoryData<string, string> OfDnf() => DamagedMetadata.Of("primary", "updateinfo", "modules");

    public static TheoryData<string, string> OfYum() => DamagedMetadata.Of("primary_db", "updateinfo");

    [Theory]
    [MemberData(nameof(OfDnf))]
    public async Task A_list_of_dnf_that_is_not_the_one_that_repomd_names_is_damaged(string type, string kind)
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");
        Assert.Equal(RepositoryStatus.Ok, (await root.InventoryAsync()).Repositories[0].Status);
        Assert.Null((await root.InventoryAsync()).Repositories[0].NotVerified);
        var list = Find(root, type);

        DamagedMetadata.Change(list, kind, Find(root, type == "primary" ? "updateinfo" : "primary"));

        DamagedMetadata.AssertNamed(await root.InventoryAsync(), list, "dnf clean metadata");
    }

    [Fact]
    public async Task Module_documents_that_are_gone_prove_nothing()
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");
        File.Delete(Find(root, "modules"));

        var health = (await root.InventoryAsync()).Repositories[0];

        Assert.Equal((RepositoryStatus.Unreadable, false), (health.Status, health.HasUsableMetadata));
    }

    [Theory]
    [MemberData(nameof(OfYum))]
    public async Task A_list_of_yum_that_is_not_the_one_that_repomd_names_is_damaged(string type, string kind)
    {
        using var root = universe.NewRoot();
        var cache = root.BecomeYum("base");
        Assert.Null((await root.InventoryAsync()).Repositories[0].NotVerified);
        var advisories = Directory.GetFiles(cache, "*updateinfo*").Single();
        var list = type == "primary_db" ? Path.Combine(cache, "gen", "primary_db.sqlite") : advisories;

        DamagedMetadata.Change(list, kind, Path.Combine(cache, "repomd.xml"));

        DamagedMetadata.AssertNamed(await root.InventoryAsync(), list, "yum makecache");
    }

    [Theory]
    [InlineData("", RepositoryStatus.Ok)]
    [InlineData("<!-- a change -->", RepositoryStatus.Damaged)]
    public async Task A_table_of_contents_that_is_not_the_one_of_its_metalink_is_damaged(
        string change,
        RepositoryStatus status
    )
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");
        var folder = Path.GetDirectoryName(Find(root, "primary"))!;
        var contents = Path.Combine(folder, "repomd.xml");
        var bytes = File.ReadAllBytes(contents);
        var sum = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes));
        File.WriteAllText(
            Path.Combine(Path.GetDirectoryName(folder)!, "metalink.xml"),
            $"""
            <?xml version="1.0" encoding="utf-8"?>
            <metalink xmlns="http://www.metalinker.org/" xmlns:mm0="http://fedorahosted.org/mirrormanager">
             <files>
              <file name="repomd.xml">
               <verification><hash type="sha256">{new string('0', 64)}</hash></verification>
               <mm0:alternates>
                <mm0:alternate><verification><hash type="sha256">{sum}</hash></verification></mm0:alternate>
               </mm0:alternates>
              </file>
             </files>
            </metalink>
            """
        );
        File.Delete(contents);
        File.WriteAllText(contents, System.Text.Encoding.UTF8.GetString(bytes) + change);

        var health = (await root.InventoryAsync()).Repositories[0];

        Assert.Equal((status, status == RepositoryStatus.Ok), (health.Status, health.HasUsableMetadata));
    }

    [Fact]
    public async Task Lists_without_a_checksum_are_read_and_said_to_be_not_verified()
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");
        var contents = Path.Combine(Path.GetDirectoryName(Find(root, "primary"))!, "repomd.xml");
        var text = System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(contents),
            "<(open-)?checksum.*?</(open-)?checksum>",
            ""
        );
        File.Delete(contents);
        File.WriteAllText(contents, text);

        var inventory = await root.InventoryAsync();

        var health = inventory.Repositories[0];
        Assert.Equal((RepositoryStatus.Ok, true), (health.Status, health.HasUsableMetadata));
        Assert.Contains(Find(root, "primary"), health.NotVerified);
        Assert.Contains(inventory.Warnings, w => w.Contains("are not verified", StringComparison.Ordinal));

        // The size is still named.
        DamagedMetadata.Change(Find(root, "primary"), "longer", "");
        DamagedMetadata.AssertNamed(await root.InventoryAsync(), Find(root, "primary"), "dnf clean metadata");
    }

    [Theory]
    [InlineData("zeros")]
    [InlineData("empty")]
    [InlineData("random")]
    [InlineData("cut")]
    [InlineData("gone")]
    [InlineData("without packages")]
    public async Task A_database_of_rpm_that_is_spoilt_is_an_error_that_names_it(string kind)
    {
        using var root = universe.NewRoot();
        root.Dnf("makecache");
        var folder = RpmQuery.DatabaseOf(root.Path)!;
        var database = RpmQuery.DatabaseFileOf(root.Path)!;
        var bytes = File.ReadAllBytes(database);
        foreach (var file in Directory.GetFiles(folder))
            File.Delete(file);
        if (kind is not ("gone" or "without packages"))
            File.WriteAllBytes(
                database,
                kind switch
                {
                    "zeros" => new byte[bytes.Length],
                    "random" => [.. Enumerable.Range(0, bytes.Length).Select(i => (byte)(i * 7))],
                    "cut" => bytes[..(bytes.Length / 2)],
                    _ => [],
                }
            );
        else if (kind == "without packages")
            RpmUniverse.Run("rpm", "--dbpath", folder, "--initdb");

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync());

        Assert.Same(PatchErrors.PackageDatabaseUnreadable, error.Error);
        Assert.Contains(kind == "gone" ? root.Path : database, error.Message, StringComparison.Ordinal);
        if (kind == "gone")
            Assert.Empty(Directory.GetFiles(folder));
    }

    private static string Find(RpmRoot root, string type) =>
        Directory
            .GetFiles(Path.Combine(root.Path, "var/cache/dnf"), $"*{type}.*", SearchOption.AllDirectories)
            .Single(f =>
                !f.EndsWith(".solv", StringComparison.Ordinal) && !f.EndsWith(".solvx", StringComparison.Ordinal)
            );
}
