using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Model;
using PatchTools.Text;

namespace PatchTools;

/// <summary>
/// Where a version is offered: one index file with the facts of its Release file, or the local database.
/// </summary>
public sealed record PackageOrigin : ShownRecord
{
    /// <summary>
    /// Suite or Archive of the Release file (<c>stable-security</c>); <c>now</c> for the local database.
    /// </summary>
    public string Archive { get; init; } = "";

    public string Codename { get; init; } = "";

    public string Label { get; init; } = "";

    /// <summary>The Release file's <c>Origin</c> field (<c>Debian</c>); on zypper the packages' own vendor.</summary>
    public string Vendor { get; init; } = "";

    public string Component { get; init; } = "";

    /// <summary>Host name of the repository; empty for <c>file:</c>, <c>copy:</c> and <c>cdrom:</c>.</summary>
    public string Site { get; init; } = "";

    public string Architecture { get; init; } = "";

    /// <summary>The index was authenticated, or the source is marked trusted.</summary>
    public bool Trusted { get; init; }

    /// <summary>Index into <see cref="HostInventory.Repositories"/>; -1 for the local database.</summary>
    public int Repository { get; init; } = -1;

    /// <summary>Reason of a version that only advisories still name.</summary>
    public const string NoLongerOffered = "no repository offers it any more";

    /// <summary>End of the reason of a version that its vendor took back, after the patch's name.</summary>
    internal const string Retracted = " is retracted: zypper takes none of its packages";

    /// <summary>Reason of a version that is one customer's fix for the time being.</summary>
    internal const string TemporaryFix =
        "a program temporary fix (PTF) of it is offered, which zypper takes only when asked for by name";

    /// <summary>
    /// Why the tool does not see what this repository offers: excluded, a module stream that is not enabled, a better
    /// repository's priority, a lock, or gone. Null: it sees it.
    /// </summary>
    public string? HiddenBecause { get; init; }

    public bool IsLocalDatabase => Repository < 0;

    /// <summary>Only an advisory still names the version.</summary>
    internal bool IsGone => HiddenBecause == NoLongerOffered;

    /// <summary>
    /// Whether the reason is that a version is nothing to install though it is there: retracted, or a temporary fix.
    /// libzypp calls both blacklisted.
    /// </summary>
    internal static bool IsBlacklisted(string because) =>
        because == TemporaryFix || because.EndsWith(Retracted, StringComparison.Ordinal);

    /// <summary>The tool would install from here.</summary>
    public bool IsOffer => !IsLocalDatabase && HiddenBecause is null;
}

/// <summary>One advisory (rpm families): what the vendor says of the versions it names.</summary>
public sealed record Advisory : ShownRecord
{
    /// <summary>Stands for the id of an advisory that has none; reports do not list it.</summary>
    internal const string WithoutId = "an advisory without id";

    public required string Id { get; init; }

    /// <summary>The notice's type as the vendor spells it; empty when it has none.</summary>
    public string Classification { get; init; } = "";

    /// <summary>The notice's severity as the vendor spells it; empty when it has none.</summary>
    public string Severity { get; init; } = "";

    /// <summary><c>updated</c>, else <c>issued</c>, else build time (design §4); null when none is usable.</summary>
    public DateTimeOffset? Date { get; init; }

    public IReadOnlyList<string> CveIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public IReadOnlyList<string> BugzillaIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>What it brings takes effect with a reboot (zypper: Interactive "reboot").</summary>
    public bool RebootSuggested { get; init; }

    /// <summary>
    /// It changes the package manager itself, which must be restarted before anything else is installed (zypper:
    /// Interactive "restart").
    /// </summary>
    public bool RestartSuggested { get; init; }

    /// <summary>
    /// The vendor's word for its state: <c>stable</c>, <c>final</c>, <c>retracted</c>; empty when it says none.
    /// Readings heed it, so an inventory need not carry it.
    /// </summary>
    internal string Status { get; init; } = "";

    /// <summary>Of the advisory itself, which locks of zypper may name.</summary>
    internal string Version { get; init; } = "";

    /// <summary>
    /// Whether both are one advisory that was published twice. What is published under one id as a correction and as a
    /// security update is two: the tools count both.
    /// </summary>
    internal bool IsCopyOf(Advisory other) =>
        Id == other.Id && Id != WithoutId && Classification == other.Classification && Severity == other.Severity;
}

/// <summary>
/// Time as the host's files give it: seconds since 1970 UTC. The reference prints apt's as floats and rpm's as integers
/// (reference 06 §6).
/// </summary>
/// <param name="Seconds">Epoch seconds.</param>
/// <param name="IsFractional">Whether it is written as a float (file time) even when whole.</param>
public readonly record struct EpochTime(double Seconds, bool IsFractional)
{
    public DateTimeOffset ToDateTimeOffset() =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(Seconds * TimeSpan.TicksPerSecond));

    /// <summary>To the second, in UTC: what tables and CSV files show.</summary>
    public override string ToString() =>
        ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>One installed package, with what the administrator and apt's policy say of it.</summary>
public sealed record InstalledPackage : ShownRecord
{
    public required string Name { get; init; }

    /// <summary>
    /// Architecture in the multi-arch sense: the native one for <c>all</c> (reference 09 §2); as is for rpm.
    /// </summary>
    public required string Architecture { get; init; }

    /// <summary>Full version text: epoch and revision on dpkg, <c>[epoch:]version-release</c> on rpm.</summary>
    public required string Edition { get; init; }

    /// <summary>
    /// Who made it, on zypper, which stays with one vendor; empty elsewhere and where the package says nothing.
    /// </summary>
    public string Vendor { get; init; } = "";

    /// <summary>dpkg's status words (<c>install ok installed</c>); empty on rpm.</summary>
    public string Status { get; init; } = "";

    /// <summary>Held by the administrator (dpkg selection <c>hold</c>, versionlock, zypper lock).</summary>
    public bool IsHeld { get; init; }

    /// <summary>Installed only as a dependency.</summary>
    public bool IsAutoInstalled { get; init; }

    /// <summary>Unpacked, half-configured or half-installed.</summary>
    public bool IsBroken { get; init; }

    /// <summary>
    /// The oldest edition that is installed beside it where only one is meant to be, as an interrupted transaction
    /// leaves it; null when there is none, or the tool does not mind (only zypper does).
    /// </summary>
    public string? LeftoverEdition { get; init; }

    /// <summary>Time of the last install or upgrade; null when the host does not know it.</summary>
    public EpochTime? InstalledTime { get; init; }

    /// <summary>
    /// What the native tool would take by its own policy (apt: pins); equals <see cref="Edition"/> when it would stay,
    /// null when unknown.
    /// </summary>
    public string? CandidateEdition { get; init; }

    /// <summary>
    /// Why the native policy differs from the newest version: the pin that decides, for people; null when nothing does.
    /// </summary>
    public string? PolicyNote { get; init; }

    /// <summary>Phased-Update-Percentage of the candidate, null when it is not phased.</summary>
    public int? PhasedPercentage { get; init; }

    /// <summary>
    /// Newer editions that the administrator keeps away for good (apt: a negative pin; design §4 "holds and negative
    /// pins").
    /// </summary>
    public IReadOnlyList<RefusedEdition> RefusedEditions
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Newer editions that the native tool would not choose by itself (apt: archives that are not automatic, pins);
    /// an approval chooses them all the same.
    /// </summary>
    public IReadOnlyList<RefusedEdition> UnchosenEditions
    {
        get;
        init => field = Indexable.Of(value);
    } = [];
}

/// <summary>An edition that the host's own policy refuses or passes over, and what says so, for people.</summary>
public sealed record RefusedEdition(string Edition, string Reason) : ShownRecord;

/// <summary>
/// One version offered by a repository, for people and pipelines. The evaluator works on the compact rows of
/// <see cref="PackageCatalog"/> instead.
/// </summary>
public sealed record PackageOffer(
    string Name,
    string Architecture,
    string Edition,
    string Priority,
    string Section,
    IReadOnlyList<PackageOrigin> Origins,
    IReadOnlyList<Advisory> Advisories
) : ShownRecord
{
    public IReadOnlyList<PackageOrigin> Origins
    {
        get;
        init => field = Indexable.Of(value);
    } = Indexable.Of(Origins);

    public IReadOnlyList<Advisory> Advisories
    {
        get;
        init => field = Indexable.Of(value);
    } = Indexable.Of(Advisories);
}

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

/// <summary>The offers of a catalog, each made when it is asked for.</summary>
public sealed class PackageOfferList : IReadOnlyList<PackageOffer>
{
    private readonly PackageCatalog _catalog;
    private int[]? _rows;

    internal PackageOfferList(PackageCatalog catalog) => _catalog = catalog;

    private int[] Rows =>
        _rows ??= [
            .. Enumerable
                .Range(0, _catalog.VersionCount)
                .Where(i => new PackageVersion(_catalog, i).Origins.Any(o => o.IsOffer)),
        ];

    public int Count => Rows.Length;

    public PackageOffer this[int index]
    {
        get
        {
            var version = new PackageVersion(_catalog, Rows[index]);
            return new PackageOffer(
                version.Package.Name,
                version.Package.Architecture,
                version.Edition,
                version.Priority,
                version.Section,
                [.. version.Origins.Where(o => o.IsOffer)],
                version.Advisories
            );
        }
    }

    public IEnumerator<PackageOffer> GetEnumerator()
    {
        for (var i = 0; i < Rows.Length; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

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
