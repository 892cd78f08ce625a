using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>Which installed kernel the next boot takes, beside the one that runs.</summary>
internal static class RpmKernels
{
    /// <summary>
    /// Packages that hold a bootable kernel: Red Hat's and its kin's, Oracle's own, Amazon's of another line than the
    /// release's.
    /// </summary>
    private static readonly string[][] Flavours =
    [
        ["kernel-core", "kernel"],
        ["kernel-rt-core", "kernel-rt"],
        ["kernel-64k-core", "kernel-64k"],
        ["kernel-uek-core", "kernel-uek"],
        ["kernel-lt"],
        ["kernel-ml"],
        ["kernel6.12"],
        ["kernel6.18"],
    ];

    /// <summary>As <c>uname -r</c> has it: version, release and architecture.</summary>
    public static string ReleaseOf(RpmPackage kernel) =>
        $"{RpmVersion.WithoutEpoch(kernel.Edition)}.{kernel.Architecture}";

    /// <summary>
    /// The newest installed kernel of the running one's flavour when it is newer. Null also where the running one is of
    /// no package.
    /// </summary>
    public static RpmPackage? NewerThan(string running, IReadOnlyList<RpmPackage> installed)
    {
        foreach (var flavour in Flavours)
        {
            var kernels = installed.Where(p => flavour.Contains(p.Name, StringComparer.Ordinal)).ToList();
            if (kernels.Find(k => ReleaseOf(k) == running) is not { } current)
                continue;
            var newest = kernels.MaxBy(k => k.Edition, RpmVersion.Order)!;
            return RpmVersion.Order.Compare(newest.Edition, current.Edition) > 0 ? newest : null;
        }

        return null;
    }

    /// <summary>Whether a package of that name holds a bootable kernel.</summary>
    public static bool IsKernel(string name) => Flavours.Any(f => f.Contains(name, StringComparer.Ordinal));

    /// <summary>The running kernel is one of the installed packages'.</summary>
    public static bool Knows(string running, IReadOnlyList<RpmPackage> installed) =>
        Flavours.Any(f => installed.Any(p => f.Contains(p.Name, StringComparer.Ordinal) && ReleaseOf(p) == running));
}
