using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>
/// What .NET does not offer of Linux's file API: fsync of a directory (fsync(2)), and a lock that dies with its holder
/// and can be asked for without waiting (flock(2)) on a file that others may read meanwhile; .NET's own opening takes
/// locks of its own.
/// </summary>
internal static partial class NativeFile
{
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int WouldBlock = 11; // EWOULDBLOCK

    /// <summary>
    /// Makes a rename or creation in the directory survive a power cut. File systems that cannot are left alone: the
    /// rename itself is still atomic.
    /// </summary>
    public static void FlushDirectory(string directory)
    {
        var descriptor = Open(directory, CloseOnExec, 0);
        if (descriptor < 0)
            return;
        _ = Flush(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>
    /// Makes everything that was written to the file system of a directory survive a power cut: one wait in place of
    /// one for each of many files.
    /// </summary>
    /// <exception cref="IOException">The device cannot keep what was written.</exception>
    public static void FlushFileSystem(string directory)
    {
        var descriptor = Open(directory, CloseOnExec, 0);
        if (descriptor < 0)
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        var result = FlushAll(descriptor);
        var failure = result < 0 ? Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()) : null;
        _ = Close(descriptor);
        if (failure is not null)
            throw new IOException(failure);
    }

    /// <summary>
    /// Takes the lock if nobody has it. The kernel gives it up with the last descriptor, so a killed holder leaves
    /// nothing behind.
    /// </summary>
    /// <exception cref="IOException">The file system knows no locks.</exception>
    public static bool TryLock(SafeFileHandle file)
    {
        if (Lock(file, LockExclusive | LockNonBlocking) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        return error == WouldBlock ? false : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    /// <summary>
    /// Lets two paths change places in one step (renameat2(2) with RENAME_EXCHANGE). False: this kernel, C library or
    /// file system cannot.
    /// </summary>
    public static bool TryExchange(string one, string other)
    {
        const int CurrentDirectory = -100; // AT_FDCWD
        const uint Exchange = 2; // RENAME_EXCHANGE
        try
        {
            return Rename(CurrentDirectory, one, CurrentDirectory, other, Exchange) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FlushAll(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Lock(SafeFileHandle descriptor, int operation);
}
