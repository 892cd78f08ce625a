using System.Text;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// What rpm's verification of all dependencies said of a database that has not changed since: it takes rpm longer than
/// everything else of a scan. A file that is missing or damaged only costs time.
/// </summary>
/// <param name="host">Where PatchTools' own data lies, and the clock.</param>
/// <param name="root">Whose database.</param>
/// <param name="isHost">
/// The database is that of this host itself. Who makes an image can give its files any time, so that no stamp of them
/// counts.
/// </param>
internal sealed class KnownDependencies(HostContext host, string root, bool isHost)
{
    private const string Format = "patchtools rpm dependencies 1";

    /// <summary>Stands where a stamp is not known to last; no stamp reads so.</summary>
    private const string Unsettled = "unsettled";

    /// <summary>A file that changed just now can change again without a new change time.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private string FilePath => Path.Combine(RememberedLists.FolderOf(host), "rpm-dependencies");

    /// <summary>The sentence of before where the database is still the same, else the answer of rpm.</summary>
    /// <param name="ask">Asks rpm: one sentence for people; null when everything is met.</param>
    public async Task<string?> OrAskAsync(Func<Task<string?>> ask)
    {
        if (!isHost)
            return await ask();
        var stamp = Stamp();
        if (stamp is not Unsettled && TryRead(stamp, out var known))
            return known;
        var answer = await ask();

        // Written in any case: which calls a run makes does not hang on how long ago the database changed.
        Write(stamp == Stamp() ? stamp : Unsettled, answer);
        return answer;
    }

    /// <summary>Of the database and of the journal that SQLite keeps beside it.</summary>
    private string Stamp()
    {
        if (RpmQuery.DatabaseFileOf(root) is not { } database || FileStamp.Of(database) is not { } stamp)
            return Unsettled;
        var journal = FileStamp.Of(database + "-wal") is { Size: > 0 } pending ? pending : default;
        var newest = journal.Changed > stamp.Changed ? journal.Changed : stamp.Changed;
        return (host.Clock.GetUtcNow() - newest).Duration() > s_settled ? $"{stamp} {journal} {database}" : Unsettled;
    }

    private bool TryRead(string stamp, out string? sentence)
    {
        sentence = null;
        try
        {
            if (
                !File.Exists(FilePath)
                || File.ReadAllLines(FilePath) is not [Format, var key, var text]
                || key != stamp
            )
                return false;
            sentence = text.Length > 0 ? text : null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Write(string stamp, string? sentence)
    {
        if (stamp.Contains('\n', StringComparison.Ordinal) || sentence?.AsSpan().IndexOfAny('\n', '\r') >= 0)
            return;
        try
        {
            AtomicFile.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            AtomicFile.Write(FilePath, Encoding.UTF8.GetBytes($"{Format}\n{stamp}\n{sentence}\n"));
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException
                || e is PatchToolsException { Error: var error } && error == PatchErrors.StateUnwritable
            )
        {
            // Nothing is lost: rpm is asked again next time.
        }
    }
}
