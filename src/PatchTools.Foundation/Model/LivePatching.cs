namespace PatchTools.Model;

/// <summary>
/// What live patches of the running kernel mean for a report (Amazon Linux 2, reference 15). Only hosts with such
/// patches have it.
/// </summary>
internal sealed record LivePatching
{
    /// <summary>How the names of their packages begin.</summary>
    public const string Prefix = "kernel-livepatch-";

    /// <summary>They are applied at boot (kpatch.service); without that they protect nothing.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>
    /// The kernel that is installed, does not run, and needs no reboot since the live patches fix what it fixes; null
    /// when there is none.
    /// </summary>
    public PatchFinding? CoveredKernel { get; init; }

    /// <summary>Whether the host is one where kernels can be patched live.</summary>
    public static bool IsKnownTo(HostInventory inventory) =>
        inventory.OperatingSystem is { Id: "amzn", VersionId: "2" };

    /// <summary>
    /// Whether a package that was installed waits for a reboot: live patches take effect at once, and a covered kernel
    /// is not needed.
    /// </summary>
    /// <param name="id"><c>name.architecture</c>.</param>
    public bool WaitsForReboot(string id) =>
        !(IsEnabled && id.StartsWith(Prefix, StringComparison.Ordinal)) && id != CoveredKernel?.Id;
}
