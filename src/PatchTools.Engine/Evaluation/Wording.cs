using PatchTools.Model;

namespace PatchTools.Evaluation;

/// <summary>The sentences and lines of explanations that families share: one place, so that they read alike.</summary>
internal static class Wording
{
    private const int WantedShown = 3;

    public const string GlobalFilters = "left out by the global filters";

    public const string NoRules = "the baseline has no approval rules";

    public const string NotOffered = "no repository offers it";

    /// <summary>A patch is needed and its version, or a newer one, is nowhere to be had.</summary>
    public static string NeededInVain(string advisory, string edition) =>
        $"needed; no repository offers it ({advisory} names {edition})";

    /// <summary>A patch is needed by an older version that is installed next to the newest.</summary>
    public static string NeededByLeftover(string advisory, string leftover, string installed) =>
        $"needed ({advisory}); {leftover} is installed next to {installed}";

    public const string NewerThanOffered = "newer than any repository offers";

    public const string RejectedNone = "rejected list: no entry matches";

    public const string ApprovedNone = "approved list: no entry matches";

    /// <summary>Rules are numbered from 1, as in every sentence here.</summary>
    public static string RuleApproves(int rule, string what) => $"rule {rule} approves {what}";

    public static string Approved(string entry) => $"approved by '{entry}'";

    /// <summary>The version that the advisory names is not the newest that has its fix.</summary>
    public static string Superseded(string advisory, string edition) => $"{advisory}, superseded by {edition}";

    public static string ApprovedButNotSecurity(string entry) => $"approved by '{entry}', but no security update";

    public static string Rejected(string entry) => $"rejected by '{entry}'";

    public static string ListedByOverride(OverrideEntry entry) => $"the override list names '{entry.Id}'";

    private static string ApprovedFrom(int rule, DateTimeOffset from) =>
        FormattableString.Invariant($"rule {rule} approves it from {from:yyyy-MM-dd}");

    private static string ApprovedOnlyUntil(int rule, DateOnly until) =>
        FormattableString.Invariant($"rule {rule} approves only until {until:yyyy-MM-dd}");

    /// <summary>A rule that would approve it at another date.</summary>
    public static string HeldBack(int rule, ApprovalRule held, DateTimeOffset? from)
    {
        if (from is { } day)
            return ApprovedFrom(rule, day);
        return held.ApproveUntilDate is { } until ? ApprovedOnlyUntil(rule, until) : $"rule {rule} never approves it";
    }

    /// <summary>One line of what a delay saw: <c>rule 1, release date: wants 7 days old; saw 2026-01-05</c>.</summary>
    /// <param name="rule">1-based.</param>
    /// <param name="what">What the date is.</param>
    /// <param name="wanted">The rule.</param>
    /// <param name="date">The date; null for none.</param>
    public static string Date(int rule, string what, ApprovalRule wanted, DateTimeOffset? date)
    {
        var wants = wanted.ApproveUntilDate is { } until
            ? FormattableString.Invariant($"released until {until:yyyy-MM-dd}")
            : FormattableString.Invariant($"{wanted.ApproveAfterDays ?? 0} days old");
        var saw = date is { } day
            ? FormattableString.Invariant($"{day.UtcDateTime:yyyy-MM-dd}")
            : "no date, which is approved";
        return $"rule {rule}, {what}: wants {wants}; saw {saw}";
    }

    public static string NewerFrom(int rule, DateTimeOffset from) =>
        FormattableString.Invariant($"rule {rule} approves it; newer from {from:yyyy-MM-dd}");

    /// <summary>The vendor's fix is gone from the repositories and nothing newer took its place.</summary>
    public static string FixNotOffered(string advisory, string edition) =>
        $"{advisory} names {edition}, which no repository offers";

    /// <summary>Only a newer version with the fix is left, and the baseline does not approve it.</summary>
    public static string RollUp(string edition, string advisory, string why) =>
        $"{edition} has the fix of {advisory}, but {why}";

    /// <summary>
    /// One line of what a filter saw: <c>rule 1, PRIORITY: wants required, important, standard and 2 more; saw
    /// optional: matches</c>.
    /// </summary>
    public static string Filter(string group, PatchFilter filter, string seen, bool matches) =>
        $"{group}, {filter.Key}: wants {Wanted(filter.Values)}; saw {(seen.Length == 0 ? "none" : seen)}: "
        + $"{(matches ? "matches" : "does not match")}";

    /// <summary>
    /// The filter stands there, but the family does not know it or a later one of the same key replaces it.
    /// </summary>
    public static string FilterIgnored(string group, PatchFilter filter, string why) =>
        $"{group}, {filter.Key}: ignored, {why}";

    public const string RejectsEverything = "the baseline rejects every package that is known here";

    /// <summary>Why the global filters let nothing of this host pass.</summary>
    public static string FiltersLeaveOut(IReadOnlyList<PatchFilter> filters, string product, bool acceptsProduct) =>
        acceptsProduct
            ? $"the baseline's global filters leave out every package that is known here "
                + $"({string.Join("; ", filters.Select(Wants))})"
            : $"the baseline's global filters leave out this product "
                + $"({string.Join("; ", filters.Where(IsProduct).Select(Wants))}; this host is {product})";

    /// <summary>Why no rule can approve anything of this host.</summary>
    public static string NoRuleReaches(PatchBaseline baseline, string product, bool acceptsProduct)
    {
        if (baseline.ApprovalRules.Count == 0)
            return baseline.ApprovedPatches.Count == 0
                ? "the baseline has neither approval rules nor approved patches"
                : $"{NoRules}, and its approved patches name no package that is known here";
        if (acceptsProduct)
            return "the filters of the baseline's approval rules match no package that is known here";
        var products = baseline
            .ApprovalRules.SelectMany(rule => rule.Filters)
            .Where(IsProduct)
            .SelectMany(filter => filter.Values)
            .Distinct(StringComparer.Ordinal);
        return $"the filters of the baseline's approval rules leave out this product (PRODUCT wants "
            + $"{Wanted([.. products])}; this host is {product})";
    }

    private static bool IsProduct(PatchFilter filter) => filter.Key == "PRODUCT";

    private static string Wants(PatchFilter filter) => $"{filter.Key} wants {Wanted(filter.Values)}";

    private static string Wanted(IReadOnlyList<string> values) =>
        values.Count switch
        {
            0 => "nothing",
            <= WantedShown + 1 => string.Join(", ", values),
            _ => $"{string.Join(", ", values.Take(WantedShown))} and {values.Count - WantedShown} more",
        };
}
