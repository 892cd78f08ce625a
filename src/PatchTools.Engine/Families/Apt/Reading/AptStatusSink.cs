using System.Text;
using PatchTools.Families.Shared;
using PatchTools.Model;
using PatchTools.Versions;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// dpkg's status file: installed is what has a current version, also unpacked and half-configured ones. What is removed
/// but configured is known, not installed.
/// </summary>
internal readonly struct AptStatusSink(
    PackageCatalogBuilder builder,
    int origin,
    string native,
    string adminDirectory,
    HashSet<string> automatic
) : IStanzaSink
{
    private readonly byte[] _all = "all"u8.ToArray();
    private readonly ushort _native = builder.Word(native);

    public static bool ReadsStatus => true;

    /// <summary>
    /// Packages of the status file, with the version it has of each: only their stanzas need be told apart.
    /// </summary>
    public Dictionary<int, KnownVersion> Known { get; } = [];

    /// <summary>Phased-Update-Percentage by version.</summary>
    public Dictionary<int, int> Phased { get; } = [];

    /// <summary>Source package by version, where a pin asks for it.</summary>
    public Dictionary<int, string> Sources { get; } = [];

    /// <summary>Packages, with their architecture as written, that a newer file has spoken of.</summary>
    public HashSet<(string Package, string Architecture)> Overridden { get; } = [];

    /// <summary>How well the installed packages are.</summary>
    public DpkgCondition Condition { get; } = new();

    // Status: install ok installed | hold ok installed | deinstall ok config-files
    public void Add(in PackageStanza stanza)
    {
        var words = Encoding.UTF8.GetString(stanza.Status).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3 || words[2] is "not-installed")
            return;
        if (Overridden.Count > 0 && Overridden.Contains((Text(stanza.Package), Text(stanza.Architecture))))
            return;
        var isAll = stanza.Architecture.SequenceEqual(_all) || stanza.Architecture.IsEmpty;
        var package = builder.Package(stanza.Package, isAll ? _native : builder.Word(stanza.Architecture));
        var hash = VersionHash.Of(stanza.Text);
        if (!Known.TryAdd(package, new KnownVersion(stanza.Version.ToArray(), hash)))
            return;
        var version = builder.Version(
            package,
            stanza.Version,
            builder.Word(AptPriority.Word(stanza.Priority)),
            builder.Word(stanza.Section),
            hash,
            origin
        );
        if (words[2] is "config-files")
            return;
        var name = Encoding.UTF8.GetString(stanza.Package);
        Condition.Add(name, Encoding.UTF8.GetString(stanza.Version), words, stanza.Text);
        var architecture = isAll ? native : Encoding.UTF8.GetString(stanza.Architecture);
        var info = Path.Combine(adminDirectory, "info", name);
        builder.SetInstalled(
            package,
            version,
            new InstalledPackage
            {
                Name = name,
                Architecture = architecture,
                Edition = Encoding.UTF8.GetString(stanza.Version),
                Status = string.Join(' ', words),
                IsHeld = words[0] == "hold",
                IsAutoInstalled = automatic.Contains($"{name}:{architecture}"),
                IsBroken =
                    words[1] != "ok" || words[2] is not ("installed" or "triggers-awaited" or "triggers-pending"),

                // Of a foreign architecture the bare name is never asked for (reference 09 §9: name is "name:arch"
                // there).
                InstalledTime =
                    FileTimes.Modified($"{info}:{architecture}.list")
                    ?? (architecture == native ? FileTimes.Modified($"{info}.list") : null),
            }
        );
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value);

    /// <summary>The version that dpkg knows.</summary>
    /// <param name="edition">Its text.</param>
    /// <param name="hash">Of its metadata, see <see cref="VersionHash"/>.</param>
    public sealed class KnownVersion(byte[] edition, ulong hash)
    {
        private readonly List<(byte[] Edition, ulong Hash)> _spellings = [(edition, hash)];
        private ulong _size;
        private bool _isDescribed;

        /// <summary>
        /// The hash of a list's stanza. The first that looks like dpkg's is taken for it, and its size becomes that of
        /// the version (libapt: <c>debListParser::SameVersion</c>); one of another size is another version.
        /// </summary>
        public ulong HashOf(in PackageStanza stanza)
        {
            var (other, size) = (stanza.Hash, stanza.Size);
            if (!stanza.IsHashed)
                other = VersionHash.Of(stanza.Text, out size);
            if (other == hash && DebianVersion.Compare(stanza.Version, edition) == 0)
            {
                if (_size == 0)
                    _size = size;
                if (size == 0 || size == _size)
                    return hash;
            }

            return unchecked((other ^ size) * 1099511628211UL);
        }

        /// <summary>
        /// The text under which a version was seen first: <c>1.01</c> and <c>1.1</c> are one version to libapt where
        /// nothing else tells them apart.
        /// </summary>
        /// <param name="written">The text of a list's stanza.</param>
        /// <param name="stanzaHash">What <see cref="HashOf"/> gave.</param>
        public ReadOnlySpan<byte> SpellingOf(ReadOnlySpan<byte> written, ulong stanzaHash)
        {
            foreach (var (known, ofKnown) in _spellings)
            {
                if (ofKnown == stanzaHash && DebianVersion.Compare(known, written) == 0)
                    return known;
            }

            _spellings.Add((written.ToArray(), stanzaHash));
            return written;
        }

        /// <summary>
        /// Whether a repository's stanza is the first that was taken for dpkg's. Its priority and section are those of
        /// the version: libapt reads the repositories in their order and dpkg's status last, and what comes later
        /// changes nothing.
        /// </summary>
        /// <param name="stanzaHash">What <see cref="HashOf"/> gave.</param>
        public bool IsDescribedFirst(ulong stanzaHash)
        {
            if (stanzaHash != hash || _isDescribed)
                return false;
            return _isDescribed = true;
        }
    }
}
