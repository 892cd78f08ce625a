using PatchTools.Ports;

namespace PatchTools.Families.Shared;

/// <summary>
/// What the engine needs of a package manager. Policy belongs in Evaluation, details of one tool in its folder.
/// </summary>
internal interface IPackageManager
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
internal sealed record RebootSigns(IReadOnlyList<RebootReason> Reasons, IReadOnlyList<string> Unknown);
