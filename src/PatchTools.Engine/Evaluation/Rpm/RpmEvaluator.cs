using PatchTools.Errors;
using PatchTools.Evaluation.Patterns;
using PatchTools.PackageManagers.Rpm;

namespace PatchTools.Evaluation.Rpm;

/// <summary>
/// What dnf, yum and zypper share: the versions of a package become candidates, each is matched by itself, and one of them represents the package
/// (spec 03 §§4–6, 13.5–13.6). The families differ in who is a candidate and how the vendor's words read.
/// </summary>
internal abstract class RpmEvaluator : FamilyEvaluator
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

    private readonly RpmRules _rules;
    private readonly RpmRuleSettings _settings;

    protected RpmEvaluator(EvaluationRequest request, PatchList approved, PatchList rejected, RpmRuleSettings settings)
        : base(request, approved, rejected)
    {
        _rules = new RpmRules(request, settings);
        _settings = settings;
    }

    /// <summary>Candidates of an installed package.</summary>
    /// <param name="package">The package.</param>
    /// <param name="current">Newest installed version.</param>
    protected abstract IEnumerable<RpmCandidate> Candidates(PackageEntry package, PackageVersion current);

    /// <summary>Candidates of a package that is not installed.</summary>
    protected abstract IEnumerable<RpmCandidate> Candidates(PackageEntry package);

    /// <summary>The vendor's type as reported; empty when there is none.</summary>
    protected abstract string Classification(Advisory? advisory);

    /// <summary>The vendor's severity as reported; empty when there is none.</summary>
    protected abstract string Severity(Advisory? advisory);

    /// <summary>The vendor's severity as filters see it; null when there is none.</summary>
    protected virtual string? FilteredSeverity(Advisory? advisory) => Severity(advisory);

    /// <summary>Whether a rejected package that is installed is reported as such; with any rejected action, or with BLOCK only.</summary>
    protected virtual bool ReportsRejected => true;

    /// <summary>Advisories whose CVEs the update of a missing package fixes.</summary>
    /// <param name="candidates">All candidates.</param>
    /// <param name="reported">The candidates at the reported edition that are approved.</param>
    protected abstract IEnumerable<RpmCandidate> Fixing(
        IReadOnlyList<RpmCandidate> candidates,
        IReadOnlyList<RpmCandidate> reported
    );

    /// <summary>Epoch in the title (spec 13.7).</summary>
    protected virtual ReadOnlySpan<char> TitleEpoch(string edition) =>
        RpmVersion.EpochLength(edition) is var digits and > 0 ? edition.AsSpan(0, digits) : "0";

    protected sealed override bool IsInScope(PackageEntry package) =>
        Candidates(package).Any(c => c.Decision.IsApproved);

    /// <summary>yum's rejected patches are excluded from its repositories, so there a list cannot bring them either (spec 05 §2.4).</summary>
    protected virtual bool OverrideBringsRejected => true;

    protected override bool ReportsMissingBesideFailed => false;

    protected sealed override PatchFinding Judge(PackageEntry package, bool asInstalled)
    {
        var current = NewestInstalled(package);
        var installed = FactsOf(package, current);
        List<RpmCandidate> candidates = [.. Candidates(package, current)];
        if (asInstalled)
            candidates.RemoveAll(c => c.IsNewer);
        var best = HighestApproved(candidates);
        var chosen = best.Count > 0 ? MostSevere(best) : null;
        var rejected = chosen is null ? RejectedEntry(current) : null;
        var state =
            chosen is { IsNewer: true } ? PatchState.Missing
            : chosen is not null ? PatchState.Installed
            : rejected is not null && ReportsRejected ? PatchState.InstalledRejected
            : PatchState.InstalledOther;
        var reported = state == PatchState.Missing ? chosen!.Edition : installed.Edition;
        var described = chosen ?? Described(candidates);
        List<RpmCandidate> fixing =
        [
            .. state == PatchState.Missing ? Fixing(candidates, best)
            : best.Count > 0 ? best
            : described is null ? []
            : [described],
        ];
        return Finding(
            package,
            ForOperation(state),
            installed,
            reported,
            best,
            described,
            fixing,
            Explain(package, installed, state, reported, chosen, candidates, rejected)
        );
    }

    /// <summary>The highest newer edition that the list names, described by its gravest advisory (spec 10 §7.5, 11 §7, 12 §10).</summary>
    protected sealed override PatchFinding? JudgeByOverride(PackageEntry package)
    {
        var current = NewestInstalled(package);
        var installed = FactsOf(package, current);
        List<RpmCandidate> named = [];
        foreach (var candidate in Candidates(package, current))
        {
            if (
                !candidate.IsNewer
                || (candidate.Decision.RejectedEntry is not null && !OverrideBringsRejected)
                || Override!.FirstMatch(candidate.Version) < 0
            )
                continue;
            var order = named.Count == 0 ? 1 : Compare(candidate.Edition, named[0].Edition);
            if (order > 0)
                named.Clear();
            if (order >= 0)
                named.Add(candidate);
        }

        if (named.Count == 0)
            return null;
        var described = MostSevere(named);
        List<RpmCandidate> approved = [.. named.Where(c => c.Decision.IsApproved)];
        var explanation = ExplainOverride(
            Override!.FirstMatch(described.Version),
            installed,
            described.Edition,
            () => Observe(described)
        );
        return Finding(
            package,
            PatchState.Failed,
            installed,
            described.Edition,
            approved,
            described,
            named,
            explanation
        );
    }

    /// <param name="package">The package.</param>
    /// <param name="state">State for the operation.</param>
    /// <param name="installed">What the host says of it.</param>
    /// <param name="reported">The edition that the title names.</param>
    /// <param name="approved">Candidates that lend their level.</param>
    /// <param name="described">The candidate that lends classification and severity.</param>
    /// <param name="fixing">Candidates that lend their CVEs and advisories.</param>
    /// <param name="explanation">Why.</param>
    private PatchFinding Finding(
        PackageEntry package,
        PatchState state,
        InstalledPackage installed,
        string reported,
        List<RpmCandidate> approved,
        RpmCandidate? described,
        List<RpmCandidate> fixing,
        FindingExplanation explanation
    )
    {
        var id = $"{package.Name}.{package.Architecture}";
        return new PatchFinding
        {
            Name = package.Name,
            Architecture = package.Architecture,
            State = state,
            InstalledVersion = installed.Edition,
            AvailableVersion = state is PatchState.Missing or PatchState.Failed ? reported : "",
            Id = id,
            Title = $"{id}:{TitleEpoch(reported)}:{RpmVersion.WithoutEpoch(reported)}",
            ComplianceLevel = approved.Count == 0 ? ComplianceLevel.UNSPECIFIED : approved.Max(c => c.Decision.Level),
            Severity = Severity(described?.Advisory),
            Classification = Classification(described?.Advisory),
            InstalledTime = installed.InstalledTime,
            CveIds = [.. fixing.SelectMany(c => c.Advisory?.CveIds ?? []).Distinct().Order(StringComparer.Ordinal)],
            AdvisoryIds =
            [
                .. fixing
                    .Where(c => c.Advisory is not null)
                    .Select(c => c.Advisory!.Id)
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ],
            Explanation = explanation,
        };
    }

    /// <summary>The vendor's usual types, as filters see them.</summary>
    protected abstract IReadOnlyList<string> KnownClassifications { get; }

    protected sealed override string? WhyNothingIsApproved()
    {
        var words = WordsOfAdvisories();
        var (isAllowed, isListed) = (false, false);
        for (var i = 0; i < Catalog.Count; i++)
        {
            foreach (var version in Catalog[i].Versions)
            {
                if (Rejected.FirstMatch(version) >= 0 || !(version.IsInstalled || IsOffered(version)))
                    continue;
                isAllowed = true;
                if (IsApprovable(version, words))
                    return null;
                isListed |= Approved.FirstMatch(version) >= 0;
            }
        }

        return !isAllowed ? Wording.RejectsEverything
            : _rules.CanApprove(words) ? null
            : !_rules.GlobalFiltersAcceptProduct || (words.ArePublished && !_rules.CanPassGlobalFilters(words))
                ? Wording.FiltersLeaveOut(
                    Baseline.GlobalFilters,
                    Request.Snapshot.Product,
                    _rules.GlobalFiltersAcceptProduct
                )
            : !words.ArePublished && (_rules.AnyWantsAdvisories || isListed)
                ? "the baseline wants only security updates and others that an advisory names, and no enabled repository publishes advisories (updateinfo)"
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
            .. _usualSeverities.Select(word => FilteredSeverity(new Advisory { Id = "", Severity = word }) ?? ""),
        ];
        var arePublished = Request.Inventory.Repositories.Any(repository => repository.HasAdvisories == true);
        foreach (var advisory in Catalog.AdvisorySets.SelectMany(set => set))
        {
            arePublished = true;
            classifications.Add(Classification(advisory));
            severities.Add(FilteredSeverity(advisory) ?? "");
        }

        return new AdvisoryWords(arePublished, classifications, severities);
    }

    protected override int TieOrder(PatchFinding x, PatchFinding y) =>
        string.CompareOrdinal(x.Name, y.Name) is var byName and not 0
            ? byName
            : string.CompareOrdinal(x.Architecture, y.Architecture);

    /// <summary>The candidate that lends classification and severity to a package that nothing approves; null for none.</summary>
    protected virtual RpmCandidate? Described(IReadOnlyList<RpmCandidate> candidates) => null;

    /// <summary>One candidate for each advisory that names the version, or one without.</summary>
    protected IEnumerable<RpmCandidate> Described(PackageVersion version, string edition, int toInstalled)
    {
        var advisories = version.Advisories;
        if (advisories.Count == 0)
            yield return Candidate(version, edition, null, toInstalled);
        foreach (var advisory in advisories)
            yield return Candidate(version, edition, advisory, toInstalled);
    }

    protected RpmCandidate Candidate(PackageVersion version, string edition, Advisory? advisory, int toInstalled) =>
        new()
        {
            Version = version,
            Edition = edition,
            Advisory = advisory,
            ToInstalled = toInstalled,
            Decision = _rules.Decide(
                Properties(version, advisory),
                RejectedEntry(version, advisory),
                EntryOf(Approved, Approved.FirstMatch(version)),
                advisory is null ? null : EntryOf(Approved, Approved.FirstMatch(advisory))
            ),
        };

    protected int Compare(string x, string y) => Request.VersionOrder.Compare(x, y);

    protected static bool IsOffered(PackageVersion version)
    {
        foreach (var origin in version.Origins)
        {
            if (origin.IsOffer)
                return true;
        }

        return false;
    }

    private static string? EntryOf(ListUse list, int index) => index < 0 ? null : list.Entry(index);

    private string? RejectedEntry(PackageVersion version, Advisory? advisory) =>
        EntryOf(Rejected, Rejected.FirstMatch(version))
        ?? (advisory is null ? null : EntryOf(Rejected, Rejected.FirstMatch(advisory)));

    private string? RejectedEntry(PackageVersion current)
    {
        var entry = RejectedEntry(current, null);
        for (var i = 0; entry is null && i < current.Advisories.Count; i++)
            entry = RejectedEntry(current, current.Advisories[i]);
        return entry;
    }

    private RpmProperties Properties(PackageVersion version, Advisory? advisory) =>
        new(
            Classification(advisory),
            FilteredSeverity(advisory),
            advisory?.Date ?? version.BuildTime,
            advisory is not null
        );

    /// <summary>Several versions of a kernel are installed at once: the newest speaks for the package.</summary>
    private PackageVersion NewestInstalled(PackageEntry package)
    {
        PackageVersion? newest = null;
        foreach (var version in package.Versions)
        {
            if (version.IsInstalled && (newest is null || Compare(version.Edition, newest.Value.Edition) > 0))
                newest = version;
        }

        return newest
            ?? throw new PatchToolsException(
                PatchErrors.InventoryMalformed,
                $"The inventory says that {package} is installed, but none of its versions is.",
                package.ToString()
            );
    }

    private InstalledPackage FactsOf(PackageEntry package, PackageVersion current)
    {
        var edition = current.Edition;
        if (package.Installed!.Edition == edition)
            return package.Installed;
        var name = package.Name;
        return Catalog.Installed.FirstOrDefault(i =>
                i.Edition == edition && i.Name == name && i.Architecture == package.Architecture
            ) ?? package.Installed with { Edition = edition, InstalledTime = null };
    }

    /// <summary>Approved candidates of the highest approved edition.</summary>
    private List<RpmCandidate> HighestApproved(List<RpmCandidate> candidates)
    {
        List<RpmCandidate> highest = [];
        foreach (var candidate in candidates)
        {
            if (!candidate.Decision.IsApproved)
                continue;
            var order = highest.Count == 0 ? 1 : Compare(candidate.Edition, highest[0].Edition);
            if (order > 0)
                highest.Clear();
            if (order >= 0)
                highest.Add(candidate);
        }

        return highest;
    }

    /// <summary>Of several advisories on one edition the one with the highest level represents it, then the vendor's gravest, then the first.</summary>
    protected static RpmCandidate MostSevere(IReadOnlyList<RpmCandidate> candidates)
    {
        var best = candidates[0];
        foreach (var candidate in candidates)
        {
            if (Gravity(candidate).CompareTo(Gravity(best)) > 0)
                best = candidate;
        }

        return best;
    }

    private static (bool, ComplianceLevel, int) Gravity(RpmCandidate candidate) =>
        (candidate.Advisory is not null, candidate.Decision.Level, VendorSeverity.Rank(candidate.Advisory?.Severity));

    private FindingExplanation Explain(
        PackageEntry package,
        InstalledPackage installed,
        PatchState state,
        string reported,
        RpmCandidate? chosen,
        List<RpmCandidate> candidates,
        string? rejected
    )
    {
        var heldBack = HeldBack(candidates, reported);
        var unseen = UnseenVersions.Of(package, installed.Edition, Request.VersionOrder);
        var hostPolicy = HostPolicy(installed, state, reported, unseen);
        if (chosen is not null)
        {
            var decision = chosen.Decision;
            return new FindingExplanation
            {
                Decision = decision.Kind,
                Summary = ApprovedSummary(chosen, installed, heldBack),
                Rule = decision.Rule + 1,
                ListEntry = decision.ListEntry,
                Observations = new LazyLines(() =>
                    [.. Observe(chosen), .. unseen.RollUp(chosen.Edition, Request.VersionOrder)]
                ),
                HeldBackEdition = heldBack?.Edition,
                ApprovedFrom = heldBack?.Decision.ApprovedFrom,
                HostPolicy = hostPolicy,
            };
        }

        var nearest = Nearest(candidates);
        if (rejected is not null)
        {
            return new FindingExplanation
            {
                Decision = DecisionKind.RejectedList,
                Summary = Wording.Rejected(rejected),
                ListEntry = rejected,
                Observations = new LazyLines(() =>
                    [
                        $"judged the installed {installed.Edition}",
                        $"rejected list: '{rejected}' matches",
                        .. nearest is null ? [] : Observe(nearest),
                    ]
                ),
                HeldBackEdition = heldBack?.Edition,
                HostPolicy = hostPolicy,
            };
        }

        if (
            nearest is null
            || (
                !IsOffered(nearest.Version)
                && nearest.Decision.Kind is DecisionKind.NoRule or DecisionKind.NotSecurity
                && nearest.Advisory is null
            )
        )
        {
            var olderIsOffered = HasOffers(package);
            return new FindingExplanation
            {
                Decision = DecisionKind.NotOffered,
                Summary =
                    unseen.Fix is { } fix ? Wording.FixNotOffered(fix.Advisory, fix.Edition)
                    : olderIsOffered ? Wording.NewerThanOffered
                    : Wording.NotOffered,
                Observations = nearest is null
                    ?
                    [
                        $"judged the installed {installed.Edition}, repositories offer nothing as new",
                        .. unseen.RollUp(null, Request.VersionOrder),
                    ]
                    : new LazyLines(() => [.. Observe(nearest), .. unseen.RollUp(null, Request.VersionOrder)]),
                HostPolicy = hostPolicy,
            };
        }

        var rollUp = nearest.IsNewer ? nearest.Edition : null;
        return new FindingExplanation
        {
            Decision = nearest.Decision.Kind,
            Summary =
                unseen.Fix is not { } gone ? OtherSummary(nearest)
                : rollUp is not null && Compare(gone.Edition, rollUp) <= 0
                    ? Wording.RollUp(rollUp, gone.Advisory, OtherSummary(nearest))
                : Wording.FixNotOffered(gone.Advisory, gone.Edition),
            Rule = nearest.Decision.Rule + 1,
            ListEntry = nearest.Decision.ListEntry,
            Observations = new LazyLines(() => [.. Observe(nearest), .. unseen.RollUp(rollUp, Request.VersionOrder)]),
            HeldBackEdition = heldBack?.Edition,
            ApprovedFrom = heldBack?.Decision.ApprovedFrom,
            HostPolicy = hostPolicy,
        };
    }

    /// <summary>What the host's own policy does to this package, and what it does to all.</summary>
    private IReadOnlyList<string> HostPolicy(
        InstalledPackage installed,
        PatchState state,
        string reported,
        UnseenVersions unseen
    )
    {
        var inventory = Request.Inventory;
        List<string> lines = [];
        if (state == PatchState.Missing)
        {
            lines.AddRange(HostPolicyLines.Of(installed, reported, inventory.PackageManager, Request.VersionOrder));
        }
        else
        {
            if (installed.IsHeld)
                lines.Add(HostPolicyLines.Held);
            if (installed.PolicyNote is { } note)
                lines.Add(note);
        }

        lines.AddRange(unseen.Hidden(reported, inventory.PackageManager, Request.VersionOrder));
        return lines.Count == 0 ? inventory.HostPolicy : [.. lines, .. inventory.HostPolicy];
    }

    /// <summary>The newest candidate beyond the reported edition that is not approved; of several advisories on it the nearest to approval.</summary>
    private RpmCandidate? HeldBack(List<RpmCandidate> candidates, string reported)
    {
        RpmCandidate? held = null;
        foreach (var candidate in candidates)
        {
            if (!candidate.IsNewer || candidate.Decision.IsApproved || Compare(candidate.Edition, reported) <= 0)
                continue;
            var order = held is null ? 1 : Compare(candidate.Edition, held.Edition);
            if (order > 0 || (order == 0 && candidate.Decision.Rank > held!.Decision.Rank))
                held = candidate;
        }

        return held;
    }

    /// <summary>The candidate that came nearest to approval, the newest of several.</summary>
    private RpmCandidate? Nearest(List<RpmCandidate> candidates)
    {
        RpmCandidate? nearest = null;
        foreach (var candidate in candidates)
        {
            if (candidate.ToInstalled < 0)
                continue;
            var rank = nearest is null ? 1 : candidate.Decision.Rank - nearest.Decision.Rank;
            if (rank > 0 || (rank == 0 && Compare(candidate.Edition, nearest!.Edition) > 0))
                nearest = candidate;
        }

        return nearest;
    }

    private static string ApprovedSummary(RpmCandidate chosen, InstalledPackage installed, RpmCandidate? heldBack)
    {
        var decision = chosen.Decision;
        var rule = (decision.Rule ?? 0) + 1;
        if (decision.Kind == DecisionKind.ApprovedList)
            return chosen.IsNewer && installed.IsHeld
                ? $"{Wording.Approved(decision.ApprovedEntry!)}, held"
                : Wording.Approved(decision.ApprovedEntry!);
        if (chosen.ToInstalled < 0)
            return Wording.RuleApproves(rule, "an older version");
        if (!chosen.IsNewer)
            return heldBack?.Decision is { ApprovedFrom: { } from, Rule: { } later }
                ? Wording.NewerFrom(later + 1, from)
                : Wording.RuleApproves(rule, "the installed version");
        return Wording.RuleApproves(
            rule,
            installed.IsHeld ? "it, the host holds it" : chosen.Advisory?.Id ?? "the update"
        );
    }

    private string OtherSummary(RpmCandidate nearest)
    {
        var decision = nearest.Decision;
        return decision.Kind switch
        {
            DecisionKind.GlobalFilters => Wording.GlobalFilters,
            DecisionKind.RejectedList => Wording.Rejected(decision.RejectedEntry!),
            DecisionKind.HeldBackByDate => Wording.HeldBack(
                decision.Rule!.Value + 1,
                Baseline.ApprovalRules[decision.Rule.Value],
                decision.ApprovedFrom
            ),
            DecisionKind.NotSecurity when decision.ListEntry is { } entry => Wording.ApprovedButNotSecurity(entry),
            DecisionKind.NotSecurity => nearest.IsNewer
                ? "no advisory names the newer version"
                : "no advisory names it",
            _ when _rules.Count == 0 => Wording.NoRules,
            _ => nearest.Advisory is { } advisory
                ? $"no rule matches {advisory.Id}"
                : "no advisory names it, and no rule matches",
        };
    }

    private static bool HasOffers(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            if (IsOffered(version))
                return true;
        }

        return false;
    }

    private List<string> Observe(RpmCandidate candidate)
    {
        var (version, decision) = (candidate.Version, candidate.Decision);
        List<string> lines =
        [
            candidate.Advisory is { } advisory
                ? $"judged {candidate.Edition} as {advisory.Id} describes it"
                : $"judged {candidate.Edition}, which no advisory names",
        ];
        if (!Rejected.IsEmpty)
            lines.Add(
                decision.RejectedEntry is { } rejected ? $"rejected list: '{rejected}' matches" : Wording.RejectedNone
            );
        if (decision.Kind == DecisionKind.RejectedList)
            return lines;
        lines.AddRange(_rules.Observe(Properties(version, candidate.Advisory)));
        if (!Approved.IsEmpty)
            lines.Add(
                decision.ApprovedEntry is { } approved
                    ? $"approved list: '{approved}' matches, level {Baseline.ApprovedPatchesComplianceLevel}"
                    : Wording.ApprovedNone
            );
        return lines;
    }
}

/// <summary>Order of the vendors' severity words, across vendors.</summary>
internal static class VendorSeverity
{
    /// <summary>0 for none or an unknown word, 4 for the gravest.</summary>
    public static int Rank(string? severity) =>
        severity?.ToUpperInvariant() switch
        {
            "CRITICAL" => 4,
            "IMPORTANT" or "HIGH" => 3,
            "MODERATE" or "MEDIUM" => 2,
            "LOW" => 1,
            _ => 0,
        };
}
