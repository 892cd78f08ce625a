using PatchTools.Families.Shared;
using static PatchTools.Baselines.BaselineCheck;
using static PatchTools.Baselines.BaselineVocabulary;

namespace PatchTools.Baselines;

/// <summary>
/// Filters and approval rules: what fails, what can never match, what has no effect, what is left out.
/// </summary>
internal static class RuleCheck
{
    private const string GlobalFilters = "GlobalFilters";

    public static IEnumerable<BaselineIssue> Of(PatchBaseline baseline, Family family)
    {
        foreach (var issue in Group(baseline.GlobalFilters, GlobalFilters, baseline, family))
            yield return issue;
        for (var i = 0; i < baseline.ApprovalRules.Count; i++)
        {
            foreach (var issue in Rule(i, baseline, family))
                yield return issue;
        }

        foreach (
            var issue in family.Meaning.HasAdvisories
                ? AdvisoryHoles(baseline, family)
                : PriorityHoles(baseline, family)
        )
            yield return issue;
        if (baseline.ApprovalRules.Count == 0 && baseline.ApprovedPatches.Count == 0)
            yield return Issue(
                BaselineIssueLevel.Error,
                BaselineIssueKind.Hole,
                "ApprovalRules",
                "The baseline has neither rules nor approved patches: it approves nothing.",
                "Add a rule with New-PatchApprovalRule."
            );
    }

    public static string NameOf(int rule) => FormattableString.Invariant($"Rule {rule + 1}");

    private static IEnumerable<BaselineIssue> Rule(int index, PatchBaseline baseline, Family family)
    {
        var rule = baseline.ApprovalRules[index];
        var where = NameOf(index);
        foreach (var issue in Group(rule.Filters, where, baseline, family))
            yield return issue;
        foreach (var filter in rule.Filters.Where(filter => filter.Values.Count > 0))
        {
            var left = Allowed(baseline.GlobalFilters, filter.Key, family);
            if (left is not null && !filter.Values.Contains("*") && !filter.Values.Any(value => left.Contains(value)))
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.NeverMatches,
                    where,
                    $"The global filters leave out every {filter.Key} that the rule wants, so it never "
                        + $"approves anything.",
                    $"Widen the global filter {filter.Key}, or remove the rule."
                );
        }

        foreach (var issue in WithoutEffect(rule, where, family))
            yield return issue;
        if (Superfluous(index, baseline, family) is { } superfluous)
            yield return superfluous;
    }

    private static IEnumerable<BaselineIssue> WithoutEffect(ApprovalRule rule, string where, Family family)
    {
        if (!family.Meaning.HasAdvisories && (rule.ApproveAfterDays is > 0 || rule.ApproveUntilDate is not null))
        {
            var field = rule.ApproveUntilDate is null ? "ApproveAfterDays" : "ApproveUntilDate";
            yield return Issue(
                BaselineIssueLevel.Information,
                BaselineIssueKind.Ignored,
                where,
                $"{field} has no effect on {family.Name}, whose archives date no package.",
                "Scan with -ApprovalDateSource to apply it, or leave it out."
            );
        }

        if (rule.ApproveUntilDate is not null && rule.ApproveAfterDays is > 0)
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Ignored,
                where,
                "ApproveAfterDays has no effect together with ApproveUntilDate, which wins.",
                "Give one of the two."
            );
        if (!family.Meaning.NonSecurityDecides && !rule.EnableNonSecurity)
            yield return Issue(
                BaselineIssueLevel.Information,
                BaselineIssueKind.Ignored,
                where,
                $"EnableNonSecurity has no effect on {family.Name}: what no patch names is approved all the same.",
                "Filter by CLASSIFICATION to leave it out."
            );
    }

    /// <summary>The first other rule that approves all that this one does; of two equals the first decides.</summary>
    private static BaselineIssue? Superfluous(int index, PatchBaseline baseline, Family family)
    {
        var rule = baseline.ApprovalRules[index];
        for (var other = 0; other < baseline.ApprovalRules.Count; other++)
        {
            if (
                other == index
                || !Covers(baseline.ApprovalRules[other], rule, family)
                || (other > index && Covers(rule, baseline.ApprovalRules[other], family))
            )
                continue;
            return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Superfluous,
                NameOf(index),
                $"The rule never decides: {NameOf(other).ToLowerInvariant()} approves the same no later and "
                    + $"at no lower level.",
                "Remove it, or order the two differently by level or delay."
            );
        }

        return null;
    }

    private static IEnumerable<BaselineIssue> Group(
        IReadOnlyList<PatchFilter> filters,
        string where,
        PatchBaseline baseline,
        Family family
    )
    {
        var keys = family.Meaning.FilterKeys;
        for (var i = 0; i < filters.Count; i++)
        {
            var filter = filters[i];
            if (!keys.Contains(filter.Key))
            {
                yield return family.Meaning.FiltersAreStrict
                    ? Issue(
                        BaselineIssueLevel.Error,
                        BaselineIssueKind.Fails,
                        where,
                        $"A run fails at the filter {filter.Key}: packages of this family have "
                            + $"{string.Join(", ", keys)}.",
                        "Remove the filter.",
                        filter.Key
                    )
                    : Issue(
                        BaselineIssueLevel.Warning,
                        BaselineIssueKind.Ignored,
                        where,
                        $"The filter {filter.Key} has no effect: {family.Name}'s packages have "
                            + $"{string.Join(", ", keys)}.",
                        "Remove the filter.",
                        filter.Key
                    );
                continue;
            }

            if (filter.Values.Count == 0)
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.NeverMatches,
                    where,
                    $"The filter {filter.Key} has no values, so nothing passes it.",
                    "Give it values, or * for all, or remove it.",
                    filter.Key
                );
            foreach (
                var issue in filter
                    .Values.Where(value => value != "*")
                    .SelectMany(value => Value(filter.Key, value, where, baseline.OperatingSystem, family))
            )
                yield return issue;
            foreach (var issue in Repeated(filters, i, where, family))
                yield return issue;
        }
    }

    /// <summary>Of several filters of one key apt takes the last, the rpm families want all.</summary>
    private static IEnumerable<BaselineIssue> Repeated(
        IReadOnlyList<PatchFilter> filters,
        int index,
        string where,
        Family family
    )
    {
        var filter = filters[index];
        var later = filters.Skip(index + 1).Where(other => other.Key == filter.Key).ToList();
        if (later.Count == 0)
            yield break;
        if (!family.Meaning.FiltersAreStrict)
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Ignored,
                where,
                $"The filter {filter.Key} has no effect: a later one of the same key replaces it.",
                "Put all values into one filter.",
                filter.Key
            );
        else if (
            !filter.Values.Contains("*")
            && later.Any(other =>
                !other.Values.Contains("*")
                && !other.Values.Intersect(filter.Values, StringComparer.OrdinalIgnoreCase).Any()
            )
        )
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.NeverMatches,
                where,
                $"Two filters {filter.Key} have no value in common and both must hold, so nothing passes them.",
                "Put all values into one filter: they are alternatives.",
                filter.Key
            );
    }

    private static IEnumerable<BaselineIssue> Value(
        string key,
        string value,
        string where,
        string operatingSystem,
        Family family
    )
    {
        if (key == Section)
            yield break;
        var known = Values(operatingSystem, key);
        if (key == Product)
        {
            // A release that AWS does not list is not a fault; a product of another system is.
            var names = ProductNames(operatingSystem);
            if (names.Count > 0 && !names.Any(name => value.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
                yield return Issue(
                    BaselineIssueLevel.Warning,
                    BaselineIssueKind.NeverMatches,
                    where,
                    $"PRODUCT {Quote(value)} is not a product of {operatingSystem}; its products begin with "
                        + $"{string.Join(" or ", names)}.",
                    "Correct the value, or give *.",
                    value
                );
            yield break;
        }

        var spelt = known.FirstOrDefault(word => word.Equals(value, StringComparison.OrdinalIgnoreCase));
        if (spelt is null)
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.NeverMatches,
                where,
                $"{key} {Quote(value)} is not one of the values that {operatingSystem} knows: "
                    + $"{string.Join(", ", known)}.",
                Spelling.Nearest(value, known) is { } nearest
                    ? $"Write {nearest}, if that is meant."
                    : "Correct the value, or give *.",
                value
            );
        else if (family.Meaning.ComparesExactly && spelt != value)
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.NeverMatches,
                where,
                $"{key} {Quote(value)} never matches on {family.Name}, where values compare exactly.",
                $"Write {spelt}.",
                value
            );
    }

    /// <summary>On apt everything hangs on the priority, and what matters has a low one more often than not.</summary>
    private static IEnumerable<BaselineIssue> PriorityHoles(PatchBaseline baseline, Family family)
    {
        var approved = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (
            var rule in baseline.ApprovalRules.Where(rule =>
                !rule.Filters.Any(filter => filter.Key == Section && !filter.Values.Contains("*"))
            )
        )
            approved.UnionWith(Effective(rule, baseline, Priority, family) ?? [.. Priorities]);
        if (approved.Count == 0)
            yield break;
        List<string> left = [.. Priorities.Where(priority => priority != "Extra" && !approved.Contains(priority))];
        if (left.Count > 0)
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Hole,
                "ApprovalRules",
                $"No rule approves updates of priority {string.Join(", ", left)}, not even security "
                    + $"updates{(left.Contains("Optional") ? "; most packages are Optional" : "")}.",
                "Add the priorities to a rule, or a rule for security updates without a PRIORITY filter."
            );
    }

    private static IEnumerable<BaselineIssue> AdvisoryHoles(PatchBaseline baseline, Family family)
    {
        if (baseline.ApprovalRules.Count == 0)
            yield break;
        List<ApprovalRule> security =
        [
            .. baseline.ApprovalRules.Where(rule =>
                Effective(rule, baseline, Classification, family) is not { } values || values.Contains("Security")
            ),
        ];
        if (security.Count == 0)
        {
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Hole,
                "ApprovalRules",
                "No rule approves security updates.",
                "Add Security to the CLASSIFICATION of a rule."
            );
            yield break;
        }

        var severities = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var rule in security)
            severities.UnionWith(
                Effective(rule, baseline, Severity, family) ?? ["Critical", "Important", "Moderate", "Medium", "Low"]
            );
        var ranks = severities.Select(RankOf).Where(rank => rank > 0).ToHashSet();
        var lowest = ranks.DefaultIfEmpty().Max();
        List<string> left =
        [
            .. Values(baseline.OperatingSystem, Severity)
                .Where(severity => RankOf(severity) is var rank && rank > 0 && rank < lowest && !ranks.Contains(rank)),
        ];
        if (left.Count > 0)
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Hole,
                "ApprovalRules",
                $"Security updates of severity {string.Join(", ", left)} are not approved, although lesser ones are.",
                $"Add {string.Join(", ", left)} to the SEVERITY of the rule."
            );
        if (baseline.OperatingSystem == "CENTOS" && !baseline.ApprovalRules.Any(rule => rule.EnableNonSecurity))
            yield return Issue(
                BaselineIssueLevel.Warning,
                BaselineIssueKind.Hole,
                "ApprovalRules",
                "CentOS' own repositories publish no advisories, so without EnableNonSecurity nothing of "
                    + "them is approved.",
                "Set EnableNonSecurity on a rule without CLASSIFICATION and SEVERITY."
            );
    }

    /// <summary>Values of a key that rule and global filters let through together; null for all.</summary>
    private static HashSet<string>? Effective(ApprovalRule rule, PatchBaseline baseline, string key, Family family)
    {
        var own = Allowed(rule.Filters, key, family);
        var global = Allowed(baseline.GlobalFilters, key, family);
        if (own is null || global is null)
            return own ?? global;
        own.IntersectWith(global);
        return own;
    }

    /// <summary>Values that the filters of one key let through; null for all.</summary>
    private static HashSet<string>? Allowed(IReadOnlyList<PatchFilter> filters, string key, Family family)
    {
        HashSet<string>? allowed = null;
        foreach (var filter in filters.Where(filter => filter.Key == key))
        {
            HashSet<string>? values = filter.Values.Contains("*")
                ? null
                : new HashSet<string>(filter.Values, StringComparer.OrdinalIgnoreCase);
            if (!family.Meaning.FiltersAreStrict || allowed is null)
                allowed = values;
            else if (values is not null)
                allowed.IntersectWith(values);
        }

        return allowed;
    }

    /// <summary>
    /// Whether whatever <paramref name="rule"/> approves, <paramref name="other"/> approves too, no later and at no
    /// lower level.
    /// </summary>
    private static bool Covers(ApprovalRule other, ApprovalRule rule, Family family)
    {
        if (
            other.ComplianceLevel < rule.ComplianceLevel
            || (rule.EnableNonSecurity && !other.EnableNonSecurity && family.Meaning.NonSecurityDecides)
        )
            return false;
        var inTime = (other.ApproveUntilDate, rule.ApproveUntilDate) switch
        {
            ({ } mine, { } theirs) => mine >= theirs,
            (null, null) => (other.ApproveAfterDays ?? 0) <= (rule.ApproveAfterDays ?? 0),
            _ => false,
        };
        return inTime
            && family.Meaning.FilterKeys.All(key =>
                Allowed(other.Filters, key, family) is not { } wide
                || (Allowed(rule.Filters, key, family) is { } narrow && narrow.IsSubsetOf(wide))
            );
    }
}
