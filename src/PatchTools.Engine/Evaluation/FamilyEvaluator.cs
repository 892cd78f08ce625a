using PatchTools.Model;

namespace PatchTools.Evaluation;

/// <summary>
/// The decisions of one evaluation for one family of package managers; made for it and thrown away with it.
/// </summary>
internal abstract class FamilyEvaluator
{
    private readonly List<PatchFinding> _findings = [];

    protected FamilyEvaluator(EvaluationRequest request, FamilyLanguage language)
    {
        Request = request;
        VersionOrder = language.VersionOrder;
        var native = request.Inventory.Packages.NativeArchitecture;
        Approved = new ListUse(language.Approved(Baseline.ApprovedPatches, native));
        Rejected = new ListUse(language.Rejected(Baseline.RejectedPatches, native));
        if (request is { Operation: PatchOperation.Install, InstallOverrideList: { } list })
            Override = new OverrideUse(list, language, native);
    }

    /// <summary>Findings in the order of the family: what has the same state and name stays in it.</summary>
    public IReadOnlyList<PatchFinding> Findings => _findings;

    /// <summary>Packages in scope that are not installed: counted, never reported.</summary>
    public int NotApplicable { get; private set; }

    /// <summary>What live patches of the running kernel cover; null where there are none.</summary>
    public virtual LivePatching? LivePatching => null;

    protected EvaluationRequest Request { get; }

    /// <summary>Order of full version texts of the family.</summary>
    protected IComparer<string> VersionOrder { get; }

    protected PatchBaseline Baseline => Request.Snapshot.Baseline;

    protected PackageCatalog Catalog => Request.Inventory.Packages;

    protected ListUse Approved { get; }

    protected ListUse Rejected { get; }

    /// <summary>What the install goes by; null when it goes by the baseline, and in a scan.</summary>
    protected OverrideUse? Override { get; }

    /// <summary>
    /// Whether a package of which the list's version is not installed and the baseline wants a newer one counts twice,
    /// Failed at the one and Missing at the other. apt and yum report both; on dnf and zypper a package has one state
    /// (reference 09 §6, 11 §6, 13.6).
    /// </summary>
    protected abstract bool ReportsMissingBesideFailed { get; }

    protected bool Blocks => Baseline.RejectedPatchesAction == RejectedPatchesAction.BLOCK;

    public void Run()
    {
        foreach (var package in Catalog)
        {
            if (LeavesOut(package))
                continue;
            if (package.IsInstalled)
                AddInstalled(package);
            else if (IsInScope(package))
                NotApplicable++;
        }

        Settle(_findings);
        _findings.Sort(TieOrder);
    }

    /// <summary>
    /// What the reader of the baseline should know: settings without effect here, list entries that name nothing.
    /// </summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var warning in FamilyWarnings())
            yield return warning;
        foreach (var warning in Override?.Warnings(Catalog, IsOfInstalled) ?? [])
            yield return warning;
        foreach (var entry in UselessApproved())
            yield return $"approved patch '{entry}' matches no package known to this host";
        foreach (var entry in UselessRejected())
            yield return $"rejected patch '{entry}' matches no package known to this host";
    }

    /// <summary>
    /// Why the baseline can approve nothing on this host as its repositories stand, the beginning of a sentence; null
    /// when it can. To be asked after <see cref="Run"/>. What is only held back by a date, or has no update today, can
    /// be approved.
    /// </summary>
    public string? WhyNothingCanBeApproved()
    {
        if (!OffersAnything(visibleOnly: true))
            return OffersAnything(visibleOnly: false)
                ? $"{Request.Inventory.PackageManager} is told to hide every package that the repositories offer"
                : "no enabled repository offers a package";
        var approvesSomething =
            NotApplicable > 0
            || _findings.Exists(f => f.State is PatchState.Installed or PatchState.Missing or PatchState.Failed);
        return approvesSomething ? null : WhyNothingIsApproved();
    }

    /// <summary>
    /// Entries of the approved list that name nothing known to the host; to be asked after <see cref="Run"/>.
    /// </summary>
    public IReadOnlyList<string> UselessApproved() => Approved.UselessEntries(Catalog);

    /// <summary>
    /// Entries of the rejected list that name nothing known to the host; to be asked after <see cref="Run"/>.
    /// </summary>
    public IReadOnlyList<string> UselessRejected() => Rejected.UselessEntries(Catalog);

    /// <summary>The finding of an installed package if nothing newer than it existed.</summary>
    public PatchFinding AsInstalled(PackageEntry package) => Judge(package, asInstalled: true);

    /// <summary>Finding of an installed package against the baseline.</summary>
    /// <param name="package">The package.</param>
    /// <param name="asInstalled">Versions newer than the installed one are left out.</param>
    protected abstract PatchFinding Judge(PackageEntry package, bool asInstalled);

    /// <summary>
    /// Finding of an installed package that has a newer version which <see cref="Override"/> names, at that version;
    /// null when it has none.
    /// </summary>
    protected abstract PatchFinding? JudgeByOverride(PackageEntry package);

    /// <summary>Whether a package that is not installed has a version that the baseline approves.</summary>
    protected abstract bool IsInScope(PackageEntry package);

    /// <summary>
    /// Asked where nothing known is approved: why that can never be otherwise here; null when it can.
    /// </summary>
    protected abstract string? WhyNothingIsApproved();

    /// <summary>
    /// Whether an update of an installed package can come from here: it is installed, or is one under another
    /// architecture.
    /// </summary>
    protected virtual bool IsOfInstalled(PackageEntry package) => package.IsInstalled;

    /// <summary>Whether nothing is said of a package, installed or not.</summary>
    protected virtual bool LeavesOut(PackageEntry package) => false;

    /// <summary>What can only be judged when every package has been.</summary>
    protected virtual void Settle(List<PatchFinding> findings) { }

    /// <summary>
    /// Order of findings that share a name; reports sort by state and name only, stably (reference 07 §3).
    /// </summary>
    protected abstract int TieOrder(PatchFinding x, PatchFinding y);

    protected virtual IEnumerable<string> FamilyWarnings() => [];

    protected PatchState ForOperation(PatchState state) =>
        OperationState.Of(state, Request.Operation, Override is not null);

    /// <summary>Explanation of a finding that the list decides.</summary>
    protected FindingExplanation ExplainOverride(
        int entry,
        InstalledPackage installed,
        string edition,
        Func<IReadOnlyList<string>> observe
    )
    {
        var wanted = Override!.Entry(entry);
        return new FindingExplanation
        {
            Decision = DecisionKind.InstallOverrideList,
            Summary = installed.IsHeld ? $"{Wording.ListedByOverride(wanted)}, held" : Wording.ListedByOverride(wanted),
            ListEntry = wanted.Id,
            Observations = new LazyLines(() =>
                [
                    FormattableString.Invariant(
                        $"install override list, line {wanted.Line}: {OverrideUse.Describe(wanted)} matches {edition}"
                    ),
                    .. observe(),
                ]
            ),
            HostPolicy = HostPolicyLines.Of(
                installed,
                edition,
                Request.Inventory.PackageManager,
                VersionOrder,
                "the override list names"
            ),
        };
    }

    private bool OffersAnything(bool visibleOnly)
    {
        foreach (var origins in Catalog.OriginSets)
        {
            foreach (var index in origins)
            {
                var origin = Catalog.Origins[index];
                if (origin.IsOffer || (!visibleOnly && !origin.IsLocalDatabase && !origin.IsGone))
                    return true;
            }
        }

        return false;
    }

    private void AddInstalled(PackageEntry package)
    {
        var finding = Judge(package, asInstalled: false);
        var failed = Override is null ? null : JudgeByOverride(package);
        if (failed is not null)
            _findings.Add(failed);

        // What is not missing has no available version, which is older than any.
        if (
            failed is null
            || (
                ReportsMissingBesideFailed
                && VersionOrder.Compare(finding.AvailableVersion, failed.AvailableVersion) > 0
            )
        )
            _findings.Add(finding);
    }
}
