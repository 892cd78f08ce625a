using PatchTools.Families.Zypper.Reboot;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>
/// Whether a plan will leave the host wanting a reboot: a patch says so, or a kernel comes. A guess before the
/// fact; afterwards the host itself is asked.
/// </summary>
internal static class ExpectedReboot
{
    public static IReadOnlyList<RebootReason> Of(IReadOnlyList<PlannedChange> changes, ZypperRefusals known)
    {
        List<RebootReason> reasons = [];
        var coming = changes.Where(c => c.ToVersion.Length > 0).ToList();
        var kernels = coming
            .Where(c => ZypperKernels.IsKernel(c.Name))
            .Select(c => c.Name)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (kernels.Count > 0)
            reasons.Add(
                new RebootReason(RebootSign.Kernel, $"a new kernel would be installed ({string.Join(", ", kernels)})")
                {
                    Packages = kernels,
                }
            );
        var patches = coming
            .SelectMany(c =>
                known
                    .Advisories(c.Name, c.Architecture, c.ToVersion)
                    .Where(a => a.RebootSuggested)
                    .Select(a => (Patch: a.Id, c.Name))
            )
            .ToList();
        if (patches.Count > 0)
            reasons.Add(
                new RebootReason(
                    RebootSign.CorePackages,
                    $"{string.Join(", ", patches.Select(p => p.Patch).Distinct(StringComparer.Ordinal))} "
                        + $"suggests a reboot"
                )
                {
                    Packages = [.. patches.Select(p => p.Name).Distinct(StringComparer.Ordinal)],
                }
            );
        return reasons;
    }
}
