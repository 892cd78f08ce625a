namespace PatchTools.PackageManagers;

/// <summary>What the engine needs of a package manager. Policy belongs in Evaluation, details of one tool in its folder.</summary>
public interface IPackageManager
{
    /// <summary><c>apt</c>, <c>dnf</c>, <c>yum</c>, <c>zypper</c>.</summary>
    string Name { get; }

    /// <summary>dpkg's or rpm's order of full version texts.</summary>
    IComparer<string> VersionOrder { get; }

    /// <summary>Reads installed packages and everything the enabled repositories offer.</summary>
    /// <exception cref="Errors.PatchToolsException">The database is unreadable, the refresh could not run, a lock was not given up in time.</exception>
    Task<HostInventory> GetInventoryAsync(InventoryRequest request, IRunObserver observer, CancellationToken cancellationToken);
}

/// <summary>How an inventory is to be taken.</summary>
public sealed record InventoryRequest
{
    /// <summary>Ask the repositories first (root only).</summary>
    public bool Refresh { get; init; }

    /// <summary>How old the last successful refresh may be before a repository proves nothing.</summary>
    public TimeSpan MaxMetadataAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long to wait for the package manager's own locks.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Text of the baseline's custom sources that replace the host's own for this reading; null for the host's own (spec 09 §8). The host's files stay untouched.</summary>
    public string? CustomSources { get; init; }

    /// <summary>Who the inventory is of.</summary>
    public InventoryOrigin Origin { get; init; } = InventoryOrigin.Host;
}
