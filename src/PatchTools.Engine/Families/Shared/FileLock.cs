using System.Globalization;
using System.Runtime.InteropServices;
using PatchTools.Files;
using PatchTools.Processes;

namespace PatchTools.Families.Shared;

/// <summary>Asks the kernel who holds a lock that a package manager took with fcntl(2); taking none itself.</summary>
internal static partial class FileLock
{
    private const int GetLock = 5;
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    /// <summary>
    /// The holder as "process 123 (apt-get update, for 4 minutes)"; null when the file is free or not there.
    /// </summary>
    public static string? Holder(string path)
    {
        if (HostFiles.RealPath(path) is not { } real || ImageCalls.KindOf(real) != ImageFileKind.Regular)
            return null;
        try
        {
            using var file = File.OpenHandle(
                real,
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite | FileShare.Delete
            );
            var query = new Flock { Type = WriteLock };
            if (Fcntl((int)file.DangerousGetHandle(), GetLock, ref query) != 0 || query.Type == Unlocked)
                return null;

            // The kernel has no number for a process of another namespace.
            return query.Process <= 0 ? "a process outside this container" : Describe(query.Process);
        }
        catch (UnauthorizedAccessException)
        {
            // Who may not open the file may still read whom the kernel lists as its holder.
            return ListedHolder(path);
        }
        catch (IOException)
        {
            // Gone between two looks.
            return null;
        }
    }

    internal static string? ListedHolder(string path)
    {
        if (FileStamp.Of(path) is not { } file)
            return null;
        foreach (var held in KernelLocks.Read().Where(l => !l.Waits))
        {
            if (
                held.Place.Split(':') is [var major, var minor, var inode]
                && inode == file.Inode.ToString(CultureInfo.InvariantCulture)
                && IsSameDevice(file, major, minor)
            )
                return held.Process <= 0 ? "a process outside this container" : Describe(held.Process);
        }

        return null;
    }

    /// <summary>
    /// File systems without a device of their own (overlayfs, btrfs) show another number here than there.
    /// </summary>
    private static bool IsSameDevice(FileStamp file, string major, string minor) =>
        file.DeviceMajor == 0
        || (
            uint.TryParse(major, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var first)
            && uint.TryParse(minor, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var second)
            && (first, second) == (file.DeviceMajor, file.DeviceMinor)
        );

    /// <summary>A process as "process 123 (apt-get update, for 4 minutes)".</summary>
    public static string Describe(int process) =>
        string.Create(CultureInfo.InvariantCulture, $"process {process} ({CommandOf(process)}{AgeOf(process)})");

    private static string CommandOf(int process)
    {
        try
        {
            var command = HostFiles
                .ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cmdline"))
                .Replace('\0', ' ')
                .Trim();
            return command.Length > 0 ? command : "a kernel task";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "which has just ended";
        }
    }

    // 1234 (apt-get) S 1 1234 1234 0 -1 4194304 … start time in ticks since boot is the 22nd field, proc_pid_stat(5)
    private static string AgeOf(int process)
    {
        const int TicksPerSecond = 100;
        try
        {
            var stat = HostFiles.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var started = double.Parse(fields[19], CultureInfo.InvariantCulture) / TicksPerSecond;
            var uptime = double.Parse(
                HostFiles.ReadAllText("/proc/uptime").Split(' ')[0],
                CultureInfo.InvariantCulture
            );
            var minutes = (int)((uptime - started) / 60);
            return minutes switch
            {
                < 1 => "",
                1 => ", for a minute",
                < 120 => string.Create(CultureInfo.InvariantCulture, $", for {minutes} minutes"),
                _ => string.Create(CultureInfo.InvariantCulture, $", for {minutes / 60} hours"),
            };
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Fcntl(int file, int command, ref Flock query);

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Flock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
