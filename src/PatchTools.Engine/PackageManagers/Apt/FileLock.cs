using System.Runtime.InteropServices;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Asks the kernel who holds a lock that apt or dpkg took with fcntl(2); taking none itself.</summary>
internal static partial class FileLock
{
    private const int GetLock = 5;
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    /// <summary>The holder as "process 123 (apt-get update, for 4 minutes)"; null when the file is free or not there.</summary>
    public static string? Holder(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var query = new Flock { Type = WriteLock };
            if (Fcntl((int)file.DangerousGetHandle(), GetLock, ref query) != 0 || query.Type == Unlocked)
                return null;

            // The kernel has no number for a process of another namespace.
            return query.Process <= 0 ? "a process outside this container" : RunningProcess.Describe(query.Process);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // Whoever may not open the lock cannot refresh either; apt-get will say so.
            return null;
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
