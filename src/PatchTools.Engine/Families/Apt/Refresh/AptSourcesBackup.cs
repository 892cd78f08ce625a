using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Families.Apt.Refresh;

/// <summary>
/// The administrator's sources where an interrupted run of AWS-RunPatchBaseline left them: it moves
/// <c>/etc/apt/sources.list</c> and everything in <c>sources.list.d</c> to
/// <c>/var/log/amazon/ssm/apt-configuration/SNAPSHOT/</c>, writes the baseline's own, and never looks again (reference
/// 09 §8). PatchTools moves nothing; it only puts back.
/// </summary>
internal sealed class AptSourcesBackup(HostContext host)
{
    private const string List = "sources.list";
    private const string Parts = "sources.list.d";

    private string Directories => host.Paths.InRoot(HostPaths.SystemStateDirectory + "/apt-configuration");

    /// <summary>
    /// Directories with something in them, the latest first: a second interrupted run moved the baseline's sources of
    /// the first one away, so the administrator's own are in the oldest and must be put back last.
    /// </summary>
    public IReadOnlyList<string> Find()
    {
        try
        {
            return Directory.Exists(Directories)
                ?
                [
                    .. Directory
                        .GetDirectories(Directories)
                        .Where(HasContent)
                        .OrderByDescending(Moved)
                        .ThenByDescending(d => d, StringComparer.Ordinal),
                ]
                : [];
        }
        catch (UnauthorizedAccessException)
        {
            // The reference leaves them to root alone; who may not look cannot refresh or install either.
            return [];
        }
    }

    /// <summary>For a scan, which repairs nothing; null when there is nothing to repair.</summary>
    public string? Warning() =>
        Find() is { Count: > 0 } found
            ? $"An interrupted run left the administrator's apt sources in {string.Join(", ", found)}; /etc/apt "
                + $"holds a baseline's. The next install puts them back."
            : null;

    /// <summary>
    /// Puts the sources back. Each step leaves a state that the next call completes: a copy replaces the file in
    /// /etc/apt at once, and only then the backup is deleted. Never overwrites a file of sources.list.d that somebody
    /// has made since.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Restore(IRunObserver observer)
    {
        foreach (var backup in Find())
        {
            try
            {
                RestoreFrom(backup, observer);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PatchToolsException(
                    PatchErrors.StateUnwritable,
                    $"The apt sources in {backup} could not be put back into /etc/apt: {e.Message}",
                    backup,
                    e
                );
            }
        }
    }

    private void RestoreFrom(string backup, IRunObserver observer)
    {
        var apt = host.Paths.InRoot("/etc/apt");

        // The reference moves its list last: while this one is here, whatever lies in /etc/apt is the baseline's, or
        // nothing.
        var list = Path.Combine(backup, List);
        if (File.Exists(list))
            Move(list, Path.Combine(apt, List));

        var parts = Path.Combine(backup, Parts);
        var left = 0;
        foreach (
            var entry in Directory.Exists(parts)
                ? Directory.GetFileSystemEntries(parts).Order(StringComparer.Ordinal)
                : Enumerable.Empty<string>()
        )
        {
            var target = Path.Combine(apt, Parts, Path.GetFileName(entry));
            if (Directory.Exists(entry) && new DirectoryInfo(entry).LinkTarget is null)
            {
                left++;
            }
            else if (!Path.Exists(target) && new FileInfo(target).LinkTarget is null)
            {
                Move(entry, target);
            }
            else if (
                new FileInfo(entry).LinkTarget is null
                && File.ReadAllBytes(entry).AsSpan().SequenceEqual(File.ReadAllBytes(target))
            )
            {
                File.Delete(entry);
            }
            else
            {
                left++;
                observer.Warning(
                    $"{entry} was not put back: there is another {target} now. Compare them, and delete the "
                        + $"one that is not wanted."
                );
            }
        }

        if (left > 0)
            return;
        if (Directory.Exists(parts))
            Directory.Delete(parts);
        if (!Directory.EnumerateFileSystemEntries(backup).Any())
            Directory.Delete(backup);
        observer.Warning(
            $"The administrator's apt sources, which an interrupted run had left in {backup}, are back in /etc/apt."
        );
    }

    private static void Move(string source, string target)
    {
        if (new FileInfo(source).LinkTarget is { } link)
        {
            File.Delete(target);
            File.CreateSymbolicLink(target, link);
        }
        else
        {
            AtomicFile.Copy(source, target, File.GetUnixFileMode(source), isTrusted: true);
            File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(source));
        }

        File.Delete(source);
    }

    private static bool HasContent(string backup) =>
        File.Exists(Path.Combine(backup, List))
        || (
            Directory.Exists(Path.Combine(backup, Parts))
            && Directory.EnumerateFileSystemEntries(Path.Combine(backup, Parts)).Any()
        );

    /// <summary>Moving a file changes its inode, so its change time is when the run moved it.</summary>
    private static (long, uint) Moved(string backup) =>
        FileTimes.ChangeOrder(Path.Combine(backup, File.Exists(Path.Combine(backup, List)) ? List : Parts));
}
