using System.Buffers.Binary;
using System.Text;
using PackageRow = PatchTools.PackageCatalog.PackageRow;
using VersionRow = PatchTools.PackageCatalog.VersionRow;

namespace PatchTools.Model;

/// <summary>
/// Collects packages and versions from index files and databases into one <see cref="PackageCatalog"/>. Not
/// thread-safe. Generic collections of its own structs are avoided on the path of every stanza: code for them is
/// compiled at run time, which a cold scan pays for.
/// </summary>
internal sealed class PackageCatalogBuilder
{
    /// <summary>No list is believed to announce more: what is really there still finds room, by doubling.</summary>
    private const int MaxExpected = 1 << 20;

    private byte[] _arena;
    private int _arenaUsed;
    private PackageRow[] _packages;
    private int[] _lastVersion;
    private int[] _bucketNext;
    private int[] _buckets;
    private int _packageCount;
    private VersionRow[] _versions;
    private int _versionCount;
    private readonly List<string> _words = [""];
    private readonly List<byte[]> _wordBytes =
    [
        [],
    ];
    private int[] _wordSlots = new int[256];
    private readonly List<PackageOrigin> _origins = [];
    private readonly List<int[]> _originSets =
    [
        [],
    ];

    /// <summary>By set and origin: the set with that origin too, 0 when it was not asked for yet.</summary>
    private readonly List<int[]> _originSetWith =
    [
        [],
    ];
    private readonly List<Advisory[]> _advisorySets =
    [
        [],
    ];
    private readonly List<InstalledPackage> _installed = [];

    /// <param name="expectedVersions">About how many versions will come; arrays that need not grow leave no
    /// garbage.</param>
    public PackageCatalogBuilder(long expectedVersions = 1024)
    {
        var capacity = (int)Math.Clamp(expectedVersions, 1024, MaxExpected);
        _arena = new byte[capacity * 24];
        _packages = new PackageRow[capacity];
        _lastVersion = new int[capacity];
        _bucketNext = new int[capacity];
        _versions = new VersionRow[capacity];
        _buckets = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
    }

    public string NativeArchitecture { get; init; } = "";

    public int AddOrigin(PackageOrigin origin)
    {
        _origins.Add(origin);
        return _origins.Count - 1;
    }

    /// <summary>Id of a word that repeats (architecture, priority, section).</summary>
    public ushort Word(ReadOnlySpan<byte> word)
    {
        if (word.IsEmpty)
            return 0;
        var slot = (int)(Hash(word, 0) & (uint)(_wordSlots.Length - 1));
        while (_wordSlots[slot] is var id and > 0)
        {
            if (word.SequenceEqual(_wordBytes[id]))
                return (ushort)id;
            slot = (slot + 1) & (_wordSlots.Length - 1);
        }

        if (_wordBytes.Count > ushort.MaxValue)
            return 0;
        _wordSlots[slot] = _wordBytes.Count;
        _wordBytes.Add(word.ToArray());
        _words.Add(Encoding.UTF8.GetString(word));
        if (_wordBytes.Count * 2 > _wordSlots.Length)
            RehashWords();
        return (ushort)(_words.Count - 1);
    }

    private int FindWord(ReadOnlySpan<byte> word)
    {
        if (word.IsEmpty)
            return 0;
        for (
            var slot = (int)(Hash(word, 0) & (uint)(_wordSlots.Length - 1));
            _wordSlots[slot] is var id and > 0;
            slot = (slot + 1) & (_wordSlots.Length - 1)
        )
        {
            if (word.SequenceEqual(_wordBytes[id]))
                return id;
        }

        return -1;
    }

    private ReadOnlySpan<byte> NameOfPackage(int package) =>
        _arena.AsSpan(_packages[package].NameOffset, _packages[package].NameLength);

    public ushort Word(string word) => Word(Encoding.UTF8.GetBytes(word));

    public int VersionCount => _versionCount;

    public ReadOnlySpan<byte> NameOf(int version) => NameOfPackage(_versions[version].Package);

    public ReadOnlySpan<byte> EditionOf(int version) =>
        _arena.AsSpan(_versions[version].TextOffset, _versions[version].TextLength);

    public ReadOnlySpan<byte> ArchitectureOf(int version) =>
        _wordBytes[_packages[_versions[version].Package].Architecture];

    public ReadOnlySpan<int> OriginsOf(int version) => _originSets[_versions[version].OriginSet];

    public PackageOrigin Origin(int origin) => _origins[origin];

    /// <summary>Index into the installed packages of the version's package, -1 for none.</summary>
    public int InstalledOf(int version) => _packages[_versions[version].Package].Installed;

    public bool IsInstalled(int package) => _packages[package].Installed >= 0;

    /// <summary>Index of the installed package; -1 when it is not installed.</summary>
    public int InstalledOfPackage(int package) => _packages[package].Installed;

    /// <summary>Indexes of the installed packages of that name, of any architecture and version.</summary>
    public IEnumerable<int> InstalledNamed(string name)
    {
        for (var i = 0; i < _installed.Count; i++)
        {
            if (_installed[i].Name == name)
                yield return i;
        }
    }

    public void ReplaceInstalled(int index, InstalledPackage installed) => _installed[index] = installed;

    /// <summary>Puts one origin of a version in the place of another.</summary>
    public void ReplaceOrigin(int version, int origin, int replacement)
    {
        var set = 0;
        foreach (var present in OriginsOf(version).ToArray())
            set = WithOrigin(set, present == origin ? replacement : present);
        _versions[version].OriginSet = set;
    }

    /// <summary>Finds the package; -1 when there is none.</summary>
    public int FindPackage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> architecture)
    {
        var word = FindWord(architecture);
        if (word < 0)
            return -1;
        var hash = Hash(name, (ushort)word);
        for (var i = _buckets[(int)(hash & (uint)(_buckets.Length - 1))] - 1; i >= 0; i = _bucketNext[i])
        {
            ref var row = ref _packages[i];
            if (row.Hash == hash && row.Architecture == word && name.SequenceEqual(NameOfPackage(i)))
                return i;
        }

        return -1;
    }

    /// <summary>Finds the first version of that text; -1 when there is none.</summary>
    public int FindVersion(int package, ReadOnlySpan<byte> edition)
    {
        for (var i = _packages[package].FirstVersion; i >= 0; i = _versions[i].Next)
        {
            if (edition.SequenceEqual(EditionOf(i)))
                return i;
        }

        return -1;
    }

    /// <summary>Finds or adds the package; returns its index.</summary>
    public int Package(ReadOnlySpan<byte> name, ushort architecture)
    {
        var hash = Hash(name, architecture);
        var slot = (int)(hash & (uint)(_buckets.Length - 1));
        for (var i = _buckets[slot] - 1; i >= 0; i = _bucketNext[i])
        {
            ref var row = ref _packages[i];
            if (
                row.Hash == hash
                && row.Architecture == architecture
                && name.SequenceEqual(_arena.AsSpan(row.NameOffset, row.NameLength))
            )
                return i;
        }

        if (_packageCount == _packages.Length)
        {
            _packages = (PackageRow[])Grown(_packages, new PackageRow[_packageCount * 2], _packageCount);
            _lastVersion = (int[])Grown(_lastVersion, new int[_packageCount * 2], _packageCount);
            _bucketNext = (int[])Grown(_bucketNext, new int[_packageCount * 2], _packageCount);
            Rehash(_buckets.Length * 2);
            slot = (int)(hash & (uint)(_buckets.Length - 1));
        }

        var index = _packageCount++;
        _packages[index] = new PackageRow
        {
            Hash = hash,
            NameOffset = Store(name),
            NameLength = (ushort)name.Length,
            Architecture = architecture,
            FirstVersion = -1,
            Installed = -1,
        };
        _lastVersion[index] = -1;
        _bucketNext[index] = _buckets[slot] - 1;
        _buckets[slot] = index + 1;
        return index;
    }

    /// <summary>
    /// Finds the version (same text and metadata hash) and adds the origin to it, or adds it; returns its index.
    /// </summary>
    public int Version(
        int package,
        ReadOnlySpan<byte> edition,
        ushort priority,
        ushort section,
        ulong metadataHash,
        int origin
    )
    {
        for (var i = _packages[package].FirstVersion; i >= 0; i = _versions[i].Next)
        {
            ref var row = ref _versions[i];
            if (
                row.MetadataHash == metadataHash
                && edition.SequenceEqual(_arena.AsSpan(row.TextOffset, row.TextLength))
            )
            {
                row.OriginSet = WithOrigin(row.OriginSet, origin);
                return i;
            }
        }

        if (_versionCount == _versions.Length)
            _versions = (VersionRow[])Grown(_versions, new VersionRow[_versionCount * 2], _versionCount);
        var index = _versionCount++;
        _versions[index] = new VersionRow
        {
            Next = -1,
            Package = package,
            TextOffset = Store(edition),
            TextLength = (ushort)edition.Length,
            Priority = priority,
            Section = section,
            OriginSet = WithOrigin(0, origin),
            MetadataHash = metadataHash,
        };
        if (_lastVersion[package] < 0)
            _packages[package].FirstVersion = index;
        else
            _versions[_lastVersion[package]].Next = index;
        _lastVersion[package] = index;
        return index;
    }

    /// <summary>Gives a version the priority and section of another stanza of it.</summary>
    public void Describe(int version, ushort priority, ushort section) =>
        (_versions[version].Priority, _versions[version].Section) = (priority, section);

    public InstalledPackage Installed(int index) => _installed[index];

    /// <summary>
    /// Several versions of a package may be installed at once (kernels); the last one named speaks for it.
    /// </summary>
    public void SetInstalled(int package, int version, InstalledPackage installed)
    {
        _packages[package].Installed = _installed.Count;
        _versions[version].IsInstalled = true;
        _installed.Add(installed);
    }

    public void SetAdvisories(int version, Advisory[] advisories)
    {
        _versions[version].Advisories = _advisorySets.Count;
        _advisorySets.Add(advisories);
    }

    /// <param name="version">Index of the version.</param>
    /// <param name="seconds">Build time in seconds since 1970 UTC; what no clock can have said is dropped.</param>
    public void SetBuildTime(int version, long seconds) =>
        _versions[version].BuildTime = seconds is > 0 and <= uint.MaxValue ? (uint)seconds : 0;

    /// <summary>Hands the arrays over; the builder is of no use afterwards.</summary>
    public PackageCatalog Build() =>
        new(
            NativeArchitecture,
            _arena,
            _packages,
            _packageCount,
            _versions,
            _versionCount,
            [.. _words],
            [.. _originSets],
            [.. _origins],
            [.. _advisorySets],
            [.. _installed]
        );

    private static Array Grown(Array old, Array larger, int used)
    {
        Array.Copy(old, larger, used);
        return larger;
    }

    /// <summary>Eight bytes at a step: names are longer than a word and there are 66 000 of them.</summary>
    private static uint Hash(ReadOnlySpan<byte> text, uint seed)
    {
        var hash = (seed + 1) * 0x9E3779B97F4A7C15UL;
        while (text.Length >= sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text)) * 0x9E3779B97F4A7C15UL;
            hash ^= hash >> 29;
            text = text[sizeof(ulong)..];
        }

        ulong tail = 0;
        foreach (var b in text)
            tail = (tail << 8) | b;
        hash = (hash ^ tail ^ ((ulong)text.Length << 56)) * 0x9E3779B97F4A7C15UL;
        return (uint)(hash >> 32);
    }

    private void Rehash(int size)
    {
        _buckets = new int[size];
        for (var i = 0; i < _packageCount; i++)
        {
            var slot = (int)(_packages[i].Hash & (uint)(size - 1));
            _bucketNext[i] = _buckets[slot] - 1;
            _buckets[slot] = i + 1;
        }
    }

    private void RehashWords()
    {
        _wordSlots = new int[_wordSlots.Length * 2];
        for (var id = 1; id < _wordBytes.Count; id++)
        {
            var slot = (int)(Hash(_wordBytes[id], 0) & (uint)(_wordSlots.Length - 1));
            while (_wordSlots[slot] > 0)
                slot = (slot + 1) & (_wordSlots.Length - 1);
            _wordSlots[slot] = id;
        }
    }

    private int Store(ReadOnlySpan<byte> text)
    {
        if (_arenaUsed + text.Length > _arena.Length)
            _arena = (byte[])Grown(_arena, new byte[Math.Max(_arena.Length * 2, _arenaUsed + text.Length)], _arenaUsed);
        text.CopyTo(_arena.AsSpan(_arenaUsed));
        _arenaUsed += text.Length;
        return _arenaUsed - text.Length;
    }

    private int WithOrigin(int set, int origin)
    {
        var with = _originSetWith[set];
        if (origin >= with.Length)
            _originSetWith[set] = with = (int[])Grown(with, new int[Math.Max(_origins.Count, origin + 1)], with.Length);
        if (with[origin] > 0)
            return with[origin];
        var current = _originSets[set];
        var wanted = set;
        if (Array.IndexOf(current, origin) < 0)
        {
            // The same origins in another order are another set: the order says which source came first.
            wanted = _originSets.Count;
            _originSets.Add([.. current, origin]);
            _originSetWith.Add([]);
        }

        return with[origin] = wanted;
    }
}
