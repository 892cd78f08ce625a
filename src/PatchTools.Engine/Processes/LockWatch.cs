using System.Diagnostics;
using System.Globalization;
using PatchTools.Files;

namespace PatchTools.Processes;

/// <summary>
/// Ends a command that waits in the kernel for a lock of another process, as a tool ends that is told not to wait: dnf
/// 5 knows no such option, and rpm has none. Such a command has not begun, so that nothing is left half-done.
/// </summary>
internal static class LockWatch
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Whoever only reads holds a lock for moments.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>How long a stopped process may take to stand still.</summary>
    private static readonly TimeSpan s_standstill = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the command has ended.</summary>
    /// <param name="process">Its process.</param>
    /// <param name="ended">Completes with its end.</param>
    /// <returns>Whether it waited for a lock and was ended here.</returns>
    public static async Task<bool> FollowAsync(int process, Task ended)
    {
        long? since = null;
        while (await Task.WhenAny(ended, Task.Delay(s_interval, CancellationToken.None)) != ended)
        {
            if (WaitedFor(process) is not { } place)
            {
                since = null;
                continue;
            }

            since ??= Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(since.Value) < s_patience)
                continue;
            if (await EndAsync(process, place))
                return true;
            since = null;
        }

        return false;
    }

    private static string? WaitedFor(int process) =>
        KernelLocks.Read().FirstOrDefault(l => l.Waits && l.Process == process)?.Place;

    /// <summary>
    /// Whether it is ended. It is stopped first and looked at again: one that got the lock meanwhile goes on.
    /// </summary>
    private static async Task<bool> EndAsync(int process, string place)
    {
        NativeProcess.Signal(process, NativeProcess.Stop);
        var since = Stopwatch.GetTimestamp();
        bool stands;
        while (!(stands = StandsStill(process)) && Stopwatch.GetElapsedTime(since) < s_standstill)
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        var ends = stands && !KernelLocks.Read().Any(l => !l.Waits && l.Process == process && l.Place == place);
        NativeProcess.Signal(process, ends ? NativeProcess.Kill : NativeProcess.Continue);
        return ends;
    }

    // 1234 (dnf5) T 1 1234 … proc_pid_stat(5)
    private static bool StandsStill(int process)
    {
        try
        {
            var stat = HostFiles.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 1)..].TrimStart().StartsWith('T');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return false;
        }
    }
}
