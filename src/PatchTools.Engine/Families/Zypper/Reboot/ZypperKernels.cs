using PatchTools.Families.Rpm.Reading;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Reboot;

/// <summary>
/// Which installed kernel the next boot takes, beside the one that runs. SUSE's kernels are <c>kernel-FLAVOUR</c>, and
/// <c>uname -r</c> is version, release without the counter of rebuilds at its end, and flavour:
/// <c>5.14.21-150500.55.39-default</c> of <c>kernel-default-5.14.21-150500.55.39.1</c>.
/// </summary>
internal static class ZypperKernels
{
    /// <summary>
    /// Packages with a bootable kernel; the others (<c>-devel</c>, <c>-macros</c>, <c>-firmware</c>) have none.
    /// </summary>
    private static readonly string[] s_flavours =
    [
        "default",
        "default-base",
        "azure",
        "rt",
        "64kb",
        "preempt",
        "kvmsmall",
        "vanilla",
        "debug",
        "lpae",
        "pae",
        "xen",
        "ec2",
        "trace",
    ];

    /// <summary>Whether the package is one of the host's kernels.</summary>
    public static bool IsKernel(string name) =>
        name.StartsWith("kernel-", StringComparison.Ordinal)
        && s_flavours.Contains(name["kernel-".Length..], StringComparer.Ordinal);

    /// <summary>
    /// The newest installed kernel of the running one's flavour when it is newer. Null also where the running one is of
    /// no package.
    /// </summary>
    public static RpmPackage? NewerThan(string running, IReadOnlyList<RpmPackage> installed)
    {
        if (Current(running, installed) is not { } current)
            return null;
        var newest = installed
            .Where(p => p.Name == current.Name && p.Architecture == current.Architecture)
            .MaxBy(p => p.Edition, RpmVersion.Order)!;
        return RpmVersion.Order.Compare(newest.Edition, current.Edition) > 0 ? newest : null;
    }

    /// <summary>The running kernel is one of the installed packages'.</summary>
    public static bool Knows(string running, IReadOnlyList<RpmPackage> installed) =>
        Current(running, installed) is not null;

    /// <summary>Of several that fit, which rebuilds of one release do, the newest.</summary>
    private static RpmPackage? Current(string running, IReadOnlyList<RpmPackage> installed) =>
        installed.Where(p => IsKernel(p.Name) && IsReleaseOf(running, p)).MaxBy(p => p.Edition, RpmVersion.Order);

    private static bool IsReleaseOf(string running, RpmPackage kernel)
    {
        // kernel-default-base is another cut of the same kernel, and says the same of itself.
        var flavour = kernel.Name["kernel-".Length..];
        var suffix = $"-{(flavour == "default-base" ? "default" : flavour)}";
        if (!running.EndsWith(suffix, StringComparison.Ordinal))
            return false;
        var release = running.AsSpan(0, running.Length - suffix.Length);
        var edition = RpmVersion.WithoutEpoch(kernel.Edition);
        return edition.SequenceEqual(release)
            || (
                edition.StartsWith(release)
                && edition[release.Length] == '.'
                && edition[(release.Length + 1)..].IndexOfAnyExceptInRange('0', '9') < 0
            );
    }
}
