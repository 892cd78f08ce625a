using PatchTools.Evaluation;
using PatchTools.Families.Apt.Evaluation;
using PatchTools.Families.Dnf.Evaluation;
using PatchTools.Families.Zypper.Evaluation;
using PatchTools.Model;

namespace PatchTools.Families;

/// <summary>
/// Compares a baseline with the packages of a host. Pure: the same request gives the same report; no I/O, no clock, no
/// environment.
/// </summary>
public static class BaselineEvaluator
{
    /// <summary>
    /// Judges every package of the inventory; the pending-reboot carry-over is the publisher's (reference 06 §2).
    /// </summary>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.UnknownFilterKey"/>: an rpm family's
    /// baseline filters by a key that has no meaning there.</exception>
    public static ComplianceReport Evaluate(EvaluationRequest request)
    {
        var evaluator = EvaluatorOf(request);
        evaluator.Run();
        // What is not proven is said first: an inventory without repositories is not a fault of the baseline.
        var nothing = request.Inventory.IsProven ? evaluator.WhyNothingCanBeApproved() : null;
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
            InstallOverrideList = request is { Operation: PatchOperation.Install, InstallOverrideList: { } list }
                ? list.ReportedAs
                : "",
            ExecutionId = request.ExecutionId,
            Start = request.Snapshot.OperationStart,
            End = request.Now,
            Warnings =
            [
                .. InventoryProof.Warnings(request.Inventory),
                .. request.Inventory.Cautions,
                .. SnapshotFit.Warnings(request.Snapshot, request.Inventory),
                .. NothingJudged(nothing),
                .. evaluator.Warnings(),
            ],
            LivePatching = evaluator.LivePatching,
            NothingJudgedBecause = nothing,
        };
    }

    private static IEnumerable<string> NothingJudged(string? because) =>
        because is null ? [] : [$"Nothing is judged: {because}."];

    /// <summary>The decisions of one evaluation; not thread-safe.</summary>
    internal static FamilyEvaluator EvaluatorOf(EvaluationRequest request) =>
        request.Inventory.Family switch
        {
            PackageFamily.Apt => new AptEvaluator(request),
            PackageFamily.Dnf => new DnfEvaluator(request),
            PackageFamily.Yum => new YumEvaluator(request),
            _ => new ZypperEvaluator(request),
        };
}
