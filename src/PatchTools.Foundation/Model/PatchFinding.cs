using PatchTools.Model;
using PatchTools.Text;

namespace PatchTools;

/// <summary>What decided about a package.</summary>
public enum DecisionKind
{
    /// <summary>An approval rule approves it.</summary>
    ApprovalRule,

    /// <summary>An entry of the approved list approves it.</summary>
    ApprovedList,

    /// <summary>An entry of the rejected list rejects it.</summary>
    RejectedList,

    /// <summary>The global filters leave it out.</summary>
    GlobalFilters,

    /// <summary>No rule's filters match.</summary>
    NoRule,

    /// <summary>
    /// A rule's filters match, but the version is not a security update and the rule wants only those.
    /// </summary>
    NotSecurity,

    /// <summary>A rule would approve it later, or no longer.</summary>
    HeldBackByDate,

    /// <summary>No repository offers a version for a rule to judge.</summary>
    NotOffered,

    /// <summary>An entry of the install override list names it, whatever the baseline says.</summary>
    InstallOverrideList,
}

/// <summary>The reason for a finding's state. Every finding has one (design §5.1).</summary>
public sealed record FindingExplanation
{
    public required DecisionKind Decision { get; init; }

    /// <summary>One short sentence for the table, no full stop.</summary>
    public required string Summary { get; init; }

    /// <summary>1-based number of the deciding rule; null when none decided.</summary>
    public int? Rule { get; init; }

    /// <summary>
    /// The deciding entry of the approved or rejected list, as written; of an install override list its id.
    /// </summary>
    public string? ListEntry { get; init; }

    /// <summary>What each filter and rule saw, in order, one line each. Written when they are first read.</summary>
    public IReadOnlyList<string> Observations
    {
        get => field is LazyLines lines ? lines.Written : field;
        init => field = value is LazyLines ? value : Indexable.Of(value);
    } = [];

    /// <summary>For an update that is held back: the newest such version.</summary>
    public string? HeldBackEdition { get; init; }

    /// <summary>
    /// From when (UTC) the held-back version will be approved; null when nothing is held back, or never.
    /// </summary>
    public DateTimeOffset? ApprovedFrom { get; init; }

    /// <summary>
    /// Conflicts of the host's own policy with the decision: hold, pin, phasing, exclude, versionlock.
    /// </summary>
    public IReadOnlyList<string> HostPolicy
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public override string ToString() => TerminalText.Cell(Summary);
}

/// <summary>One package against the baseline.</summary>
public sealed record PatchFinding : ShownRecord
{
    /// <summary>
    /// Reported name: bare, or <c>name:arch</c> for a foreign architecture on dpkg (reference 09 §2).
    /// </summary>
    public required string Name { get; init; }

    /// <summary>Of the reported version.</summary>
    public required string Architecture { get; init; }

    /// <summary>
    /// Of the installed version: another one only where an update goes from noarch to an architecture of the host, or
    /// back.
    /// </summary>
    public string InstalledArchitecture
    {
        get => field ?? Architecture;
        init => field = value == Architecture ? null : value;
    }

    public required PatchState State { get; init; }

    /// <summary>Installed version; empty when none is.</summary>
    public string InstalledVersion { get; init; } = "";

    /// <summary>
    /// The approved version that is missing; empty unless Missing, Failed or NotApplicable, and where zypper needs one
    /// that nobody offers.
    /// </summary>
    public string AvailableVersion { get; init; } = "";

    /// <summary>
    /// Where the administrator refuses <see cref="AvailableVersion"/> and no other: the newest approved version that he
    /// does not, which an install takes meanwhile; else empty.
    /// </summary>
    internal string PermittedVersion { get; init; } = "";

    /// <summary><c>Id</c> of reference 07 §4.</summary>
    public required string Id { get; init; }

    /// <summary><c>Title</c> of reference 07 §4: names the reported version.</summary>
    public required string Title { get; init; }

    /// <summary>Level the baseline assigns (<c>Severity</c> on the wire).</summary>
    public ComplianceLevel ComplianceLevel { get; init; }

    /// <summary>
    /// Vendor severity (rpm) or dpkg priority (<c>PatchSeverity</c> on the wire); empty when there is none.
    /// </summary>
    public string Severity { get; init; } = "";

    /// <summary><c>Security</c> or empty on dpkg; the vendor's word on rpm.</summary>
    public string Classification { get; init; } = "";

    /// <summary>dpkg section of the reported version; empty on rpm.</summary>
    public string Section { get; init; } = "";

    public EpochTime? InstalledTime { get; init; }

    /// <summary>CVEs of the update (rpm families), all states.</summary>
    public IReadOnlyList<string> CveIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public IReadOnlyList<string> AdvisoryIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public required FindingExplanation Explanation { get; init; }

    /// <summary>Why an install left it as it is; null when none was tried, or it succeeded.</summary>
    public PatchSetback? Setback { get; init; }

    /// <summary>The explanation's sentence, for tables.</summary>
    public string Why => Explanation.Summary;

    /// <summary>The bare name, also of a foreign architecture.</summary>
    internal string PackageName =>
        Name.Length > Architecture.Length + 1
        && Name[^(Architecture.Length + 1)] == ':'
        && Name.EndsWith(Architecture, StringComparison.Ordinal)
            ? Name[..^(Architecture.Length + 1)]
            : Name;

    public bool IsCompliant => State is PatchState.Installed or PatchState.InstalledOther or PatchState.NotApplicable;
}
