using System.Globalization;
using PatchTools.Files;

namespace PatchTools.Hosts;

/// <summary>Facts of the host beside its packages.</summary>
internal static class HostFactsReader
{
    /// <summary>Unknown boot time is a warning: only the pending-reboot carry-over needs it (design §6).</summary>
    public static HostFacts Read(HostContext host, List<string> warnings)
    {
        if (host.Paths.Root != "/" && host.Paths.ProcDirectory == "/proc")
            return new HostFacts();
        var proc = host.Paths.ProcDirectory;
        var boot = BootTime(Text(Path.Combine(proc, "uptime")), host.Clock.GetUtcNow());
        if (boot is null)
            warnings.Add($"The time of the last boot is unknown: {Path.Combine(proc, "uptime")} cannot be read.");
        return new HostFacts
        {
            BootTime = boot,
            RunningKernel = Text(Path.Combine(proc, "sys/kernel/osrelease"))?.Trim() ?? "",
            RunningKernelBuilt = KernelBuildDay(Text(Path.Combine(proc, "sys/kernel/version"))),
            AppliesLivePatches = IsWanted(host, "kpatch.service"),
            HostName = Text(Path.Combine(proc, "sys/kernel/hostname"))?.Trim() ?? "",
        };
    }

    // 350735.47 234388.90
    /// <summary>
    /// floor(now) − floor(uptime) (reference 08 §3); null when the text is none or the result lies before 1970.
    /// </summary>
    public static DateTimeOffset? BootTime(string? uptime, DateTimeOffset now)
    {
        var first = uptime?.Split(' ', 2)[0].Trim();
        if (!double.TryParse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return null;
        var boot = now.ToUnixTimeSeconds() - Math.Floor(seconds);
        return boot < 0 ? null : DateTimeOffset.FromUnixTimeSeconds((long)boot);
    }

    // #1 SMP Sun Feb 9 00:21:30 UTC 2020
    /// <summary>
    /// The day in the kernel's build line (<c>uname -v</c>), as Amazon writes it; null for another form (reference 15
    /// §2).
    /// </summary>
    public static DateOnly? KernelBuildDay(string? version) =>
        version?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [.., var month, var day, _, _, var year]
        && DateOnly.TryParseExact(
            $"{day} {month} {year}",
            "d MMM yyyy",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var built
        )
            ? built
            : null;

    /// <summary>Whether systemd starts a unit at boot: some target has a link to it (systemctl(1), enable).</summary>
    private static bool IsWanted(HostContext host, string unit)
    {
        var folder = host.Paths.InRoot("/etc/systemd/system");
        try
        {
            return HostFiles.DirectoryExists(folder)
                && Directory
                    .EnumerateDirectories(folder, "*.wants")
                    .Concat(Directory.EnumerateDirectories(folder, "*.requires"))
                    .Any(d =>
                        Path.Exists(Path.Combine(d, unit)) || new FileInfo(Path.Combine(d, unit)).LinkTarget is not null
                    );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string? Text(string path)
    {
        try
        {
            return HostFiles.Exists(path) ? HostFiles.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
