using System.IO.Compression;
using System.Text;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using Xunit;
using static PatchTools.Engine.Tests.PackageManagers.Apt.AptRoot;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Lists that the real apt fetched, and that somebody changed afterwards: they prove nothing, whatever the change and
/// the form.
/// </summary>
public sealed class DamagedListTests : IDisposable
{
    private readonly AptRoot _root = new("amd64");

    public DamagedListTests()
    {
        Publish("1.1");
        _root.Write("etc/apt/sources.list", $"deb [trusted=yes] copy:{_root.Repositories}/one s main\n");
        _root.Write("var/lib/dpkg/status", Installed("p", "1.0"));
        _root.Update();
    }

    public void Dispose() => _root.Dispose();

    public static TheoryData<string, string> Kinds()
    {
        var data = new TheoryData<string, string>();
        foreach (var form in new[] { "plain", "lz4", "xz", "gz" })
        {
            foreach (
                var kind in new[] { "zeros", "random", "one byte", "cut", "a package less", "older", "empty", "longer" }
            )
                data.Add(form, kind);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_list_that_is_not_the_one_that_the_release_file_names_is_damaged(string form, string kind)
    {
        var older = File.ReadAllBytes(List());
        Publish("1.2");
        Fetch(form);
        var list = List();
        var sound = await _root.ReadAsync();
        Assert.Equal(RepositoryStatus.Ok, Assert.Single(sound.Repositories).Status);
        Assert.Null(sound.Repositories[0].NotVerified);
        Assert.Contains(sound.Offers, o => o.Edition == "1.2");

        Change(list, kind, older);
        foreach (var host in new[] { _root.Host, _root.Image })
        {
            var damaged = await _root.ReadAsync(
                new InventoryRequest { Origin = host == _root.Image ? InventoryOrigin.Root : InventoryOrigin.Host },
                host
            );

            var health = Assert.Single(damaged.Repositories);
            Assert.Equal(RepositoryStatus.Damaged, health.Status);
            Assert.False(health.HasUsableMetadata);
            Assert.False(damaged.IsProven);
            Assert.Contains(list, health.Message, StringComparison.Ordinal);
            Assert.Contains("apt-get update", health.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(damaged.Offers, o => o.Edition != "1.0");
        }
    }

    [Fact]
    public async Task Lists_of_a_gone_release_file_prove_nothing()
    {
        _root.Write("etc/apt/sources.list", $"deb copy:{_root.Repositories}/one s main\n");
        File.Delete(Release());

        var health = Assert.Single((await _root.ReadAsync()).Repositories);

        Assert.Equal(RepositoryStatus.Damaged, health.Status);
        Assert.False(health.HasUsableMetadata);
        Assert.Contains("Release file", health.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trusted=yes", "")]
    [InlineData("allow-insecure=yes", "")]
    [InlineData("arch=amd64", "Acquire::AllowInsecureRepositories \"true\";\n")]
    public async Task Lists_without_a_release_file_that_the_host_wants_so_are_offers_and_prove_nothing(
        string option,
        string configuration
    )
    {
        _root.Write("etc/apt/sources.list", $"deb [{option}] copy:{_root.Repositories}/one s main\n");
        _root.Write("etc/apt/apt.conf", configuration);
        File.Delete(Release());

        var inventory = await _root.ReadAsync();

        var health = Assert.Single(inventory.Repositories);
        Assert.Equal((RepositoryStatus.Ok, false), (health.Status, health.ProvesByItself));
        Assert.Equal(List(), health.NotVerified);
        Assert.Contains(inventory.Offers, o => o.Edition == "1.1");
    }

    [Theory]
    [InlineData("SHA256", "SHA512")]
    [InlineData("SHA256,SHA512", "SHA1")]
    [InlineData("SHA256,SHA512,SHA1", "MD5Sum")]
    public async Task Weaker_checksums_count_where_there_are_no_others(string gone, string left)
    {
        Without(gone.Split(','));
        Assert.Contains(left, File.ReadAllText(Release()), StringComparison.Ordinal);
        Assert.Null(Assert.Single((await _root.ReadAsync()).Repositories).NotVerified);

        Change(List(), "one byte", []);

        Assert.Equal(RepositoryStatus.Damaged, Assert.Single((await _root.ReadAsync()).Repositories).Status);
    }

    [Theory]
    [InlineData("as it is", RepositoryStatus.Ok)]
    [InlineData("random", RepositoryStatus.Unreadable)]
    [InlineData("zeros", RepositoryStatus.Unreadable)]
    [InlineData("cut", RepositoryStatus.Unreadable)]
    public async Task Without_any_checksum_the_list_must_at_least_be_one_and_is_said_to_be_not_verified(
        string kind,
        RepositoryStatus status
    )
    {
        Without(["SHA256", "SHA512", "SHA1", "MD5Sum"]);
        Change(List(), kind, []);

        var inventory = await _root.ReadAsync();

        var health = Assert.Single(inventory.Repositories);
        Assert.Equal((status, status == RepositoryStatus.Ok), (health.Status, health.HasUsableMetadata));
        Assert.Equal(List(), health.NotVerified);
        Assert.Contains(inventory.Warnings, w => w.Contains("not verified", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_signed_release_file_that_is_cut_off_is_damaged()
    {
        var release = File.ReadAllText(Release());
        File.Delete(Release());
        File.WriteAllText(
            Release().Replace("_Release", "_InRelease", StringComparison.Ordinal),
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: "
                + $"SHA256\n\n{release[..release.IndexOf("SHA256:", StringComparison.Ordinal)]}"
        );

        var health = Assert.Single((await _root.ReadAsync()).Repositories);

        Assert.Equal((RepositoryStatus.Damaged, false), (health.Status, health.HasUsableMetadata));
    }

    [Fact]
    public async Task What_an_image_holds_never_stands_for_the_list_of_another()
    {
        var request = new InventoryRequest { Origin = InventoryOrigin.Root };
        Publish("1.2", count: 2000);
        _root.Update();
        var list = List();
        var good = File.ReadAllBytes(list);
        Assert.True(good.Length > 64 * 1024);

        // The image claims, in a Release file of its own, that these bytes are the list of the other.
        Change(list, "a package less", []);
        Assert.Equal(
            RepositoryStatus.Damaged,
            Assert.Single((await _root.ReadAsync(request, _root.Image)).Repositories).Status
        );
        File.WriteAllBytes(list, good);

        var inventory = await _root.ReadAsync(request, _root.Image);
        Assert.Equal(RepositoryStatus.Ok, Assert.Single(inventory.Repositories).Status);
        Assert.Equal(2000, inventory.Offers.Count);
    }

    private void Publish(string version, int count = 2) =>
        _root.MakeSuite(
            "one",
            "s",
            ["Suite=s", "Date=Thu, 01 Jan 2026 00:00:00 UTC", "Architectures=amd64", "Components=main"],
            (
                "main/binary-amd64",
                Stanza("p", version)
                    + string.Concat(Enumerable.Range(1, count - 1).Select(i => Stanza($"q{i}", version)))
            )
        );

    /// <summary>Has apt keep its lists in a form: lz4 is what it packs itself, and no Release file names it.</summary>
    private void Fetch(string form)
    {
        _root.Update();
        if (form == "plain")
            return;
        var list = List();
        switch (form)
        {
            case "gz":
                using (var packed = new GZipStream(File.Create(list + ".gz"), CompressionLevel.Fastest))
                    packed.Write(File.ReadAllBytes(list));
                File.Delete(list);
                break;
            case "xz":
                PatchTools.Testing.Rig.NeedsCommands("xz");
                using (
                    var process = System.Diagnostics.Process.Start(
                        new System.Diagnostics.ProcessStartInfo("xz", ["-q", list])
                    )!
                )
                {
                    process.WaitForExit();
                    Assert.Equal(0, process.ExitCode);
                }

                break;
            default:
                Directory.Delete(_root.Lists, recursive: true);
                Directory.CreateDirectory(Path.Combine(_root.Lists, "partial"));
                var (exitCode, _, error) = _root.Run("apt-get", "-q", "-o", "Acquire::GzipIndexes=true", "update");
                Assert.True(exitCode == 0, error);
                break;
        }

        Assert.EndsWith($".{form}", List(), StringComparison.Ordinal);
    }

    private void Without(string[] kinds)
    {
        var text = new StringBuilder();
        var isLeftOut = false;
        foreach (var line in File.ReadAllLines(Release()))
        {
            if (!line.StartsWith(' '))
                isLeftOut = kinds.Contains(line.TrimEnd(':'));
            if (!isLeftOut)
                text.Append(line).Append('\n');
        }

        File.WriteAllText(Release(), text.ToString());
    }

    private static void Change(string list, string kind, byte[] older)
    {
        var bytes = File.ReadAllBytes(list);
        var random = new Random(20261130);
        switch (kind)
        {
            case "zeros":
                bytes.AsSpan().Clear();
                break;
            case "random":
                random.NextBytes(bytes);
                break;
            case "one byte":
                bytes[bytes.Length / 2] ^= 1;
                break;
            case "cut":
                bytes = bytes[..^20];
                break;
            case "a package less" when list.EndsWith("Packages", StringComparison.Ordinal):
                bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Split("\n\n", 2)[1]);
                break;
            case "a package less":
                bytes = bytes[..(bytes.Length / 2)];
                break;
            case "older":
                bytes = older;
                break;
            case "empty":
                bytes = [];
                break;
            case "longer":
                bytes = [.. bytes, .. bytes];
                break;
        }

        File.WriteAllBytes(list, bytes);
    }

    private string List() => Directory.GetFiles(_root.Lists, "*_main_binary-amd64_Packages*").Single();

    private string Release() => Path.Combine(_root.Lists, Path.GetFileName(List()).Split("_main_")[0] + "_Release");
}
