using System.Globalization;
using PatchTools.Files;

namespace PatchTools.Processes;

/// <summary>A lock of fcntl(2), or the wait for one.</summary>
/// <param name="Waits">The process waits for it; else it holds it.</param>
/// <param name="Process">0 or less where the kernel has no number for it, in another namespace.</param>
/// <param name="Place">Device and inode of the file, as the kernel writes them: <c>fd:01:1316274</c>.</param>
internal sealed record KernelLock(bool Waits, int Process, string Place);

/// <summary>The locks of all processes, as the kernel lists them.</summary>
internal static class KernelLocks
{
    private const string List = "/proc/locks";

    /// <summary>Empty where there is no such list.</summary>
    public static IReadOnlyList<KernelLock> Read()
    {
        try
        {
            return [.. HostFiles.ReadAllLines(List).Select(Parse).OfType<KernelLock>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // proc_locks(5):
    // 1: POSIX  ADVISORY  WRITE 2034 fd:01:1316274 0 EOF
    // 1: -> POSIX  ADVISORY  WRITE 2035 fd:01:1316274 0 EOF     (waits)
    internal static KernelLock? Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var waits = words.Length > 1 && words[1] == "->";
        return
            words[(waits ? 2 : Math.Min(1, words.Length))..] is ["POSIX" or "OFDLCK", _, _, var process, var place, ..]
            && int.TryParse(process, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
            ? new KernelLock(waits, id, place)
            : null;
    }
}
