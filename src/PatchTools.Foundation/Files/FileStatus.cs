using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>What a name on disk is.</summary>
internal enum FileKind
{
    Other,
    Fifo,
    CharacterDevice,
    Directory,
    BlockDevice,
    Regular,
    Link,
    Socket,
}

/// <summary>
/// Kind, owner and mode of a file as the kernel has them: .NET says neither the owner nor what kind of device a file
/// is.
/// </summary>
/// <param name="Kind">Of the file itself.</param>
/// <param name="Mode">Permission bits, the sticky bit among them.</param>
/// <param name="Owner">User id.</param>
/// <param name="Group">Group id.</param>
internal readonly partial record struct FileStatus(FileKind Kind, int Mode, uint Owner, uint Group)
{
    private const int GroupOrOthersWrite = 0x12; // 022
    private const int Sticky = 0x200; // 01000
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint BasicFields = 0x7ff; // STATX_BASIC_STATS
    private const int StatusBytes = 256;
    private const int NoSuchFile = 2; // ENOENT
    private const int NotADirectory = 20; // ENOTDIR

    /// <summary>Names that it has.</summary>
    public uint Links { get; private init; }

    public bool OthersMayWrite => (Mode & GroupOrOthersWrite) != 0;

    /// <summary>In such a directory only the owner of a file may rename or remove it.</summary>
    public bool IsSticky => (Mode & Sticky) != 0;

    /// <summary>The file itself, a link not followed. Null when there is none.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? Of(string path) => Of(CurrentDirectory, path, NoFollow);

    /// <summary>The file that a link leads to. Null when there is none.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? OfTarget(string path) => Of(CurrentDirectory, path, 0);

    /// <summary>A file below an open directory, a link not followed. Null when there is none.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? Of(SafeFileHandle directory, string name) =>
        Of((int)directory.DangerousGetHandle(), name, NoFollow);

    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus Of(SafeFileHandle file) =>
        Of((int)file.DangerousGetHandle(), "", EmptyPath) ?? throw new IOException("The file is not open.");

    private static FileStatus? Of(int directory, string path, int flags)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Call(directory, path, flags, status) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is NoSuchFile or NotADirectory
                ? null
                : throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        // struct statx of linux/stat.h: the same on every architecture, which struct stat is not.
        int mode = BinaryPrimitives.ReadUInt16LittleEndian(status[28..]);
        return new FileStatus(
            KindOf(mode),
            mode & 0xfff,
            BinaryPrimitives.ReadUInt32LittleEndian(status[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[24..])
        )
        {
            Links = BinaryPrimitives.ReadUInt32LittleEndian(status[16..]),
        };
    }

    private static FileKind KindOf(int mode) =>
        (mode >> 12) switch
        {
            0x1 => FileKind.Fifo,
            0x2 => FileKind.CharacterDevice,
            0x4 => FileKind.Directory,
            0x6 => FileKind.BlockDevice,
            0x8 => FileKind.Regular,
            0xa => FileKind.Link,
            0xc => FileKind.Socket,
            _ => FileKind.Other,
        };

    private static unsafe int Call(int directory, string path, int flags, Span<byte> status)
    {
        fixed (byte* buffer = status)
        {
            try
            {
                return Statx(directory, path, flags, BasicFields, buffer);
            }
            catch (EntryPointNotFoundException)
            {
                // glibc before 2.28 has no name for it; the kernel has it since 4.11.
                nint number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 291 : 332;
                return (int)SystemCall(number, directory, path, flags, BasicFields, buffer);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int directory, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint SystemCall(
        nint number,
        nint directory,
        string path,
        nint flags,
        nuint mask,
        byte* status
    );
}
