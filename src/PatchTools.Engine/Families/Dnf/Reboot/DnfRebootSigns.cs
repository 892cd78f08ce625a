using System.Globalization;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Dnf.Reboot;

/// <summary>
/// What <c>needs-restarting --reboothint</c> would say, by its own rules and without its plugin: core packages
/// installed since the last boot, and the running kernel beside the newest installed one of its flavour. One rpm query.
/// </summary>
internal sealed class DnfRebootSigns(HostContext host, InstalledPackages packages, DnfTool tool)
{
    /// <summary>Left by systemd, docker and podman in the containers they make.</summary>
    private static readonly string[] ContainerSigns = ["/run/systemd/container", "/.dockerenv", "/run/.containerenv"];

    /// <summary>
    /// Whether a plan will leave the host wanting a reboot, by the same rules: a guess before the fact; afterwards the
    /// host itself is asked.
    /// </summary>
    public static IReadOnlyList<RebootReason> Expected(IReadOnlyList<PlannedChange> changes, DnfTool tool)
    {
        List<RebootReason> reasons = [];
        var kernels = changes
            .Where(c => c.Action == PlannedAction.Install && RpmKernels.IsKernel(c.Name))
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
        var names = tool.CorePackages;
        var core = changes
            .Where(c => c.Action is PlannedAction.Upgrade or PlannedAction.Downgrade && names.Contains(c.Name))
            .Select(c => c.Name)
            .Distinct(StringComparer.Ordinal)
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

    public async Task<RebootSigns> ReadAsync(CancellationToken cancellationToken)
    {
        List<RebootReason> reasons = [];
        List<string> unknown = [];
        var installed = (await packages.ReadAsync(RpmPlace.InPlace(host.Paths.Root), cancellationToken)).Packages;
        List<string> warnings = [];
        var facts = HostFactsReader.Read(host, warnings);
        if (facts.BootTime is { } boot)
            CorePackages(installed, boot, reasons);
        else
            unknown.Add("the time of the last boot is unknown, so that packages installed since cannot be told");
        Kernel(installed, facts.RunningKernel, reasons, unknown);
        return new RebootSigns(reasons, unknown);
    }

    private void CorePackages(IReadOnlyList<RpmPackage> installed, DateTimeOffset boot, List<RebootReason> reasons)
    {
        HashSet<string> core = [.. tool.CorePackages, .. ConfiguredNames()];
        var since = installed
            .Where(p => core.Contains(p.Name) && p.InstallTime > boot.ToUnixTimeSeconds())
            .Select(p => p.Name)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (since.Count == 0)
            return;
        var named =
            string.Join(", ", since.Take(5))
            + (since.Count > 5 ? string.Create(CultureInfo.InvariantCulture, $" and {since.Count - 5} more") : "");
        reasons.Add(
            new RebootReason(
                RebootSign.DistributionFlag,
                $"core packages were installed since the last boot: {named} (the rule of needs-restarting)"
            )
            {
                Packages = since,
            }
        );
    }

    /// <summary>Names that the administrator added, one a line.</summary>
    private IEnumerable<string> ConfiguredNames()
    {
        var folder = host.Paths.InRoot("/etc/dnf/plugins/needs-restarting.d");
        return HostFiles.DirectoryExists(folder)
            ? HostFiles
                .FilesIn(folder, "*.conf")
                .SelectMany(f => (IniFile.Text(f) ?? "").Split('\n'))
                .Select(l => l.Trim())
                .Where(l => l.Length > 0 && l[0] != '#')
            : [];
    }

    private void Kernel(
        IReadOnlyList<RpmPackage> installed,
        string running,
        List<RebootReason> reasons,
        List<string> unknown
    )
    {
        if (running.Length == 0)
            unknown.Add(
                $"the running kernel is unknown: "
                    + $"{Path.Combine(host.Paths.ProcDirectory, "sys/kernel/osrelease")} cannot be read"
            );
        else if (ContainerSigns.Any(s => HostFiles.Exists(host.Paths.InRoot(s))))
            unknown.Add(
                $"this is a container: its kernel {running} belongs to the machine around it, which must be "
                    + $"asked itself"
            );
        else if (RpmKernels.NewerThan(running, installed) is { } newer)
            reasons.Add(
                new RebootReason(
                    RebootSign.Kernel,
                    $"kernel {RpmKernels.ReleaseOf(newer)} is installed and {running} runs"
                )
                {
                    Packages = [newer.Name],
                }
            );
        else if (!RpmKernels.Knows(running, installed))
            unknown.Add($"the running kernel {running} is not of this root's packages");
    }
}
