using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Hosts;
using PatchTools.Ports;

namespace PatchTools.PackageManagers.Apt;

/// <summary>One reading of a host's apt and dpkg state.</summary>
/// <param name="host">Whose state it is.</param>
/// <param name="decompressor">Opens the lists.</param>
/// <param name="setting">Where everything is.</param>
/// <param name="request">What is wanted.</param>
/// <param name="failures">What a refresh just said of the repositories; null when there was none.</param>
internal sealed class AptReading(
    HostContext host,
    IDecompressor decompressor,
    AptSetting setting,
    InventoryRequest request,
    IReadOnlyDictionary<AptRepository, string>? failures
)
{
    private readonly DateTimeOffset _now = host.Clock.GetUtcNow();
    private readonly AptListIndex _index = new(new ListIndex(host), decompressor);
    private readonly KnownChecksums _checksums = new(host, request.IsOfThisHost(host));
    private readonly List<string> _doubts = [];
    private readonly List<string> _cautions = [];
    private readonly List<string> _warnings = [.. setting.Configuration.Warnings];

    public HostInventory Read(CancellationToken cancellationToken) => Read(out _, cancellationToken);

    /// <param name="policy">Can be asked for the candidate of every package, also of those that are not installed.</param>
    /// <param name="cancellationToken">Looked at between two lists.</param>
    public HostInventory Read(out AptPolicy policy, CancellationToken cancellationToken)
    {
        var native = setting.Architectures.Native;
        var preferences = AptPreferences.Read(host.Paths, setting.Configuration);
        _warnings.AddRange(preferences.Warnings);
        List<AptRepositoryState> repositories = [.. setting.Sources.Repositories.Select(StateOf)];

        // From the sizes of the files: a stanza of Debian's has 760 bytes.
        var builder = new PackageCatalogBuilder(
            repositories.Sum(r => r.Files.Sum(f => AptListFiles.EstimatePlainLength(f.Path))) / 760
        )
        {
            NativeArchitecture = native,
        };
        List<AptIndexFacts> indexes = [new AptIndexFacts { Archive = "now", IsLocalDatabase = true }];
        var now = builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = native });
        var status = new DpkgReading(setting, _doubts, _cautions).Read(builder, now);
        for (var i = 0; i < repositories.Count; i++)
        {
            var repository = repositories[i];
            foreach (var (list, path) in repository.Files)
            {
                cancellationToken.ThrowIfCancellationRequested();
                indexes.Add(repository.Facts(list));
                var sink = new AptIndexSink(
                    builder,
                    builder.AddOrigin(repository.Origin(list, i, native)),
                    native,
                    status.Known,
                    status.Phased,
                    preferences.Pins.Any(p => p.IsSource) ? status.Sources : null
                );
                ReadList(repository, list, path, ref sink);
            }
        }

        _checksums.Save();
        foreach (var repository in repositories.Where(r => r.NotVerified is not null))
            _warnings.Add(
                $"The lists of {repository.Name} are not verified: no checksum is named of "
                    + $"{repository.NotVerified}."
            );
        var catalog = builder.Build();
        var system = OsReleaseFile.Read(host.Paths.Root);
        var offersMost = OperatingSystemRepository.OfferMostPackages(catalog, repositories.Count);
        policy = new AptPolicy(catalog, indexes, preferences, status.Sources);
        RecordPolicy(catalog, policy, status.Phased);
        return new HostInventory
        {
            Family = PackageFamily.Apt,
            PackageManager = "apt",
            Origin = request.Origin,
            CapturedAt = _now,
            OperatingSystem = system,
            Packages = catalog,
            Repositories =
            [
                .. repositories.Select(
                    (r, i) =>
                        r.Health(_now, request.MaxMetadataAge) with
                        {
                            IsOperatingSystem = r.Proves && (r.Names(system) || offersMost[i]),
                        }
                ),
                .. setting.Sources.Faults.Select(Refused),
            ],
            Facts = HostFactsReader.Read(host, _warnings),
            Warnings = _warnings,
            Doubts = _doubts,
            Cautions = _cautions,
        };
    }

    private AptRepositoryState StateOf(AptRepository repository)
    {
        var state = new AptRepositoryState(repository, setting.ListsDirectory, setting.Configuration);
        if (failures is not null && failures.TryGetValue(repository, out var reason))
            state.RefreshFailure = reason;
        else if (failures is not null && state.RefreshedAt is not null)
            state.RefreshedAt = _now;
        return state;
    }

    /// <summary>
    /// A list whose bytes are not those that the Release file promises says nothing: neither what it offers nor what it
    /// lacks.
    /// </summary>
    private void ReadList(AptRepositoryState repository, AptIndex list, string path, ref AptIndexSink sink)
    {
        try
        {
            using var open = new ListVerification(_checksums).Open(
                path,
                repository.PromiseOf(list, path),
                l => AptListFiles.Open(l, decompressor)
            );
            if (open.Verdict == ListVerdict.Damaged)
            {
                Damaged(repository, open.Fault!);
                return;
            }

            var isVerified = open.Verdict == ListVerdict.Verified;
            if (!isVerified)
                repository.AddNotVerified(path);
            var read = _index.Read(open, isVerified, ref sink);
            if (!isVerified && repository.Release?.SizeOf(list.MetaKey) is { } size && size != read)
                Damaged(
                    repository,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path} holds {read} bytes where its Release file says {size}"
                    )
                );
        }
        catch (PatchToolsException e)
            when (e.Error == PatchErrors.PackageDatabaseUnreadable || e.Error == PatchErrors.UnsupportedCompression)
        {
            Unreadable(repository, e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Unreadable(repository, $"{path} cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private void Damaged(AptRepositoryState repository, string fault)
    {
        repository.AddDamaged(fault);
        _warnings.Add($"{fault}: the list is damaged.");
    }

    private void Unreadable(AptRepositoryState repository, string fault)
    {
        repository.AddUnreadable(fault);
        _warnings.Add($"{fault}.");
    }

    private static void RecordPolicy(PackageCatalog catalog, AptPolicy policy, Dictionary<int, int> phased)
    {
        for (var i = 0; i < catalog.Count; i++)
        {
            if (catalog.PackageRows[i].Installed < 0)
                continue;
            var package = catalog[i];
            var candidate = policy.Candidate(package);
            catalog.ReplaceInstalled(
                package.Index,
                package.Installed! with
                {
                    CandidateEdition = candidate.Version?.Edition,
                    PolicyNote = candidate.Note,
                    PhasedPercentage =
                        candidate.Version is { } chosen && phased.TryGetValue(chosen.Index, out var percentage)
                            ? percentage
                            : null,
                    RefusedEditions = policy.RefusedOf(package),
                }
            );
        }
    }

    /// <summary>apt does nothing at all while it cannot read its sources; what is read in spite of it proves nothing.</summary>
    private static RepositoryHealth Refused(AptSourceFault fault) =>
        new()
        {
            Name = fault.Place,
            Status = RepositoryStatus.Unreadable,
            IsOperatingSystem = false,
            Message = $"{fault.Fault}: apt refuses its sources until this is corrected",
        };
}

/// <summary>dpkg's status file: installed is what has a current version, also unpacked and half-configured ones. What is removed but configured is known, not installed.</summary>
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

    /// <summary>Packages of the status file, with the version it has of each: only their stanzas need be told apart.</summary>
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

                // Of a foreign architecture the bare name is never asked for (spec 09 §9: name is "name:arch" there).
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
        private ulong _size;
        private bool _isDescribed;

        /// <summary>
        /// The hash of a list's stanza. The first that looks like dpkg's is taken for it, and its size becomes that of the version (libapt:
        /// <c>debListParser::SameVersion</c>); one of another size is another version.
        /// </summary>
        public ulong HashOf(in PackageStanza stanza)
        {
            var (other, size) = (stanza.Hash, stanza.Size);
            if (!stanza.IsHashed)
                other = VersionHash.Of(stanza.Text, out size);
            if (other == hash && stanza.Version.SequenceEqual(edition))
            {
                if (_size == 0)
                    _size = size;
                if (size == 0 || size == _size)
                    return hash;
            }

            return unchecked((other ^ size) * 1099511628211UL);
        }

        /// <summary>
        /// Whether a repository's stanza is the first that was taken for dpkg's. Its priority and section are those of the version: libapt reads the
        /// repositories in their order and dpkg's status last, and what comes later changes nothing.
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

/// <summary>One index file. Versions of packages that dpkg does not know are never told apart beyond their text, so their hash is not computed.</summary>
internal readonly struct AptIndexSink(
    PackageCatalogBuilder builder,
    int origin,
    string native,
    Dictionary<int, AptStatusSink.KnownVersion> known,
    Dictionary<int, int> phased,
    Dictionary<int, string>? sources
) : IStanzaSink
{
    private readonly byte[] _all = "all"u8.ToArray();
    private readonly byte[] _nativeBytes = Encoding.UTF8.GetBytes(native);
    private readonly ushort _native = builder.Word(native);

    public static bool ReadsStatus => false;

    public bool WantsSources => sources is not null;

    public void Add(in PackageStanza stanza)
    {
        var isNative = stanza.Architecture.SequenceEqual(_nativeBytes) || stanza.Architecture.SequenceEqual(_all);
        var package = builder.Package(stanza.Package, isNative ? _native : builder.Word(stanza.Architecture));
        var hash = known.TryGetValue(package, out var status) ? status.HashOf(stanza) : 0;
        var priority = builder.Word(AptPriority.Word(stanza.Priority));
        var section = builder.Word(stanza.Section);
        var version = builder.Version(package, stanza.Version, priority, section, hash, origin);
        if (status is not null && status.IsDescribedFirst(hash))
            builder.Describe(version, priority, section);
        if (
            !stanza.PhasedPercentage.IsEmpty
            && int.TryParse(
                Encoding.ASCII.GetString(stanza.PhasedPercentage),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var percentage
            )
            && percentage < 100
        )
            phased.TryAdd(version, percentage);
        if (
            sources is not null
            && (stanza.IsHashed ? stanza.Source : SourceOf(stanza.Text)) is { IsEmpty: false } source
        )
            sources.TryAdd(version, Encoding.UTF8.GetString(source));
    }

    // Source: openssl (3.0.15-1~deb12u1)
    public static ReadOnlySpan<byte> SourceOf(ReadOnlySpan<byte> text)
    {
        var at = text.IndexOf("\nSource:"u8);
        if (at < 0)
            return default;
        var value = text[(at + 8)..];
        if (value.IndexOf((byte)'\n') is var end and >= 0)
            value = value[..end];
        value = value.Trim(" \t\r"u8);
        return value.IndexOf((byte)' ') is var blank and >= 0 ? value[..blank] : value;
    }
}
