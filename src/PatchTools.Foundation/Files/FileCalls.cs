using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>
/// The calls of Linux that work below an open directory (<c>openat(2)</c> and its family): what lies on the way to a
/// file cannot be exchanged between a look and a use. .NET has none of them.
/// </summary>
internal static partial class FileCalls
{
    public const int ReadOnly = 0; // O_RDONLY
    public const int WriteOnly = 1; // O_WRONLY
    public const int ReadWrite = 2; // O_RDWR
    public const int Create = 0x40; // O_CREAT
    public const int Exclusive = 0x80; // O_EXCL
    public const int NoTerminal = 0x100; // O_NOCTTY
    public const int Truncate = 0x200; // O_TRUNC
    public const int NonBlocking = 0x800; // O_NONBLOCK
    public const int CloseOnExec = 0x80000; // O_CLOEXEC
    public const int PathOnly = 0x200000; // O_PATH
    public const int CurrentDirectory = -100; // AT_FDCWD

    private const int RemovesDirectory = 0x200; // AT_REMOVEDIR

    public const int PermissionDenied = 13; // EACCES
    public const int NotPermitted = 1; // EPERM
    public const int NoSuchFile = 2; // ENOENT
    public const int Interrupted = 4; // EINTR
    public const int NoReader = 6; // ENXIO
    public const int TryAgain = 11; // EAGAIN
    public const int Exists = 17; // EEXIST
    public const int NotADirectory = 20; // ENOTDIR

    // The two that differ between architectures.
    public static readonly int Directory = IsArm ? 0x4000 : 0x10000; // O_DIRECTORY
    public static readonly int NoFollow = IsArm ? 0x8000 : 0x20000; // O_NOFOLLOW

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Opens a name below a directory. Nothing that is opened here reaches a child process.</summary>
    /// <exception cref="IOException">With the path in its message; also
    /// <see cref="FileNotFoundException"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    public static SafeFileHandle Open(SafeFileHandle? directory, string name, int flags, int mode, string path)
    {
        var descriptor = Retried(() => OpenAt(Number(directory), name, flags | CloseOnExec, mode));
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(path);
    }

    /// <summary>True when it was made, false when there was something.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static bool MakeDirectory(SafeFileHandle directory, string name, int mode, string path)
    {
        if (Retried(() => MakeDirectoryAt(Number(directory), name, mode)) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == Exists ? false : throw Failure(path);
    }

    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static void Rename(SafeFileHandle directory, string name, string newName, string path)
    {
        if (Retried(() => RenameAt(Number(directory), name, Number(directory), newName)) != 0)
            throw Failure(path);
    }

    /// <summary>False when there was none.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    public static bool Unlink(SafeFileHandle directory, string name, string path)
    {
        if (Retried(() => UnlinkAt(Number(directory), name, 0)) == 0)
            return true;
        return Marshal.GetLastPInvokeError() == NoSuchFile ? false : throw Failure(path);
    }

    /// <summary>Makes a symbolic link.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Link(SafeFileHandle directory, string target, string name, string path)
    {
        if (Retried(() => SymbolicLinkAt(target, Number(directory), name)) != 0)
            throw Failure(path);
    }

    /// <summary>Removes a directory that is empty; one that is not, or that this user may not remove, stays.</summary>
    public static void TryRemoveDirectory(SafeFileHandle directory, string name) =>
        _ = Retried(() => UnlinkAt(Number(directory), name, RemovesDirectory));

    /// <exception cref="IOException">The mode cannot be set.</exception>
    public static void SetMode(SafeFileHandle file, UnixFileMode mode, string path)
    {
        if (Retried(() => ChangeMode(Number(file), (int)mode)) != 0)
            throw Failure(path);
    }

    /// <summary>False: the user may not give the file to them.</summary>
    /// <exception cref="IOException">It cannot be given.</exception>
    public static bool TrySetOwner(SafeFileHandle file, uint owner, uint group, string path)
    {
        if (Retried(() => ChangeOwner(Number(file), owner, group)) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is NotPermitted or PermissionDenied ? false : throw Failure(path);
    }

    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void Flush(SafeFileHandle file, string path)
    {
        if (Retried(() => Sync(Number(file))) != 0)
            throw Failure(path);
    }

    /// <summary>
    /// Makes a rename or creation in the directory survive a power cut. File systems that cannot are left alone: the
    /// rename itself is still atomic.
    /// </summary>
    public static void TryFlush(SafeFileHandle directory) => _ = Retried(() => Sync(Number(directory)));

    /// <summary>Where a link leads; null when it is none.</summary>
    public static unsafe string? LinkTarget(SafeFileHandle directory, string name)
    {
        const int Longest = 4096;
        var buffer = stackalloc byte[Longest];
        var length = ReadLinkAt(Number(directory), name, buffer, Longest);
        return length > 0 ? System.Text.Encoding.UTF8.GetString(buffer, (int)length) : null;
    }

    /// <summary>
    /// Writes as much as goes now at the descriptor's own place; -1 and an error number when nothing goes.
    /// </summary>
    public static unsafe (nint Count, int Error) Write(int descriptor, ReadOnlySpan<byte> content)
    {
        fixed (byte* bytes = content)
        {
            var count = WriteBytes(descriptor, bytes, content.Length);
            return (count, count < 0 ? Marshal.GetLastPInvokeError() : 0);
        }
    }

    /// <summary>The exception of the last call that failed.</summary>
    public static Exception Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var message = $"{path}: {Marshal.GetPInvokeErrorMessage(error)}";
        return error switch
        {
            NoSuchFile => new FileNotFoundException(message, path),
            PermissionDenied or NotPermitted => new UnauthorizedAccessException(message),
            _ => new IOException(message, error),
        };
    }

    private static int Number(SafeFileHandle? file) => file is null ? CurrentDirectory : (int)file.DangerousGetHandle();

    private static int Retried(Func<int> call)
    {
        int result;
        do
        {
            result = call();
        } while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenAt(int directory, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeDirectoryAt(int directory, string path, int mode);

    [LibraryImport("libc", EntryPoint = "renameat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameAt(int oldDirectory, string oldPath, int newDirectory, string newPath);

    [LibraryImport("libc", EntryPoint = "unlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UnlinkAt(int directory, string path, int flags);

    [LibraryImport("libc", EntryPoint = "symlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SymbolicLinkAt(string target, int directory, string path);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeMode(int descriptor, int mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(int descriptor, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "readlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint ReadLinkAt(int directory, string path, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint WriteBytes(int descriptor, byte* content, nint count);
}
