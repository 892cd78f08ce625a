using PatchTools.Evaluation;

namespace PatchTools.Families.Rpm.Evaluation;

/// <content>Why a baseline can approve nothing at all on this host.</content>
internal abstract partial class RpmEvaluator
{
    private static readonly string[] _usualSeverities =
    [
        "Critical",
        "Important",
        "Moderate",
        "Medium",
        "Low",
        "None",
        "Unspecified",
    ];

    /// <summary>The vendor's usual types, as filters see them.</summary>
    protected abstract IReadOnlyList<string> KnownClassifications { get; }

    protected sealed override string? WhyNothingIsApproved()
    {
        var words = WordsOfAdvisories();
        var (isAllowed, isListed) = (false, false);
        foreach (var package in Catalog)
        {
            foreach (var version in package.Versions)
            {
                if (Rejected.FirstMatch(version) >= 0 || !(version.IsInstalled || version.IsOffered))
                    continue;
                isAllowed = true;
                if (IsApprovable(version, words))
                    return null;
                isListed |= Approved.FirstMatch(version) >= 0;
            }
        }

        if (!isAllowed)
            return Wording.RejectsEverything;
        if (_rules.CanApprove(words))
            return null;
        if (!_rules.GlobalFiltersAcceptProduct || (words.ArePublished && !_rules.CanPassGlobalFilters(words)))
            return Wording.FiltersLeaveOut(
                Baseline.GlobalFilters,
                Request.Snapshot.Product,
                _rules.GlobalFiltersAcceptProduct
            );
        return !words.ArePublished && (_rules.AnyWantsAdvisories || isListed)
            ? "the baseline wants only security updates and others that an advisory names, and no enabled "
                + "repository publishes advisories (updateinfo)"
            : Wording.NoRuleReaches(Baseline, Request.Snapshot.Product, _rules.RulesAcceptProduct);
    }

    /// <summary>Whether the approved list can approve a version, today or when an advisory names it.</summary>
    private bool IsApprovable(PackageVersion version, AdvisoryWords words)
    {
        if (Approved.IsEmpty)
            return false;
        if (
            Approved.FirstMatch(version) >= 0
            && (words.ArePublished || !_settings.ApprovedNamesNeedAdvisory || Baseline.ApprovedPatchesEnableNonSecurity)
        )
            return true;
        foreach (var advisory in version.Advisories)
        {
            if (Approved.FirstMatch(advisory) >= 0)
                return !_settings.GlobalFiltersRestrictIds || _rules.CanPassGlobalFilters(words);
        }

        return false;
    }

    /// <summary>What advisories can say on this host: the vendor's usual words, and those that they do use.</summary>
    private AdvisoryWords WordsOfAdvisories()
    {
        HashSet<string> classifications = [.. KnownClassifications];
        HashSet<string> severities =
        [
            .. _usualSeverities.Select(word => FilteredSeverity(new Advisory { Id = "", Severity = word })),
        ];
        var arePublished = Request.Inventory.Repositories.Any(repository => repository.HasAdvisories == true);
        foreach (var advisory in Catalog.AdvisorySets.SelectMany(set => set))
        {
            arePublished = true;
            classifications.Add(Classification(advisory));
            severities.Add(FilteredSeverity(advisory));
        }

        return new AdvisoryWords(arePublished, classifications, severities);
    }
}
