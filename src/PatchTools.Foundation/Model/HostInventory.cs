using PatchTools.Model;

namespace PatchTools;

/// <summary>
/// Where an inventory comes from. Only <see cref="Host"/> may reach the service: an upload replaces what the service
/// knows of the instance.
/// </summary>
public enum InventoryOrigin
{
    /// <summary>This host, now.</summary>
    Host,

    /// <summary>A mounted image or chroot (<c>-Root</c>).</summary>
    Root,

    /// <summary>A file written by <c>Export-PatchInventory</c>.</summary>
    File,
}

/// <summary>Health of the metadata of one enabled repository.</summary>
public enum RepositoryStatus
{
    /// <summary>Metadata is there and recent enough.</summary>
    Ok,

    /// <summary>Metadata is there, but was last confirmed longer ago than the limit.</summary>
    Stale,

    /// <summary>The repository says itself that its metadata has expired (<c>Valid-Until</c>).</summary>
    Expired,

    /// <summary>Enabled, but there is no metadata of it on this host.</summary>
    NeverFetched,

    /// <summary>The refresh of this run failed; older metadata may still be there.</summary>
    RefreshFailed,

    /// <summary>Metadata is there but cannot be read.</summary>
    Unreadable,

    /// <summary>The bytes of a list are not those that the Release file or repomd.xml promises.</summary>
    Damaged,
}

/// <summary>One enabled repository and the state of its metadata (design §4 "refresh partly failed").</summary>
public sealed record RepositoryHealth : ShownRecord
{
    /// <summary>One line for people, without credentials (<c>http://deb.debian.org/debian bookworm main</c>).</summary>
    public required string Name { get; init; }

    public required RepositoryStatus Status { get; init; }

    /// <summary>What is wrong and what to do; null when nothing is.</summary>
    public string? Message { get; init; }

    /// <summary>When the vendor made the metadata (<c>Date</c> of the Release file), UTC.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>
    /// When this host last confirmed the metadata with the repository, UTC; null when it cannot be told.
    /// </summary>
    public DateTimeOffset? RefreshedAt { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>
    /// Until when the vendor itself vouches for the metadata, whatever the host's configuration makes of it
    /// (<c>Valid-Until</c> of the Release file), UTC.
    /// </summary>
    public DateTimeOffset? VendorValidUntil { get; init; }

    public bool Trusted { get; init; }

    /// <summary>The host marks the repository as dispensable; its failures only warn.</summary>
    public bool SkipIfUnavailable { get; init; }

    /// <summary>
    /// Whether it publishes advisories (rpm families). Without them nobody can tell which of its packages are security
    /// updates. Null: not known, or not that kind of repository.
    /// </summary>
    public bool? HasAdvisories { get; init; }

    /// <summary>
    /// Paths of the lists that were read although no checksum of them is named: their size and form were checked,
    /// nothing else. Null when each was compared with its checksum.
    /// </summary>
    public string? NotVerified { get; init; }

    /// <summary>
    /// False: nobody vouches for its lists (apt: no Release file, and the source is marked trusted or allow-insecure).
    /// What it offers is an offer; it proves nothing of what is not there.
    /// </summary>
    public bool ProvesByItself { get; init; } = true;

    /// <summary>
    /// The last file time among its metadata, UTC: when the vendor made the file, or when it came here. Null: no file,
    /// or not known.
    /// </summary>
    public DateTimeOffset? NewestFile { get; init; }

    /// <summary>
    /// Whether its metadata still proves anything: no failure, or metadata of it no older than the limit.
    /// </summary>
    public bool HasUsableMetadata { get; init; }

    /// <summary>
    /// Whether it is one of the operating system's own: only they prove that nothing is missing. Null: whoever made the
    /// inventory did not say it; then it is judged by what the repository offers.
    /// </summary>
    public bool? IsOperatingSystem { get; init; }
}

/// <summary>What /etc/os-release says (freedesktop os-release(5)).</summary>
public sealed record OsRelease : ShownRecord
{
    public required string Id { get; init; }

    public IReadOnlyList<string> IdLike
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public string VersionId { get; init; } = "";

    public string Codename { get; init; } = "";

    public string PrettyName { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>Platform of its modules, <c>platform:el8</c>.</summary>
    internal string PlatformId { get; init; } = "";

    /// <summary>
    /// Last day with updates: <c>SUPPORT_END</c>, or what a product file says; null when nothing says it.
    /// </summary>
    public DateOnly? SupportEnd { get; init; }
}

/// <summary>Facts of the host beside its packages that a report depends on, read at the same instant.</summary>
public sealed record HostFacts : ShownRecord
{
    /// <summary>
    /// floor(now) − floor(uptime), UTC whole seconds (reference 08 §3); null when unknown, which is a warning.
    /// </summary>
    public DateTimeOffset? BootTime { get; init; }

    public string RunningKernel { get; init; } = "";

    /// <summary>The day on which the running kernel was built (UTC); null when unknown.</summary>
    public DateOnly? RunningKernelBuilt { get; init; }

    /// <summary>Live patches of the kernel are applied at boot: kpatch.service is enabled.</summary>
    public bool AppliesLivePatches { get; init; }

    public string HostName { get; init; } = "";

    /// <summary>The states file as it was before the run.</summary>
    public StoredPatchStates PriorStates { get; init; } = StoredPatchStates.Empty;
}

/// <summary>What is installed and what the repositories offer, at one instant.</summary>
public sealed record HostInventory : ShownRecord
{
    public required PackageFamily Family { get; init; }

    /// <summary>Name of the tool: <c>apt</c>, <c>dnf</c>, <c>yum</c>, <c>zypper</c>.</summary>
    public required string PackageManager { get; init; }

    public required InventoryOrigin Origin { get; init; }

    public required DateTimeOffset CapturedAt { get; init; }

    public required OsRelease OperatingSystem { get; init; }

    /// <summary>
    /// AWS's product text for <see cref="OperatingSystem"/>, <c>Debian12</c>: what the baseline's PRODUCT filters are
    /// compared with.
    /// </summary>
    public string Product => OperatingSystemIdentity.ProductOf(OperatingSystem);

    public required PackageCatalog Packages { get; init; }

    public IReadOnlyList<RepositoryHealth> Repositories
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    public required HostFacts Facts { get; init; }

    /// <summary>
    /// Policy of the host that concerns every package, one line each: a release it is locked to. Findings carry it in
    /// their explanation.
    /// </summary>
    public IReadOnlyList<string> HostPolicy
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>Things the reader should know: unknown release, skipped sources, unreadable files.</summary>
    public IReadOnlyList<string> Warnings
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Why the inventory proves nothing although its repositories may look well, one sentence each: the package
    /// database is incomplete, the clock is behind, a package manager was at work.
    /// </summary>
    public IReadOnlyList<string> Doubts
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// Warnings that stand beside the verdict, one sentence each: packages that are not completely installed, a release
    /// without updates. They change neither state nor exit code.
    /// </summary>
    public IReadOnlyList<string> Cautions
    {
        get;
        init => field = Indexable.Of(value);
    } = [];

    /// <summary>
    /// An update could have been found missing: packages were read, the operating system's own repositories have usable
    /// metadata, and nothing speaks against it. Without it the answer is "cannot tell": reported, saved, never
    /// uploaded.
    /// </summary>
    public bool IsProven => NotProvenBecause.Count == 0;

    /// <summary>
    /// Why the inventory proves nothing, each the beginning of a sentence ("no repository is enabled"); empty when it
    /// is proven.
    /// </summary>
    public IReadOnlyList<string> NotProvenBecause => PatchTools.Model.InventoryProof.ReasonsAgainst(this);

    public IReadOnlyList<InstalledPackage> Installed => Packages.Installed;

    public IReadOnlyList<PackageOffer> Offers => Packages.Offers;
}
