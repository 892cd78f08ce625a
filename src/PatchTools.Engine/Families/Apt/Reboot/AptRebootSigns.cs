using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Reboot;

/// <summary>
/// What Debian and Ubuntu themselves say about a reboot: the flag that maintainer scripts leave (update-notifier's
/// <c>notify-reboot-required</c>, unattended-upgrades, the kernel's postinst), and the running kernel beside the newest
/// installed one of its flavour.
/// </summary>
internal sealed partial class AptRebootSigns(HostContext host)
{
    private static readonly string[] Flags = ["/run/reboot-required", "/var/run/reboot-required"];

    /// <summary>Left by systemd, docker and podman in the containers they make.</summary>
    private static readonly string[] ContainerSigns = ["/run/systemd/container", "/.dockerenv", "/run/.containerenv"];

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public RebootSigns Read()
    {
        List<RebootReason> reasons = [];
        List<string> unknown = [];
        if (Flags.FirstOrDefault(f => HostFiles.Exists(host.Paths.InRoot(f))) is { } flag)
            reasons.Add(FlagReason(flag));
        Kernel(reasons, unknown);
        return new RebootSigns(reasons, unknown);
    }

    // $ cat /run/reboot-required.pkgs      (Ubuntu 24.04, one name a line, repeated by every script that asks)
    // linux-image-6.8.0-47-generic
    // linux-base
    // linux-base
    private RebootReason FlagReason(string flag)
    {
        var packages = (Text(host.Paths.InRoot(flag + ".pkgs")) ?? "")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        var because =
            packages.Count == 0
                ? ""
                : $" because of {string.Join(", ", packages.Take(5))}"
                    + (packages.Count > 5 ? $" and {packages.Count - 5} more" : "");
        return new RebootReason(RebootSign.DistributionFlag, $"the distribution asks for it in {flag}{because}")
        {
            Packages = packages,
        };
    }

    private void Kernel(List<RebootReason> reasons, List<string> unknown)
    {
        var release = Proc("sys/kernel/osrelease")?.Trim() ?? "";
        if (release.Length == 0)
        {
            unknown.Add(
                $"the running kernel is unknown: "
                    + $"{Path.Combine(host.Paths.ProcDirectory, "sys/kernel/osrelease")} cannot be read"
            );
            return;
        }

        if (ContainerSigns.Any(s => HostFiles.Exists(host.Paths.InRoot(s))))
        {
            unknown.Add(
                $"this is a container: its kernel {release} belongs to the machine around it, which must be "
                    + $"asked itself"
            );
            return;
        }

        var running = KernelRelease.Parse(release);
        var installed = InstalledKernels();
        var newest = running is null
            ? null
            : installed
                .Where(k => k.Release.Flavour == running.Flavour)
                .MaxBy(k => k.Release.Version, DebianVersion.Order);
        if (newest is null)
            unknown.Add($"the running kernel {release} is not of this root's packages: {WhatIsThere(installed)}");
        else if (WhyNewer(newest, running!, release) is { } reason)
            reasons.Add(new RebootReason(RebootSign.Kernel, reason) { Packages = [newest.Package] });
    }

    private static string WhatIsThere(List<InstalledKernel> installed) =>
        installed.Count == 0
            ? "there is no package of a kernel"
            : $"the packages of kernels here are others "
                + $"({string.Join(", ", installed.Select(k => k.Package).Distinct().Take(3))})";

    /// <summary>In what the newest kernel is newer than the one that runs; null when it is not.</summary>
    private string? WhyNewer(InstalledKernel newest, KernelRelease running, string release)
    {
        if (DebianVersion.Order.Compare(newest.Release.Version, running.Version) > 0)
            return $"kernel {newest.Release.Text} is installed and {release} runs";

        // Debian rebuilds a kernel under the name it has when its ABI stays, and says in uname -v which build it is.
        return
            newest.Release.Text == release
            && RunningBuild() is { } build
            && DebianVersion.Order.Compare(newest.Edition, build) > 0
            ? $"kernel {release} is installed as {newest.Edition} and {build} runs"
            : null;
    }

    // $ cat /proc/sys/kernel/version       (Debian 12)
    // #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01)
    private string? RunningBuild() =>
        Build().Match(Proc("sys/kernel/version") ?? "") is { Success: true } match ? match.Groups[1].Value : null;

    private List<InstalledKernel> InstalledKernels()
    {
        var sink = new KernelSink();
        var status = DpkgStatus.PathIn(host.Paths.Root);
        try
        {
            using var file = HostFiles.OpenRead(status);
            StanzaReader.Read(file, status, ref sink);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{status} cannot be read: {e.Message}",
                status,
                e
            );
        }

        return sink.Kernels;
    }

    private string? Proc(string name) => Text(Path.Combine(host.Paths.ProcDirectory, name));

    private static string? Text(string path)
    {
        try
        {
            return HostFiles.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(@" Debian (\S+) \(", RegexOptions.CultureInvariant)]
    private static partial Regex Build();

    private sealed record InstalledKernel(string Package, KernelRelease Release, string Edition);

    private readonly struct KernelSink() : IStanzaSink
    {
        public static bool ReadsStatus => true;

        public List<InstalledKernel> Kernels { get; } = [];

        public void Add(in PackageStanza stanza)
        {
            // Half-installed kernels may lack their initrd; the next boot does not take them.
            if (!stanza.Package.StartsWith("linux-image-"u8) || !stanza.Status.EndsWith(" ok installed"u8))
                return;
            var name = Encoding.UTF8.GetString(stanza.Package);
            if (KernelRelease.OfPackage(name) is { } release)
                Kernels.Add(new InstalledKernel(name, release, Encoding.UTF8.GetString(stanza.Version)));
        }
    }
}
