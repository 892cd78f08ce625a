using System.IO.Compression;
using PatchTools.Families.Shared;
using Xunit;
using static PatchTools.Engine.Tests.PackageManagers.Apt.AptRoot;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// What a reading says of each repository, and whether the whole still proves anything. Lists are those that the real
/// apt has fetched.
/// </summary>
public sealed class RepositoryHealthTests : IDisposable
{
    private readonly AptRoot _root = new("amd64");

    public RepositoryHealthTests()
    {
        _root.MakeSuite(
            "one",
            "s",
            ["Suite=s", "Date=Thu, 01 Jan 2026 00:00:00 UTC", "Architectures=amd64", "Components=main"],
            ("main/binary-amd64", Stanza("p", "1.1") + Stanza("q", "1.1"))
        );
        _root.MakeSuite(
            "two",
            "s",
            ["Suite=s", "Architectures=amd64", "Components=main"],
            ("main/binary-amd64", Stanza("p", "1.2"))
        );
        Sources("one", "two");
        _root.Write("var/lib/dpkg/status", Installed("p", "1.1"));
        _root.Update();
    }

    [Fact]
    public async Task Fetched_and_recent_is_ok()
    {
        var inventory = await _root.ReadAsync();

        Assert.All(
            inventory.Repositories,
            r => Assert.Equal((RepositoryStatus.Ok, true, null), (r.Status, r.HasUsableMetadata, r.Message))
        );
        Assert.Equal($"copy:{_root.Repositories}/one s main", inventory.Repositories[0].Name);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), inventory.Repositories[0].PublishedAt);
        Assert.True(inventory.IsProven);
        Assert.Empty(inventory.Warnings);
    }

    [Theory]
    [InlineData(6.9, RepositoryStatus.Ok, true)]
    [InlineData(7.1, RepositoryStatus.Stale, false)]
    public async Task Metadata_older_than_the_limit_is_stale(double days, RepositoryStatus status, bool isProven)
    {
        var inventory = await _root.ReadAsync(
            host: _root.Host with
            {
                Clock = new ShiftedClock(TimeSpan.FromDays(days)),
            }
        );

        Assert.All(inventory.Repositories, r => Assert.Equal(status, r.Status));
        Assert.Equal(isProven, inventory.IsProven);
        Assert.Equal(isProven, inventory.Repositories[0].Message is null);
    }

    [Fact]
    public async Task A_longer_limit_makes_old_metadata_prove_again()
    {
        var inventory = await _root.ReadAsync(
            new InventoryRequest { MaxMetadataAge = TimeSpan.FromDays(30) },
            _root.Host with
            {
                Clock = new ShiftedClock(TimeSpan.FromDays(20)),
            }
        );

        Assert.True(inventory.IsProven);
    }

    [Theory]
    [InlineData("", RepositoryStatus.Expired)]
    [InlineData("Acquire::Check-Valid-Until \"no\";", RepositoryStatus.Ok)]
    [InlineData("Acquire::Check-Date \"no\";", RepositoryStatus.Ok)]
    [InlineData("Acquire::Min-ValidTime \"86400000\";", RepositoryStatus.Ok)]
    public async Task Metadata_that_says_itself_that_it_is_too_old_has_expired(
        string configuration,
        RepositoryStatus status
    )
    {
        // Valid for longer than this test takes, and read a day later.
        var now = TimeProvider.System.GetUtcNow();
        _root.MakeSuite(
            "one",
            "s",
            [
                "Suite=s",
                $"Date={now.AddHours(-1):r}".Replace("GMT", "UTC", StringComparison.Ordinal),
                $"Valid-Until={now.AddHours(12):r}".Replace("GMT", "UTC", StringComparison.Ordinal),
                "Architectures=amd64",
                "Components=main",
            ]
        );
        _root.Update();
        _root.Write("etc/apt/apt.conf", configuration + "\n");

        var inventory = await _root.ReadAsync(host: _root.Host with { Clock = new ShiftedClock(TimeSpan.FromDays(1)) });

        Assert.Equal([status, RepositoryStatus.Ok], inventory.Repositories.Select(r => r.Status));
        Assert.Equal(status == RepositoryStatus.Ok, inventory.IsProven);
        if (status == RepositoryStatus.Expired)
            Assert.Contains("expired on", inventory.Repositories[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_on_validity_counts_where_the_repository_sets_none()
    {
        _root.Write("etc/apt/apt.conf", "Acquire::Max-ValidTime \"86400\";\n");

        var inventory = await _root.ReadAsync();

        Assert.Equal([RepositoryStatus.Expired, RepositoryStatus.Ok], inventory.Repositories.Select(r => r.Status));
    }

    [Fact]
    public async Task Enabled_but_never_fetched_proves_nothing()
    {
        Sources("one", "two", "three");

        var inventory = await _root.ReadAsync();

        Assert.Equal(
            [RepositoryStatus.Ok, RepositoryStatus.Ok, RepositoryStatus.NeverFetched],
            inventory.Repositories.Select(r => r.Status)
        );
        Assert.Null(inventory.Repositories[2].RefreshedAt);
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task A_list_that_is_gone_is_named_and_proves_nothing()
    {
        File.Delete(ListOf("one"));

        var inventory = await _root.ReadAsync();

        Assert.Equal(RepositoryStatus.NeverFetched, inventory.Repositories[0].Status);
        Assert.Contains("main/binary-amd64/Packages", inventory.Repositories[0].Message, StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task What_a_repository_does_not_offer_is_not_missed()
    {
        _root.Write(
            "etc/apt/sources.list",
            $"deb [trusted=yes arch=amd64,arm64] copy:{_root.Repositories}/one s main contrib\n"
        );

        var inventory = await _root.ReadAsync();

        Assert.Equal(RepositoryStatus.Ok, Assert.Single(inventory.Repositories).Status);
    }

    [Fact]
    public async Task A_list_that_was_cut_off_is_damaged_and_its_repository_proves_nothing()
    {
        var list = ListOf("one");
        await using (var file = new FileStream(list, FileMode.Open))
            file.SetLength(file.Length - 100);

        var inventory = await _root.ReadAsync();

        Assert.Equal([RepositoryStatus.Damaged, RepositoryStatus.Ok], inventory.Repositories.Select(r => r.Status));
        Assert.Contains("bytes where", inventory.Repositories[0].Message, StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
        Assert.Contains(inventory.Warnings, w => w.Contains(list, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_compressed_list_that_was_cut_off_does_not_hide_the_other_repository()
    {
        var list = ListOf("one");
        using (var compressed = new MemoryStream())
        {
            using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
                gzip.Write(await File.ReadAllBytesAsync(list, TestContext.Current.CancellationToken));
            File.Delete(list);
            await File.WriteAllBytesAsync(
                list + ".gz",
                compressed.ToArray()[..^40],
                TestContext.Current.CancellationToken
            );
        }

        var inventory = await _root.ReadAsync();

        Assert.Equal([RepositoryStatus.Damaged, RepositoryStatus.Ok], inventory.Repositories.Select(r => r.Status));
        Assert.Contains(inventory.Offers, o => o.Edition == "1.2");
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task A_compression_that_is_not_known_is_said()
    {
        File.Move(ListOf("one"), ListOf("one") + ".lzma");

        var inventory = await _root.ReadAsync();

        Assert.Equal(RepositoryStatus.Unreadable, inventory.Repositories[0].Status);
        Assert.Contains("lzma", inventory.Repositories[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_file_that_is_none_makes_its_repository_unreadable()
    {
        await File.WriteAllTextAsync(
            Directory.GetFiles(_root.Lists, "*one*_Release").Single(),
            "\n\n",
            TestContext.Current.CancellationToken
        );

        var inventory = await _root.ReadAsync();

        Assert.Equal(RepositoryStatus.Unreadable, inventory.Repositories[0].Status);
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task A_line_that_apt_refuses_proves_nothing_and_names_its_place()
    {
        _root.Write("etc/apt/sources.list.d/broken.list", "\ndeb http://deb.example/debian\n");

        var inventory = await _root.ReadAsync();

        var broken = inventory.Repositories[^1];
        Assert.Equal(RepositoryStatus.Unreadable, broken.Status);
        Assert.EndsWith("/sources.list.d/broken.list:2", broken.Name, StringComparison.Ordinal);
        Assert.False(inventory.IsProven);
    }

    [Fact]
    public async Task Without_any_repository_nothing_is_proven()
    {
        _root.Write("etc/apt/sources.list", "");

        Assert.Equal(["no repository is enabled"], (await _root.ReadAsync()).NotProvenBecause);
    }

    public void Dispose() => _root.Dispose();

    private void Sources(params string[] repositories) =>
        _root.Write(
            "etc/apt/sources.list",
            string.Concat(repositories.Select(r => $"deb [trusted=yes] copy:{_root.Repositories}/{r} s main\n"))
        );

    private string ListOf(string repository) =>
        Directory.GetFiles(_root.Lists, $"*_{repository}_dists_s_main_binary-amd64_Packages").Single();
}
