using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace PatchTools;

/// <summary>
/// Every package of a host with every version known of it, installed or offered: columns of small structs over one
/// UTF-8 arena, because a Debian host offers 66 000 versions and all but a few hundred are only counted.
/// <see cref="PackageEntry"/> and <see cref="PackageVersion"/> are views of a row.
/// </summary>
public sealed class PackageCatalog : IReadOnlyList<PackageEntry>
{
    internal readonly byte[] Arena;

    /// <summary>Rows beyond <see cref="Count"/> are spare: the builder hands its arrays over as they are.</summary>
    internal readonly PackageRow[] PackageRows;

    /// <summary>Rows beyond <see cref="VersionCount"/> are spare.</summary>
    internal readonly VersionRow[] VersionRows;
    internal readonly string[] Words;
    internal readonly int[][] OriginSets;
    internal readonly Advisory[][] AdvisorySets;
    private readonly InstalledPackage[] _installed;

    internal PackageCatalog(
        string nativeArchitecture,
        byte[] arena,
        PackageRow[] packages,
        int packageCount,
        VersionRow[] versions,
        int versionCount,
        string[] words,
        int[][] originSets,
        PackageOrigin[] origins,
        Advisory[][] advisorySets,
        InstalledPackage[] installed
    )
    {
        NativeArchitecture = nativeArchitecture;
        Arena = arena;
        PackageRows = packages;
        Count = packageCount;
        VersionRows = versions;
        VersionCount = versionCount;
        Words = words;
        OriginSets = originSets;
        Origins = origins;
        AdvisorySets = advisorySets;
        _installed = installed;
        Offers = new PackageOfferList(this);
    }

    /// <summary>dpkg's or rpm's architecture of the host itself.</summary>
    public string NativeArchitecture { get; }

    public IReadOnlyList<PackageOrigin> Origins { get; }

    /// <summary>Installed packages, in the order of the database.</summary>
    public IReadOnlyList<InstalledPackage> Installed => _installed;

    /// <summary>Versions that at least one repository offers; each is made when it is asked for.</summary>
    public IReadOnlyList<PackageOffer> Offers { get; }

    public int Count { get; }

    public int VersionCount { get; }

    public PackageEntry this[int index] => new(this, index);

    public IEnumerator<PackageEntry> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return new PackageEntry(this, i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// For the package manager that is still making the inventory: facts that need every version first (candidate,
    /// policy).
    /// </summary>
    internal void ReplaceInstalled(int package, InstalledPackage installed) =>
        _installed[PackageRows[package].Installed] = installed;

    internal string Text(int offset, int length) => Encoding.UTF8.GetString(Arena, offset, length);

    /// <summary>One package (name and architecture); versions form a chain from <see cref="FirstVersion"/>.</summary>
    [StructLayout(LayoutKind.Auto)]
    internal struct PackageRow
    {
        /// <summary>Of name and architecture, for the builder.</summary>
        public uint Hash;
        public int NameOffset;
        public ushort NameLength;
        public ushort Architecture;
        public int FirstVersion;

        /// <summary>Index into <see cref="Installed"/>, or -1.</summary>
        public int Installed;
    }

    /// <summary>
    /// One version of one package. Two stanzas with one version text and other metadata are two versions, as in libapt
    /// (reference 09 §2).
    /// </summary>
    [StructLayout(LayoutKind.Auto)]
    internal struct VersionRow
    {
        public int Next;
        public int Package;
        public int TextOffset;
        public ushort TextLength;
        public ushort Priority;
        public ushort Section;
        public bool IsInstalled;
        public int OriginSet;

        /// <summary>Index into <see cref="AdvisorySets"/>, 0 for none.</summary>
        public int Advisories;

        /// <summary>Seconds since 1970 UTC (rpm families); 0 for unknown.</summary>
        public uint BuildTime;
        public ulong MetadataHash;
    }
}
