using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Versions;

namespace PatchTools.Families.Rpm.Transaction;

/// <summary>
/// rpm installs a new version before it removes the old one, and what is killed between leaves both in its database.
/// Which versions a transaction of PatchTools' replaces is written down before it, so that the next run can finish it;
/// packages that somebody else keeps in two versions are none of its business.
/// </summary>
/// <param name="host">Whose.</param>
/// <param name="family"><c>dnf</c> (and yum) or <c>zypper</c>: each has a journal of its own.</param>
internal sealed class RpmJournal(HostContext host, string family)
{
    private string Journal => Path.Combine(host.Paths.DataDirectory, $"{family}-replaced");

    /// <summary>
    /// A transaction has not been seen to its end: it was killed, or it goes on without the PatchTools that began it.
    /// </summary>
    public bool IsOpen => File.Exists(Journal);

    /// <summary>
    /// A further version of a package that may be there in several is no upgrade and is not written down.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.StateUnwritable"/>.</exception>
    public void Remember(IEnumerable<PlannedChange> changes)
    {
        List<string> lines =
        [
            .. Lines()
                .Union(
                    changes
                        .Where(c => c.Action == PlannedAction.Upgrade)
                        .Select(c =>
                            $"{c.Name}\t{c.Architecture}\t{c.FromVersion}\t{c.ToVersion}\t{c.FromArchitecture}"
                        ),
                    StringComparer.Ordinal
                ),
        ];
        AtomicFile.Write(Journal, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
    }

    /// <summary>
    /// Replaced versions that are still there beside the new ones, <c>name-version-release.arch</c>. When there are
    /// none the journal goes, so only to be asked when no transaction runs.
    /// </summary>
    public IReadOnlyList<string> Leftovers(RpmDatabase installed)
    {
        var left = StillThere(installed);
        if (left.Count == 0)
            AtomicFile.Delete(Journal);
        return [.. left.Select(Nevra)];
    }

    private static string Nevra(PlannedChange change) =>
        $"{change.Name}-{RpmVersion.WithoutEpoch(change.FromVersion)}.{change.Architecture}";

    /// <summary>
    /// Asked when a transaction has ended: one sentence about the versions that it replaced and did not remove, where
    /// nothing that the tool said names them; else null.
    /// </summary>
    /// <param name="before">What was installed before the transaction.</param>
    /// <param name="after">What is installed now.</param>
    /// <param name="told">What is reported anyhow.</param>
    /// <param name="ending">How the tool ended, <c>dnf ended with 137</c>.</param>
    public string? Unfinished(RpmDatabase before, RpmDatabase after, IReadOnlyCollection<string> told, string ending)
    {
        var earlier = StillThere(before).Select(Nevra).ToHashSet(StringComparer.Ordinal);
        List<string> untold =
        [
            .. Leftovers(after)
                .Where(l => !earlier.Contains(l) && !told.Any(t => t.Contains(l, StringComparison.Ordinal))),
        ];
        return untold.Count == 0
            ? null
            : $"{ending} before it had removed what it replaced, and rpm's database still has these next to "
                + "their successors: "
                + $"{string.Join(", ", untold)}. The next install removes them";
    }

    /// <summary>
    /// The removals that an install begins with, for its plan. Changes nothing; only to be asked when no transaction
    /// runs.
    /// </summary>
    /// <exception cref="CommandFailedException">rpm cannot read its database.</exception>
    public async Task<IReadOnlyList<PlannedChange>> RemovalsAsync(InstalledPackages packages) =>
        IsOpen ? StillThere(await packages.DatabaseAsync()) : [];

    private List<PlannedChange> StillThere(RpmDatabase installed)
    {
        List<PlannedChange> left = [];
        foreach (var fields in Lines().Select(l => l.Split('\t')))
        {
            if (fields is not [var name, var architecture, var from, var to, .. var rest])
                continue;

            // A journal without a fifth field is of an earlier PatchTools, which took no updates to another
            // architecture.
            var before = rest is [var other] ? other : architecture;
            if (installed.Has(name, before, from) && installed.Has(name, architecture, to))
                left.Add(
                    new PlannedChange
                    {
                        Action = PlannedAction.Remove,
                        Name = name,
                        Architecture = before,
                        FromVersion = from,
                        Note = $"an interrupted install of PatchTools replaced it by {to} and did not remove it",
                    }
                );
        }

        return left;
    }

    private IReadOnlyList<string> Lines() => AtomicFile.ReadLines(Journal);
}
