using System.Collections;
using PatchTools.Text;

namespace PatchTools;

/// <summary>View of one package of a catalog.</summary>
public readonly struct PackageEntry : IEquatable<PackageEntry>
{
    private readonly PackageCatalog _catalog;

    internal PackageEntry(PackageCatalog catalog, int index)
    {
        _catalog = catalog;
        Index = index;
    }

    public int Index { get; }

    /// <summary>The bare name, also for a foreign architecture.</summary>
    public string Name => _catalog.Text(_catalog.PackageRows[Index].NameOffset, _catalog.PackageRows[Index].NameLength);

    internal ReadOnlySpan<byte> NameUtf8 =>
        _catalog.Arena.AsSpan(_catalog.PackageRows[Index].NameOffset, _catalog.PackageRows[Index].NameLength);

    public string Architecture => _catalog.Words[_catalog.PackageRows[Index].Architecture];

    public bool IsInstalled => _catalog.PackageRows[Index].Installed >= 0;

    public InstalledPackage? Installed =>
        _catalog.PackageRows[Index].Installed is var i and >= 0 ? _catalog.Installed[i] : null;

    /// <summary>Every version known, in the order the sources gave them.</summary>
    public VersionChain Versions => new(_catalog, _catalog.PackageRows[Index].FirstVersion);

    public bool Equals(PackageEntry other) => ReferenceEquals(_catalog, other._catalog) && Index == other.Index;

    public override bool Equals(object? obj) => obj is PackageEntry other && Equals(other);

    public override int GetHashCode() => Index;

    public override string ToString() => TerminalText.Cell($"{Name}:{Architecture}");

    public static bool operator ==(PackageEntry left, PackageEntry right) => left.Equals(right);

    public static bool operator !=(PackageEntry left, PackageEntry right) => !left.Equals(right);
}

/// <summary>View of one version of a catalog.</summary>
public readonly struct PackageVersion : IEquatable<PackageVersion>
{
    private readonly PackageCatalog _catalog;

    internal PackageVersion(PackageCatalog catalog, int index)
    {
        _catalog = catalog;
        Index = index;
    }

    public int Index { get; }

    public PackageEntry Package => new(_catalog, _catalog.VersionRows[Index].Package);

    /// <summary>Full version text, see <see cref="InstalledPackage.Edition"/>.</summary>
    public string Edition =>
        _catalog.Text(_catalog.VersionRows[Index].TextOffset, _catalog.VersionRows[Index].TextLength);

    internal ReadOnlySpan<byte> EditionUtf8 =>
        _catalog.Arena.AsSpan(_catalog.VersionRows[Index].TextOffset, _catalog.VersionRows[Index].TextLength);

    /// <summary>
    /// dpkg priority in libapt's words (<c>optional</c>, <c>extra</c> for unknown ones); empty when it has none, and on
    /// rpm.
    /// </summary>
    public string Priority => _catalog.Words[_catalog.VersionRows[Index].Priority];

    /// <summary>dpkg section as the index spells it; empty when it has none, and on rpm.</summary>
    public string Section => _catalog.Words[_catalog.VersionRows[Index].Section];

    /// <summary>
    /// Interned priority, section and origin set: versions with equal keys look the same to every filter, so a verdict
    /// can be remembered per key.
    /// </summary>
    internal (ushort Priority, ushort Section, int OriginSet) FilterKey =>
        (
            _catalog.VersionRows[Index].Priority,
            _catalog.VersionRows[Index].Section,
            _catalog.VersionRows[Index].OriginSet
        );

    public bool IsInstalled => _catalog.VersionRows[Index].IsInstalled;

    /// <summary>Where the version is offered; includes the local database when it is installed.</summary>
    public IEnumerable<PackageOrigin> Origins
    {
        get
        {
            foreach (var origin in _catalog.OriginSets[_catalog.VersionRows[Index].OriginSet])
                yield return _catalog.Origins[origin];
        }
    }

    /// <summary>At least one repository offers it and the tool sees it there.</summary>
    internal bool IsOffered
    {
        get
        {
            foreach (var origin in OriginIndexes)
            {
                if (_catalog.Origins[origin].IsOffer)
                    return true;
            }

            return false;
        }
    }

    internal ReadOnlySpan<int> OriginIndexes => _catalog.OriginSets[_catalog.VersionRows[Index].OriginSet];

    public IReadOnlyList<Advisory> Advisories => _catalog.AdvisorySets[_catalog.VersionRows[Index].Advisories];

    /// <summary>
    /// When the package was built (rpm families): stands in for a release date that no advisory gives. Null when
    /// unknown.
    /// </summary>
    public DateTimeOffset? BuildTime =>
        _catalog.VersionRows[Index].BuildTime is var seconds and > 0
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    internal ulong MetadataHash => _catalog.VersionRows[Index].MetadataHash;

    public bool Equals(PackageVersion other) => ReferenceEquals(_catalog, other._catalog) && Index == other.Index;

    public override bool Equals(object? obj) => obj is PackageVersion other && Equals(other);

    public override int GetHashCode() => Index;

    public override string ToString() => TerminalText.Cell($"{Package} {Edition}");

    public static bool operator ==(PackageVersion left, PackageVersion right) => left.Equals(right);

    public static bool operator !=(PackageVersion left, PackageVersion right) => !left.Equals(right);
}

/// <summary>The versions of one package; a struct, so that walking 60 000 packages allocates nothing.</summary>
public readonly struct VersionChain : IEnumerable<PackageVersion>, IEquatable<VersionChain>
{
    private readonly PackageCatalog _catalog;
    private readonly int _first;

    internal VersionChain(PackageCatalog catalog, int first)
    {
        _catalog = catalog;
        _first = first;
    }

    public Walker GetEnumerator() => new(_catalog, _first);

    IEnumerator<PackageVersion> IEnumerable<PackageVersion>.GetEnumerator()
    {
        foreach (var version in this)
            yield return version;
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<PackageVersion>)this).GetEnumerator();

    public bool Equals(VersionChain other) => ReferenceEquals(_catalog, other._catalog) && _first == other._first;

    public override bool Equals(object? obj) => obj is VersionChain other && Equals(other);

    public override int GetHashCode() => _first;

    public static bool operator ==(VersionChain left, VersionChain right) => left.Equals(right);

    public static bool operator !=(VersionChain left, VersionChain right) => !left.Equals(right);

    /// <summary>Enumerator of a <see cref="VersionChain"/>.</summary>
    public struct Walker
    {
        private readonly PackageCatalog _catalog;
        private int _next;

        internal Walker(PackageCatalog catalog, int first)
        {
            _catalog = catalog;
            _next = first;
            Current = default;
        }

        public PackageVersion Current { get; private set; }

        public bool MoveNext()
        {
            if (_next < 0)
                return false;
            Current = new PackageVersion(_catalog, _next);
            _next = _catalog.VersionRows[_next].Next;
            return true;
        }
    }
}
