using System.Runtime.InteropServices;
using System.Text;

namespace PatchTools.PackageManagers.Apt;

/// <summary>Times of a file to the nanosecond: <see cref="File"/> gives a tenth of a microsecond, and no time of the last change of the inode.</summary>
internal static class FileStamp
{
    private const int CurrentDirectory = -100;
    private const uint ModificationTime = 0x40;
    private const uint ChangeTime = 0x80;

    /// <summary>
    /// Modification time as Python's <c>st_mtime</c>, <c>sec + 1e-9·nsec</c> in double precision; null when the file does not exist.
    /// </summary>
    public static double? ModifiedSeconds(string path) => Statx(path) is { } stat ? stat.Modified.Seconds + (1e-9 * stat.Modified.Nanoseconds) : null;

    public static DateTimeOffset? Modified(string path) => Statx(path)?.Modified.ToDateTimeOffset();

    /// <summary>When the inode last changed: created, renamed, linked or written.</summary>
    public static DateTimeOffset? Changed(string path) => Statx(path)?.Changed.ToDateTimeOffset();

    private static StatxResult? Statx(string path)
    {
        var name = Encoding.UTF8.GetBytes(path + "\0");
        return StatxCall(CurrentDirectory, name, 0, ModificationTime | ChangeTime, out var result) == 0 ? result : null;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatxCall(int directory, byte[] path, int flags, uint mask, out StatxResult result);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct StatxTime
    {
        public readonly long Seconds;
        public readonly uint Nanoseconds;
        private readonly int _reserved;

        public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.UnixEpoch.AddTicks((Seconds * TimeSpan.TicksPerSecond) + (Nanoseconds / 100));
    }

    /// <summary>struct statx of statx(2), the same on every architecture: 256 bytes, times from byte 64.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private readonly struct StatxResult
    {
        [FieldOffset(96)]
        public readonly StatxTime Changed;

        [FieldOffset(112)]
        public readonly StatxTime Modified;
    }
}
