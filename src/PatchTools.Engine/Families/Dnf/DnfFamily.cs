using PatchTools.Evaluation;
using PatchTools.Families.Dnf.Evaluation;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm;
using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Files;

namespace PatchTools.Families.Dnf;

/// <summary>Red Hat Enterprise Linux 8 and later with its kin, Amazon Linux 2023, Fedora.</summary>
internal sealed class DnfFamily : RpmFamily
{
    private static readonly string[] Signs = ["etc/dnf", "etc/yum.conf", "etc/yum.repos.d"];

    public override PackageFamily Id => PackageFamily.Dnf;

    public override string Name => "dnf";

    public override FamilySign SignIn(string root)
    {
        if (!HasDatabase(root))
            return FamilySign.None;
        if (HasRepositories(root, "etc/yum.repos.d"))
            return FamilySign.Repositories;
        return Signs.Any(sign => IsThere(Path.Combine(root, sign))) ? FamilySign.ConfiguredTool : FamilySign.Database;
    }

    public override IPackageManager Manager(HostSession session) => new DnfPackageManager(session);

    public override PackageManagerPlaces Places(HostSession session) =>
        DnfPlaces.Read(session.Host, DnfTool.Of(session.Host.Paths.Root, session.System));

    public override FamilyLanguage Language => RpmLanguage.Instance;

    public override FamilyEvaluator Evaluator(EvaluationRequest request) => new DnfEvaluator(request);

    public override string InstallSpelling(string typed, bool hadWork) => hadWork ? "install" : typed;

    public override BaselineMeaning Meaning { get; } =
        new()
        {
            FilterKeys = RpmFilterGroup.Keys,
            FiltersAreStrict = true,
            HasAdvisories = true,
            NonSecurityDecides = true,
        };

    private static bool IsThere(string path) => HostFiles.Exists(path) || HostFiles.DirectoryExists(path);
}
