using System.Runtime.InteropServices;
using PatchTools.Files;

namespace PatchTools.Families.Shared;

/// <summary>File times to the nanosecond, and the change time, neither of which the BCL gives (statx(2)).</summary>
internal static partial class FileTimes
{
    private const int CurrentDirectory = -100;
    private const uint ChangeAndModificationTime = 0x40 | 0x80;
    private const int ChangeOffset = 96;
    private const int ModificationOffset = 112;

    /// <summary>
    /// When the inode last changed. apt moves a Release file into partial and back when the repository answers, also
    /// when it answers "not modified", so this is when the repository last confirmed it (apt 2.6). The modification
    /// time is the vendor's, not the host's.
    /// </summary>
    public static DateTimeOffset Changed(string path) =>
        TryRead(path, ChangeOffset, out var seconds, out _)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.UnixEpoch;

    /// <summary>When the inode last changed, only to be compared: as precise as the file system.</summary>
    public static (long Seconds, uint Nanoseconds) ChangeOrder(string path) =>
        TryRead(path, ChangeOffset, out var seconds, out var nanoseconds) ? (seconds, nanoseconds) : default;

    /// <summary>
    /// Modification time as Python's <c>st_mtime</c>: a double of seconds (reference 09 §9); null when there is no such
    /// file.
    /// </summary>
    public static EpochTime? Modified(string path) =>
        TryRead(path, ModificationOffset, out var seconds, out var nanoseconds)
            ? new EpochTime(seconds + (nanoseconds * 1e-9), IsFractional: true)
            : null;

    /// <summary>Modification time, UTC, whole seconds; null when there is no such file.</summary>
    public static DateTimeOffset? ModifiedAt(string path) =>
        TryRead(path, ModificationOffset, out var seconds, out _) && seconds is > -62_135_596_800 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static bool TryRead(string path, int offset, out long seconds, out uint nanoseconds)
    {
        Span<byte> buffer = stackalloc byte[256];
        using var held = HeldFile.Of(path);
        var failed =
            held is null
            || Statx(CurrentDirectory, held.Path, 0, ChangeAndModificationTime, ref MemoryMarshal.GetReference(buffer))
                != 0;
        seconds = BitConverter.ToInt64(buffer[offset..]);
        nanoseconds = BitConverter.ToUInt32(buffer[(offset + 8)..]);
        return !failed;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}
