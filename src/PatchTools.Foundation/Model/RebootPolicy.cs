namespace PatchTools;

/// <summary>
/// When an install with <see cref="RebootOption.RebootIfNeeded"/> asks for a reboot (design §4 "reboot request").
/// </summary>
public enum RebootPolicy
{
    /// <summary>
    /// AWS's meaning: whenever anything was installed, or patches of an earlier install still wait for a reboot.
    /// </summary>
    Any,

    /// <summary>
    /// Only when <c>Test-PatchRebootRequired</c> says that the host needs one; then also when nothing was installed.
    /// </summary>
    HostNeed,
}
