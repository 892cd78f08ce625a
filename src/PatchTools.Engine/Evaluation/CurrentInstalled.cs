namespace PatchTools.Evaluation;

/// <summary>
/// What a run installed or upgraded, as it is installed now: versions before and after are compared. The reference compares lists of states, and so loses
/// a package that came to a version between the old and the wanted one (spec 09 §1 QUIRK). Pure.
/// </summary>
public static class CurrentInstalled
{
    /// <param name="before">Inventory before the transaction.</param>
    /// <param name="after">Report on an inventory taken after it.</param>
    public static IReadOnlyList<PatchFinding> Of(HostInventory before, ComplianceReport after)
    {
        var editions = before.Installed.ToLookup(package => (package.Name, package.Architecture), package => package.Edition);
        return
        [
            .. after.Findings.Where(finding =>
                finding.State is PatchState.Installed or PatchState.InstalledOther or PatchState.InstalledRejected
                && !editions[(finding.PackageName, finding.Architecture)].Contains(finding.InstalledVersion, StringComparer.Ordinal)),
        ];
    }
}
