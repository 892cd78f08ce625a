using System.Globalization;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Reports.Completing;

namespace PatchTools.Reboot;

/// <summary>
/// Judges from the host itself whether it needs a reboot (design §5.3): the distribution's own signs, code of replaced
/// files that still runs, patches that wait since before the last boot. Derived again each time, so it clears by
/// itself.
/// </summary>
/// <remarks>
/// Replaced files ask for a reboot only where a restart cannot put the new ones to use. A service can be restarted, a
/// session ended: they are named in <see cref="RebootAssessment.Services"/> and
/// <see cref="RebootAssessment.Processes"/>. Process 1 cannot; systemd can execute itself again, so the reason says so.
/// The message bus can be restarted only by taking with it whatever is connected, which its maintainers call
/// unsupported on a running system.
/// </remarks>
internal sealed class RebootAssessor(HostContext host, IPackageManager? manager, IFileOwners? owners)
{
    private static readonly string[] MessageBus = ["dbus.service", "dbus-broker.service"];

    /// <exception cref="PatchToolsException">The package database cannot be read.</exception>
    public async Task<RebootAssessment> AssessAsync(StoredPatchStates priorStates, CancellationToken cancellationToken)
    {
        List<RebootReason> reasons = [];
        List<string> unknown = [];
        List<string> warnings = [];
        var facts = HostFactsReader.Read(host, warnings);
        if (manager is null)
        {
            unknown.Add("no package manager of PatchTools is here that could be asked");
        }
        else
        {
            var signs = await manager.GetRebootSignsAsync(cancellationToken);
            reasons.AddRange(signs.Reasons);
            unknown.AddRange(signs.Unknown);
        }

        var (services, processes) = await ReplacedFilesInUseAsync(reasons, unknown, cancellationToken);
        PendingPatches(priorStates, facts.BootTime, reasons, unknown);
        return new RebootAssessment
        {
            Reasons = reasons,
            Unknown = unknown,
            Services = services,
            Processes = processes,
            BootTime = facts.BootTime,
            RunningKernel = facts.RunningKernel,
            AssessedAt = host.Clock.GetUtcNow(),
        };
    }

    private async Task<(IReadOnlyList<string> Services, IReadOnlyList<string> Processes)> ReplacedFilesInUseAsync(
        List<RebootReason> reasons,
        List<string> unknown,
        CancellationToken cancellationToken
    )
    {
        if (host.Paths.Root != "/" && host.Paths.ProcDirectory == "/proc")
        {
            unknown.Add($"the processes of this machine are not those of {host.Paths.Root}");
            return ([], []);
        }

        ReplacedFilesReading reading;
        try
        {
            reading = new ReplacedFiles(host.Paths).Read(cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            unknown.Add($"the running processes are unknown: {e.Message}");
            return ([], []);
        }

        if (reading.Hidden > 0)
            unknown.Add(
                $"{reading.Hidden} of {reading.Hidden + reading.Looked} processes cannot be looked "
                    + $"into{(host.IsRoot ? "" : " without root")}, so whether they use replaced files is unknown"
            );
        else if (!host.IsRoot && !Directory.Exists(Path.Combine(host.Paths.ProcDirectory, "1")))
            unknown.Add("only the processes of this user can be seen without root");

        var packages = owners is null
            ? null
            : await owners.OwnersOfAsync(
                reading.Uses.SelectMany(u => u.Files).ToHashSet(StringComparer.Ordinal),
                cancellationToken
            );
        SortedSet<string> services = new(StringComparer.Ordinal);
        List<string> processes = [];
        foreach (var use in reading.Uses)
        {
            // Without a database every file in a package's place counts; with one, only files of packages.
            var owned = packages is null ? use.Files : [.. use.Files.Where(packages.ContainsKey)];
            if (owned.Count == 0)
                continue;
            List<string> of = packages is null
                ? []
                : [.. owned.Select(f => packages[f]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (WhyReboot(use, of) is { } why)
                reasons.Add(new RebootReason(RebootSign.ReplacedFilesInUse, why) { Packages = of });
            else if (use.Service is { } service)
                services.Add(service);
            else
                processes.Add(string.Create(CultureInfo.InvariantCulture, $"{use.Name} ({use.Id})"));
        }

        return ([.. services], processes);
    }

    /// <summary>Null for a process that can be restarted on a running system.</summary>
    private static string? WhyReboot(ReplacedFileUse use, List<string> packages)
    {
        if (use.Id == 1)
            return $"process 1 ({use.Name}) runs replaced files{Of(packages)}"
                + (use.Name == "systemd" ? "; \"systemctl daemon-reexec\" may do instead" : "");
        return use.Service is { } bus && MessageBus.Contains(bus)
            ? $"{bus} runs replaced files{Of(packages)} and cannot be restarted on a running system"
            : null;
    }

    private static string Of(List<string> packages) =>
        packages.Count == 0
            ? ""
            : $" of "
                + $"{string.Join(", ", packages.Take(5))}"
                + $"{(packages.Count > 5 ? $" and {packages.Count - 5} more" : "")}";

    private static void PendingPatches(
        StoredPatchStates states,
        DateTimeOffset? boot,
        List<RebootReason> reasons,
        List<string> unknown
    )
    {
        if (!RebootDecision.HasLeftovers(states, boot))
            return;
        var titles = PendingReboot.PendingTitles(states).Order(StringComparer.Ordinal).ToList();
        var which = titles.Count == 1 ? $"{titles[0]} waits" : $"{titles.Count} patches of earlier runs wait";
        if (boot is null)
            unknown.Add($"{which} for a reboot, and when the host last booted is unknown");
        else
            reasons.Add(
                new RebootReason(RebootSign.PendingPatches, $"{which} for a reboot since {When(states)}")
                {
                    Packages = titles,
                }
            );
    }

    private static string When(StoredPatchStates states) =>
        states.LastNoRebootInstallOperationTime == 0
            ? "an install of unknown time"
            : DateTimeOffset
                .FromUnixTimeSeconds(states.LastNoRebootInstallOperationTime)
                .ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
