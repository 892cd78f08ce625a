using PatchTools.Errors;
using PatchTools.Hosts;

namespace PatchTools.Families.Shared;

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

    /// <summary>A request whose refresh is refused before any work when the user may not do it.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ElevationRequired"/>.</exception>
    public static InventoryRequest Of(HostContext host, bool refresh, TimeSpan maxMetadataAge, TimeSpan lockTimeout)
    {
        if (refresh && !host.IsRoot)
            throw new PatchToolsException(
                PatchErrors.ElevationRequired,
                "Refreshing the repositories' metadata needs root."
            );
        return new InventoryRequest
        {
            Refresh = refresh,
            MaxMetadataAge = maxMetadataAge,
            LockTimeout = lockTimeout,
        };
    }

    /// <summary>Whether this host itself is read, and no image or other root that somebody else made.</summary>
    internal bool IsOfThisHost(HostContext host) => Origin == InventoryOrigin.Host && host.Paths.Root == "/";
}
