namespace PatchTools.Evaluation.Apt;

/// <summary>
/// What global filters and approval rules say of a version. On apt they look at its priority, section and origins only, so one verdict serves all
/// versions that share them (<see cref="PackageVersion.FilterKey"/>): a few hundred for a whole archive.
/// </summary>
internal sealed class AptRules
{
    private readonly IReadOnlyList<ApprovalRule> _rules;
    private readonly AptFilterGroup _global;
    private readonly AptFilterGroup[] _groups;

    /// <summary>By origin set, priority and section, each interned in the catalog; filled as they are met.</summary>
    private readonly AptVerdict?[][]?[] _verdicts;
    private readonly int _words;

    public AptRules(PatchBaseline baseline, string product, PackageCatalog catalog)
    {
        _words = catalog.Words.Length;
        _verdicts = new AptVerdict?[catalog.OriginSets.Length][][];
        _rules = baseline.ApprovalRules;
        _global = new AptFilterGroup(baseline.GlobalFilters, product);
        _groups = [.. _rules.Select(r => new AptFilterGroup(r.Filters, product))];
    }

    public int Count => _rules.Count;

    public AptVerdict Of(PackageVersion version)
    {
        var (priority, section, origins) = version.FilterKey;
        var ofOrigins = _verdicts[origins] ??= new AptVerdict?[_words][];
        var ofPriority = ofOrigins[priority] ??= new AptVerdict?[_words];
        return ofPriority[section] ??= Judge(version);
    }

    /// <summary>What a reader should know of the rules before any package: settings without effect on apt.</summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var key in _global.UnknownKeys)
            yield return $"global filter {key} has no effect: apt's packages have PRODUCT, PRIORITY and SECTION";
        for (var i = 0; i < _groups.Length; i++)
        {
            foreach (var key in _groups[i].UnknownKeys)
                yield return $"filter {key} of rule {i + 1} has no effect: apt's packages have PRODUCT, PRIORITY and SECTION";
        }
    }

    public IEnumerable<string> ObserveGlobalFilters(PackageVersion version) => _global.Observe("global filters", version.Priority, version.Section);

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
            if (matches && (rule.ApproveAfterDays is > 0 || rule.ApproveUntilDate is not null))
                yield return $"{name}, {(rule.ApproveUntilDate is null ? "approveAfterDays" : "approveUntilDate")}: ignored, apt's archives give no release dates";
            yield return
                !matches ? $"{name}: its filters do not match"
                : rule.EnableNonSecurity ? $"{name}: approves security and other updates, level {rule.ComplianceLevel}"
                : verdict.IsSecurity ? $"{name}: approves security updates, level {rule.ComplianceLevel}"
                : $"{name}: would approve a security update only";
        }
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
        for (var i = 0; i < _groups.Length; i++)
        {
            if (!_groups[i].Matches(version.Priority, version.Section))
                continue;
            if (!_rules[i].EnableNonSecurity && !verdict.IsSecurity)
                verdict = verdict with { SecurityOnlyRule = verdict.SecurityOnlyRule ?? i };
            else if (verdict.Rule is null || _rules[i].ComplianceLevel > verdict.Level)
                verdict = verdict with { Rule = i, Level = _rules[i].ComplianceLevel };
        }

        return verdict;
    }

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

    /// <summary>0-based: the approving rule with the highest level, the first of several; null when none approves.</summary>
    public int? Rule { get; init; }

    public ComplianceLevel Level { get; init; }

    /// <summary>0-based: the first rule whose filters match but which wants security updates only.</summary>
    public int? SecurityOnlyRule { get; init; }

    public bool IsSecurity => SecurityArchive is not null;
}
