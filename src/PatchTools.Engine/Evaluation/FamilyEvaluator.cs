using PatchTools.Evaluation.Patterns;

namespace PatchTools.Evaluation;

/// <summary>The decisions of one evaluation for one family of package managers; made for it and thrown away with it.</summary>
internal abstract class FamilyEvaluator
{
    private readonly List<PatchFinding> _findings = [];

    protected FamilyEvaluator(EvaluationRequest request, PatchList approved, PatchList rejected)
    {
        Request = request;
        Approved = new ListUse(approved);
        Rejected = new ListUse(rejected);
    }

    /// <summary>Findings in the order of the family: what has the same state and name stays in it.</summary>
    public IReadOnlyList<PatchFinding> Findings => _findings;

    /// <summary>Packages in scope that are not installed: counted, never reported.</summary>
    public int NotApplicable { get; private set; }

    protected EvaluationRequest Request { get; }

    protected PatchBaseline Baseline => Request.Snapshot.Baseline;

    protected PackageCatalog Catalog => Request.Inventory.Packages;

    protected ListUse Approved { get; }

    protected ListUse Rejected { get; }

    protected bool Blocks => Baseline.RejectedPatchesAction == RejectedPatchesAction.BLOCK;

    public void Run()
    {
        for (var i = 0; i < Catalog.Count; i++)
        {
            var package = Catalog[i];
            if (package.IsInstalled)
                _findings.Add(Judge(package));
            else if (IsInScope(package))
                NotApplicable++;
        }

        _findings.Sort(TieOrder);
    }

    /// <summary>What the reader of the baseline should know: settings without effect here, list entries that name nothing.</summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var warning in FamilyWarnings())
            yield return warning;
        foreach (var entry in Approved.UselessEntries(Catalog))
            yield return $"approved patch '{entry}' matches no package known to this host";
        foreach (var entry in Rejected.UselessEntries(Catalog))
            yield return $"rejected patch '{entry}' matches no package known to this host";
    }

    /// <summary>Finding of an installed package.</summary>
    protected abstract PatchFinding Judge(PackageEntry package);

    /// <summary>Whether a package that is not installed has a version that the baseline approves.</summary>
    protected abstract bool IsInScope(PackageEntry package);

    /// <summary>Order of findings that share a name; reports sort by state and name only, stably (spec 07 §3).</summary>
    protected abstract int TieOrder(PatchFinding x, PatchFinding y);

    protected virtual IEnumerable<string> FamilyWarnings() => [];

    protected PatchState ForOperation(PatchState state) => OperationState.Of(state, Request.Operation, Request.HasInstallOverrideList);
}
