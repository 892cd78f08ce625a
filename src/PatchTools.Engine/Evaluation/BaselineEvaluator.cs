using PatchTools.Evaluation.Apt;
using PatchTools.Evaluation.Rpm;

namespace PatchTools.Evaluation;

/// <summary>Compares a baseline with the packages of a host. Pure: the same request gives the same report; no I/O, no clock, no environment.</summary>
public static class BaselineEvaluator
{
    /// <summary>Judges every package of the inventory; the pending-reboot carry-over is the publisher's (spec 06 §2).</summary>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.UnknownFilterKey"/>: an rpm family's baseline filters by a key that has no meaning there.</exception>
    public static ComplianceReport Evaluate(EvaluationRequest request)
    {
        var evaluator = EvaluatorOf(request);
        evaluator.Run();
        var findings = ComplianceCounting.InReportOrder(evaluator.Findings);
        return new ComplianceReport
        {
            Snapshot = request.Snapshot,
            Inventory = request.Inventory,
            Findings = findings,
            Counts = ComplianceCounting.Count(findings, evaluator.NotApplicable),
            NonCompliantSeverity = ComplianceCounting.NonCompliantSeverity(findings),
            Operation = request.Operation,
            OperationText = request.OperationText,
            RebootOption = request.RebootOption,
            InstallOverrideList = request is { Operation: PatchOperation.Install, InstallOverrideList: { } list } ? list.ReportedAs : "",
            ExecutionId = request.ExecutionId,
            Start = request.Snapshot.OperationStart,
            End = request.Now,
            Warnings = [.. evaluator.Warnings()],
        };
    }

    /// <summary>
    /// What has been installed or upgraded between two inventories, dependencies included, each as it is installed now: Installed, InstalledOther or
    /// InstalledRejected at its installed version, even where the report calls the package Missing or Failed because a newer version is wanted (spec 09 §1;
    /// the reference forgets those: QUIRK). Input of the pending-reboot carry-over.
    /// </summary>
    /// <param name="before">Taken before the install.</param>
    /// <param name="after">The request of the report after it.</param>
    public static IReadOnlyList<PatchFinding> InstalledSince(HostInventory before, EvaluationRequest after)
    {
        HashSet<(string, string, string)> known = [.. before.Installed.Select(p => (p.Name, p.Architecture, p.Edition))];
        var evaluator = EvaluatorOf(after);
        return [.. after.Inventory.Packages.Where(p => p.IsInstalled).Select(evaluator.AsInstalled).Where(f => !known.Contains((f.PackageName, f.Architecture, f.InstalledVersion)))];
    }

    private static FamilyEvaluator EvaluatorOf(EvaluationRequest request) => request.Inventory.Family switch
    {
        PackageFamily.Apt => new AptEvaluator(request),
        PackageFamily.Dnf => new DnfEvaluator(request),
        PackageFamily.Yum => new YumEvaluator(request),
        _ => new ZypperEvaluator(request),
    };
}
