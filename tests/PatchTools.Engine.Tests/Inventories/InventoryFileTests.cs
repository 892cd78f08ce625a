using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using PatchTools.Engine.Tests.State;
using PatchTools.Errors;
using PatchTools.Inventories;
using PatchTools.Model;
using Xunit;

namespace PatchTools.Engine.Tests.Inventories;

public sealed class InventoryFileTests
{
    private const int Seed = 20261126;
    private const int Cases = 10_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_exported_is_imported_again_to_the_last_fact()
    {
        var inventory = Made();

        var read = await InventoryFile.ReadAsync(new MemoryStream(await Written(inventory)), Token);

        Assert.Equal(InventoryOrigin.File, read.Origin);
        Assert.Equal(Described(inventory), Described(read));
    }

    [Fact]
    public async Task An_imported_inventory_is_exported_as_the_same_document()
    {
        var first = await Written(Made());

        var second = await Written(await InventoryFile.ReadAsync(new MemoryStream(first), Token));

        Assert.Equal(Plain(first), Plain(second));
    }

    [Fact]
    public async Task Documents_damaged_at_any_place_are_refused_or_read_whole()
    {
        var original = Encoding.UTF8.GetBytes(Plain(await Written(Made())));
        var refused = 0;
        foreach (var (index, bytes) in Mutilated.Cases([original], Cases, Seed).Index())
            refused += await IsRefused(Compressed(bytes), index) ? 1 : 0;

        // A test that damages nothing would prove nothing.
        Assert.InRange(refused, Cases / 2, Cases);
    }

    [Fact]
    public async Task Compressed_files_damaged_at_any_place_are_refused_or_read_whole()
    {
        var original = await Written(Made());
        foreach (var (index, bytes) in Mutilated.Cases([original], Cases, Seed).Index())
            await IsRefused(bytes, index);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_to_its_end_is_a_typed_error()
    {
        // The kernel opens it for its own process, and answers every read at its beginning with EIO.
        using var memory = File.OpenRead("/proc/self/mem");

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            InventoryFile.ReadAsync(memory, TestContext.Current.CancellationToken)
        );

        Assert.Equal(PatchErrors.InventoryMalformed, error.Error);
    }

    [Theory]
    [InlineData("\"nativeArchitecture\":\"amd64\"", "\"words\":[]")]
    [InlineData("\"repository\":1", "\"repository\":3")]
    [InlineData("[[],[0]", "[[],[99]")]
    [InlineData("[\"\",\"amd64\"", "[\"\"")]
    [InlineData("\"package\":0,\"version\":0", "\"package\":0,\"version\":7")]
    [InlineData("\"package\":0,\"version\":0", "\"package\":2147483647,\"version\":0")]
    [InlineData("\"package\":0,\"version\":0", "\"package\":-1,\"version\":0")]
    [InlineData("\"time\":1766000000.25", "\"time\":1e300")]
    [InlineData("\"time\":1766000000.25", "\"time\":-5")]
    [InlineData("\"format\":\"patchtools-inventory/1\"", "\"format\":\"patchtools-inventory/9\"")]
    [InlineData("\"family\":\"Apt\"", "\"family\":\"77\"")]
    [InlineData("\"status\":\"Stale\"", "\"status\":\"Splendid\"")]
    [InlineData("\"capturedAt\"", "\"capturedat\"")]
    public async Task A_tampered_reference_is_refused_with_its_place(string text, string tampered)
    {
        var plain = Plain(await Written(Made()));
        Assert.Contains(text, plain, StringComparison.Ordinal);
        var at = plain.IndexOf(text, StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            InventoryFile.ReadAsync(
                new MemoryStream(
                    Compressed(Encoding.UTF8.GetBytes(plain[..at] + tampered + plain[(at + text.Length)..]))
                ),
                Token
            )
        );

        Assert.Equal(PatchErrors.InventoryMalformed, error.Error);
        Assert.StartsWith("The inventory is malformed in ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_grows_without_end_is_stopped_at_the_limit()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            var blanks = new byte[1 << 20];
            blanks.AsSpan().Fill((byte)' ');
            for (var written = 0; written <= InventoryFile.MaxBytes; written += blanks.Length)
                await gzip.WriteAsync(blanks, Token);
        }

        bomb.Position = 0;
        var error = await Assert.ThrowsAsync<PatchToolsException>(() => InventoryFile.ReadAsync(bomb, Token));

        Assert.Equal(PatchErrors.InventoryTooLarge, error.Error);
    }

    [Fact]
    public async Task Short_elements_without_number_do_not_fill_the_memory()
    {
        var plain = new StringBuilder("{\"format\":\"patchtools-inventory/1\",\"repositories\":[{\"status\":\"Ok\"}");
        for (var i = 0; i < 2_000_000; i++)
            plain.Append(",{}");
        plain.Append("]}");

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            InventoryFile.ReadAsync(new MemoryStream(Compressed(Encoding.UTF8.GetBytes(plain.ToString()))), Token)
        );

        Assert.Contains("more elements than any host has", error.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsRefused(byte[] file, int index)
    {
        try
        {
            // What is read must also be usable.
            _ = Described(await InventoryFile.ReadAsync(new MemoryStream(file), Token));
            return false;
        }
        catch (PatchToolsException e)
            when (e.Error == PatchErrors.InventoryMalformed || e.Error == PatchErrors.InventoryTooLarge)
        {
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"Case {index} of seed {Seed}: {Convert.ToBase64String(file)}", e);
        }
    }

    private static async Task<byte[]> Written(HostInventory inventory)
    {
        using var stream = new MemoryStream();
        await InventoryFile.WriteAsync(inventory, stream, Token);
        return stream.ToArray();
    }

    private static string Plain(byte[] file)
    {
        using var gzip = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static byte[] Compressed(byte[] plain)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        return stream.ToArray();
    }

    /// <summary>Everything an evaluation or a view can see, as text.</summary>
    private static string Described(HostInventory inventory)
    {
        var text = new StringBuilder();
        text.AppendLine(
            JsonSerializer.Serialize(
                new
                {
                    inventory.Family,
                    inventory.PackageManager,
                    inventory.CapturedAt,
                    inventory.OperatingSystem,
                    inventory.Facts,
                    inventory.Repositories,
                    inventory.Warnings,
                    inventory.Doubts,
                    inventory.Cautions,
                    inventory.IsProven,
                    inventory.Packages.NativeArchitecture,
                }
            )
        );
        text.AppendLine(JsonSerializer.Serialize(inventory.Installed));
        text.AppendLine(JsonSerializer.Serialize(inventory.Offers));
        foreach (var package in inventory.Packages)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{package} {package.Installed?.Edition}");
            foreach (var version in package.Versions)
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"{version.Edition} {version.Priority} {version.Section} {version.IsInstalled} "
                        + $"{version.MetadataHash} {version.BuildTime:O} "
                        + $"{JsonSerializer.Serialize(version.Origins)} "
                        + $"{JsonSerializer.Serialize(version.Advisories)}"
                );
        }

        return text.ToString();
    }

    /// <summary>A small inventory with every fact there is.</summary>
    private static HostInventory Made()
    {
        var builder = new PackageCatalogBuilder { NativeArchitecture = "amd64" };
        var now = builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = "amd64" });
        var main = builder.AddOrigin(
            new PackageOrigin
            {
                Archive = "stable",
                Codename = "bookworm",
                Label = "Debian",
                Vendor = "Debian",
                Component = "main",
                Site = "deb.example",
                Architecture = "amd64",
                Trusted = true,
                Repository = 0,
            }
        );
        var security = builder.AddOrigin(
            new PackageOrigin
            {
                Archive = "stable-security",
                Component = "main",
                Trusted = true,
                Repository = 1,
            }
        );
        var native = builder.Word("amd64");
        var foreign = builder.Word("i386");
        var optional = builder.Word("optional");
        var libs = builder.Word("libs");

        // Installed in another order than the packages have.
        var second = builder.Package("naïve-\"name\""u8, foreign);
        var first = builder.Package("p"u8, native);
        var installed = builder.Version(first, "1:1.0~rc1-2"u8, optional, libs, ulong.MaxValue, now);
        builder.Version(first, "1:1.0~rc1-2"u8, optional, libs, ulong.MaxValue, main);
        builder.SetInstalled(
            first,
            installed,
            new InstalledPackage
            {
                Name = "p",
                Architecture = "amd64",
                Edition = "1:1.0~rc1-2",
                Status = "hold ok half-configured",
                IsHeld = true,
                IsAutoInstalled = true,
                IsBroken = true,
                InstalledTime = new EpochTime(1766000000.25, IsFractional: true),
                CandidateEdition = "1:1.1",
                PolicyNote = "apt takes 1:1.1 (pin 990 of x:1) and not 2.0 (priority 500)",
                PhasedPercentage = 30,
                RefusedEditions = [new RefusedEdition("2.0", "pin -1 of x:4")],
                UnchosenEditions =
                [
                    new RefusedEdition("2.0", "pin -1 of x:4"),
                    new RefusedEdition("1.5", "its archive is NotAutomatic, priority 1"),
                ],
            }
        );
        builder.Version(first, "1:1.0~rc1-2"u8, optional, 0, 7, security);
        var newer = builder.Version(first, "1:1.1"u8, 0, libs, 0, security);
        builder.Version(first, "1:1.1"u8, 0, libs, 0, main);
        builder.SetAdvisories(
            newer,
            [
                new Advisory
                {
                    Id = "X-1",
                    Classification = "security",
                    Severity = "Important",
                    Date = DateTimeOffset.UnixEpoch.AddDays(20000),
                    CveIds = ["CVE-2026-1", "CVE-2026-2"],
                    BugzillaIds = ["12"],
                },
            ]
        );
        builder.SetBuildTime(newer, 1_700_000_000);
        var other = builder.Version(second, "1.0"u8, optional, libs, 1, now);
        builder.SetInstalled(
            second,
            other,
            new InstalledPackage
            {
                Name = "naïve-\"name\"",
                Architecture = "i386",
                Edition = "1.0",
                InstalledTime = new EpochTime(1766000001, IsFractional: false),
            }
        );
        builder.Version(builder.Package("offered-only"u8, native), "3"u8, 0, 0, 0, main);
        return new HostInventory
        {
            Family = PackageFamily.Apt,
            PackageManager = "apt",
            Origin = InventoryOrigin.Host,
            CapturedAt = new DateTimeOffset(2026, 11, 26, 1, 2, 3, 4, TimeSpan.Zero).AddTicks(5678),
            OperatingSystem = new OsRelease
            {
                Id = "debian",
                IdLike = ["a", "b"],
                VersionId = "12",
                Codename = "bookworm",
                PrettyName = "Debian GNU/Linux 12",
                Name = "Debian",
            },
            Packages = builder.Build(),
            Repositories =
            [
                new RepositoryHealth
                {
                    Name = "http://deb.example/debian bookworm main",
                    Status = RepositoryStatus.Ok,
                    PublishedAt = DateTimeOffset.UnixEpoch.AddDays(20001),
                    RefreshedAt = DateTimeOffset.UnixEpoch.AddDays(20002),
                    ValidUntil = DateTimeOffset.UnixEpoch.AddDays(20009),
                    Trusted = true,
                    HasUsableMetadata = true,
                },
                new RepositoryHealth
                {
                    Name = "http://old.example",
                    Status = RepositoryStatus.Stale,
                    Message = "too old",
                    SkipIfUnavailable = true,
                    NotVerified = "/var/lib/apt/lists/old_Packages",
                    ProvesByItself = false,
                    NewestFile = DateTimeOffset.UnixEpoch.AddDays(20004),
                },
                new RepositoryHealth { Name = "http://broken.example", Status = RepositoryStatus.Damaged },
            ],
            Facts = new HostFacts
            {
                BootTime = DateTimeOffset.UnixEpoch.AddDays(20003),
                RunningKernel = "6.1.0-30-amd64",
                HostName = "host",
                PriorStates = new StoredPatchStates(
                    new Dictionary<string, StoredPatchState>(StringComparer.Ordinal)
                    {
                        ["p.amd64:1.0"] = new StoredPatchState(
                            "p.amd64",
                            new EpochTime(1700000000.5, IsFractional: true),
                            "InstalledPendingReboot"
                        ),
                        ["q.amd64:1.0"] = new StoredPatchState("q.amd64", null, "Installed"),
                    },
                    1_766_000_000
                ),
            },
            Warnings = ["one", "two"],
            Doubts = ["The database is cut off."],
            Cautions = ["curl (half-configured)"],
        };
    }
}
