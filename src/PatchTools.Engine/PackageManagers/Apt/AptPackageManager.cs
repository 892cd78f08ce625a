using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Processes;

namespace PatchTools.PackageManagers.Apt;

/// <summary>
/// Debian, Ubuntu and Raspbian. Reads dpkg's status and the lists that the enabled sources name, no other: stale lists lie. No process per package; only a
/// refresh starts one.
/// </summary>
public sealed class AptPackageManager(HostContext host, IProcessRunner runner, IDecompressor decompressor) : IPackageManager
{
    private readonly string _root = host.Paths.Root;

    public string Name => "apt";

    /// <summary>Whether the root is one of apt's.</summary>
    public static bool IsPresent(string root) => File.Exists(StatusPath(root));

    public async Task<HostInventory> GetInventoryAsync(InventoryRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        if (!IsPresent(_root))
            throw new PatchToolsException(PatchErrors.PackageManagerNotFound, $"There is no dpkg status file {StatusPath(_root)}.", _root);
        List<string> warnings = [];
        var lists = Path.Combine(_root, "var/lib/apt/lists");
        var failures = request.Refresh ? await new AptRefresh(host, runner).RunAsync(request, lists, observer, cancellationToken) : [];
        var sources = request.CustomSources is { } text
            ? AptSourcesReader.ReadText(text, "the baseline's sources", warnings)
            : AptSourcesReader.ReadHost(_root, warnings);
        if (request is { CustomSources: not null, Refresh: true })
            lists = AptRefresh.PrivateLists(host);
        cancellationToken.ThrowIfCancellationRequested();
        var reading = new AptReading(host, decompressor, lists, request, warnings, failures);
        var inventory = reading.Read(sources, AptPreferences.ReadHost(_root, warnings), cancellationToken);
        observer.Verbose($"Read {inventory.Installed.Count} installed packages and {inventory.Packages.VersionCount} versions from {inventory.Repositories.Count} repositories.");
        return inventory;
    }

    public Task<InstallPlan> PlanAsync(InstallRequest request, IRunObserver observer, CancellationToken cancellationToken) =>
        new AptPlanner(host, runner, request, observer).PlanAsync(cancellationToken);

    public Task<InstallOutcome> InstallAsync(InstallPlan plan, InstallRequest request, IRunObserver observer, CancellationToken cancellationToken) => throw NotAvailable();

    public Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken) => Task.FromResult(new AptRebootSigns(host).Read());

    private static PatchToolsException NotAvailable() => new(PatchErrors.OperationNotAvailable, "The operation Install is not available.");

    internal static string StatusPath(string root) => Path.Combine(root, "var/lib/dpkg/status");
}

/// <summary>One reading of a host's apt and dpkg state.</summary>
internal sealed class AptReading(HostContext host, IDecompressor decompressor, string lists, InventoryRequest request, List<string> warnings, IReadOnlyList<RefreshFailure> failures)
{
    private readonly string _root = host.Paths.Root;
    private readonly DateTimeOffset _now = host.Clock.GetUtcNow();

    public HostInventory Read(IReadOnlyList<AptSource> sources, AptPreferences preferences, CancellationToken cancellationToken)
    {
        var (native, architectures) = Architectures();
        var builder = new PackageCatalogBuilder(ExpectedVersions()) { NativeArchitecture = native };
        var nowOrigin = builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = native });
        var automatic = AutomaticallyInstalled(native);
        var status = new StatusSink(builder, nowOrigin, native, _root, automatic);
        var statusPath = AptPackageManager.StatusPath(_root);
        using (var file = OpenFile(statusPath))
            StanzaReader.Read(file, statusPath, ref status);

        List<RepositoryHealth> repositories = [];
        Dictionary<PackageOrigin, ReleaseFile> releases = [];
        HashSet<string> read = new(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            repositories.Add(ReadSource(source, repositories.Count));
        }

        var catalog = builder.Build();
        RecordPolicy(catalog, preferences, releases, status.Phased);
        var os = OsReleaseFile.Read(_root);
        return new HostInventory
        {
            Family = PackageFamily.Apt,
            PackageManager = "apt",
            Origin = request.Origin,
            CapturedAt = _now,
            OperatingSystem = os,
            Packages = catalog,
            Repositories = repositories,
            Facts = HostFactsReader.Read(host, warnings),
            Warnings = warnings,
        };

        RepositoryHealth ReadSource(AptSource source, int index)
        {
            var release = ReleaseFile.Read(lists, source);
            var trusted = source.Trusted ?? release?.IsSigned ?? false;
            var missing = 0;
            var found = 0;
            foreach (var component in source.IsFlat ? [""] : source.Components)
            {
                foreach (var architecture in source.IsFlat ? [native] : (source.Architectures ?? architectures).Where(architectures.Contains).Append("all"))
                {
                    var name = source.IndexName(component, architecture);
                    if (!read.Add(name))
                    {
                        found++;
                        continue;
                    }

                    if (Find(name) is not { } path)
                    {
                        // Only archives that say so have an index of their own for "all"; a foreign architecture may be absent, the native one not.
                        if (architecture == native)
                            missing++;
                        continue;
                    }

                    found++;
                    var origin = new PackageOrigin
                    {
                        Archive = release?.Archive ?? "",
                        Codename = release?.Codename ?? "",
                        Label = release?.Label ?? "",
                        Vendor = release?.Vendor ?? "",
                        Component = component,
                        Site = source.Site,
                        Architecture = architecture,
                        Trusted = trusted,
                        Repository = index,
                    };
                    releases[origin] = release ?? new ReleaseFile();
                    var sink = new IndexSink(builder, builder.AddOrigin(origin), native, architectures, status.Installed, status.Phased);
                    using var stream = Open(path);
                    StanzaReader.Read(stream, path, ref sink);
                }
            }

            return Health(source, release, trusted, found > 0, missing > 0);
        }
    }

    private RepositoryHealth Health(AptSource source, ReleaseFile? release, bool trusted, bool found, bool missing)
    {
        var refreshed = release is null ? (DateTimeOffset?)null : Confirmed(release);
        var failure = failures.FirstOrDefault(f => f.Concerns(source));
        var age = _now - refreshed;
        var (status, message) = (release, failure) switch
        {
            (_, not null) => (RepositoryStatus.RefreshFailed, $"apt-get update: {failure.Message}"),
            (null, _) => (RepositoryStatus.NeverFetched, "No metadata of it is on this host; run apt-get update."),
            _ when missing || !found => (RepositoryStatus.NeverFetched, "Its package lists are not on this host; run apt-get update."),
            _ when release.ValidUntil < _now => (RepositoryStatus.Expired, $"Its metadata was valid until {release.ValidUntil:yyyy-MM-dd HH:mm} UTC; run apt-get update, or ask its operator."),
            _ when age > request.MaxMetadataAge => (RepositoryStatus.Stale, $"Last confirmed {refreshed:yyyy-MM-dd HH:mm} UTC, {age.Value.TotalDays:0} days ago; run apt-get update."),
            _ => (RepositoryStatus.Ok, (string?)null),
        };
        return new RepositoryHealth
        {
            Name = source.Name,
            Status = status,
            Message = message,
            PublishedAt = release?.Date,
            RefreshedAt = refreshed,
            ValidUntil = release?.ValidUntil,
            Trusted = trusted,
            HasUsableMetadata = release is not null && found && !missing && age <= request.MaxMetadataAge && status != RepositoryStatus.Expired,
        };
    }

    /// <summary>
    /// The earlier of two witnesses: the Release file's change time is per repository but young in a copied tree; the times of the lists directory and its
    /// partial folder survive copying but say only that some refresh ran.
    /// </summary>
    private DateTimeOffset Confirmed(ReleaseFile release)
    {
        var partial = Path.Combine(lists, "partial");
        var lastRun = new DateTimeOffset(Directory.Exists(partial) ? Max(Directory.GetLastWriteTimeUtc(partial), Directory.GetLastWriteTimeUtc(lists)) : Directory.GetLastWriteTimeUtc(lists));
        return release.Changed < lastRun ? release.Changed : lastRun;

        static DateTime Max(DateTime x, DateTime y) => x > y ? x : y;
    }

    private static void RecordPolicy(PackageCatalog catalog, AptPreferences preferences, Dictionary<PackageOrigin, ReleaseFile> releases, Dictionary<int, int> phased)
    {
        for (var i = 0; i < catalog.Count; i++)
        {
            if (catalog.PackageRows[i].Installed < 0)
                continue;
            var package = catalog[i];
            var choice = preferences.Choose(package, package.Name, origin =>
                releases.TryGetValue(origin, out var release)
                    ? new AptPreferences.OriginFacts(origin, release.Version, release.NotAutomatic, release.ButAutomaticUpgrades)
                    : new AptPreferences.OriginFacts(origin, "", false, false));
            catalog.ReplaceInstalled(package.Index, package.Installed! with
            {
                CandidateEdition = choice?.Version.Edition,
                PolicyNote = choice?.Note,
                PhasedPercentage = choice is { } chosen && phased.TryGetValue(chosen.Version.Index, out var percentage) ? percentage : null,
            });
        }
    }

    // amd64
    // i386
    private (string Native, IReadOnlyList<string> All) Architectures()
    {
        var file = Path.Combine(_root, "var/lib/dpkg/arch");
        var listed = File.Exists(file) ? File.ReadAllLines(file).Select(l => l.Trim()).Where(l => l.Length > 0).ToList() : [];
        if (listed.Count > 0)
            return (listed[0], listed);
        var sink = new DpkgArchitectureSink();
        var status = AptPackageManager.StatusPath(_root);
        using (var stream = OpenFile(status))
            StanzaReader.Read(stream, status, ref sink);
        var native = sink.Architecture ?? RuntimeInformation.OSArchitecture switch
        {
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "armhf",
            Architecture.X86 => "i386",
            Architecture.S390x => "s390x",
            Architecture.Ppc64le => "ppc64el",
            _ => "amd64",
        };
        return (native, [native]);
    }

    private HashSet<string> AutomaticallyInstalled(string native)
    {
        var path = Path.Combine(_root, "var/lib/apt/extended_states");
        HashSet<string> automatic = new(StringComparer.Ordinal);
        if (!File.Exists(path))
            return automatic;
        foreach (var stanza in Deb822.Stanzas(File.ReadAllText(path)))
        {
            if (stanza.GetValueOrDefault("Auto-Installed") == "1" && stanza.TryGetValue("Package", out var name))
                automatic.Add($"{name}:{stanza.GetValueOrDefault("Architecture") ?? native}");
        }

        return automatic;
    }

    /// <summary>From the sizes of the files: a stanza of Debian's has 760 bytes, and lists shrink to about a third (lz4) or a fifth.</summary>
    private long ExpectedVersions()
    {
        long bytes = 0;
        foreach (var list in Directory.Exists(lists) ? new DirectoryInfo(lists).GetFiles("*_Packages*") : [])
            bytes += list.Length * (list.Extension switch { ".lz4" => 3, ".gz" or ".xz" or ".zst" or ".bz2" => 5, _ => 1 });
        return bytes / 760;
    }

    private string? Find(string name)
    {
        foreach (var suffix in new[] { "", ".lz4", ".gz", ".xz", ".zst", ".bz2" })
        {
            var path = Path.Combine(lists, name + suffix);
            if (File.Exists(path))
                return path;
        }

        return null;
    }

    private Stream Open(string path)
    {
        var file = OpenFile(path);
        var format = Path.GetExtension(path) switch
        {
            ".lz4" => CompressionFormat.Lz4,
            ".xz" => CompressionFormat.Xz,
            ".zst" => CompressionFormat.Zstd,
            ".bz2" => CompressionFormat.Bzip2,
            _ => (CompressionFormat?)null,
        };
        if (Path.GetExtension(path) == ".gz")
            return new ReadAheadStream(new GZipStream(file, CompressionMode.Decompress));
        return format is { } known ? new ReadAheadStream(decompressor.Open(known, file)) : file;
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"{path} cannot be read: {e.Message}", path, e);
        }
    }

    /// <summary>The architecture of dpkg itself is the native one.</summary>
    private struct DpkgArchitectureSink : IStanzaSink
    {
        public static bool ReadsStatus => true;

        public string? Architecture { get; private set; }

        public void Add(in PackageStanza stanza)
        {
            if (stanza.Package.SequenceEqual("dpkg"u8))
                Architecture = Encoding.UTF8.GetString(stanza.Architecture);
        }
    }

    /// <summary>dpkg's status file: installed is what has a current version, also unpacked and half-configured ones.</summary>
    private readonly struct StatusSink(PackageCatalogBuilder builder, int origin, string native, string root, HashSet<string> automatic) : IStanzaSink
    {
        private readonly byte[] _all = "all"u8.ToArray();
        private readonly ushort _native = builder.Word(native);

        public static bool ReadsStatus => true;

        /// <summary>Packages that are installed: only their stanzas need be told apart.</summary>
        public HashSet<int> Installed { get; } = [];

        /// <summary>Phased-Update-Percentage by version.</summary>
        public Dictionary<int, int> Phased { get; } = [];

        // Status: install ok installed | hold ok installed | deinstall ok config-files
        public void Add(in PackageStanza stanza)
        {
            var words = Encoding.UTF8.GetString(stanza.Status).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3 || words[2] is "not-installed" or "config-files")
                return;
            var isAll = stanza.Architecture.SequenceEqual(_all) || stanza.Architecture.IsEmpty;
            var package = builder.Package(stanza.Package, isAll ? _native : builder.Word(stanza.Architecture));
            if (!Installed.Add(package))
                return;
            var version = builder.Version(package, stanza.Version, builder.Word(stanza.Priority), builder.Word(stanza.Section), VersionHash.Of(stanza.Text), origin);
            var name = Encoding.UTF8.GetString(stanza.Package);
            var architecture = isAll ? native : Encoding.UTF8.GetString(stanza.Architecture);
            var info = Path.Combine(root, "var/lib/dpkg/info", name);
            builder.SetInstalled(package, version, new InstalledPackage
            {
                Name = name,
                Architecture = architecture,
                Edition = Encoding.UTF8.GetString(stanza.Version),
                Status = string.Join(' ', words),
                IsHeld = words[0] == "hold",
                IsAutoInstalled = automatic.Contains($"{name}:{architecture}"),
                IsBroken = words[1] != "ok" || words[2] is not ("installed" or "triggers-awaited" or "triggers-pending"),

                // Of a foreign architecture the bare name is never asked for (spec 09 §9: name is "name:arch" there).
                InstalledTime = FileTimes.Modified($"{info}:{architecture}.list") ?? (architecture == native ? FileTimes.Modified($"{info}.list") : null),
            });
        }
    }

    /// <summary>One index file. Versions of packages that are not installed are never told apart beyond their text, so their hash is not computed.</summary>
    private readonly struct IndexSink(PackageCatalogBuilder builder, int origin, string native, IReadOnlyList<string> architectures, HashSet<int> installed, Dictionary<int, int> phased) : IStanzaSink
    {
        private readonly byte[] _all = "all"u8.ToArray();
        private readonly byte[] _nativeBytes = Encoding.UTF8.GetBytes(native);
        private readonly byte[][] _architectures = [.. architectures.Select(Encoding.UTF8.GetBytes)];
        private readonly ushort _native = builder.Word(native);

        public static bool ReadsStatus => false;

        public void Add(in PackageStanza stanza)
        {
            ushort architecture;
            if (stanza.Architecture.SequenceEqual(_nativeBytes) || stanza.Architecture.SequenceEqual(_all))
                architecture = _native;
            else if (IsKnown(stanza.Architecture))
                architecture = builder.Word(stanza.Architecture);
            else
                return;
            var package = builder.Package(stanza.Package, architecture);
            var hash = installed.Contains(package) ? VersionHash.Of(stanza.Text) : 0;
            var version = builder.Version(package, stanza.Version, builder.Word(stanza.Priority), builder.Word(stanza.Section), hash, origin);
            if (!stanza.PhasedPercentage.IsEmpty && int.TryParse(Encoding.ASCII.GetString(stanza.PhasedPercentage), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var percentage))
                phased[version] = percentage;
        }

        private bool IsKnown(ReadOnlySpan<byte> architecture)
        {
            foreach (var known in _architectures)
            {
                if (architecture.SequenceEqual(known))
                    return true;
            }

            return false;
        }
    }
}
