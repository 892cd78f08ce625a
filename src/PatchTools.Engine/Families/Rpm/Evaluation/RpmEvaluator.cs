using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Evaluation;

/// <summary>
/// What dnf, yum and zypper share: the versions of a package become candidates, each is matched by itself, and one of
/// them represents the package (reference 03 §§4–6, 13.5–13.6). The families differ in who is a candidate and how the
/// vendor's words read.
/// </summary>
internal abstract partial class RpmEvaluator : FamilyEvaluator
{
    private readonly RpmRules _rules;
    private readonly RpmRuleSettings _settings;
    private readonly ArchitectureChanges _changes;

    protected RpmEvaluator(EvaluationRequest request, RpmLanguage language, RpmRuleSettings settings)
        : base(request, language)
    {
        _rules = new RpmRules(request, settings);
        _settings = settings;
        _changes = new ArchitectureChanges(request.Inventory.Packages, settings.KeepsToBestArchitecture);
    }

    /// <summary>Candidates of an installed package, each as the advisories that name it describe it.</summary>
    protected abstract IEnumerable<RpmCandidate> Candidates(RpmLine line);

    /// <summary>Candidates of a package that is not installed.</summary>
    protected abstract IEnumerable<RpmCandidate> Candidates(PackageEntry package);

    /// <summary>The vendor's type as reported; empty when there is none.</summary>
    protected abstract string Classification(Advisory? advisory);

    /// <summary>The vendor's severity as reported; empty when there is none.</summary>
    protected abstract string Severity(Advisory? advisory);

    /// <summary>The vendor's severity as filters see it; empty when there is none.</summary>
    protected virtual string FilteredSeverity(Advisory? advisory) => Severity(advisory);

    /// <summary>
    /// Whether a rejected package that is installed is reported as such; with any rejected action, or with BLOCK only.
    /// </summary>
    protected virtual bool ReportsRejected => true;

    /// <summary>Advisories whose CVEs the update of a missing package fixes.</summary>
    /// <param name="candidates">All candidates.</param>
    /// <param name="reported">The candidates at the reported edition that are approved.</param>
    protected abstract IEnumerable<RpmCandidate> Fixing(
        IReadOnlyList<RpmCandidate> candidates,
        IReadOnlyList<RpmCandidate> reported
    );

    /// <summary>Epoch in the title (reference 13.7).</summary>
    protected virtual ReadOnlySpan<char> TitleEpoch(string edition) =>
        RpmVersion.EpochLength(edition) is var digits and > 0 ? edition.AsSpan(0, digits) : "0";

    protected sealed override bool IsInScope(PackageEntry package) =>
        !_changes.IsFollower(package) && Candidates(package).Any(c => c.Decision.IsApproved);

    protected sealed override bool IsOfInstalled(PackageEntry package) =>
        package.IsInstalled || _changes.IsFollower(package);

    /// <summary>
    /// yum's rejected patches are excluded from its repositories, so there a list cannot bring them either (reference
    /// 05 §2.4).
    /// </summary>
    protected virtual bool OverrideBringsRejected => true;

    protected override bool ReportsMissingBesideFailed => false;

    protected sealed override PatchFinding Judge(PackageEntry package, bool asInstalled)
    {
        var line = LineOf(package);
        var installed = FactsOf(package, line.Current);
        List<RpmCandidate> candidates = [.. Candidates(line)];
        if (asInstalled)
            candidates.RemoveAll(c => c.IsNewer);
        else
            AddSuperseded(line, installed, candidates);
        var best = HighestApproved(candidates.FindAll(c => c.IsOffered));
        if (
            !best.Exists(c => c.IsNewer)
            && HighestApproved(candidates.FindAll(c => !c.IsOffered)) is { Count: > 0 } inVain
        )
            best = inVain;
        var chosen = best.Count > 0 ? MostSevere(best) : null;
        var rejected = chosen is null ? RejectedEntry(line.Current) : null;
        var state = StateOf(chosen, rejected is not null);
        var reported = state == PatchState.Missing ? chosen!.Edition : installed.Edition;
        var described = chosen ?? Described(candidates);
        List<RpmCandidate> fixing = [.. described is null ? [] : new[] { described }];
        if (state == PatchState.Missing)
            fixing = [.. Fixing(candidates, best)];
        else if (best.Count > 0)
            fixing = [.. best];
        return Finding(
            package,
            ForOperation(state),
            installed,
            reported,
            best,
            described,
            fixing,
            Explain(line, installed, state, reported, chosen, candidates.FindAll(c => c.IsOffered), rejected)
        ) with
        {
            PermittedVersion = Permitted(installed, reported, candidates.Where(c => c.Decision.IsApproved)),
        };
    }

    private PatchState StateOf(RpmCandidate? chosen, bool isRejected)
    {
        if (chosen is not null)
            return chosen.IsNewer ? PatchState.Missing : PatchState.Installed;
        return isRejected && ReportsRejected ? PatchState.InstalledRejected : PatchState.InstalledOther;
    }

    /// <summary>
    /// The newest version that the administrator does not refuse, where he refuses the wanted one alone; else empty.
    /// </summary>
    private string Permitted(InstalledPackage installed, string wanted, IEnumerable<RpmCandidate> candidates) =>
        !installed.IsHeld && IsRefused(installed, wanted)
            ? candidates
                .Where(c => c is { IsNewer: true, IsOffered: true } && !IsRefused(installed, c.Edition))
                .Select(c => c.Edition)
                .MaxBy(edition => edition, VersionOrder)
                ?? ""
            : "";

    private static bool IsRefused(InstalledPackage installed, string edition) =>
        installed.RefusedEditions.Any(r => r.Edition == edition);

    private RpmLine LineOf(PackageEntry package) => new(package, NewestInstalled(package), _changes, VersionOrder);

    /// <summary>
    /// The highest newer edition that the list names, described by its gravest advisory (reference 10 §7.5, 11 §7, 12
    /// §10).
    /// </summary>
    protected sealed override PatchFinding? JudgeByOverride(PackageEntry package)
    {
        var line = LineOf(package);
        var installed = FactsOf(package, line.Current);
        List<RpmCandidate> listed =
        [
            .. Candidates(line)
                .Where(c =>
                    c is { IsNewer: true, IsOffered: true }
                    && (c.Decision.RejectedEntry is null || OverrideBringsRejected)
                    && Override!.FirstMatch(c.Version) >= 0
                ),
        ];
        List<RpmCandidate> named = [];
        foreach (var candidate in listed)
        {
            var order = named.Count == 0 ? 1 : Compare(candidate.Edition, named[0].Edition);
            if (order > 0)
                named.Clear();
            if (order >= 0)
                named.Add(candidate);
        }

        if (named.Count == 0)
            return null;
        named.AddRange(
            named.Select(c => c.Version).Distinct().ToList().SelectMany(v => Superseded(line, v, named[0].Edition))
        );
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
        ) with
        {
            PermittedVersion = Permitted(installed, described.Edition, listed),
        };
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
        var isUpdate = state is PatchState.Missing or PatchState.Failed;
        var architecture = isUpdate ? described!.Version.Package.Architecture : package.Architecture;
        var id = $"{package.Name}.{architecture}";
        return new PatchFinding
        {
            Name = package.Name,
            Architecture = architecture,
            InstalledArchitecture = package.Architecture,
            State = state,
            InstalledVersion = installed.Edition,
            AvailableVersion = isUpdate && described is not { IsOffered: false } ? reported : "",
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
                    .Where(c => c.Advisory is { Id: not Advisory.WithoutId })
                    .Select(c => c.Advisory!.Id)
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ],
            Explanation = explanation,
        };
    }

    protected override int TieOrder(PatchFinding x, PatchFinding y) =>
        string.CompareOrdinal(x.Name, y.Name) is var byName and not 0
            ? byName
            : string.CompareOrdinal(x.Architecture, y.Architecture);

    /// <summary>
    /// The candidate that lends classification and severity to a package that nothing approves; null for none.
    /// </summary>
    protected virtual RpmCandidate? Described(IReadOnlyList<RpmCandidate> candidates) => null;

    protected int Compare(string x, string y) => VersionOrder.Compare(x, y);

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
}
