using System.Text;
using CsCheck;
using PatchTools.Engine.Tests.Evaluation;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Families.Apt.Evaluation;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.State;

public sealed class FirstSeenFileTests : IDisposable
{
    private static readonly SeenVersion _a11 = new("a", "amd64", "1.1", IsSecurity: true);

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Dates_survive_the_run_and_only_a_saving_run_writes_them()
    {
        var inventory = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory();
        Assert.Equal(MadeUpHost.Instant("2026-06-01"), File("2026-06-01").Advance(inventory, save: false).Of(_a11));
        Assert.Equal(
            MadeUpHost.Instant("2026-06-02T08:30:15.25"),
            File("2026-06-02T08:30:15.25").Advance(inventory, save: true).Of(_a11)
        );
        Assert.Equal(
            MadeUpHost.Instant("2026-06-02T08:30:15.25"),
            File("2026-07-01").Advance(inventory, save: true).Of(_a11)
        );
        const string first = "3 versions are seen for the first time; approval delays count from now.";
        Assert.Equal([first, first], _observer.Lines);
        Assert.Empty(_observer.Warnings);
    }

    [Fact]
    public void Dates_that_have_not_changed_are_not_written_again()
    {
        var inventory = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory();
        var file = File("2026-06-01");
        file.Advance(inventory, save: true);
        var longAgo = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        System.IO.File.SetLastWriteTimeUtc(file.Path, longAgo);

        File("2026-07-01").Advance(inventory, save: true);

        Assert.Equal(longAgo, System.IO.File.GetLastWriteTimeUtc(file.Path));
    }

    [Fact]
    public void The_file_is_in_the_order_of_names_whatever_was_seen_first()
    {
        var time = MadeUpHost.Instant("2026-06-01T10:00:00");
        var dates = new FirstSeenDates(
            new Dictionary<SeenVersion, DateTimeOffset>
            {
                [new SeenVersion("b", "amd64", "1", IsSecurity: false)] = time,
                [new SeenVersion("a", "i386", "1", IsSecurity: false)] = time,
                [new SeenVersion("a", "amd64", "2", IsSecurity: true)] = time,
                [new SeenVersion("a", "amd64", "2", IsSecurity: false)] = time,
                [new SeenVersion("a", "amd64", "1", IsSecurity: false)] = time,
            }
        );
        Assert.Equal(
            "{\"format\":\"patchtools-first-seen/1\",\"versions\":["
                + "[\"a\",\"amd64\",\"1\",\"any\",\"2026-06-01T10:00:00Z\"],"
                + "[\"a\",\"amd64\",\"2\",\"any\",\"2026-06-01T10:00:00Z\"],"
                + "[\"a\",\"amd64\",\"2\",\"security\",\"2026-06-01T10:00:00Z\"],"
                + "[\"a\",\"i386\",\"1\",\"any\",\"2026-06-01T10:00:00Z\"],"
                + "[\"b\",\"amd64\",\"1\",\"any\",\"2026-06-01T10:00:00Z\"]]}",
            Encoding.UTF8.GetString(FirstSeenFile.Serialize(dates))
        );
    }

    [Fact]
    public void A_damaged_file_that_cannot_be_kept_is_replaced_with_a_warning()
    {
        var inventory = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory();
        var file = File("2026-06-01");
        file.Advance(inventory, save: true);
        System.IO.File.WriteAllText(file.Path, "{}");
        System.IO.File.WriteAllText(Path.Combine(Path.GetDirectoryName(file.Path)!, "damaged"), "no directory");

        File("2026-06-06").Advance(inventory, save: true);

        Assert.StartsWith(
            $"The damaged first-seen dates in {file.Path} are replaced and could not be kept: ",
            _observer.Warnings[^1],
            StringComparison.Ordinal
        );
        Assert.Equal(MadeUpHost.Instant("2026-06-06"), File("2026-07-01").Advance(inventory, save: false).Of(_a11));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_warning()
    {
        var file = File("2026-06-01");
        Directory.CreateDirectory(file.Path);

        var dates = file.Advance(MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory(), save: false);

        Assert.Equal(3, dates.Count);
        Assert.StartsWith(
            $"The first-seen dates in {file.Path} cannot be read (",
            Assert.Single(_observer.Warnings),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_damaged_file_is_a_warning_set_aside_and_made_anew()
    {
        var inventory = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory();
        var file = File("2026-06-01");
        file.Advance(inventory, save: true);
        System.IO.File.WriteAllText(file.Path, "{\"format\":\"patchtools-first-seen/1\",\"versions\":[[1]]}");
        Assert.Equal(MadeUpHost.Instant("2026-06-05"), File("2026-06-05").Advance(inventory, save: false).Of(_a11));
        Assert.Equal(MadeUpHost.Instant("2026-06-06"), File("2026-06-06").Advance(inventory, save: true).Of(_a11));
        Assert.Equal(MadeUpHost.Instant("2026-06-06"), File("2026-07-01").Advance(inventory, save: true).Of(_a11));
        Assert.Equal(
            [
                $"The first-seen dates in {file.Path} are damaged (versions[0] is not an array of five); every "
                    + $"version counts from now.",
                $"The first-seen dates in {file.Path} are damaged (versions[0] is not an array of five); every "
                    + $"version counts from now.",
                $"The damaged first-seen dates were kept as "
                    + $"{Path.Combine(Path.GetDirectoryName(file.Path)!, "damaged", Path.GetFileName(file.Path))}"
                    + ".damaged-20260606T000000Z.",
            ],
            _observer.Warnings
        );
    }

    [Fact]
    public void Another_hosts_inventory_has_no_dates_here_and_changes_none()
    {
        var inventory = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory();
        Assert.Equal(0, File("2026-06-01").Advance(inventory with { Origin = InventoryOrigin.Root }, save: true).Count);
        Assert.False(System.IO.File.Exists(File("2026-06-01").Path));
        Assert.Equal(
            ["When versions were first seen is known of this host only; the delays of the baseline are not applied."],
            _observer.Warnings
        );
        Assert.Equal(
            0,
            File("2026-06-01")
                .Advance(MadeUpHost.Dnf().Package("a", "1.1-1 BASE", "1.0-1*").Inventory(), save: true)
                .Count
        );
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_a_warning_and_the_dates_hold_for_this_run()
    {
        System.IO.File.WriteAllText(_directory.File("data"), "no directory");
        var dates = File("2026-06-01")
            .Advance(MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Inventory(), save: true);
        Assert.Equal(3, dates.Count);
        Assert.Contains(_observer.Warnings, w => w.Contains("will count from a later one", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Gen.String, Gen.String, Gen.String, Gen.Bool, Gen.Long[0, 4_000_000_000])
            .Array[0, 20]
            .ForAll(rows =>
            {
                Dictionary<SeenVersion, DateTimeOffset> dates = [];
                foreach (var (name, architecture, edition, isSecurity, seconds) in rows)
                    dates[new SeenVersion(Plain(name), Plain(architecture), Plain(edition), isSecurity)] =
                        DateTimeOffset.FromUnixTimeSeconds(seconds);
                Assert.True(
                    new FirstSeenDates(dates).SameAs(
                        FirstSeenFile.Parse(FirstSeenFile.Serialize(new FirstSeenDates(dates)))
                    )
                );
            });

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":\"other\",\"versions\":[]}")]
    [InlineData("{\"format\":\"patchtools-first-seen/1\"}")]
    [InlineData("{\"format\":\"patchtools-first-seen/1\",\"versions\":{}}")]
    [InlineData("{\"format\":\"patchtools-first-seen/1\",\"versions\":[{}]}")]
    [InlineData("{\"format\":\"patchtools-first-seen/1\",\"versions\":[[\"a\",\"amd64\",\"1\",\"any\"]]}")]
    [InlineData(
        "{\"format\":\"patchtools-first-seen/1\",\"versions\":[[\"a\",\"amd64\",\"1\",\"some\","
            + "\"2026-07-01T12:00:00Z\"]]}"
    )]
    [InlineData(
        "{\"format\":\"patchtools-first-seen/1\",\"versions\":[[\"a\",\"amd64\",\"1\",\"any\",\"yesterday\"]]}"
    )]
    public void Any_other_content_is_damage(string content) =>
        Assert.Throws<InvalidDataException>(() => FirstSeenFile.Parse(Encoding.UTF8.GetBytes(content)));

    private FirstSeenFile File(string now) =>
        new(ReportSamples.Host(_directory.Path, MadeUpHost.Instant(now)), _observer);

    /// <summary>Names are UTF-8 on disk: half a surrogate pair cannot be one.</summary>
    private static string Plain(string text) => string.Concat(text.Where(c => !char.IsSurrogate(c)));
}
