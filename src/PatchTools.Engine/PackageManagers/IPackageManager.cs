using PatchTools.Hosts;

namespace PatchTools.PackageManagers;

/// <summary>
/// What the engine needs of a package manager. Policy belongs in Evaluation, details of one tool in its folder.
/// </summary>
public interface IPackageManager
{
    /// <summary><c>apt</c>, <c>dnf</c>, <c>yum</c>, <c>zypper</c>.</summary>
    string Name { get; }

    /// <summary>Reads installed packages and everything the enabled repositories offer.</summary>
    /// <exception cref="Errors.PatchToolsException">The database is unreadable, the refresh could not run, a lock was
    /// not given up in time.</exception>
    Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Asks the tool's own resolver what installing the targets would do, and leaves out, one by one, those it has no
    /// acceptable solution for. Changes nothing. A constant number of commands when nothing is wrong.
    /// </summary>
    /// <exception cref="Errors.PatchToolsException">The tool cannot answer at all.</exception>
    Task<InstallPlan> PlanAsync(InstallRequest request, IRunObserver observer, CancellationToken cancellationToken);

    /// <summary>
    /// Carries out a plan: repairs what others left half-configured, one transaction, bisected where it fails.
    /// Cancellation stops between transactions and never ends one.
    /// </summary>
    /// <exception cref="Errors.PatchToolsException">Nothing could be begun: a lock was not given up in time, the tool
    /// is broken.</exception>
    Task<InstallOutcome> InstallAsync(
        InstallPlan plan,
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    );

    /// <summary>The distribution's own signs that a reboot is due: its flag, its tool, its kernel packages.</summary>
    /// <returns>The reasons, and what could not be asked.</returns>
    Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken);
}

/// <summary>Answer of <see cref="IPackageManager.GetRebootSignsAsync"/>.</summary>
public sealed record RebootSigns(IReadOnlyList<RebootReason> Reasons, IReadOnlyList<string> Unknown);

/// <summary>How an inventory is to be taken.</summary>
public sealed record InventoryRequest
{
    /// <summary>Ask the repositories first (root only).</summary>
    public bool Refresh { get; init; }

    /// <summary>How old the last successful refresh may be before a repository proves nothing.</summary>
    public TimeSpan MaxMetadataAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long to wait for the package manager's own locks.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Text of the baseline's custom sources that replace the host's own for this reading; null for the host's own
    /// (reference 09 §8). The host's files stay untouched.
    /// </summary>
    public string? CustomSources { get; init; }

    /// <summary>
    /// An install follows (root only): sources that an interrupted run left moved away are put back before anything is
    /// read. Otherwise they are warned about.
    /// </summary>
    public bool RestoresSources { get; init; }

    /// <summary>Who the inventory is of.</summary>
    public InventoryOrigin Origin { get; init; } = InventoryOrigin.Host;

    /// <summary>Whether this host itself is read, and no image or other root that somebody else made.</summary>
    internal bool IsOfThisHost(HostContext host) => Origin == InventoryOrigin.Host && host.Paths.Root == "/";
}

/// <summary>What is to be installed and under which conditions.</summary>
public sealed record InstallRequest
{
    /// <summary>The inventory that the targets were chosen from.</summary>
    public required HostInventory Inventory { get; init; }

    public required IReadOnlyList<PatchTarget> Targets { get; init; }

    /// <summary>Which further packages a transaction may bring along.</summary>
    public required IDependencyPolicy Dependencies { get; init; }

    /// <summary>
    /// As <see cref="InventoryRequest.CustomSources"/>: the transaction downloads from these; the host's own files stay
    /// untouched.
    /// </summary>
    public string? CustomSources { get; init; }

    /// <summary>How long to wait for the package manager's own locks.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Nothing begins that is not expected to end by then; null for no limit.</summary>
    public DateTimeOffset? Deadline { get; init; }
}

/// <summary>
/// What the baseline or the override list says of packages that nobody asked for and a transaction would bring along
/// (reference 09 §7.2, 10 §9).
/// </summary>
public interface IDependencyPolicy
{
    /// <summary>Null: it may come along; else which entry refuses it, for people.</summary>
    string? RefusalOf(string name, string architecture, string edition);
}
