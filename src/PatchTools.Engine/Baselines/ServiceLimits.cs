using System.Globalization;
using System.Text.RegularExpressions;
using static PatchTools.Baselines.BaselineCheck;

namespace PatchTools.Baselines;

/// <summary>
/// What CreatePatchBaseline, UpdatePatchBaseline and BaselineOverride refuse (Systems Manager API reference; reference
/// 20 §4, §6, §8, §13). PatchTools itself has no such limits: they are warnings.
/// </summary>
internal static partial class ServiceLimits
{
    private const int MostRules = 10;
    private const int MostFilters = 4;
    private const int MostValues = 20;
    private const int LongestValue = 64;
    private const int MostEntries = 50;
    private const int LongestEntry = 100;
    private const int MostDays = 360;
    private const int LongestDescription = 1024;
    private const int MostSources = 20;
    private const int MostProducts = 20;
    private const int LongestProduct = 128;
    private const int LongestConfiguration = 1024;

    public static IEnumerable<BaselineIssue> Of(PatchBaseline baseline)
    {
        if (!BaselineName().IsMatch(baseline.Name))
            yield return Limit(
                "Name",
                "The service takes names of 3 to 128 letters, digits, dots, hyphens and underscores, "
                    + $"not {Quote(baseline.Name)}.",
                "Choose another name.",
                baseline.Name
            );
        if (baseline.Description is { } description && description.Length is 0 or > LongestDescription)
            yield return Limit(
                "Description",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The service takes descriptions of 1 to {LongestDescription} characters; "
                        + $"this one has {description.Length}."
                ),
                "Shorten it, or leave it out."
            );
        foreach (var issue in Group(baseline.GlobalFilters, "GlobalFilters"))
            yield return issue;
        if (baseline.ApprovalRules.Count > MostRules)
            yield return Limit(
                "ApprovalRules",
                FormattableString.Invariant(
                    $"The service takes {MostRules} rules; there are {baseline.ApprovalRules.Count}."
                ),
                "Put values that share delay and level into one rule."
            );
        for (var i = 0; i < baseline.ApprovalRules.Count; i++)
        {
            foreach (var issue in Rule(baseline.ApprovalRules[i], RuleCheck.NameOf(i)))
                yield return issue;
        }

        foreach (
            var issue in Entries(baseline.ApprovedPatches, "ApprovedPatches")
                .Concat(Entries(baseline.RejectedPatches, "RejectedPatches"))
                .Concat(Sources(baseline.Sources))
        )
            yield return issue;
    }

    private static IEnumerable<BaselineIssue> Rule(ApprovalRule rule, string where)
    {
        foreach (var issue in Group(rule.Filters, where))
            yield return issue;
        if (rule.ApproveAfterDays is > MostDays)
            yield return Limit(
                where,
                FormattableString.Invariant(
                    $"The service takes 0 to {MostDays} days in ApproveAfterDays; the rule has {rule.ApproveAfterDays}."
                ),
                "Lower it."
            );
        if ((rule.ApproveAfterDays is null) == (rule.ApproveUntilDate is null))
            yield return Limit(
                where,
                "The service wants exactly one of ApproveAfterDays and ApproveUntilDate.",
                rule.ApproveUntilDate is null ? "Give ApproveAfterDays, 0 for at once." : "Leave one of them out."
            );
    }

    private static IEnumerable<BaselineIssue> Group(IReadOnlyList<PatchFilter> filters, string where)
    {
        if (filters.Count > MostFilters)
            yield return Limit(
                where,
                FormattableString.Invariant(
                    $"The service takes {MostFilters} filters in a group; there are {filters.Count}."
                ),
                "Remove some."
            );
        foreach (var filter in filters)
        {
            if (filter.Values.Count is 0 or > MostValues)
                yield return Limit(
                    where,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The service takes 1 to {MostValues} values in a filter; "
                            + $"{filter.Key} has {filter.Values.Count}."
                    ),
                    "Divide them over two rules.",
                    filter.Key
                );
            if (filter.Values.FirstOrDefault(value => value.Length is 0 or > LongestValue) is { } value)
                yield return Limit(
                    where,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The service takes values of 1 to {LongestValue} characters; "
                            + $"one of {filter.Key} has {value.Length}."
                    ),
                    "Correct it.",
                    value
                );
        }
    }

    private static IEnumerable<BaselineIssue> Entries(IReadOnlyList<string> entries, string where)
    {
        if (entries.Count > MostEntries)
            yield return Limit(
                where,
                FormattableString.Invariant($"The service takes {MostEntries} entries; there are {entries.Count}."),
                "Use wildcards, or give the list as a file with -BaselineOverride."
            );
        foreach (var entry in entries.Where(entry => entry.Length is 0 or > LongestEntry))
            yield return Limit(
                where,
                FormattableString.Invariant(
                    $"The service takes entries of 1 to {LongestEntry} characters; {Quote(entry)} has {entry.Length}."
                ),
                "Shorten it with a wildcard.",
                entry
            );
    }

    private static IEnumerable<BaselineIssue> Sources(IReadOnlyList<PatchSource> sources)
    {
        if (sources.Count > MostSources)
            yield return Limit(
                "Sources",
                FormattableString.Invariant($"The service takes {MostSources} sources; there are {sources.Count}."),
                "Remove some."
            );
        foreach (var source in sources)
        {
            if (!SourceName().IsMatch(source.Name))
                yield return Limit(
                    "Sources",
                    "The service takes source names of 3 to 50 letters, digits, dots, hyphens and underscores, "
                        + $"not {Quote(source.Name)}.",
                    "Choose another name.",
                    source.Name
                );
            if (
                source.Products.Count is 0 or > MostProducts
                || source.Products.Any(product => product.Length is 0 or > LongestProduct)
            )
                yield return Limit(
                    "Sources",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The service takes 1 to {MostProducts} products of 1 to {LongestProduct} characters in a "
                            + $"source; "
                            + $"look at {Quote(source.Name)}."
                    ),
                    "Correct its products; * means all.",
                    source.Name
                );
            if (source.Configuration.Length is 0 or > LongestConfiguration)
                yield return Limit(
                    "Sources",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The service takes configurations of 1 to {LongestConfiguration} characters; "
                            + $"that of {Quote(source.Name)} has {source.Configuration.Length}."
                    ),
                    "Divide it over two sources.",
                    source.Name
                );
        }
    }

    private static BaselineIssue Limit(string where, string message, string advice, string? entry = null) =>
        Issue(BaselineIssueLevel.Warning, BaselineIssueKind.ServiceLimit, where, message, advice, entry);

    [GeneratedRegex(@"^[a-zA-Z0-9_\-.]{3,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex BaselineName();

    [GeneratedRegex(@"^[a-zA-Z0-9_\-.]{3,50}\z", RegexOptions.CultureInvariant)]
    private static partial Regex SourceName();
}
