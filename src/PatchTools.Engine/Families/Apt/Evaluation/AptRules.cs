using PatchTools.Evaluation;
using PatchTools.Model;

namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// What global filters and approval rules say of a version. On apt they look at its priority, section and origins only,
/// so one verdict serves all versions that share them (<see cref="PackageVersion.FilterKey"/>): a few hundred for a
/// whole archive.
/// </summary>
internal sealed class AptRules
{
    private readonly IReadOnlyList<ApprovalRule> _rules;
    private readonly AptFilterGroup _global;
    private readonly AptFilterGroup[] _groups;

    /// <summary>By origin set, priority and section, each interned in the catalog; filled as they are met.</summary>
    private readonly AptVerdict?[][]?[] _verdicts;
    private readonly int _words;
    private readonly AptDates? _dates;

    /// <param name="request">Baseline, product, packages and dates.</param>
    public AptRules(EvaluationRequest request)
    {
        var (baseline, product, catalog) = (
            request.Snapshot.Baseline,
            JudgedProduct.Of(request.Snapshot, request.Inventory),
            request.Inventory.Packages
        );
        var dates = new AptDates(request);
        if (dates.AreAsked && baseline.ApprovalRules.Any(HasDelay))
            _dates = dates;
        _words = catalog.Words.Length;
        _verdicts = new AptVerdict?[catalog.OriginSets.Length][][];
        _rules = baseline.ApprovalRules;
        _global = new AptFilterGroup(baseline.GlobalFilters, product);
        _groups = [.. _rules.Select(r => new AptFilterGroup(r.Filters, product))];
    }

    public int Count => _rules.Count;

    /// <summary>Whether packages of the host's product pass the global filters at all.</summary>
    public bool GlobalFiltersAcceptProduct => _global.AcceptsProduct;

    /// <summary>Whether a rule is for the host's product.</summary>
    public bool RulesAcceptProduct => _groups.Any(group => group.AcceptsProduct);

    public AptVerdict Of(PackageVersion version)
    {
        var (priority, section, origins) = version.FilterKey;
        var ofOrigins = _verdicts[origins] ??= new AptVerdict?[_words][];
        var ofPriority = ofOrigins[priority] ??= new AptVerdict?[_words];
        return ofPriority[section] ??= Judge(version);
    }

    /// <summary>
    /// The verdict with delays applied, where they are asked for: a date is a version's own, so it is not remembered.
    /// </summary>
    public AptVerdict Dated(PackageVersion version)
    {
        var verdict = Of(version);
        return _dates is null || verdict.Rule is null
            ? verdict
            : DecideByRules(
                version,
                verdict with
                {
                    Rule = null,
                    Level = ComplianceLevel.UNSPECIFIED,
                    SecurityOnlyRule = null,
                },
                _dates
            );
    }

    /// <summary>What a reader should know of the rules before any package: settings without effect on apt.</summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var key in _global.UnknownKeys)
            yield return $"global filter {key} has no effect: apt's packages have PRODUCT, PRIORITY and SECTION";
        for (var i = 0; i < _groups.Length; i++)
        {
            foreach (var key in _groups[i].UnknownKeys)
                yield return $"filter {key} of rule {i + 1} has no effect: apt's packages have PRODUCT, PRIORITY and "
                    + $"SECTION";
        }
    }

    public IEnumerable<string> ObserveGlobalFilters(PackageVersion version) =>
        _global.Observe("global filters", version.Priority, version.Section);

    /// <summary>What each rule saw, in order.</summary>
    public IEnumerable<string> ObserveRules(PackageVersion version, AptVerdict verdict)
    {
        for (var i = 0; i < _rules.Count; i++)
        {
            var rule = _rules[i];
            var name = $"rule {i + 1}";
            foreach (var line in _groups[i].Observe(name, version.Priority, version.Section))
                yield return line;
            var matches = _groups[i].Matches(version.Priority, version.Section);
            var date = _dates?.Of(version, !rule.EnableNonSecurity);
            if (matches && HasDelay(rule))
            {
                yield return _dates is null
                    ? $"{name}, {(rule.ApproveUntilDate is null ? "approveAfterDays" : "approveUntilDate")}: "
                        + $"ignored, apt's archives date no package; -ApprovalDateSource applies it"
                    : Wording.Date(i + 1, _dates.Name, rule, date);
            }

            yield return matches
                ? $"{name}: {Approves(rule, date, verdict.IsSecurity)}"
                : $"{name}: its filters do not match";
        }
    }

    /// <summary>What a rule whose filters match does with a version.</summary>
    private string Approves(ApprovalRule rule, DateTimeOffset? date, bool isSecurity)
    {
        if (
            _dates is not null
            && (rule.EnableNonSecurity || isSecurity)
            && !ApprovalDate.Judge(rule, date, _dates.Now).IsApproved
        )
            return "does not approve it at this date";
        if (rule.EnableNonSecurity)
            return $"approves security and other updates, level {rule.ComplianceLevel}";
        return isSecurity
            ? $"approves security updates, level {rule.ComplianceLevel}"
            : "would approve a security update only";
    }

    private AptVerdict Judge(PackageVersion version)
    {
        var (security, untrusted) = Security(version);
        var verdict = new AptVerdict
        {
            PassesGlobalFilters = _global.Matches(version.Priority, version.Section),
            SecurityArchive = security,
            UntrustedSecurityArchive = security is null ? untrusted : null,
        };
        return DecideByRules(version, verdict, null);
    }

    private AptVerdict DecideByRules(PackageVersion version, AptVerdict verdict, AptDates? dates)
    {
        for (var i = 0; i < _groups.Length; i++)
        {
            var rule = _rules[i];
            if (!_groups[i].Matches(version.Priority, version.Section))
                continue;
            var date = dates is null
                ? new ApprovalDateVerdict(true, null)
                : ApprovalDate.Judge(rule, dates.Of(version, !rule.EnableNonSecurity), dates.Now);
            if (!rule.EnableNonSecurity && !verdict.IsSecurity)
                verdict = verdict with { SecurityOnlyRule = verdict.SecurityOnlyRule ?? i };
            else if (
                !date.IsApproved
                && (verdict.HeldBackRule is null || date.From < (verdict.ApprovedFrom ?? DateTimeOffset.MaxValue))
            )
                verdict = verdict with { HeldBackRule = i, ApprovedFrom = date.From };
            else if (date.IsApproved && (verdict.Rule is null || rule.ComplianceLevel > verdict.Level))
                verdict = verdict with { Rule = i, Level = rule.ComplianceLevel };
        }

        return verdict;
    }

    private static bool HasDelay(ApprovalRule rule) =>
        rule.ApproveAfterDays is > 0 || rule.ApproveUntilDate is not null;

    private static (PackageOrigin? Trusted, PackageOrigin? Untrusted) Security(PackageVersion version)
    {
        PackageOrigin? untrusted = null;
        foreach (var origin in version.Origins)
        {
            if (AptSecurity.IsSecurity(origin))
                return (origin, null);
            if (AptSecurity.LooksLikeSecurity(origin))
                untrusted ??= origin;
        }

        return (null, untrusted);
    }
}

/// <summary>Verdict of global filters, rules and the security test on all versions with one filter key.</summary>
internal sealed record AptVerdict
{
    public required bool PassesGlobalFilters { get; init; }

    /// <summary>The origin that makes the version a security update; null when it is none.</summary>
    public PackageOrigin? SecurityArchive { get; init; }

    /// <summary>An origin that would make it one if it were authenticated.</summary>
    public PackageOrigin? UntrustedSecurityArchive { get; init; }

    /// <summary>
    /// 0-based: the approving rule with the highest level, the first of several; null when none approves.
    /// </summary>
    public int? Rule { get; init; }

    public ComplianceLevel Level { get; init; }

    /// <summary>0-based: the first rule whose filters match but which wants security updates only.</summary>
    public int? SecurityOnlyRule { get; init; }

    /// <summary>
    /// 0-based: the rule that would approve at another date, the soonest of several; null when none does.
    /// </summary>
    public int? HeldBackRule { get; init; }

    /// <summary>When <see cref="HeldBackRule"/> will, UTC midnight; null for never.</summary>
    public DateTimeOffset? ApprovedFrom { get; init; }

    public bool IsSecurity => SecurityArchive is not null;
}
