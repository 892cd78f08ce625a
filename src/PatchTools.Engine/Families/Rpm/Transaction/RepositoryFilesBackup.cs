using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Ports;

#pragma warning disable CA1416 // The module runs on Linux only.

namespace PatchTools.Families.Rpm.Transaction;

/// <summary>
/// The administrator's <c>.repo</c> files where an interrupted run of AWS-RunPatchBaseline left them: it moves them to
/// <c>/var/log/amazon/ssm/TOOL-configuration/repos.d/SNAPSHOT/</c>, writes the baseline's own, and never looks again
/// (reference 14 §6). PatchTools moves nothing; it only puts back.
/// </summary>
/// <param name="host">Of which root.</param>
/// <param name="tool">First part of the reference's directory: <c>dnf</c>, <c>yum</c>, <c>zypp</c>.</param>
/// <param name="repositories">Absolute path of the directory that the files belong into.</param>
internal sealed class RepositoryFilesBackup(HostContext host, string tool, string repositories)
{
    private const string Pattern = "*.repo";

    private string Directories => host.Paths.InRoot($"{HostPaths.SystemStateDirectory}/{tool}-configuration/repos.d");

    /// <summary>
    /// Directories with files in them, the latest first: a second interrupted run moved the baseline's files of the
    /// first one away, so the administrator's own are in the oldest and must be put back last.
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
                        .Where(d => Directory.EnumerateFiles(d, Pattern).Any())
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
            ? $"An interrupted run left the administrator's repositories in {string.Join(", ", found)}; "
                + $"{repositories} holds a baseline's. The next install puts them back."
            : null;

    /// <summary>
    /// Puts the files back. Each step leaves a state that the next call completes: a copy replaces the file at once,
    /// and only then the backup is deleted. Files that were there meanwhile and are no baseline's of now are left and
    /// named.
    /// </summary>
    /// <param name="customSources">Text of the baseline's own sources now: a file with nothing else in it was that
    /// run's.</param>
    /// <param name="observer">Who is told.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Restore(string? customSources, IRunObserver observer)
    {
        var found = Find();
        if (found.Count == 0)
            return;
        var folder = host.Paths.InRoot(repositories);
        try
        {
            var meanwhile = Directory.Exists(folder)
                ? Directory.GetFiles(folder, Pattern).ToHashSet(StringComparer.Ordinal)
                : [];
            foreach (var backup in found)
            {
                foreach (var file in Directory.GetFiles(backup, Pattern).Order(StringComparer.Ordinal))
                {
                    var target = Path.Combine(folder, Path.GetFileName(file));
                    Move(file, target);
                    if (backup == found[^1])
                        meanwhile.Remove(target);
                    else
                        meanwhile.Add(target);
                }

                if (!Directory.EnumerateFileSystemEntries(backup).Any())
                    Directory.Delete(backup);
                observer.Warning(
                    $"The administrator's repositories, which an interrupted run had left in {backup}, are "
                        + $"back in {repositories}."
                );
            }

            foreach (var file in meanwhile.Order(StringComparer.Ordinal))
            {
                if (
                    File.ReadAllText(file).Trim() is { Length: > 0 } text
                    && customSources?.Contains(text, StringComparison.Ordinal) == true
                )
                    File.Delete(file);
                else
                    observer.Warning(
                        $"{file} was there while the administrator's repositories were not: a baseline "
                            + $"brought it, or somebody has made it since. Delete it if nobody wants it."
                    );
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.StateUnwritable,
                $"The repositories in {found[0]} could not be put back into {repositories}: {e.Message}",
                found[0],
                e
            );
        }
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

    /// <summary>Moving a file changes its inode, so its change time is when the run moved it.</summary>
    private static (long, uint) Moved(string backup) =>
        FileTimes.ChangeOrder(Directory.EnumerateFiles(backup, Pattern).Order(StringComparer.Ordinal).First());
}
