using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Hosts;

namespace PatchTools.Reboot;

/// <summary>One process that runs code of files which are no longer on the disk.</summary>
/// <param name="Id">Process id.</param>
/// <param name="Name">The kernel's name of it, at most 15 characters.</param>
/// <param name="Service">systemd's unit below <c>system.slice</c>; null when it is in none.</param>
/// <param name="Files">Paths the files had, ordinal.</param>
internal sealed record ReplacedFileUse(int Id, string Name, string? Service, IReadOnlyList<string> Files);

/// <summary>What <see cref="ReplacedFiles.Read"/> saw.</summary>
/// <param name="Uses">By process id.</param>
/// <param name="Looked">Processes that could be looked into.</param>
/// <param name="Hidden">Processes that could not.</param>
internal sealed record ReplacedFilesReading(IReadOnlyList<ReplacedFileUse> Uses, int Looked, int Hidden);

/// <summary>
/// Processes that run code of replaced files: executable mappings and executables whose path the kernel marks
/// <c>(deleted)</c> (proc(5)). Data files are left out (caches of fonts, locales and class archives are replaced all
/// the time), and so is everything outside the places of packages: shared memory, <c>/memfd:</c>, <c>/SYSV</c>,
/// <c>/dev/zero</c>, graphics memory, <c>/tmp</c>.
/// </summary>
internal sealed partial class ReplacedFiles(HostPaths paths)
{
    private static readonly string[] Places = ["/usr/", "/lib", "/bin/", "/sbin/", "/opt/"];

    private readonly string _proc = paths.ProcDirectory;

    public ReplacedFilesReading Read(CancellationToken cancellationToken)
    {
        List<ReplacedFileUse> uses = [];
        var looked = 0;
        var hidden = 0;
        var ownRoot = RootOf("self");
        foreach (var id in ProcessIds())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = id.ToString(CultureInfo.InvariantCulture);
            SortedSet<string> files = new(StringComparer.Ordinal);
            try
            {
                AddMappings(File.ReadAllBytes(Path.Combine(_proc, name, "maps")), files);
                if (new FileInfo(Path.Combine(_proc, name, "exe")).LinkTarget is { } executable)
                    AddIfReplaced(executable, files);
                looked++;
            }
            catch (UnauthorizedAccessException)
            {
                hidden++;
            }
            catch (IOException)
            {
                // It has ended meanwhile, or is ending.
            }

            if (files.Count > 0 && IsOfRoot(name, ownRoot))
                uses.Add(
                    new ReplacedFileUse(
                        id,
                        Text(name, "comm")?.Trim() ?? "?",
                        ServiceOf(Text(name, "cgroup") ?? ""),
                        [.. files]
                    )
                );
        }

        return new ReplacedFilesReading(uses, looked, hidden);
    }

    // Linux 6.1
    // 55c1e0a3f000-55c1e0b12000 r-xp 0000b000 08:01 1311283                    /usr/sbin/sshd (deleted)
    // 7f2f5c1e4000-7f2f5c339000 r-xp 00026000 08:01 1312204                    /usr/lib64/libz.so.1 (deleted)
    // 7f2f5c600000-7f2f5c601000 rw-s 00000000 00:01 2048                       /memfd:pulseaudio (deleted)
    // 7f2f5c700000-7f2f5c721000 rw-p 00000000 00:00 0
    private static void AddMappings(ReadOnlySpan<byte> maps, SortedSet<string> files)
    {
        var mark = " (deleted)\n"u8;
        while (maps.IndexOf(mark) is var end and >= 0)
        {
            var line = maps[..end];
            line = line[(line.LastIndexOf((byte)'\n') + 1)..];
            var permissions = line.IndexOf((byte)' ') + 1;
            var path = line.IndexOf((byte)'/');
            if (permissions > 0 && path > permissions + 2 && line[permissions + 2] == 'x')
                AddIfReplaced(Encoding.UTF8.GetString(line[path..]) + " (deleted)", files);
            maps = maps[(end + mark.Length)..];
        }
    }

    private static void AddIfReplaced(string path, SortedSet<string> files)
    {
        const string Mark = " (deleted)";
        if (
            !path.EndsWith(Mark, StringComparison.Ordinal)
            || !Array.Exists(Places, p => path.StartsWith(p, StringComparison.Ordinal))
        )
            return;

        // dpkg and rpm let the old file go under another name for a moment, and the kernel may remember that one.
        files.Add(TemporaryName().Replace(path[..^Mark.Length], ""));
    }

    // 0::/system.slice/ssh.service                                            (cgroup v2)
    // 0::/system.slice/system-getty.slice/getty@tty1.service
    // 1:name=systemd:/system.slice/cron.service                               (cgroup v1)
    // 0::/user.slice/user-1000.slice/session-3.scope
    // 0::/system.slice/docker-0f9a….scope                                     (a container, no service)
    internal static string? ServiceOf(string cgroup) =>
        Service().Match(cgroup) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>
    /// A process of a container has files of its own root: what the packages of this root say means nothing to it.
    /// </summary>
    private bool IsOfRoot(string process, string? ownRoot) =>
        ownRoot is null || RootOf(process) is not { } root || root == ownRoot;

    // 22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
    /// <summary>
    /// Device and subtree that is mounted at <c>/</c> for a process, the last line counts; empty when nothing is (a
    /// chroot), null when it cannot be read.
    /// </summary>
    private string? RootOf(string process)
    {
        if (Text(process, "mountinfo") is not { } mounts)
            return null;
        var root = "";
        foreach (var line in mounts.Split('\n'))
        {
            var fields = line.Split(' ', 6);
            if (fields.Length == 6 && fields[4] == "/")
                root = fields[2] + " " + fields[3];
        }

        return root;
    }

    private List<int> ProcessIds()
    {
        List<int> ids = [];
        foreach (var directory in Directory.EnumerateDirectories(_proc))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                ids.Add(id);
        }

        ids.Sort();
        return ids;
    }

    private string? Text(string process, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(_proc, process, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex(
        @"(\.dpkg-(new|tmp|old)|;[0-9a-f]{8})$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex TemporaryName();

    [GeneratedRegex(
        @":/system\.slice/(?:[^/\n]+\.slice/)*([^/\n]+\.service)(?:/|$)",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex Service();
}
