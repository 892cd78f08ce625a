using System.Globalization;

namespace PatchTools.Views;

/// <summary>Filters and rules of a baseline as one line each.</summary>
public static class BaselineView
{
    /// <summary><c>KEY=value, value; KEY=value</c>.</summary>
    public static string Filters(IEnumerable<PatchFilter> filters) =>
        string.Join("; ", filters.Select(filter => $"{filter.Key}={string.Join(", ", filter.Values)}"));

    /// <summary>Filters, then when and how what they let through is approved.</summary>
    public static string Rule(ApprovalRule rule)
    {
        var when = rule.ApproveUntilDate is { } until
            ? string.Create(CultureInfo.InvariantCulture, $"released until {until:yyyy-MM-dd}")
            : string.Create(CultureInfo.InvariantCulture, $"after {rule.ApproveAfterDays ?? 0} days");
        var what = rule.EnableNonSecurity ? "non-security too" : "security only";
        return $"{(rule.Filters.Count > 0 ? Filters(rule.Filters) : "everything")}: {when}, {what}, level "
            + $"{rule.ComplianceLevel}";
    }
}
