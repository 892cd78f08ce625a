using PatchTools.Evaluation;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>What differs between the rpm families in matching one candidate.</summary>
internal sealed record RpmRuleSettings
{
    /// <summary>
    /// How filter values compare with classification and severity: yum's are case-sensitive (reference 11 §4).
    /// </summary>
    public required StringComparison FilterComparison { get; init; }

    /// <summary>
    /// Advisory, CVE and Bugzilla ids of the approved list pass the global filters first (yum, reference 11 §4).
    /// </summary>
    public required bool GlobalFiltersRestrictIds { get; init; }

    /// <summary>
    /// Approved entries by name need an advisory, or <c>ApprovedPatchesEnableNonSecurity</c> (dnf and yum; zypper
    /// ignores the flag, reference 03 §4).
    /// </summary>
    public required bool ApprovedNamesNeedAdvisory { get; init; }

    /// <inheritdoc cref="ArchitectureChanges(PackageCatalog, bool)" path="/param[@name='keepsToBest']"/>
    public bool KeepsToBestArchitecture { get; init; }
}

/// <summary>
/// Global filters, rules and lists of one baseline over rpm packages (reference 03 §§2–4). Immutable but for the use of
/// the lists.
/// </summary>
internal sealed class RpmRules
{
    private readonly PatchBaseline _baseline;
    private readonly DateTimeOffset _now;
    private readonly RpmRuleSettings _settings;
    private readonly RpmFilterGroup _global;
    private readonly RpmFilterGroup[] _groups;
    private readonly bool _everythingIsSecurity;

    public RpmRules(EvaluationRequest request, RpmRuleSettings settings)
    {
        _baseline = request.Snapshot.Baseline;
        _now = request.Now;
        _settings = settings;
        _global = new RpmFilterGroup(_baseline.GlobalFilters, "global filters", request, settings.FilterComparison);
        _groups =
        [
            .. _baseline.ApprovalRules.Select(
                (r, i) => new RpmFilterGroup(r.Filters, $"filters of rule {i + 1}", request, settings.FilterComparison)
            ),
        ];

        // SUSE's patches name what they fix only; AWS lets what no patch names come along (reference 03 §3).
        _everythingIsSecurity = string.Equals(_baseline.OperatingSystem, "SUSE", StringComparison.OrdinalIgnoreCase);
    }

    public int Count => _groups.Length;

    /// <param name="properties">Classification and severity as filters see them, and the release date.</param>
    /// <param name="rejected">Entry of the rejected list that names the candidate.</param>
    /// <param name="approvedName">Entry of the approved list that names it.</param>
    /// <param name="approvedId">Entry of the approved list that is one of its advisory's ids.</param>
    public RpmDecision Decide(in RpmProperties properties, string? rejected, string? approvedName, string? approvedId)
    {
        if (rejected is not null)
            return new RpmDecision { Kind = DecisionKind.RejectedList, RejectedEntry = rejected };
        var passesGlobal = _global.Matches(properties.Classification, properties.Severity);
        var approved = passesGlobal || !_settings.GlobalFiltersRestrictIds ? approvedId : null;
        if (
            approvedName is not null
            && (
                !_settings.ApprovedNamesNeedAdvisory
                || properties.HasAdvisory
                || _baseline.ApprovedPatchesEnableNonSecurity
            )
        )
            approved = approvedName;
        var byRule = passesGlobal ? DecideByRules(properties) : new RpmDecision { Kind = DecisionKind.GlobalFilters };
        if (approved is not null && (!byRule.IsApproved || _baseline.ApprovedPatchesComplianceLevel > byRule.Level))
            return new RpmDecision
            {
                Kind = DecisionKind.ApprovedList,
                ApprovedEntry = approved,
                Level = _baseline.ApprovedPatchesComplianceLevel,
            };
        if (byRule.IsApproved || approvedName is null)
            return byRule with { ApprovedEntry = approvedName ?? approvedId };
        return byRule.Rank > 2
            ? byRule with
            {
                ApprovedEntry = approvedName,
            }
            : new RpmDecision { Kind = DecisionKind.NotSecurity, ApprovedEntry = approvedName };
    }

    /// <summary>What each filter and rule saw, in order.</summary>
    public IEnumerable<string> Observe(RpmProperties properties)
    {
        foreach (var line in _global.Observe("global filters", properties.Classification, properties.Severity))
            yield return line;
        for (var i = 0; i < _groups.Length; i++)
        {
            var rule = _baseline.ApprovalRules[i];
            var name = $"rule {i + 1}";
            foreach (var line in _groups[i].Observe(name, properties.Classification, properties.Severity))
                yield return line;
            if (!_groups[i].Matches(properties.Classification, properties.Severity))
            {
                yield return $"{name}: its filters do not match";
                continue;
            }

            yield return Wording.Date(i + 1, "release date", rule, properties.Released);
            if (!AcceptsNonSecurity(rule) && !properties.HasAdvisory)
                yield return $"{name}: would approve only what an advisory names";
            else if (ApprovalDate.Judge(rule, properties.Released, _now).IsApproved)
                yield return $"{name}: approves it, level {rule.ComplianceLevel}";
            else
                yield return $"{name}: does not approve it at this date";
        }
    }

    /// <summary>Whether anything can pass the global filters here.</summary>
    /// <param name="words">What advisories can say here.</param>
    public bool CanPassGlobalFilters(AdvisoryWords words) => CouldMatch(_global, words);

    /// <summary>Whether packages of the host's product pass the global filters at all.</summary>
    public bool GlobalFiltersAcceptProduct => _global.AcceptsProduct;

    /// <summary>Whether a rule is for the host's product.</summary>
    public bool RulesAcceptProduct => _groups.Any(group => group.AcceptsProduct);

    /// <summary>Whether a rule can approve something here, at some date.</summary>
    /// <param name="words">What advisories can say here.</param>
    public bool CanApprove(AdvisoryWords words) =>
        CanPassGlobalFilters(words) && _groups.Where((_, i) => CanApprove(i, words)).Any();

    /// <summary>
    /// Whether a rule for this product, or the global filters before it, only want what an advisory names.
    /// </summary>
    public bool AnyWantsAdvisories =>
        _groups
            .Where(
                (group, i) =>
                    group.AcceptsProduct && (group.NeedsAdvisory || !AcceptsNonSecurity(_baseline.ApprovalRules[i]))
            )
            .Any() || _global.NeedsAdvisory;

    private bool CanApprove(int rule, AdvisoryWords words) =>
        CouldMatch(_groups[rule], words) && (words.ArePublished || AcceptsNonSecurity(_baseline.ApprovalRules[rule]));

    private static bool CouldMatch(RpmFilterGroup group, AdvisoryWords words) =>
        group.NeedsAdvisory
            ? words.ArePublished && group.CouldMatch(words.Classifications, words.Severities)
            : group.AcceptsProduct;

    private bool AcceptsNonSecurity(ApprovalRule rule) => rule.EnableNonSecurity || _everythingIsSecurity;

    /// <summary>
    /// The approving rule with the highest level, the first of several; else what kept the nearest rule from approving.
    /// </summary>
    private RpmDecision DecideByRules(in RpmProperties properties)
    {
        var decision = new RpmDecision { Kind = DecisionKind.NoRule };
        for (var i = 0; i < _groups.Length; i++)
        {
            if (!_groups[i].Matches(properties.Classification, properties.Severity))
                continue;
            var found = DecideByRule(i, properties);
            if (found.IsNearerThan(decision))
                decision = found;
        }

        return decision;
    }

    /// <summary>What a rule whose filters match decides.</summary>
    private RpmDecision DecideByRule(int index, in RpmProperties properties)
    {
        var rule = _baseline.ApprovalRules[index];
        var date = ApprovalDate.Judge(rule, properties.Released, _now);
        if (!AcceptsNonSecurity(rule) && !properties.HasAdvisory)
            return new RpmDecision { Kind = DecisionKind.NotSecurity, Rule = index };
        if (!date.IsApproved)
            return new RpmDecision
            {
                Kind = DecisionKind.HeldBackByDate,
                Rule = index,
                ApprovedFrom = date.From,
            };
        return new RpmDecision
        {
            Kind = DecisionKind.ApprovalRule,
            Rule = index,
            Level = rule.ComplianceLevel,
        };
    }
}

/// <summary>What filters and rules look at.</summary>
/// <param name="Classification">As filters see it; null when there is none.</param>
/// <param name="Severity">As filters see it; null when there is none.</param>
/// <param name="Released">Date of the advisory, else of the build; null when neither is known.</param>
/// <param name="HasAdvisory">An advisory names the version: what AWS calls a security update.</param>
internal readonly record struct RpmProperties(
    string? Classification,
    string? Severity,
    DateTimeOffset? Released,
    bool HasAdvisory
);
