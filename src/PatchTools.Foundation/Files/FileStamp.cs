using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PatchTools.Files;

/// <summary>
/// What changes when a file does: device, inode, size, modification and change time, the last two in nanoseconds.
/// Nobody but the kernel sets the change time.
/// </summary>
internal readonly partial record struct FileStamp(
    uint DeviceMajor,
    uint DeviceMinor,
    ulong Inode,
    ulong Size,
    long ModifiedSeconds,
    uint ModifiedNanoseconds,
    long ChangedSeconds,
    uint ChangedNanoseconds
)
{
    private const int CurrentDirectory = -100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStatistics = 0x7ff;

    public DateTimeOffset Changed => DateTimeOffset.FromUnixTimeSeconds(ChangedSeconds);

    /// <summary>Of an open file; null when the file system does not say.</summary>
    public static FileStamp? Of(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[256];
        buffer.Clear();
        return Statx(file, "", EmptyPath, BasicStatistics, ref MemoryMarshal.GetReference(buffer)) == 0
            ? Parse(buffer)
            : null;
    }

    /// <summary>Of what lies at a path; null when nothing does.</summary>
    public static FileStamp? Of(string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        buffer.Clear();
        return Statx(CurrentDirectory, path, 0, BasicStatistics, ref MemoryMarshal.GetReference(buffer)) == 0
            ? Parse(buffer)
            : null;
    }

    private static FileStamp Parse(ReadOnlySpan<byte> stat)
    {
        return new FileStamp(
            BitConverter.ToUInt32(stat[136..]),
            BitConverter.ToUInt32(stat[140..]),
            BitConverter.ToUInt64(stat[32..]),
            BitConverter.ToUInt64(stat[40..]),
            BitConverter.ToInt64(stat[112..]),
            BitConverter.ToUInt32(stat[120..]),
            BitConverter.ToInt64(stat[96..]),
            BitConverter.ToUInt32(stat[104..])
        );
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{DeviceMajor}:{DeviceMinor} {Inode} {Size} {ModifiedSeconds}.{ModifiedNanoseconds} "
                + $"{ChangedSeconds}.{ChangedNanoseconds}"
        );

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}
