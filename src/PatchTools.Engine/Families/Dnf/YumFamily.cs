using PatchTools.Evaluation;
using PatchTools.Families.Dnf.Evaluation;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Rpm;
using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Families.Shared;

namespace PatchTools.Families.Dnf;

/// <summary>Red Hat Enterprise Linux 7 with its kin, Amazon Linux 1 and 2.</summary>
internal sealed class YumFamily : RpmFamily
{
    public override PackageFamily Id => PackageFamily.Yum;

    public override string Name => "yum";

    public override PackageFamily Baselines => PackageFamily.Dnf;

    /// <summary>Only os-release tells its releases: what lies on disk is the same as dnf's.</summary>
    public override FamilySign SignIn(string root) => FamilySign.None;

    public override IPackageManager Manager(HostSession session) => new DnfPackageManager(session);

    public override PackageManagerPlaces Places(HostSession session) =>
        DnfPlaces.Read(session.Host, DnfTool.Of(session.Host.Paths.Root, session.System));

    public override FamilyLanguage Language => RpmLanguage.Instance;

    public override FamilyEvaluator Evaluator(EvaluationRequest request) => new YumEvaluator(request);

    public override BaselineMeaning Meaning { get; } =
        new()
        {
            FilterKeys = RpmFilterGroup.Keys,
            FiltersAreStrict = true,
            HasAdvisories = true,
            NonSecurityDecides = true,
            ComparesExactly = true,
        };
}
