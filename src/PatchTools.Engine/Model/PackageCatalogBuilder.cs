using System.Text;
using PackageRow = PatchTools.PackageCatalog.PackageRow;
using VersionRow = PatchTools.PackageCatalog.VersionRow;

namespace PatchTools;

/// <summary>Collects packages and versions from index files and databases into one <see cref="PackageCatalog"/>. Not thread-safe.</summary>
internal sealed class PackageCatalogBuilder
{
    private byte[] _arena = new byte[1 << 16];
    private int _arenaUsed;
    private PackageRow[] _packages = new PackageRow[1024];
    private int[] _lastVersion = new int[1024];
    private int[] _bucketNext = new int[1024];
    private int[] _buckets = NewBuckets(2048);
    private int _packageCount;
    private VersionRow[] _versions = new VersionRow[1024];
    private int _versionCount;
    private readonly List<string> _words = [""];
    private readonly List<byte[]> _wordBytes = [[]];
    private readonly List<PackageOrigin> _origins = [];
    private readonly List<int[]> _originSets = [[]];
    private readonly Dictionary<string, int> _originSetIds = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<Advisory[]> _advisorySets = [[]];
    private readonly List<InstalledPackage> _installed = [];

    public string NativeArchitecture { get; init; } = "";

    public int AddOrigin(PackageOrigin origin)
    {
        _origins.Add(origin);
        return _origins.Count - 1;
    }

    /// <summary>Id of a word that repeats (architecture, priority, section). There are dozens, so a walk beats a table.</summary>
    public ushort Word(ReadOnlySpan<byte> word)
    {
        for (var i = 0; i < _wordBytes.Count; i++)
        {
            if (word.SequenceEqual(_wordBytes[i]))
                return (ushort)i;
        }

        if (_wordBytes.Count > ushort.MaxValue)
            return 0;
        _wordBytes.Add(word.ToArray());
        _words.Add(Encoding.UTF8.GetString(word));
        return (ushort)(_words.Count - 1);
    }

    public ushort Word(string word) => Word(Encoding.UTF8.GetBytes(word));

    /// <summary>Finds or adds the package; returns its index.</summary>
    public int Package(ReadOnlySpan<byte> name, ushort architecture)
    {
        var hash = Hash(name, architecture);
        var slot = (int)(hash & (uint)(_buckets.Length - 1));
        for (var i = _buckets[slot]; i >= 0; i = _bucketNext[i])
        {
            ref var row = ref _packages[i];
            if (row.Architecture == architecture && name.SequenceEqual(_arena.AsSpan(row.NameOffset, row.NameLength)))
                return i;
        }

        if (_packageCount == _packages.Length)
        {
            Array.Resize(ref _packages, _packageCount * 2);
            Array.Resize(ref _lastVersion, _packageCount * 2);
            Array.Resize(ref _bucketNext, _packageCount * 2);
            Rehash(_packageCount * 4);
            slot = (int)(hash & (uint)(_buckets.Length - 1));
        }

        var index = _packageCount++;
        _packages[index] = new PackageRow { NameOffset = Store(name), NameLength = (ushort)name.Length, Architecture = architecture, FirstVersion = -1, Installed = -1 };
        _lastVersion[index] = -1;
        _bucketNext[index] = _buckets[slot];
        _buckets[slot] = index;
        return index;
    }

    /// <summary>Finds the version (same text and metadata hash) and adds the origin to it, or adds it; returns its index.</summary>
    public int Version(int package, ReadOnlySpan<byte> edition, ushort priority, ushort section, ulong metadataHash, int origin)
    {
        for (var i = _packages[package].FirstVersion; i >= 0; i = _versions[i].Next)
        {
            ref var row = ref _versions[i];
            if (row.MetadataHash == metadataHash && edition.SequenceEqual(_arena.AsSpan(row.TextOffset, row.TextLength)))
            {
                row.OriginSet = WithOrigin(row.OriginSet, origin);
                return i;
            }
        }

        if (_versionCount == _versions.Length)
            Array.Resize(ref _versions, _versionCount * 2);
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
    public void SetBuildTime(int version, long seconds) => _versions[version].BuildTime = seconds is > 0 and <= uint.MaxValue ? (uint)seconds : 0;

    public PackageCatalog Build() => new(
        NativeArchitecture,
        _arena.AsSpan(0, _arenaUsed).ToArray(),
        _packages.AsSpan(0, _packageCount).ToArray(),
        _versions.AsSpan(0, _versionCount).ToArray(),
        [.. _words],
        [.. _originSets],
        [.. _origins],
        [.. _advisorySets],
        [.. _installed]);

    private static int[] NewBuckets(int size)
    {
        var buckets = new int[size];
        Array.Fill(buckets, -1);
        return buckets;
    }

    private static uint Hash(ReadOnlySpan<byte> name, ushort architecture)
    {
        var hash = 2166136261u ^ architecture;
        foreach (var b in name)
            hash = (hash ^ b) * 16777619u;
        return hash;
    }

    private void Rehash(int size)
    {
        _buckets = NewBuckets(size);
        for (var i = 0; i < _packageCount; i++)
        {
            ref var row = ref _packages[i];
            var slot = (int)(Hash(_arena.AsSpan(row.NameOffset, row.NameLength), row.Architecture) & (uint)(size - 1));
            _bucketNext[i] = _buckets[slot];
            _buckets[slot] = i;
        }
    }

    private int Store(ReadOnlySpan<byte> text)
    {
        if (_arenaUsed + text.Length > _arena.Length)
            Array.Resize(ref _arena, Math.Max(_arena.Length * 2, _arenaUsed + text.Length));
        text.CopyTo(_arena.AsSpan(_arenaUsed));
        _arenaUsed += text.Length;
        return _arenaUsed - text.Length;
    }

    private int WithOrigin(int set, int origin)
    {
        var current = _originSets[set];
        if (Array.IndexOf(current, origin) >= 0)
            return set;
        int[] wanted = [.. current, origin];
        var key = string.Join(',', wanted);
        if (!_originSetIds.TryGetValue(key, out var id))
        {
            id = _originSets.Count;
            _originSets.Add(wanted);
            _originSetIds.Add(key, id);
        }

        return id;
    }
}
