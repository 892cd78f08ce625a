using PatchTools.Evaluation;
using PatchTools.Families.Rpm;
using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Families.Zypper.Evaluation;
using PatchTools.Files;

namespace PatchTools.Families.Zypper;

/// <summary>SUSE Linux Enterprise and openSUSE.</summary>
internal sealed class ZypperFamily : RpmFamily
{
    public override PackageFamily Id => PackageFamily.Zypper;

    public override string Name => "zypper";

    public override FamilySign SignIn(string root)
    {
        if (!HasDatabase(root) || !HostFiles.DirectoryExists(Path.Combine(root, "etc/zypp")))
            return FamilySign.None;
        return HasRepositories(root, "etc/zypp/repos.d") ? FamilySign.Repositories : FamilySign.ConfiguredTool;
    }

    public override IPackageManager Manager(HostSession session) => new ZypperPackageManager(session);

    public override PackageManagerPlaces Places(HostSession session) => ZypperPlaces.Read(session.Host);

    public override FamilyLanguage Language => ZypperLanguage.Instance;

    public override FamilyEvaluator Evaluator(EvaluationRequest request) => new ZypperEvaluator(request);

    public override string InstallSpelling(string typed, bool hadWork) => "install";

    public override BaselineMeaning Meaning { get; } =
        new()
        {
            FilterKeys = RpmFilterGroup.Keys,
            FiltersAreStrict = true,
            HasAdvisories = true,
            NonSecurityDecides = false,
        };
}
