using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>What a path leads to.</summary>
internal enum ImageFileKind
{
    Regular,
    Directory,
    Link,

    /// <summary>
    /// /dev/null: an empty file, which administrators link configuration to in order to take it out of use.
    /// </summary>
    Null,

    /// <summary>A FIFO, a socket or another device.</summary>
    Special,
}

/// <summary>
/// Calls of Linux that .NET does not offer: opening relative to a directory, with rules for links (openat(2),
/// openat2(2), readlinkat(2), statx(2)).
/// </summary>
internal static partial class ImageCalls
{
    public const int NotThere = 2; // ENOENT
    public const int NotPermitted = 1; // EPERM
    public const int TryAgain = 11; // EAGAIN
    public const int AccessDenied = 13; // EACCES
    public const int NotDirectory = 20; // ENOTDIR
    public const int Invalid = 22; // EINVAL
    public const int NoSuchCall = 38; // ENOSYS
    public const int TooManyLinks = 40; // ELOOP
    public const int NameTooLong = 36; // ENAMETOOLONG

    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const int PathOnly = 0x200000; // O_PATH
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const ulong InRoot = 0x10; // RESOLVE_IN_ROOT
    private const ulong NoMagicLinks = 0x02; // RESOLVE_NO_MAGICLINKS
    private const int Openat2Number = 437;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int LengthOffset = 40;
    private const int ModifiedOffset = 112;
    private const int DeviceOffset = 128;
    private const uint LengthAndTime = 0x200 | 0x40;

    /// <summary>Arm and Power number these two flags differently from the others.</summary>
    private static readonly bool s_hasArmNumbers =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64 or Architecture.Ppc64le;

    private static int DirectoryOnly => s_hasArmNumbers ? 0x4000 : 0x10000; // O_DIRECTORY

    private static int NoFollow => s_hasArmNumbers ? 0x8000 : 0x20000; // O_NOFOLLOW

    /// <summary>A directory, links followed as the host has them; null with the error number.</summary>
    public static SafeFileHandle? OpenDirectory(string path, out int error) =>
        Handle(Openat(CurrentDirectory, path, PathOnly | DirectoryOnly | CloseOnExec, 0), out error);

    /// <summary>One name below a directory, itself and not what it links to; null with the error number.</summary>
    public static SafeFileHandle? OpenEntry(SafeFileHandle directory, string name, out int error) =>
        Handle(OpenatHandle(directory, name, PathOnly | NoFollow | CloseOnExec, 0), out error);

    /// <summary>
    /// A path below a directory that stands for the root: links are resolved below it, absolute ones too. Null with the
    /// error number.
    /// </summary>
    public static SafeFileHandle? OpenInRoot(SafeFileHandle root, string path, out int error)
    {
        var how = new OpenHow { Flags = PathOnly | CloseOnExec, Resolve = InRoot | NoMagicLinks };
        return Handle((int)Openat2(Openat2Number, root, path, ref how, (nuint)Marshal.SizeOf<OpenHow>()), out error);
    }

    /// <summary>Text of a link that <see cref="OpenEntry"/> opened; null when it cannot be read.</summary>
    public static string? LinkText(SafeFileHandle link)
    {
        var buffer = new byte[4096];
        var length = (int)Readlinkat(link, "", buffer, (nuint)buffer.Length);
        return length < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>What an open handle is.</summary>
    /// <exception cref="IOException">The kernel does not tell.</exception>
    public static ImageFileKind KindOf(SafeFileHandle handle)
    {
        Span<byte> buffer = stackalloc byte[256];
        return StatxHandle(handle, "", EmptyPath, 1, ref MemoryMarshal.GetReference(buffer)) == 0
            ? Kind(buffer)
            : throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    /// <summary>
    /// What a path leads to, links followed as the host has them; null when nothing is there or the kernel does not
    /// tell.
    /// </summary>
    public static ImageFileKind? KindOf(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        return Statx(CurrentDirectory, path, 0, 1, ref MemoryMarshal.GetReference(buffer)) == 0 ? Kind(buffer) : null;
    }

    private static ImageFileKind Kind(ReadOnlySpan<byte> statx) =>
        (BitConverter.ToUInt16(statx[ModeOffset..]) & TypeMask) switch
        {
            0x8000 => ImageFileKind.Regular,
            0x4000 => ImageFileKind.Directory,
            0xA000 => ImageFileKind.Link,
            0x2000 when IsNull(statx[DeviceOffset..]) => ImageFileKind.Null,
            _ => ImageFileKind.Special,
        };

    /// <summary>Bytes of a file and when its content last changed, UTC; null when nothing is there.</summary>
    public static (long Length, DateTime Modified)? Facts(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        if (Statx(CurrentDirectory, path, 0, LengthAndTime, ref MemoryMarshal.GetReference(buffer)) != 0)
            return null;
        var modified = DateTime
            .UnixEpoch.AddSeconds(BitConverter.ToInt64(buffer[ModifiedOffset..]))
            .AddTicks(BitConverter.ToUInt32(buffer[(ModifiedOffset + 8)..]) / 100);
        return (BitConverter.ToInt64(buffer[LengthOffset..]), modified);
    }

    private static bool IsNull(ReadOnlySpan<byte> device) =>
        (BitConverter.ToUInt32(device), BitConverter.ToUInt32(device[4..])) == (1, 3);

    private static SafeFileHandle? Handle(int descriptor, out int error)
    {
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Openat(int directory, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenatHandle(SafeFileHandle directory, string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Openat2(
        nint number,
        SafeFileHandle directory,
        string path,
        ref OpenHow how,
        nuint size
    );

    [LibraryImport("libc", EntryPoint = "readlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Readlinkat(SafeFileHandle directory, string path, [Out] byte[] buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatxHandle(SafeFileHandle file, string path, int flags, uint mask, ref byte buffer);
}
