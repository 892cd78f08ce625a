using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Errors;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Who holds an fcntl(2) lock, as apt and dpkg take theirs.</summary>
internal sealed record LockHolder(int ProcessId, string CommandLine)
{
    public override string ToString() => CommandLine.Length == 0 ? $"process {ProcessId}" : $"process {ProcessId} ({CommandLine})";
}

/// <summary>Looks at locks without taking them. Needs the right to write the lock file.</summary>
internal static class ListsLock
{
    private const int GetLock = 5;
    private const short WriteLock = 1;
    private const short Unlocked = 2;

    /// <summary>Null when nobody holds it, or there is no such file.</summary>
    public static LockHolder? HolderOf(string path, string procDirectory)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var question = new FileLock { Type = WriteLock };
            if (Fcntl((int)file.DangerousGetHandle(), GetLock, ref question) != 0 || question.Type == Unlocked)
                return null;
            return new LockHolder(question.ProcessId, CommandLineOf(question.ProcessId, procDirectory));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.PackageManagerFailed, $"apt's lock {path} cannot be looked at: {e.Message}", path, e);
        }
    }

    private static string CommandLineOf(int processId, string procDirectory)
    {
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(procDirectory, processId.ToString(System.Globalization.CultureInfo.InvariantCulture), "cmdline"));
            return AptUri.Redact(Encoding.UTF8.GetString(bytes).Replace('\0', ' ').Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Fcntl(int descriptor, int command, ref FileLock fileLock);

    /// <summary>struct flock: <c>off_t</c> has the size of a pointer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public nint Start;
        public nint Length;
        public int ProcessId;
    }
}
