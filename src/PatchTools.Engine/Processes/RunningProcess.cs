using System.Globalization;

namespace PatchTools.Processes;

/// <summary>What the kernel says of a process that somebody waits for.</summary>
internal static class RunningProcess
{
    private const int TicksPerSecond = 100;

    /// <summary>"process 123 (apt-get update, for 4 minutes)".</summary>
    public static string Describe(int process) => string.Create(CultureInfo.InvariantCulture, $"process {process} ({CommandOf(process)}{AgeOf(process)})");

    /// <summary>It runs; a zombie does not.</summary>
    public static bool IsAlive(int process) => StatOf(process) is { Length: > 0 } fields && fields[0] is not ("Z" or "X");

    private static string CommandOf(int process)
    {
        try
        {
            var command = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cmdline")).Replace('\0', ' ').Trim();
            return command.Length > 0 ? command : "a kernel task";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "which has just ended";
        }
    }

    private static string AgeOf(int process)
    {
        try
        {
            // Start time in ticks since boot is the 22nd field.
            if (StatOf(process) is not { Length: > 19 } fields)
                return "";
            var started = double.Parse(fields[19], CultureInfo.InvariantCulture) / TicksPerSecond;
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            var minutes = (int)((uptime - started) / 60);
            return minutes switch { < 1 => "", 1 => ", for a minute", < 120 => string.Create(CultureInfo.InvariantCulture, $", for {minutes} minutes"), _ => string.Create(CultureInfo.InvariantCulture, $", for {minutes / 60} hours") };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return "";
        }
    }

    // proc_pid_stat(5): 1234 (apt-get) S 1 1234 1234 0 -1 4194304 …
    /// <summary>Fields from the third on; null when there is no such process.</summary>
    private static string[]? StatOf(int process)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
