using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// What dpkg says is installed at one moment of an install; packages that are gone or only configured are left out.
/// </summary>
internal sealed class DpkgStatus
{
    private readonly Dictionary<(string Name, string Architecture), Entry> _entries;

    private DpkgStatus(Dictionary<(string, string), Entry> entries, bool isInterrupted)
    {
        _entries = entries;
        IsInterrupted = isInterrupted;
    }

    /// <summary>Version and dpkg's three words of one package.</summary>
    /// <param name="Edition">Version text.</param>
    /// <param name="State">Third word: <c>installed</c>, <c>half-configured</c>, <c>unpacked</c>, …</param>
    /// <param name="IsSound">Second word is <c>ok</c> and nothing is left to do.</param>
    public readonly record struct Entry(string Edition, string State, bool IsSound);

    /// <summary>
    /// dpkg's journal holds changes that its status file does not (a killed dpkg): nothing works before <c>dpkg
    /// --configure -a</c>.
    /// </summary>
    public bool IsInterrupted { get; }

    /// <summary>Packages that are not completely installed, <c>name (half-configured)</c>.</summary>
    public IReadOnlyList<string> Unsound =>
        [
            .. _entries
                .Where(e => !e.Value.IsSound)
                .Select(e => $"{e.Key.Name} ({e.Value.State})")
                .Order(StringComparer.Ordinal),
        ];

    public bool NeedsRepair => IsInterrupted || _entries.Values.Any(e => !e.IsSound);

    public Entry? Of(string name, string architecture) =>
        _entries.TryGetValue((name, architecture), out var entry) ? entry : null;

    /// <summary>Whether exactly that version is there, completely.</summary>
    public bool Has(PatchTarget target) =>
        Of(target.Name, target.Architecture) is { State: "installed" or "triggers-pending" or "triggers-awaited" } entry
        && entry.Edition == target.Edition;

    public bool Equals(DpkgStatus other) =>
        _entries.Count == other._entries.Count
        && _entries.All(e => other._entries.TryGetValue(e.Key, out var entry) && entry == e.Value);

    public override bool Equals(object? obj) => obj is DpkgStatus other && Equals(other);

    public override int GetHashCode() => _entries.Count;

    /// <summary>Whether dpkg keeps packages below the root.</summary>
    public static bool IsIn(string root) => HostFiles.Exists(PathIn(root));

    /// <summary>Where dpkg keeps its status unless apt's configuration says otherwise.</summary>
    public static string PathIn(string root) => Path.Combine(root, "var/lib/dpkg/status");

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public static DpkgStatus Read(HostContext host, string native)
    {
        var path = DpkgStatus.PathIn(host.Paths.Root);
        try
        {
            var sink = new Sink(native);
            using (var file = HostFiles.OpenRead(path))
                StanzaReader.Read(file, path, ref sink);
            var journal = host.Paths.InRoot("/var/lib/dpkg/updates");
            var interrupted =
                HostFiles.DirectoryExists(journal)
                && HostFiles.FilesIn(journal).Any(f => Path.GetFileName(f).All(char.IsAsciiDigit));
            return new DpkgStatus(sink.Entries, interrupted);
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

    private readonly struct Sink(string native) : IStanzaSink
    {
        public static bool ReadsStatus => true;

        public Dictionary<(string, string), Entry> Entries { get; } = [];

        // Status: install ok installed | hold ok half-configured | install reinstreq half-installed | deinstall ok
        // config-files
        public void Add(in PackageStanza stanza)
        {
            var words = Encoding.UTF8.GetString(stanza.Status).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || words[2] is "not-installed" or "config-files")
                return;
            var architecture = Encoding.UTF8.GetString(stanza.Architecture);
            Entries[(Encoding.UTF8.GetString(stanza.Package), architecture is "all" or "" ? native : architecture)] =
                new Entry(
                    Encoding.UTF8.GetString(stanza.Version),
                    words[2],
                    words[1] == "ok" && words[2] == "installed"
                );
        }
    }
}
