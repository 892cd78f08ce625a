namespace PatchTools.Evaluation;

/// <summary>What a rule says of a release date.</summary>
/// <param name="IsApproved">The rule approves now.</param>
/// <param name="From">When it will, UTC midnight; null when it does already, or never will.</param>
internal readonly record struct ApprovalDateVerdict(bool IsApproved, DateTimeOffset? From);

/// <summary>
/// Approval by age, in whole UTC days as AWS documents it: approved when today ≥ release day + <c>ApproveAfterDays</c>,
/// or when the release day is not after <c>ApproveUntilDate</c>, which wins when both are given. A release without a
/// date is approved (reference 03 §3, design §4).
/// </summary>
internal static class ApprovalDate
{
    public static ApprovalDateVerdict Judge(ApprovalRule rule, DateTimeOffset? released, DateTimeOffset now)
    {
        if (released is null)
            return new(true, null);
        var day = Day(released.Value);
        if (rule.ApproveUntilDate is { } last)
            return new(day <= last, null);
        var from = day.DayNumber + (long)(rule.ApproveAfterDays ?? 0);
        if (from <= Day(now).DayNumber)
            return new(true, null);
        return new(
            false,
            from > DateOnly.MaxValue.DayNumber
                ? null
                : new DateTimeOffset(DateOnly.FromDayNumber((int)from).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero)
        );
    }

    private static DateOnly Day(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);
}
