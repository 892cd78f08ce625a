using PatchTools.Model;
using PatchTools.Text;

namespace PatchTools;

/// <summary>
/// One version of one package that is to be installed, because the baseline approves it or an override list names it.
/// </summary>
public sealed record PatchTarget
{
    /// <summary>Bare package name, without architecture.</summary>
    public required string Name { get; init; }

    /// <summary>Of the version to install.</summary>
    public required string Architecture { get; init; }

    /// <summary>
    /// Of the installed version: another one only where the update goes from noarch to an architecture of the host, or
    /// back.
    /// </summary>
    public string InstalledArchitecture
    {
        get => field ?? Architecture;
        init => field = value == Architecture ? null : value;
    }

    /// <summary>Installed version; empty when none is.</summary>
    public string InstalledEdition { get; init; } = "";

    /// <summary>
    /// The version to install, as full version text; empty where nobody offers the one that is needed.
    /// </summary>
    public required string Edition { get; init; }

    /// <summary><c>Id</c> of the finding that asked for it (reference 07 §4): joins plan, outcome and report.</summary>
    public required string Id { get; init; }

    public override string ToString() =>
        TerminalText.Cell(
            (InstalledEdition, Edition) switch
            {
                ("", _) => $"{Name} {Edition}",
                (_, "") => $"{Name} {InstalledEdition}",
                _ => $"{Name} {InstalledEdition} → {Edition}",
            }
        );
}

/// <summary>What a transaction does to one package.</summary>
public enum PlannedAction
{
    Upgrade,

    /// <summary>Not installed before: a new dependency, or a further version of an install-only package.</summary>
    Install,
    Downgrade,
    Remove,

    /// <summary>Unpacked earlier and not yet configured.</summary>
    Configure,
}

/// <summary>One line of the package manager's own answer to "what would you do".</summary>
public sealed record PlannedChange : ShownRecord
{
    public required PlannedAction Action { get; init; }

    public required string Name { get; init; }

    public required string Architecture { get; init; }

    /// <summary>
    /// Architecture before; another one only where the change goes from noarch to an architecture of the host, or back.
    /// </summary>
    public string FromArchitecture
    {
        get => field ?? Architecture;
        init => field = value == Architecture ? null : value;
    }

    /// <summary>Installed version; empty when none is.</summary>
    public string FromVersion { get; init; } = "";

    /// <summary>Version afterwards; empty for a removal.</summary>
    public string ToVersion { get; init; } = "";

    /// <summary>The baseline or the override list asked for it; false for what only comes along.</summary>
    public bool IsRequested { get; init; }

    /// <summary>Where it comes from, in the tool's words; empty for a removal.</summary>
    public string Repository { get; init; } = "";

    /// <summary>What a reader should know: <c>overrides pin …</c>, <c>no longer needed</c>; null for nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>Why a wanted patch is not installed.</summary>
public enum SetbackKind
{
    /// <summary>
    /// The administrator holds the package or pins the version away (design §4 "holds and negative pins"); no effect on
    /// the exit code.
    /// </summary>
    Held,

    /// <summary>The resolver finds no solution.</summary>
    Dependency,

    /// <summary>It needs a package that the baseline or the override list refuses.</summary>
    RejectedDependency,

    /// <summary>It would remove packages that somebody asked for.</summary>
    WouldRemove,

    /// <summary>It comes from a repository whose metadata or package is not authenticated.</summary>
    NotAuthenticated,
    DownloadFailed,

    /// <summary>A patch needs a version that no repository offers.</summary>
    NotOffered,

    /// <summary>Unpacking or a maintainer script failed.</summary>
    InstallFailed,

    /// <summary>Not begun, because the time budget would not have allowed to finish it: reported Missing.</summary>
    TimeBudget,

    /// <summary>Not begun, because the run was stopped: reported Missing.</summary>
    Stopped,
}

/// <summary>A wanted patch that is not (or could not be) installed, with the package manager's own reason.</summary>
/// <param name="Target">What was wanted.</param>
/// <param name="Kind">Class of the reason.</param>
/// <param name="Reason">One sentence, no full stop, in the tool's own words where it gave some.</param>
public sealed record PatchSetback(PatchTarget Target, SetbackKind Kind, string Reason) : ShownRecord
{
    /// <summary>Counts as a dependency failure for the exit codes (reference 08 §1: 2 and 196).</summary>
    public bool IsDependencyFailure =>
        Kind is SetbackKind.Dependency or SetbackKind.RejectedDependency or SetbackKind.WouldRemove;
}

/// <summary>
/// The real transaction that an install would run now, from the package manager's own resolver. Nothing has been
/// changed.
/// </summary>
public sealed record InstallPlan : ShownRecord
{
    public required IReadOnlyList<PatchTarget> Targets
    {
        get;
        init => field = Indexable.Of(value);
    }

    /// <summary>In the order of the tool's answer, by action then name.</summary>
    public required IReadOnlyList<PlannedChange> Changes
    {
        get;
        init => field = Indexable.Of(value);
    }

    /// <summary>Wanted and left out, each with its reason.</summary>
    public IReadOnlyList<PatchSetback> Setbacks
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Packages, in the tool's own notation, that the resolver is told to leave as they are: they would come along, and
    /// the baseline, the override list or their missing signature refuses them.
    /// </summary>
    public IReadOnlyList<string> LeftAlone
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// What the transaction is told beside the accepted targets, in the tool's own notation: what to leave alone, what
    /// puts the database right.
    /// </summary>
    internal IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// What the reader of the baseline should know before an install: entries of its lists, or of the override list,
    /// that match nothing.
    /// </summary>
    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>The package database is inconsistent now, and the transaction begins by putting it right.</summary>
    public bool RepairsDatabase { get; init; }

    /// <summary>Bytes still to be downloaded; null when the tool does not say.</summary>
    public long? DownloadBytes { get; init; }

    /// <summary>Change of the disk space used by packages, bytes; null when unknown.</summary>
    public long? InstalledSizeChange { get; init; }

    /// <summary>Services that use what would be replaced and so are likely to restart or to need it.</summary>
    public IReadOnlyList<string> Services
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>Why the host will want a reboot afterwards; empty when it should not.</summary>
    public IReadOnlyList<RebootReason> ExpectedReboot
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Commands of the resolver it took; a constant when nothing is wrong.</summary>
    public int ResolverCalls { get; init; }

    public bool IsEmpty => Changes.Count == 0;

    /// <summary>The targets that the plan does not leave out.</summary>
    public IReadOnlyList<PatchTarget> Accepted =>
        Setbacks.Count == 0 ? Targets : Targets.Except(Setbacks.Select(s => s.Target)).ToArray();

    /// <summary>One plain sentence or two.</summary>
    public string Summary => PatchTools.Model.PlanSentence.Of(this);
}

/// <summary>What an install did; what is installed now is read again and never assumed from this.</summary>
public sealed record InstallOutcome : ShownRecord
{
    /// <summary>Setbacks of the plan and of the execution.</summary>
    public IReadOnlyList<PatchSetback> Setbacks
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>At least one transaction changed the host.</summary>
    public bool HasChanged { get; init; }

    /// <summary>Why it ended before everything was tried; null when it did not.</summary>
    public string? StoppedBecause { get; init; }

    /// <summary>Failures that are not one patch's own: a repair that did not succeed, a disk that ran full.</summary>
    public IReadOnlyList<string> Problems
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// What the tool warned of without calling it a failure: scriptlets of rpm packages that failed after their package
    /// was installed.
    /// </summary>
    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>The package manager's whole output, kept on the host; null when nothing ran.</summary>
    public string? LogPath { get; init; }
}
