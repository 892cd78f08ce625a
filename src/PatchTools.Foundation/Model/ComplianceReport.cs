using PatchTools.Errors;
using PatchTools.Model;

namespace PatchTools;

/// <summary>Counts of a report, as the summary item carries them (reference 06 §1 and §5).</summary>
public sealed record ComplianceCounts : ShownRecord
{
    public int Installed { get; init; }

    public int InstalledOther { get; init; }

    public int InstalledRejected { get; init; }

    public int InstalledPendingReboot { get; init; }

    public int NotApplicable { get; init; }

    public int Missing { get; init; }

    public int Failed { get; init; }

    public int CriticalNonCompliant { get; init; }

    public int SecurityNonCompliant { get; init; }

    public int OtherNonCompliant { get; init; }
}

/// <summary>Whether the host complies.</summary>
public enum ComplianceVerdict
{
    Compliant,
    NonCompliant,

    /// <summary>The metadata proves nothing (<see cref="HostInventory.IsProven"/>).</summary>
    NotProven,

    /// <summary>
    /// The baseline can approve nothing on this host, so nothing can be found missing
    /// (<see cref="ComplianceReport.NothingJudgedBecause"/>).
    /// </summary>
    NothingJudged,
}

/// <summary>The State Manager association in whose name a run reports.</summary>
/// <param name="Id">A GUID.</param>
/// <param name="Severity">What the association says of its severity.</param>
public sealed record AssociationReference(string Id, ComplianceLevel Severity) : ShownRecord
{
    /// <summary>An association as somebody named it; null and empty for none.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidAssociationId"/>.</exception>
    public static AssociationReference? Of(string? id, ComplianceLevel severity)
    {
        if (string.IsNullOrEmpty(id))
            return null;
        return Guid.TryParseExact(id, "D", out _)
            ? new AssociationReference(id, severity)
            : throw new PatchToolsException(
                PatchErrors.InvalidAssociationId,
                $"-AssociationId \"{id}\" is not the id of an association.",
                id
            );
    }
}

/// <summary>All findings of one run, with everything a publisher needs (design §2).</summary>
public sealed record ComplianceReport : ShownRecord
{
    public required PatchSnapshot Snapshot { get; init; }

    public required HostInventory Inventory { get; init; }

    /// <summary>The product that was judged: that of the inventory, which need not be the snapshot's.</summary>
    public string Product => JudgedProduct.Of(Snapshot, Inventory);

    /// <summary>
    /// Every package that is reported as an item, in report order: by state (Installed, InstalledOther,
    /// InstalledRejected, InstalledPendingReboot, Missing, Failed), then by name, ordinal.
    /// </summary>
    public required IReadOnlyList<PatchFinding> Findings
    {
        get;
        init => field = Indexable.Of(value);
    }

    public required ComplianceCounts Counts { get; init; }

    /// <summary>
    /// Highest level among what is not compliant, at least INFORMATIONAL; null when everything complies (reference 06
    /// §5).
    /// </summary>
    public ComplianceLevel? NonCompliantSeverity { get; init; }

    public PatchOperation Operation { get; init; }

    /// <summary>The operation as typed: goes on the wire as it is (reference 07 §2 row 15).</summary>
    public string OperationText { get; init; } = nameof(PatchOperation.Scan);

    public RebootOption RebootOption { get; init; }

    /// <summary>
    /// <see cref="PatchTools.InstallOverrideList.ReportedAs"/>; empty without a list. Only an Install reports it
    /// (reference 07 §2 row 19).
    /// </summary>
    public string InstallOverrideList { get; init; } = "";

    /// <summary><c>SSM_COMMAND_ID</c>, else a new GUID.</summary>
    public required string ExecutionId { get; init; }

    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    /// <summary>
    /// Not null: the report goes to SSM as the association's (PutComplianceItems), and not as the instance's patch
    /// summary.
    /// </summary>
    public AssociationReference? Association { get; init; }

    /// <summary>Whether the report has been sent; <see cref="UploadNote"/> says why not.</summary>
    public bool Uploaded { get; init; }

    public string? UploadNote { get; init; }

    /// <summary>
    /// File on this host that holds the report in full, with the reason of every finding; null when none was saved.
    /// </summary>
    public string? ReportPath { get; init; }

    /// <summary>What an install did; null for a scan.</summary>
    public InstallOutcome? Outcome { get; init; }

    /// <summary>0, or one of design §6.</summary>
    public int ExitCode { get; init; }

    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Why the baseline can approve nothing on this host, the beginning of a sentence; null when it can.
    /// </summary>
    public string? NothingJudgedBecause { get; init; }

    /// <summary>What live patches of the running kernel cover; null where there are none.</summary>
    internal LivePatching? LivePatching { get; init; }

    public ComplianceVerdict Verdict
    {
        get
        {
            if (!Inventory.IsProven)
                return ComplianceVerdict.NotProven;
            if (Counts.Missing + Counts.Failed + Counts.InstalledRejected + Counts.InstalledPendingReboot > 0)
                return ComplianceVerdict.NonCompliant;
            return NothingJudgedBecause is not null ? ComplianceVerdict.NothingJudged : ComplianceVerdict.Compliant;
        }
    }

    /// <summary>One plain sentence.</summary>
    public string VerdictText => PatchTools.Model.VerdictSentence.Of(this);
}
