using PatchTools.Evaluation;
using PatchTools.Families.Apt.Evaluation;
using PatchTools.Families.Apt.Reading;
using PatchTools.Families.Apt.Reboot;
using PatchTools.Families.Shared;
using PatchTools.Files;

namespace PatchTools.Families.Apt;

/// <summary>Debian, Ubuntu, Raspbian and their derivatives.</summary>
internal sealed class AptFamily : Family
{
    public override PackageFamily Id => PackageFamily.Apt;

    public override string Name => "apt";

    public override bool HasDatabase(string root) => DpkgStatus.IsIn(root);

    public override string DatabaseKind(string root) => DpkgStatus.PathIn(root);

    public override string DatabaseOf(string root) => DpkgStatus.PathIn(root);

    /// <summary>dpkg may be no more than a tool on a host of another family.</summary>
    public override FamilySign SignIn(string root)
    {
        if (!DpkgStatus.IsIn(root))
            return FamilySign.None;
        var hasPackages = false;
        var hasBase = false;
        foreach (var line in HostFiles.ReadAllLines(DpkgStatus.PathIn(root)))
        {
            hasPackages |=
                line.StartsWith("Status:", StringComparison.Ordinal)
                && line.EndsWith(" installed", StringComparison.Ordinal);
            hasBase |= line is "Package: dpkg" or "Package: base-files";
        }

        if (!hasPackages)
            return FamilySign.EmptyDatabase;
        return hasBase ? FamilySign.BaseSystem : FamilySign.Packages;
    }

    public override IPackageManager Manager(HostSession session) => new AptPackageManager(session);

    public override PackageManagerPlaces Places(HostSession session) => AptPlaces.Read(session.Host);

    public override IFileOwners FileOwners(HostSession session) => new DpkgFileOwners(session.Host.Paths.Root);

    public override FamilyLanguage Language => AptLanguage.Instance;

    public override FamilyEvaluator Evaluator(EvaluationRequest request) => new AptEvaluator(request);

    public override BaselineMeaning Meaning { get; } =
        new()
        {
            FilterKeys = AptFilterGroup.Keys,
            FiltersAreStrict = false,
            HasAdvisories = false,
            NonSecurityDecides = true,
        };
}
