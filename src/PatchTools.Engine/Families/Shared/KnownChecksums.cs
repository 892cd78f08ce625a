using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Shared;

/// <summary>
/// Checksums that PatchTools has computed before. Of the host's own lists: by path, with the stamp that the file had
/// then, so that an unchanged list is not hashed again. Of any list: by the checksum of its compressed bytes, what the
/// text in it hashes to. A file that is missing or damaged only costs time.
/// </summary>
/// <param name="host">Where PatchTools' own data lies, and the clock.</param>
/// <param name="isHost">
/// The lists are those of this host itself. Who makes an image can give its files any time, so that no stamp of them
/// counts.
/// </param>
/// <param name="smallestList">Bytes below which a list is hashed sooner than it is looked up.</param>
internal sealed class KnownChecksums(HostContext host, bool isHost, ulong smallestList = 64 * 1024)
{
    private const string Format = "patchtools list checksums 1";

    /// <summary>A host has a few lists; images that are read with -Root leave some, too.</summary>
    private const int EntriesKept = 200;

    /// <summary>
    /// A file that changed just now can change again without a new change time: the kernel's clock for it ticks some
    /// hundred times a second.
    /// </summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(2);

    private readonly List<(string Key, string Checksum)> _entries = [];
    private readonly Dictionary<string, string> _byKey = new(StringComparer.Ordinal);
    private bool _isLoaded;
    private bool _isChanged;

    private string FilePath => Path.Combine(RememberedLists.FolderOf(host), "checksums");

    /// <summary>
    /// The checksum that a list of this host had when it was last hashed, if it has not changed since.
    /// </summary>
    public ListChecksum OfFile(string path, FileStamp? stamp, string kind) =>
        isHost && stamp is { } known && Find(FileKey(path, known), kind) is { } hex
            ? new ListChecksum(kind, hex)
            : ListChecksum.None;

    public void Remember(string path, FileStamp? stamp, ListChecksum checksum)
    {
        if (
            isHost
            && stamp is { } known
            && known.Size >= smallestList
            && (host.Clock.GetUtcNow() - known.Changed).Duration() > s_settled
        )
            Add(FileKey(path, known), checksum);
    }

    /// <summary>What the text of compressed bytes hashes to.</summary>
    public ListChecksum PlainOf(ListChecksum stored, string kind) =>
        Find(PlainKey(stored), kind) is { } hex ? new ListChecksum(kind, hex) : ListChecksum.None;

    public void RememberPlain(ListChecksum stored, ListChecksum plain) => Add(PlainKey(stored), plain);

    /// <summary>Writes what is new, once a reading is through.</summary>
    public void Save()
    {
        if (!_isChanged)
            return;
        var text = new StringBuilder(Format).Append('\n');
        foreach (var (key, checksum) in _entries.TakeLast(EntriesKept))
            text.Append(checksum).Append('\t').Append(key).Append('\n');
        try
        {
            AtomicFile.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            AtomicFile.Write(FilePath, Encoding.UTF8.GetBytes(text.ToString()));
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException
                || e is PatchToolsException { Error: var error } && error == PatchErrors.StateUnwritable
            )
        {
            // Nothing is lost: the lists are hashed again next time.
        }
    }

    private static string FileKey(string path, FileStamp stamp) => $"file {stamp} {path}";

    private static string PlainKey(ListChecksum stored) => $"plain {stored}";

    private string? Find(string key, string kind)
    {
        Load();
        return _byKey.TryGetValue($"{kind}\t{key}", out var hex) ? hex : null;
    }

    /// <summary>The newest entry of a path takes the place of the one before.</summary>
    private void Add(string key, ListChecksum checksum)
    {
        if (key.AsSpan().IndexOfAny('\n', '\t') >= 0)
            return;
        Load();
        var path = key.IndexOf('/', StringComparison.Ordinal);
        _entries.RemoveAll(e =>
            e.Key == key
            || path >= 0
                && e.Key.EndsWith(key[path..], StringComparison.Ordinal)
                && e.Key.IndexOf('/', StringComparison.Ordinal) == e.Key.Length - (key.Length - path)
        );
        _entries.Add((key, checksum.ToString()));
        _byKey[$"{checksum.Kind}\t{key}"] = checksum.Hex;
        _isChanged = true;
    }

    private void Load()
    {
        if (_isLoaded)
            return;
        _isLoaded = true;
        string[] lines;
        try
        {
            if (!File.Exists(FilePath))
                return;
            lines = File.ReadAllLines(FilePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        if (lines.Length == 0 || lines[0] != Format)
            return;
        foreach (var line in lines.Skip(1))
        {
            if (
                line.Split('\t') is not [var checksum, var key]
                || checksum.Split(':') is not [var kind, var hex]
                || ListChecksum.Parse(kind, hex) is not { IsNone: false } known
            )
                continue;
            _entries.Add((key, known.ToString()));
            _byKey[$"{known.Kind}\t{key}"] = known.Hex;
        }
    }
}
