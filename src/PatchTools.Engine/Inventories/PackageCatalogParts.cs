using PackageRow = PatchTools.PackageCatalog.PackageRow;
using VersionRow = PatchTools.PackageCatalog.VersionRow;

namespace PatchTools.Inventories;

/// <summary>
/// A catalog put together again from the columns of a file: rows keep their order, and every reference is checked.
/// </summary>
internal sealed class PackageCatalogParts
{
    /// <summary>
    /// Columns of a version after its text: priority, section, set of origins, metadata hash, build time, set of
    /// advisories.
    /// </summary>
    public const int Columns = 6;

    private readonly List<InstalledPackage> _installed = [];
    private byte[] _arena = new byte[1 << 20];
    private int _arenaUsed;
    private PackageRow[] _packages = new PackageRow[1 << 12];
    private int _packageCount;
    private VersionRow[] _versions = new VersionRow[1 << 12];
    private int _versionCount;
    private int _last = -1;

    public string NativeArchitecture { get; set; } = "";

    public string[] Words { get; set; } = [];

    public List<PackageOrigin> Origins { get; } = [];

    public List<int[]> OriginSets { get; } = [];

    public List<Advisory[]> AdvisorySets { get; } = [];

    public void AddPackage(ReadOnlySpan<byte> name, ushort architecture)
    {
        if (_packageCount == _packages.Length)
            Array.Resize(ref _packages, _packageCount * 2);
        _packages[_packageCount++] = new PackageRow
        {
            NameOffset = Store(name),
            NameLength = (ushort)name.Length,
            Architecture = Word(architecture),
            FirstVersion = -1,
            Installed = -1,
        };
        _last = -1;
    }

    /// <summary>Adds a version to the package that was added last.</summary>
    public void AddVersion(ReadOnlySpan<byte> edition, ReadOnlySpan<ulong> columns)
    {
        if (_versionCount == _versions.Length)
            Array.Resize(ref _versions, _versionCount * 2);
        var origins = Reference(columns[2], OriginSets.Count, "set of origins");
        if (OriginSets[origins].Length == 0)
            throw new InvalidDataException("a version has no origin");
        var index = _versionCount++;
        _versions[index] = new VersionRow
        {
            Next = -1,
            Package = _packageCount - 1,
            TextOffset = Store(edition),
            TextLength = (ushort)edition.Length,
            Priority = Word(columns[0]),
            Section = Word(columns[1]),
            OriginSet = origins,
            MetadataHash = columns[3],
            BuildTime = Number(columns[4]),
            Advisories = Reference(columns[5], AdvisorySets.Count, "set of advisories"),
        };
        if (_last < 0)
            _packages[_packageCount - 1].FirstVersion = index;
        else
            _versions[_last].Next = index;
        _last = index;
    }

    public void SetInstalled(int package, int place, InstalledPackage facts)
    {
        if ((uint)package >= (uint)_packageCount)
            throw new InvalidDataException($"there is no package {package}");
        ref var row = ref _packages[package];
        var version = row.FirstVersion;
        for (var i = 0; i < place && version >= 0; i++)
            version = _versions[version].Next;
        if (version < 0 || place < 0)
            throw new InvalidDataException($"package {package} has no version {place}");
        if (_versions[version].IsInstalled)
            throw new InvalidDataException($"version {place} of package {package} is installed twice");

        // Kernels are installed in several versions; the last one named speaks for the package.
        _versions[version].IsInstalled = true;
        row.Installed = _installed.Count;
        _installed.Add(
            facts with
            {
                Name = Text(row.NameOffset, row.NameLength),
                Architecture = Words[row.Architecture],
                Edition = Text(_versions[version].TextOffset, _versions[version].TextLength),
            }
        );
    }

    public PackageCatalog Build() =>
        new(
            NativeArchitecture,
            _arena,
            _packages,
            _packageCount,
            _versions,
            _versionCount,
            Words is { Length: > 0 } ? Words : [""],
            OriginSets.Count > 0
                ? [.. OriginSets]
                :
                [
                    [],
                ],
            [.. Origins],
            AdvisorySets.Count > 0
                ? [.. AdvisorySets]
                :
                [
                    [],
                ],
            [.. _installed]
        );

    private string Text(int offset, int length) => System.Text.Encoding.UTF8.GetString(_arena, offset, length);

    private ushort Word(ulong word) =>
        word < (ulong)Words.Length && word <= ushort.MaxValue
            ? (ushort)word
            : throw new InvalidDataException($"there is no word {word}");

    private static int Reference(ulong number, int count, string what) =>
        number < (ulong)count ? (int)number : throw new InvalidDataException($"there is no {what} {number}");

    private static uint Number(ulong number) =>
        number <= uint.MaxValue ? (uint)number : throw new InvalidDataException($"the number {number} is too large");

    private int Store(ReadOnlySpan<byte> text)
    {
        if (text.Length > ushort.MaxValue)
            throw new InvalidDataException("a name or version is longer than 65535 bytes");
        if (_arenaUsed + text.Length > _arena.Length)
            Array.Resize(ref _arena, Math.Max(_arena.Length * 2, _arenaUsed + text.Length));
        text.CopyTo(_arena.AsSpan(_arenaUsed));
        _arenaUsed += text.Length;
        return _arenaUsed - text.Length;
    }
}
