using System.Text;
using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Model;
using PatchTools.Patterns;
using PatchTools.Ports;

namespace PatchTools.Engine.Tests.PackageManagers.MadeUp;

/// <summary>
/// A family that nobody ships: <c>etc/parcels/installed</c> and <c>etc/parcels/offered</c> have one name and one
/// version a line. All that the engine needs of it stands in this folder.
/// </summary>
internal sealed class ParcelFamily : Family
{
    public const string Installed = "etc/parcels/installed";
    public const string Offered = "etc/parcels/offered";

    public override PackageFamily Id => (PackageFamily)100;

    public override string Name => "parcel";

    public override bool HasDatabase(string root) => File.Exists(Path.Combine(root, Installed));

    public override string DatabaseKind(string root) => "parcel's list";

    public override string DatabaseOf(string root) => Path.Combine(root, Installed);

    public override FamilySign SignIn(string root) => HasDatabase(root) ? FamilySign.BaseSystem : FamilySign.None;

    public override IPackageManager Manager(HostSession session) => new ParcelManager(session, Id);

    public override PackageManagerPlaces Places(HostSession session) => throw new NotSupportedException();

    public override IFileOwners FileOwners(HostSession session) => throw new NotSupportedException();

    public override FamilyLanguage Language { get; } = new ParcelLanguage();

    public override FamilyEvaluator Evaluator(EvaluationRequest request) => new ParcelEvaluator(request, Language);

    public override BaselineMeaning Meaning { get; } =
        new()
        {
            FilterKeys = ["PRODUCT"],
            FiltersAreStrict = true,
            HasAdvisories = false,
            NonSecurityDecides = false,
        };
}

/// <summary>Versions are numbers; lists name packages by their names alone.</summary>
internal sealed class ParcelLanguage : FamilyLanguage
{
    public override IComparer<string> VersionOrder { get; } =
        Comparer<string>.Create((x, y) => Number(x).CompareTo(Number(y)));

    public override PatchList Approved(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new ParcelList(entries);

    public override PatchList Rejected(IReadOnlyList<string> entries, string nativeArchitecture) =>
        new ParcelList(entries);

    public override int FirstMatch(
        PatternList patterns,
        ReadOnlySpan<byte> name,
        string architecture,
        string nativeArchitecture,
        ReadOnlySpan<byte> edition
    ) => throw new NotSupportedException();

    private static int Number(string version) => int.Parse(version, System.Globalization.CultureInfo.InvariantCulture);

    private sealed class ParcelList(IReadOnlyList<string> entries) : PatchList(entries)
    {
        public override int FirstMatch(ReadOnlySpan<byte> name, string architecture, ReadOnlySpan<byte> edition)
        {
            var wanted = Encoding.UTF8.GetString(name);
            return Entries.ToList().FindIndex(entry => entry == wanted);
        }

        public override PatchList With(IReadOnlyList<string> entries) => new ParcelList(entries);
    }
}

/// <summary>Reads the two files.</summary>
internal sealed class ParcelManager(HostSession session, PackageFamily family) : IPackageManager
{
    public string Name => "parcel";

    public Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    )
    {
        var builder = new PackageCatalogBuilder { NativeArchitecture = "any" };
        var now = builder.AddOrigin(new PackageOrigin { Archive = "now", Architecture = "any" });
        var depot = builder.AddOrigin(
            new PackageOrigin
            {
                Archive = "depot",
                Architecture = "any",
                Repository = 0,
            }
        );
        foreach (var (name, version) in Lines(ParcelFamily.Installed))
        {
            var package = builder.Package(Encoding.UTF8.GetBytes(name), builder.Word("any"));
            builder.SetInstalled(
                package,
                builder.Version(package, Encoding.UTF8.GetBytes(version), 0, 0, 0, now),
                new InstalledPackage
                {
                    Name = name,
                    Architecture = "any",
                    Edition = version,
                }
            );
        }

        foreach (var (name, version) in Lines(ParcelFamily.Offered))
        {
            var package = builder.Package(Encoding.UTF8.GetBytes(name), builder.Word("any"));
            builder.Version(package, Encoding.UTF8.GetBytes(version), 0, 0, 0, depot);
        }

        return Task.FromResult(
            new HostInventory
            {
                Family = family,
                PackageManager = Name,
                Origin = request.Origin,
                CapturedAt = session.Host.Clock.GetUtcNow(),
                OperatingSystem = session.System,
                Packages = builder.Build(),
                Facts = new HostFacts(),
                Repositories =
                [
                    new RepositoryHealth
                    {
                        Name = "depot",
                        Status = RepositoryStatus.Ok,
                        HasUsableMetadata = true,
                    },
                ],
            }
        );
    }

    public Task<InstallPlan> PlanAsync(
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public Task<InstallOutcome> InstallAsync(
        InstallPlan plan,
        InstallRequest request,
        IRunObserver observer,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public Task<RebootSigns> GetRebootSignsAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    private IEnumerable<(string Name, string Version)> Lines(string file) =>
        from line in File.ReadLines(Path.Combine(session.Host.Paths.Root, file))
        let fields = line.Split(' ')
        select (fields[0], fields[1]);
}

/// <summary>A baseline with a rule approves every newer version; its rejected list is obeyed.</summary>
internal sealed class ParcelEvaluator(EvaluationRequest request, FamilyLanguage language)
    : FamilyEvaluator(request, language)
{
    protected override bool ReportsMissingBesideFailed => false;

    protected override PatchFinding Judge(PackageEntry package, bool asInstalled)
    {
        var installed = package.Installed!;
        var newer = package
            .Versions.ToList()
            .Where(v => v.IsOffered && VersionOrder.Compare(v.Edition, installed.Edition) > 0)
            .Where(v => Baseline.ApprovalRules.Count > 0 && Rejected.FirstMatch(v) < 0)
            .Select(v => v.Edition)
            .Order(VersionOrder)
            .ToList();
        return new PatchFinding
        {
            Name = package.Name,
            Architecture = package.Architecture,
            InstalledArchitecture = package.Architecture,
            State = newer.Count > 0 ? ForOperation(PatchState.Missing) : PatchState.InstalledOther,
            InstalledVersion = installed.Edition,
            AvailableVersion = newer.LastOrDefault() ?? "",
            Id = $"{package.Name}.{package.Architecture}",
            Explanation = new FindingExplanation { Decision = DecisionKind.ApprovalRule, Summary = "approved" },
            Title = $"{package.Name}.{package.Architecture}:{newer.LastOrDefault() ?? installed.Edition}",
        };
    }

    protected override PatchFinding? JudgeByOverride(PackageEntry package) => null;

    protected override bool IsInScope(PackageEntry package) => Baseline.ApprovalRules.Count > 0;

    protected override string? WhyNothingIsApproved() => null;

    protected override int TieOrder(PatchFinding x, PatchFinding y) => string.CompareOrdinal(x.Title, y.Title);
}
