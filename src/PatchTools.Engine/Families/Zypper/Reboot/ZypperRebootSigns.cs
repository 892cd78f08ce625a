using PatchTools.Families.Rpm.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Zypper.Reboot;

/// <summary>
/// What <c>zypper needs-rebooting</c> answers, by the flag that it looks for: libzypp sets it when it installs what
/// asks for a reboot (<c>installhint(reboot-needed)</c>), and the boot clears it. And the running kernel beside the
/// newest installed one of its flavour. One rpm query.
/// </summary>
internal sealed class ZypperRebootSigns(HostContext host, InstalledPackages packages)
{
    private static readonly string[] s_flags = ["/run/reboot-needed", "/var/run/reboot-needed"];

    /// <summary>Left by systemd, docker and podman in the containers they make.</summary>
    private static readonly string[] s_containerSigns = ["/run/systemd/container", "/.dockerenv", "/run/.containerenv"];

    public async Task<RebootSigns> ReadAsync(CancellationToken cancellationToken)
    {
        List<RebootReason> reasons = [];
        List<string> unknown = [];
        if (s_flags.FirstOrDefault(f => HostFiles.Exists(host.Paths.InRoot(f))) is { } flag)
            reasons.Add(
                new RebootReason(
                    RebootSign.DistributionFlag,
                    $"zypper asks for it: {flag} is there since a core package was installed (zypper needs-rebooting)"
                )
            );
        var installed = (await packages.ReadAsync(RpmPlace.InPlace(host.Paths.Root), cancellationToken)).Packages;
        List<string> warnings = [];
        var running = HostFactsReader.Read(host, warnings).RunningKernel;
        if (running.Length == 0)
            unknown.Add(
                $"the running kernel is unknown: "
                    + $"{Path.Combine(host.Paths.ProcDirectory, "sys/kernel/osrelease")} cannot be read"
            );
        else if (s_containerSigns.Any(s => HostFiles.Exists(host.Paths.InRoot(s))))
            unknown.Add(
                $"this is a container: its kernel {running} belongs to the machine around it, which must be "
                    + $"asked itself"
            );
        else if (ZypperKernels.NewerThan(running, installed) is { } newer)
            reasons.Add(
                new RebootReason(RebootSign.Kernel, $"{newer.Name} {newer.Edition} is installed and {running} runs")
                {
                    Packages = [newer.Name],
                }
            );
        else if (!ZypperKernels.Knows(running, installed))
            unknown.Add($"the running kernel {running} is not of this root's packages");
        return new RebootSigns(reasons, unknown);
    }
}
