namespace PatchTools.Preflight;

/// <summary>One mounted file system.</summary>
/// <param name="Point">Where, without escapes.</param>
/// <param name="Device"><c>major:minor</c>: the same for all mounts of one file system.</param>
/// <param name="IsReadOnly">The mount or the file system itself is read-only.</param>
/// <param name="IsNoExec">Programs on it cannot be executed.</param>
internal sealed record Mount(string Point, string Device, bool IsReadOnly, bool IsNoExec);

/// <summary>The mounts that this process sees, <c>/proc/self/mountinfo</c> (proc_pid_mountinfo(5)).</summary>
internal sealed class MountTable
{
    private readonly List<Mount> _mounts;

    private MountTable(List<Mount> mounts) => _mounts = mounts;

    // Linux 6.1
    // 22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
    // 35 22 8:15 / /boot/efi rw,relatime shared:40 - vfat /dev/sda15 rw,fmask=0022
    // 36 22 0:31 / /tmp rw,nosuid,nodev,noexec shared:41 - tmpfs tmpfs rw,size=2015680k
    // 37 22 8:2 / /mnt/with\040blank ro,relatime shared:42 master:7 - ext4 /dev/sda2 ro
    /// <summary>Null when the file cannot be read.</summary>
    public static MountTable? Read(string procDirectory)
    {
        try
        {
            return Parse(File.ReadAllText(Path.Combine(procDirectory, "self/mountinfo")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Lines that are none of mountinfo's are passed over.</summary>
    public static MountTable Parse(string text)
    {
        List<Mount> mounts = [];
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(' ');
            var separator = Array.IndexOf(fields, "-", 0);
            if (separator < 6 || fields.Length < separator + 4)
                continue;
            var options = fields[5].Split(',');
            mounts.Add(
                new Mount(
                    Unescape(fields[4]),
                    fields[2],
                    options.Contains("ro") || fields[separator + 3].Split(',').Contains("ro"),
                    options.Contains("noexec")
                )
            );
        }

        return new MountTable(mounts);
    }

    /// <summary>
    /// The mount that a path lies on; of several at one point the last, which hides the others. Null when nothing is
    /// mounted there.
    /// </summary>
    public Mount? Of(string path)
    {
        Mount? covering = null;
        foreach (var mount in _mounts)
        {
            if (Covers(mount.Point, path) && (covering is null || mount.Point.Length >= covering.Point.Length))
                covering = mount;
        }

        return covering;
    }

    private static bool Covers(string point, string path) =>
        point == "/"
        || path == point
        || (
            path.Length > point.Length && path[point.Length] == '/' && path.StartsWith(point, StringComparison.Ordinal)
        );

    /// <summary>Blank, tab, new line and backslash are octal escapes.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && text.AsSpan(i + 1, 3).IndexOfAnyExceptInRange('0', '7') < 0)
            {
                plain.Append((char)(((text[i + 1] - '0') * 64) + ((text[i + 2] - '0') * 8) + (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
