using System.Globalization;

namespace PatchTools.Hosts;

/// <summary>Facts of the host beside its packages.</summary>
internal static class HostFactsReader
{
    /// <summary>Unknown boot time is a warning: only the pending-reboot carry-over needs it (DESIGN §6).</summary>
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
            HostName = Text(Path.Combine(proc, "sys/kernel/hostname"))?.Trim() ?? "",
        };
    }

    // 350735.47 234388.90
    /// <summary>floor(now) − floor(uptime) (spec 08 §3); null when the text is none or the result lies before 1970.</summary>
    public static DateTimeOffset? BootTime(string? uptime, DateTimeOffset now)
    {
        var first = uptime?.Split(' ', 2)[0].Trim();
        if (!double.TryParse(first, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return null;
        var boot = now.ToUnixTimeSeconds() - Math.Floor(seconds);
        return boot < 0 ? null : DateTimeOffset.FromUnixTimeSeconds((long)boot);
    }

    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
