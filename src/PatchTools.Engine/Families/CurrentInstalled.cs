using PatchTools.Evaluation;
using PatchTools.Families.Shared;

namespace PatchTools.Families;

/// <summary>
/// What a run installed or upgraded, dependencies included, as it is installed now: versions before and after are
/// compared. The reference compares lists of states, and so loses a package that came to a version between the old and
/// the wanted one (reference 09 §1 QUIRK). Pure.
/// </summary>
internal static class CurrentInstalled
{
    /// <summary>
    /// Each package once, as Installed, InstalledOther or InstalledRejected at its installed version, also where the
    /// report calls it Missing or Failed because a newer one is wanted.
    /// </summary>
    /// <param name="before">Inventory before the transaction.</param>
    /// <param name="after">Report on an inventory taken after it.</param>
    public static IReadOnlyList<PatchFinding> Of(HostInventory before, ComplianceReport after) =>
        Of(before, after, ShippedFamilies.All);

    /// <inheritdoc cref="Of(HostInventory, ComplianceReport)"/>
    internal static IReadOnlyList<PatchFinding> Of(
        HostInventory before,
        ComplianceReport after,
        FamilyRegistry families
    )
    {
        var editions = before.Installed.ToLookup(
            package => (package.Name, package.Architecture),
            package => package.Edition
        );
        var asInstalled = new Lazy<FamilyEvaluator>(() =>
            families.Of(after.Inventory.Family).Evaluator(RequestOf(after))
        );
        HashSet<string> seen = new(StringComparer.Ordinal);
        List<PatchFinding> changed = [];
        foreach (var finding in after.Findings)
        {
            if (
                finding.InstalledVersion.Length == 0
                || editions[(finding.PackageName, finding.InstalledArchitecture)]
                    .Contains(finding.InstalledVersion, StringComparer.Ordinal)
                || !seen.Add(finding.Id)
            )
                continue;
            changed.Add(
                finding.State is PatchState.Missing or PatchState.Failed
                    ? asInstalled.Value.AsInstalled(PackageOf(finding, after.Inventory))
                    : finding
            );
        }

        return changed;
    }

    /// <summary>Without dates: what this run installed was approved when it did.</summary>
    private static EvaluationRequest RequestOf(ComplianceReport report) =>
        new()
        {
            Snapshot = report.Snapshot,
            Inventory = report.Inventory,
            Now = report.End,
            Operation = report.Operation,
            ExecutionId = report.ExecutionId,
        };

    private static PackageEntry PackageOf(PatchFinding finding, HostInventory inventory) =>
        inventory.Packages.First(package =>
            package.IsInstalled
            && package.Name == finding.PackageName
            && package.Architecture == finding.InstalledArchitecture
        );
}
