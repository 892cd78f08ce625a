using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Apt.Commands;
using PatchTools.Families.Apt.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;

namespace PatchTools.Families.Apt.Transaction;

/// <summary>
/// <c>apt-get install NAME=VERSION</c> marks what it upgrades as asked for by the administrator, and <c>autoremove</c>
/// would never take it again. Which packages were not is written down before a transaction and put back after it; after
/// a kill, by the next run.
/// </summary>
internal sealed class AptAutomaticMarks(HostContext host, IProcessRunner runner)
{
    private string Journal => Path.Combine(host.Paths.DataDirectory, "apt-auto-installed");

    /// <summary>Writes down which of the packages are marked as automatically installed.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Remember(IEnumerable<PlannedChange> changes, string native)
    {
        var automatic = Read(native);
        var kept = changes
            .Where(c => c.Action != PlannedAction.Remove)
            .Select(c => $"{c.Name}:{c.Architecture}")
            .Where(automatic.Contains);
        List<string> packages = [.. Remembered().Union(kept, StringComparer.Ordinal)];
        if (packages.Count > 0)
            AtomicFile.Write(Journal, Encoding.UTF8.GetBytes(string.Join('\n', packages) + "\n"));
    }

    /// <summary>Puts the marks back.</summary>
    /// <returns>What could not be done, for people; null when nothing is left.</returns>
    public async Task<string?> RestoreAsync(DpkgStatus status, string native, TransactionFiles files)
    {
        var remembered = Remembered();
        if (remembered.Count == 0)
            return null;
        var automatic = Read(native);
        var lost = remembered
            .Where(p =>
                !automatic.Contains(p)
                && p.Split(':') is [var name, var architecture]
                && status.Of(name, architecture) is not null
            )
            .ToList();
        if (lost.Count > 0)
        {
            var result = await runner.RunAsync(AptCommands.MarkAutomatic(lost, files), CancellationToken.None);
            if (result.ExitCode != 0)
                return $"apt-mark auto {string.Join(' ', lost)} ended with {result.ExitCode}";
        }

        AtomicFile.Delete(Journal);
        return null;
    }

    private IReadOnlyList<string> Remembered() => AtomicFile.ReadLines(Journal);

    // Package: libfoo1
    // Architecture: amd64
    // Auto-Installed: 1
    private HashSet<string> Read(string native)
    {
        var path = host.Paths.InRoot("/var/lib/apt/extended_states");
        try
        {
            return HostFiles.Exists(path)
                ?
                [
                    .. Deb822
                        .Parse(HostFiles.ReadAllText(path), allowComments: false)
                        .Where(s => s["Auto-Installed"] == "1" && s.Has("Package"))
                        .Select(s =>
                            $"{s["Package"]}:"
                            + $"{(s["Architecture"] is { Length: > 0 } architecture ? architecture : native)}"
                        ),
                ]
                : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(
                PatchErrors.PackageDatabaseUnreadable,
                $"{path} cannot be read: {e.Message}",
                path,
                e
            );
        }
    }
}
