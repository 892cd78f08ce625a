using PatchTools.Families.Shared;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

public sealed class HostClockTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-1000.0, -1000.0)]
    [InlineData(0.9, 0.9)]
    [InlineData(null, null)]
    public void A_clock_that_agrees_with_the_metadata_is_believed(double? published, double? newest) =>
        Assert.Null(HostClock.Doubt(s_now, [Repository("old", -5000, -5000), Repository("base", published, newest)]));

    [Theory]
    [InlineData(1.1, null, "the metadata of base was made at 2026-11-30 13:06 UTC")]
    [InlineData(-50.0, 48.0, "a list of base was written at 2026-12-02 12:00 UTC")]
    [InlineData(24.0 * 365, 48.0, "the metadata of base was made at 2027-11-30 12:00 UTC")]
    public void A_clock_that_is_more_than_an_hour_behind_is_named_with_the_witness(
        double? published,
        double? newest,
        string witness
    )
    {
        var doubt = HostClock.Doubt(s_now, [Repository("old", -5000, -5000), Repository("base", published, newest)]);

        Assert.StartsWith(
            "The clock of this host says 2026-11-30 12:00 UTC and is behind: ",
            doubt,
            StringComparison.Ordinal
        );
        Assert.Contains(witness, doubt, StringComparison.Ordinal);
        Assert.Contains("timedatectl", doubt, StringComparison.Ordinal);
    }

    private static RepositoryHealth Repository(string name, double? published, double? newest) =>
        new()
        {
            Name = name,
            Status = RepositoryStatus.Ok,
            PublishedAt = published is { } p ? s_now.AddHours(p) : null,
            NewestFile = newest is { } n ? s_now.AddHours(n) : null,
        };
}
