using System.Globalization;
using PatchTools.Families.Shared;
using PatchTools.Files;
using PatchTools.Model;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// One enabled repository and what <c>lists/</c> holds of it: its Release file, the index files that are there, and how
/// far they can be believed.
/// </summary>
/// <remarks>
/// When did the host last hear from the repository? Found by experiment with apt 2.6.2 (new files, "Hit", a server that
/// is down, a bad signature, a Release file that is gone; http and file sources):
/// <list type="bullet">
/// <item>The modification time of InRelease and of the index files is the server's <c>Last-Modified</c>. It says
/// nothing.</item>
/// <item>On "Get" and on "Hit" alike apt moves InRelease (or Release) through <c>lists/partial</c> and back, which sets
/// the <b>change time</b> of its inode; when the repository fails, for whatever reason, the file is left alone and its
/// change time with it. So the change time is the last confirmation.</item>
/// <item>A copy of the directory (an image unpacked from a tar archive, a restored backup) has new change times, but
/// keeps the modification times of <c>lists</c> and <c>lists/partial</c>, one of which every update sets. The earlier
/// of the two witnesses is therefore what is known.</item>
/// <item><c>update-success-stamp</c> exists only where a hook writes it, and is of all repositories together.</item>
/// </list>
/// </remarks>
internal sealed class AptRepositoryState
{
    private readonly AptRepository _repository;
    private readonly List<string> _unreadable = [];
    private readonly List<string> _missing = [];
    private readonly List<string> _damaged = [];
    private readonly List<string> _notVerified = [];
    private readonly bool _mayLackRelease;
    private readonly string? _releaseFile;

    public AptRepositoryState(AptRepository repository, string listsDirectory, AptConfiguration configuration)
    {
        _repository = repository;
        var inRelease = Path.Combine(listsDirectory, repository.ListFileName("InRelease"));
        var release = Path.Combine(listsDirectory, repository.ListFileName("Release"));
        var releaseFile = new[] { inRelease, release }.FirstOrDefault(file => HostFiles.Exists(file));
        _releaseFile = releaseFile;
        // apt verifies when it downloads: a signature that is there was good.
        Trusted =
            repository.Trusted
            ?? (
                HostFiles.Exists(inRelease)
                || HostFiles.Exists(Path.Combine(listsDirectory, repository.ListFileName("Release.gpg")))
            );
        if (releaseFile is not null)
        {
            try
            {
                Release = ReleaseFile.Read(releaseFile);
                if (releaseFile == inRelease && !Release.IsWhole)
                    _damaged.Add($"{inRelease} ends before its signature does");
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                _unreadable.Add($"{releaseFile} cannot be read: {e.Message}");
            }
        }

        foreach (var index in repository.Indexes)
        {
            if (AptListFiles.Find(listsDirectory, repository.ListFileName(index.MetaKey)) is { } file)
                Files.Add((index, file));
            else if (IsExpected(index))
                _missing.Add(index.MetaKey);
        }

        _mayLackRelease =
            repository.Trusted == true
            || (
                repository.AllowInsecure
                ?? configuration.FindBoolean("Acquire::AllowInsecureRepositories", fallback: false)
            );
        if (releaseFile is null && Files.Count > 0 && !_mayLackRelease)
            _damaged.Add($"its Release file ({inRelease}) is gone, and nothing tells whether its lists are whole");
        ValidUntil = Expiry(configuration);
        var confirmed = releaseFile ?? (Files.Count > 0 ? Files[0].Path : null);
        if (confirmed is not null)
            RefreshedAt = Earlier(FileTimes.Changed(confirmed), LastRun(listsDirectory));
    }

    public ReleaseFile? Release { get; }

    public bool Trusted { get; }

    /// <summary>Index files that are there, in the order of the sources.</summary>
    public List<(AptIndex Index, string Path)> Files { get; } = [];

    /// <summary>
    /// Last instant at which the vendor vouches for the metadata, as the host's configuration has it judged.
    /// </summary>
    public DateTimeOffset? ValidUntil { get; }

    public DateTimeOffset? RefreshedAt { get; set; }

    /// <summary>Why the refresh of this run failed for it; null when it did not.</summary>
    public string? RefreshFailure { get; set; }

    /// <summary>
    /// Without a Release file nobody vouches for the lists: they are offers, and prove nothing by themselves.
    /// </summary>
    public bool Proves => Release is not null;

    /// <summary>
    /// A list of packages for this host was read and is not empty. A source that asks for a component or an
    /// architecture that the repository does not have gets nothing, and nothing is not proof.
    /// </summary>
    public bool OffersPackages { get; set; }

    /// <summary>Whether its Release file names the operating system.</summary>
    public bool Names(OsRelease system) => OperatingSystemRepository.IsNamed(Release?.Origin, Release?.Label, system);

    public string Name => _repository.Name;

    /// <summary>Lists that were read although the Release file names no checksum of them.</summary>
    public string? NotVerified => _notVerified.Count > 0 ? string.Join(", ", _notVerified) : null;

    public void AddUnreadable(string what) => _unreadable.Add(what);

    /// <summary>A list whose bytes are not those that the Release file promises.</summary>
    public void AddDamaged(string what) => _damaged.Add(what);

    /// <summary>A list that the Release file names no checksum of.</summary>
    public void AddNotVerified(string path) => _notVerified.Add(path);

    /// <summary>
    /// The last file time among Release file and lists, UTC: the vendor's, or this host's where the vendor gave none.
    /// Null without any.
    /// </summary>
    public DateTimeOffset? NewestFile =>
        Files.Select(f => f.Path).Append(_releaseFile).OfType<string>().Select(FileTimes.ModifiedAt).Max();

    /// <summary>What the Release file promises of a list in the form that lies there.</summary>
    public ListPromise PromiseOf(AptIndex index, string path)
    {
        if (Release is not { } release)
            return ListPromise.Nothing;
        var form = index.MetaKey + AptListFiles.ExtensionOf(path);
        return new ListPromise
        {
            Stored = release.ChecksumOf(form),
            Plain = form == index.MetaKey ? ListChecksum.None : release.ChecksumOf(index.MetaKey),
            StoredSize = release.SizeOf(form),
            Source = _releaseFile ?? "",
        };
    }

    public PackageOrigin Origin(AptIndex index, int repository, string native) =>
        new()
        {
            Archive = Release?.Suite ?? "",
            Codename = Release?.Codename ?? "",
            Label = Release?.Label ?? "",
            Vendor = Release?.Origin ?? "",
            Component = index.Component,
            Site = _repository.Uri.Site,
            Architecture = index.Architecture.Length > 0 ? index.Architecture : native,
            Trusted = Trusted,
            Repository = repository,
        };

    public AptIndexFacts Facts(AptIndex index) =>
        new()
        {
            Archive = Release?.Suite,
            Version = Release?.Version,
            Origin = Release?.Origin,
            Codename = Release?.Codename,
            Label = Release?.Label,
            Component = index.Component,
            Architecture = index.Architecture,
            Site = _repository.Uri.Host,
            NotAutomatic = Release?.NotAutomatic ?? false,
            ButAutomaticUpgrades = Release?.ButAutomaticUpgrades ?? false,
        };

    public RepositoryHealth Health(DateTimeOffset now, TimeSpan maxAge)
    {
        var isThere = (Release is not null || Files.Count > 0) && _missing.Count == 0;
        var isExpired = ValidUntil < now;
        var isFresh = RefreshedAt is { } refreshed && now - refreshed <= maxAge;
        var (status, message) = FaultOfFiles(isThere) ?? StatusByAge(isExpired, isFresh, maxAge);
        return new RepositoryHealth
        {
            Name = _repository.Name,
            Status = status,
            Message = message,
            PublishedAt = Release?.Date,
            RefreshedAt = RefreshedAt,
            ValidUntil = ValidUntil,
            VendorValidUntil = Release?.ValidUntil,
            Trusted = Trusted,
            HasUsableMetadata = isThere && _unreadable.Count == 0 && _damaged.Count == 0 && !isExpired && isFresh,
            ProvesByItself = _releaseFile is not null,
            NotVerified = NotVerified,
            NewestFile = NewestFile,
        };
    }

    /// <summary>What keeps the files from being read, and what to do; null when nothing does.</summary>
    private (RepositoryStatus Status, string? Message)? FaultOfFiles(bool isThere)
    {
        if (RefreshFailure is not null)
            return (RepositoryStatus.RefreshFailed, RefreshFailure);
        if (_damaged.Count > 0)
            return (
                RepositoryStatus.Damaged,
                $"{string.Join("; ", _damaged)}: refresh it (apt-get update); "
                    + "if that does not help, delete the file and refresh again"
            );
        if (_unreadable.Count > 0)
            return (RepositoryStatus.Unreadable, string.Join("; ", _unreadable));
        if (isThere)
            return null;
        return (
            RepositoryStatus.NeverFetched,
            _missing.Count > 0 && Release is not null
                ? $"its index {string.Join(", ", _missing)} was never fetched: refresh it"
                : "it was never fetched: refresh it, or disable it in apt's sources"
        );
    }

    /// <summary>Whether the files are too old, and what to do then.</summary>
    private (RepositoryStatus Status, string? Message) StatusByAge(bool isExpired, bool isFresh, TimeSpan maxAge)
    {
        if (isExpired)
            return (
                RepositoryStatus.Expired,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"its metadata expired on {ValidUntil:yyyy-MM-dd HH:mm} UTC: refresh it; if that does "
                        + $"not help, the repository is not kept up any more"
                )
            );
        if (isFresh)
            return (RepositoryStatus.Ok, null);
        return (
            RepositoryStatus.Stale,
            RefreshedAt is { } last
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"it was last confirmed on {last:yyyy-MM-dd HH:mm} UTC, longer ago than "
                        + $"{maxAge.TotalDays:0.##} days: refresh it"
                )
                : "it cannot be told when it was last confirmed: refresh it"
        );
    }

    /// <summary>
    /// Whether apt would have fetched the index: the Release file knows its component and architecture, and it is not
    /// empty.
    /// </summary>
    private bool IsExpected(AptIndex index)
    {
        if (index.IsOptional)
            return false;
        if (Release is not { } release)
            return true;
        if (index.Component.Length > 0 && release.Components.Count > 0 && !release.Components.Contains(index.Component))
            return false;
        if (
            index.Architecture.Length > 0
            && release.Architectures.Count > 0
            && !release.Architectures.Contains(index.Architecture)
        )
            return false;
        return release.SizeOf(index.MetaKey) != 0;
    }

    /// <summary>
    /// <c>Valid-Until</c> as apt.conf(5) has it corrected by <c>Acquire::Min-ValidTime</c>,
    /// <c>Acquire::Max-ValidTime</c> and the source's own options.
    /// </summary>
    private DateTimeOffset? Expiry(AptConfiguration configuration)
    {
        if (
            Release is not { } release
            || !(_repository.CheckDate ?? configuration.FindBoolean("Acquire::Check-Date", fallback: true))
            || !(_repository.CheckValidUntil ?? configuration.FindBoolean("Acquire::Check-Valid-Until", fallback: true))
        )
        {
            return null;
        }

        var least = _repository.ValidUntilMin is var own and > 0 ? own : Setting("Acquire::Min-ValidTime");
        var most = _repository.ValidUntilMax is var ownMost and > 0 ? ownMost : Setting("Acquire::Max-ValidTime");
        var until = release.ValidUntil;
        if (release.Date is { } date)
        {
            if (least > 0 && until < After(date, least))
                until = After(date, least);
            if (most > 0 && (until is null || until > After(date, most)))
                until = After(date, most);
        }

        return until;

        long Setting(string name)
        {
            var general = configuration.FindInteger(name, 0);
            return release.Label is { } label ? configuration.FindInteger($"{name}::{label}", general) : general;
        }

        static DateTimeOffset After(DateTimeOffset date, long seconds) =>
            seconds < (DateTimeOffset.MaxValue - date).TotalSeconds
                ? date.AddSeconds(seconds)
                : DateTimeOffset.MaxValue;
    }

    private static DateTimeOffset LastRun(string listsDirectory)
    {
        var partial = Path.Combine(listsDirectory, "partial");
        var ofLists = HostFiles.LastWriteTimeUtc(listsDirectory);
        return new DateTimeOffset(
            HostFiles.DirectoryExists(partial)
            && HostFiles.LastWriteTimeUtc(partial) is var ofPartial
            && ofPartial > ofLists
                ? ofPartial
                : ofLists
        );
    }

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset right) => right < left ? right : left;
}
