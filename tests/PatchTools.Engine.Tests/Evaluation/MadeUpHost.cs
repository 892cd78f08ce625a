using System.Globalization;
using System.Text;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Model;
using PatchTools.Versions;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>
/// A host that exists on paper only. Versions are written as text, installed ones with a star, followed by the archives
/// that offer them and by properties:
/// <code>
/// MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0* REL prio=important section=libs")
/// MadeUpHost.Dnf().Advisory("FAKE-1", "security", "Important", "2026-01-05", "CVE-2026-1").Package("tool", "1.1-1
/// BASE adv=FAKE-1", "1.0-1*")
/// </code>
/// Properties: <c>prio=</c>, <c>section=</c>, <c>meta=</c> (another metadata hash makes another version of the same
/// text), <c>adv=</c> (comma-separated), <c>built=</c> (date).
/// </summary>
internal sealed class MadeUpHost
{
    private readonly PackageFamily _family;
    private readonly PackageCatalogBuilder _builder;
    private readonly Dictionary<string, int> _archives = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Advisory> _advisories = new(StringComparer.Ordinal);
    private readonly int _local;
    private readonly List<RepositoryHealth> _repositories = [];

    private MadeUpHost(PackageFamily family, string nativeArchitecture)
    {
        _family = family;
        _builder = new PackageCatalogBuilder { NativeArchitecture = nativeArchitecture };
        _local = _builder.AddOrigin(new PackageOrigin { Archive = "now" });
    }

    public string Product { get; private set; } = "";

    /// <summary>
    /// An Ubuntu host with the archives REL, UPD, SEC, BACKPORTS, UNTRUSTED (a security archive that is not
    /// authenticated), HOST (a plain suite on security.debian.org) and LABEL (a mirror that only its label gives
    /// away).</summary>
    public static MadeUpHost Apt() =>
        new MadeUpHost(PackageFamily.Apt, "amd64") { Product = "Ubuntu20.04" }
            .Archive(
                "REL",
                new PackageOrigin
                {
                    Archive = "focal",
                    Site = "archive.ubuntu.com",
                    Trusted = true,
                }
            )
            .Archive(
                "UPD",
                new PackageOrigin
                {
                    Archive = "focal-updates",
                    Site = "archive.ubuntu.com",
                    Trusted = true,
                }
            )
            .Archive(
                "SEC",
                new PackageOrigin
                {
                    Archive = "focal-security",
                    Site = "archive.ubuntu.com",
                    Trusted = true,
                }
            )
            .Archive(
                "BACKPORTS",
                new PackageOrigin
                {
                    Archive = "focal-backports",
                    Site = "archive.ubuntu.com",
                    Trusted = true,
                }
            )
            .Archive("UNTRUSTED", new PackageOrigin { Archive = "vendor-security", Site = "example.org" })
            .Archive(
                "HOST",
                new PackageOrigin
                {
                    Archive = "oldstable",
                    Site = "security.debian.org",
                    Trusted = true,
                }
            )
            .Archive(
                "LABEL",
                new PackageOrigin
                {
                    Archive = "oldstable",
                    Label = "Debian-Security",
                    Site = "mirror.example.org",
                    Trusted = true,
                }
            );

    /// <summary>An Ubuntu host with the archives that the test gives it.</summary>
    public static MadeUpHost AptWithoutArchives() =>
        new MadeUpHost(PackageFamily.Apt, "amd64") { Product = "Ubuntu20.04" };

    public static MadeUpHost Dnf() => Rpm(PackageFamily.Dnf, "RedhatEnterpriseLinux9.4");

    public static MadeUpHost Yum() => Rpm(PackageFamily.Yum, "AmazonLinux2");

    public static MadeUpHost Zypper() => Rpm(PackageFamily.Zypper, "Suse15.3");

    public static MadeUpHost Of(PackageFamily family) =>
        family switch
        {
            PackageFamily.Apt => Apt(),
            PackageFamily.Dnf => Dnf(),
            PackageFamily.Yum => Yum(),
            _ => Zypper(),
        };

    public MadeUpHost WithProduct(string product)
    {
        Product = product;
        return this;
    }

    public MadeUpHost Archive(string shortName, PackageOrigin origin)
    {
        _archives[shortName] = _builder.AddOrigin(origin with { Repository = _repositories.Count });
        _repositories.Add(
            new RepositoryHealth
            {
                Name = shortName,
                Status = RepositoryStatus.Ok,
                HasUsableMetadata = true,
                IsOperatingSystem = true,
                Trusted = origin.Trusted,
            }
        );
        return this;
    }

    /// <summary>When an archive's Release file was made.</summary>
    public MadeUpHost Published(string archive, string date) =>
        Change(archive, r => r with { PublishedAt = Instant(date) });

    /// <summary>An archive that has advisories, whether or not one concerns the host.</summary>
    public MadeUpHost PublishesAdvisories(string archive) => Change(archive, r => r with { HasAdvisories = true });

    /// <summary>An archive GONE: versions that only advisories still name.</summary>
    public MadeUpHost RemembersGone() =>
        Archive("GONE", new PackageOrigin { Archive = "base", HiddenBecause = PackageOrigin.NoLongerOffered });

    /// <summary>An archive whose versions the host hides from its tool, or the vendor took back.</summary>
    public MadeUpHost Hides(string shortName, string because) =>
        Archive(shortName, new PackageOrigin { Archive = "base", HiddenBecause = because });

    /// <summary>An archive of which there is no metadata any more.</summary>
    public MadeUpHost Unreadable(string archive) =>
        Change(archive, r => r with { Status = RepositoryStatus.Unreadable, HasUsableMetadata = false });

    public MadeUpHost Advisory(string id, string type, string severity, string? date, params string[] cves)
    {
        _advisories[id] = new Advisory
        {
            Id = id,
            Classification = type,
            Severity = severity,
            Date = date is null ? null : Instant(date),
            CveIds = cves,
        };
        return this;
    }

    public MadeUpHost Advisory(Advisory advisory)
    {
        _advisories[advisory.Id] = advisory;
        return this;
    }

    /// <summary>A package of the host's own architecture.</summary>
    public MadeUpHost Package(string name, params string[] versions) =>
        Package(new MadeUpPackage { Name = name, Versions = versions });

    public MadeUpHost Package(MadeUpPackage package)
    {
        var architecture = package.Architecture ?? (_family == PackageFamily.Apt ? "amd64" : "x86_64");
        var index = _builder.Package(Encoding.UTF8.GetBytes(package.Name), _builder.Word(architecture));
        foreach (var text in package.Versions)
        {
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var isInstalled = words[0].EndsWith('*');
            var edition = words[0].TrimEnd('*');
            string Property(string key, string fallback) =>
                words.FirstOrDefault(w => w.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..]
                ?? fallback;
            var priority = _builder.Word(Property("prio", _family == PackageFamily.Apt ? "optional" : ""));
            var section = _builder.Word(Property("section", _family == PackageFamily.Apt ? "utils" : ""));
            var meta = ulong.Parse(Property("meta", "0"), CultureInfo.InvariantCulture);
            List<int> origins =
            [
                .. words
                    .Skip(1)
                    .Where(w => !w.Contains('=', StringComparison.Ordinal))
                    .Select(w => w == "NOW" ? _local : _archives[w]),
            ];
            if (isInstalled)
                origins.Add(_local);
            var version = -1;
            foreach (var origin in origins)
                version = _builder.Version(index, Encoding.UTF8.GetBytes(edition), priority, section, meta, origin);
            if (Property("adv", "") is { Length: > 0 } advisories)
                _builder.SetAdvisories(version, [.. advisories.Split(',').Select(a => _advisories[a])]);
            if (Property("built", "") is { Length: > 0 } built)
                _builder.SetBuildTime(version, Instant(built).ToUnixTimeSeconds());
            if (isInstalled)
                _builder.SetInstalled(index, version, package.Installed(architecture, edition));
        }

        return this;
    }

    public HostInventory Inventory() =>
        new()
        {
            Family = _family,
            PackageManager = _family switch
            {
                PackageFamily.Apt => "apt",
                PackageFamily.Dnf => "dnf",
                PackageFamily.Yum => "yum",
                _ => "zypper",
            },
            Origin = InventoryOrigin.Host,
            CapturedAt = Now,
            OperatingSystem = new OsRelease { Id = "made-up" },
            Packages = _builder.Build(),
            Repositories = [.. _repositories],
            Facts = new HostFacts(),
        };

    /// <summary>Noon of 2026-07-01, UTC: the instant of every evaluation that names no other.</summary>
    public static DateTimeOffset Now { get; } = Instant("2026-07-01T12:00:00");

    public EvaluationRequest Request(PatchBaseline baseline, DateTimeOffset? now = null) =>
        new()
        {
            Snapshot = new PatchSnapshot
            {
                SnapshotId = "11111111-2222-4333-8444-555555555555",
                Origin = SnapshotOrigin.File,
                Baseline = baseline,
                Product = Product,
                OperationStart = (now ?? Now).AddSeconds(-3),
            },
            Inventory = Inventory(),
            Now = now ?? Now,
            ExecutionId = "99999999-8888-4777-8666-555555555555",
        };

    public ComplianceReport Evaluate(PatchBaseline baseline, DateTimeOffset? now = null) =>
        BaselineEvaluator.Evaluate(Request(baseline, now));

    /// <summary>The only finding about the package.</summary>
    public PatchFinding Finding(PatchBaseline baseline, string name, DateTimeOffset? now = null) =>
        Xunit.Assert.Single(Evaluate(baseline, now).Findings, f => f.Name == name);

    public static DateTimeOffset Instant(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private MadeUpHost Change(string archive, Func<RepositoryHealth, RepositoryHealth> change)
    {
        var index = _repositories.FindIndex(r => r.Name == archive);
        _repositories[index] = change(_repositories[index]);
        return this;
    }

    private static MadeUpHost Rpm(PackageFamily family, string product) =>
        new MadeUpHost(family, "x86_64") { Product = product }
            .Archive("BASE", new PackageOrigin { Archive = "base", Trusted = true })
            .Archive("EXTRA", new PackageOrigin { Archive = "extra", Trusted = true });
}

/// <summary>A package of a <see cref="MadeUpHost"/> with more to it than versions.</summary>
internal sealed record MadeUpPackage
{
    public required string Name { get; init; }

    /// <summary>Null: the host's own.</summary>
    public string? Architecture { get; init; }

    public required IReadOnlyList<string> Versions { get; init; }

    public bool IsHeld { get; init; }

    public bool IsBroken { get; init; }

    public string Status { get; init; } = "";

    public string? Candidate { get; init; }

    public string? PolicyNote { get; init; }

    public int? Phased { get; init; }

    public IReadOnlyList<RefusedEdition> Refused { get; init; } = [];

    public IReadOnlyList<RefusedEdition> Unchosen { get; init; } = [];

    public EpochTime? InstalledTime { get; init; }

    /// <summary>An older version that is installed beside it.</summary>
    public string? Leftover { get; init; }

    public InstalledPackage Installed(string architecture, string edition) =>
        new()
        {
            Name = Name,
            Architecture = architecture,
            Edition = edition,
            Status = Status,
            IsHeld = IsHeld,
            IsBroken = IsBroken,
            CandidateEdition = Candidate,
            PolicyNote = PolicyNote,
            PhasedPercentage = Phased,
            RefusedEditions = Refused,
            UnchosenEditions = Unchosen,
            InstalledTime = InstalledTime,
            LeftoverEdition = Leftover,
        };
}
