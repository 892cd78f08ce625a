using PatchTools.Evaluation;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class ApprovalDateTests
{
    private static readonly DateTimeOffset _now = MadeUpHost.Instant("2026-07-08T00:00:00");

    [Theory]
    [InlineData("2026-07-01T00:00:00", 7, true, null)]
    [InlineData("2026-07-01T23:59:59", 7, true, null)]
    [InlineData("2026-07-02T00:00:00", 7, false, "2026-07-09")]
    [InlineData("2026-07-08T12:00:00", 0, true, null)]
    [InlineData("2026-07-08T12:00:00", null, true, null)]
    [InlineData("2026-07-09T00:00:00", 0, false, "2026-07-09")]
    [InlineData("1970-01-01T00:00:00", 360, true, null)]
    [InlineData("2026-07-01T20:00:00-05:00", 7, false, "2026-07-09")]
    [InlineData("1970-01-01T00:00:00", 2932896, false, "9999-12-31")]
    [InlineData("1970-01-01T00:00:00", 2932897, false, null)]
    [InlineData("2026-07-01T00:00:00", int.MaxValue, false, null)]
    [InlineData("2026-07-01T00:00:00", int.MinValue, true, null)]
    public void Quirk_ages_are_counted_in_whole_UTC_days(string released, int? days, bool approved, string? from)
    {
        var verdict = ApprovalDate.Judge(
            new ApprovalRule { ApproveAfterDays = days },
            MadeUpHost.Instant(released),
            _now
        );
        Assert.Equal((approved, from is null ? null : MadeUpHost.Instant(from)), (verdict.IsApproved, verdict.From));
    }

    [Theory]
    [InlineData("2024-01-31T23:59:59", true)]
    [InlineData("2024-02-01T00:00:00", false)]
    [InlineData("2024-01-31T23:59:59-01:00", false)]
    public void The_last_approved_day_is_included_whole_and_wins_over_the_delay(string released, bool approved) =>
        Assert.Equal(
            new ApprovalDateVerdict(approved, null),
            ApprovalDate.Judge(
                new ApprovalRule { ApproveUntilDate = new DateOnly(2024, 1, 31), ApproveAfterDays = 9999 },
                MadeUpHost.Instant(released),
                _now
            )
        );

    [Fact]
    public void Without_a_date_it_is_approved() =>
        Assert.True(ApprovalDate.Judge(new ApprovalRule { ApproveAfterDays = 9999 }, null, _now).IsApproved);
}
