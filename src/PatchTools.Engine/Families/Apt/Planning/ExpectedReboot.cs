using PatchTools.Families.Apt.Reading;

namespace PatchTools.Families.Apt.Planning;

/// <summary>
/// Whether a plan will leave the host wanting a reboot: a guess before the fact; afterwards the host itself is asked.
/// </summary>
internal static class ExpectedReboot
{
    /// <summary>
    /// Packages whose running code nothing but a reboot replaces: those whose scripts call Ubuntu's
    /// notify-reboot-required, and their like on Debian.
    /// </summary>
    private static readonly HashSet<string> s_core = new(StringComparer.Ordinal)
    {
        "libc6",
        "systemd",
        "systemd-sysv",
        "sysvinit-core",
        "dbus",
        "dbus-daemon",
        "dbus-broker",
        "linux-firmware",
        "firmware-linux-free",
        "intel-microcode",
        "amd64-microcode",
        "raspi-firmware",
    };

    /// <summary>Raspbian before 12 has one kernel package, replaced in place.</summary>
    private const string RaspbianKernel = "raspberrypi-kernel";

    public static IReadOnlyList<RebootReason> Of(IReadOnlyList<PlannedChange> changes, string runningKernel)
    {
        List<RebootReason> reasons = [];
        var coming = changes
            .Where(c => c.Action is PlannedAction.Upgrade or PlannedAction.Install or PlannedAction.Downgrade)
            .ToList();
        var kernels = coming
            .Where(c =>
                (KernelRelease.OfPackage(c.Name) is not null || c.Name == RaspbianKernel)
                && (
                    c.Action == PlannedAction.Install
                    || runningKernel.Length == 0
                    || c.Name == RaspbianKernel
                    || KernelRelease.OfPackage(c.Name)?.Text == runningKernel
                )
            )
            .Select(c => c.Name)
            .ToList();
        if (kernels.Count > 0)
            reasons.Add(
                new RebootReason(RebootSign.Kernel, $"a new kernel would be installed ({string.Join(", ", kernels)})")
                {
                    Packages = kernels,
                }
            );
        var core = coming
            .Where(c => c.Action != PlannedAction.Install && s_core.Contains(c.Name))
            .Select(c => c.Name)
            .Distinct()
            .ToList();
        if (core.Count > 0)
            reasons.Add(
                new RebootReason(
                    RebootSign.CorePackages,
                    $"packages that every process uses would be replaced ({string.Join(", ", core)})"
                )
                {
                    Packages = core,
                }
            );
        return reasons;
    }
}
