using System.Globalization;
using System.Runtime.InteropServices;

namespace PatchTools.Preflight;

/// <summary>
/// The real file systems. .NET's DriveInfo knows no inodes, so statvfs(3) is asked where its layout is known: 64-bit
/// Linux, glibc and musl alike.
/// </summary>
internal sealed partial class FileSystems : IFileSystems
{
    public FreeSpace? SpaceOf(string path)
    {
        var existing = Path.GetFullPath(path);
        while (!Path.Exists(existing))
            existing = Path.GetDirectoryName(existing) ?? "/";
        if (nint.Size == sizeof(long))
        {
            if (Query(existing, out var status) != 0)
                return null;

            // Reserved blocks count: an install runs as root. A file system without inode table (btrfs) says 0 of 0.
            return new FreeSpace(
                (long)Math.Min(status.FreeBlocks * status.FragmentSize, long.MaxValue),
                status.Inodes == 0 ? null : (long)Math.Min(status.FreeInodes, long.MaxValue)
            );
        }

        try
        {
            return new FreeSpace(new DriveInfo(existing).TotalFreeSpace, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public string? WriteFailureOf(string directory)
    {
        // Where it would be made, so that a look leaves no directory behind.
        var place = Path.GetFullPath(directory);
        while (!Path.Exists(place))
            place = Path.GetDirectoryName(place)!;
        if (!Directory.Exists(place))
            return $"{place} is not a directory";
        var file = Path.Combine(
            place,
            string.Create(CultureInfo.InvariantCulture, $".patchtools-preflight-{Environment.ProcessId}")
        );
        try
        {
            File.WriteAllText(file, "preflight");
            File.Delete(file);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(file);
            return e.Message;
        }
    }

    /// <summary>A full disk takes the name and refuses the content.</summary>
    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The finding says already that the directory cannot be written.
        }
    }

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Query(string path, out Status status);

    /// <summary>struct statvfs, with room at the end for what libraries reserve.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Status
    {
        public ulong BlockSize;
        public ulong FragmentSize;
        public ulong Blocks;
        public ulong FreeBlocks;
        public ulong AvailableBlocks;
        public ulong Inodes;
        public ulong FreeInodes;
        public ulong AvailableInodes;
        public ulong Id;
        public ulong Flags;
        public ulong LongestName;
        public fixed ulong Reserved[8];
    }
}
