using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Model;

namespace PatchTools.Families;

/// <summary>
/// Compares a baseline with the packages of a host. Pure: the same request gives the same report; no I/O, no clock, no
/// environment.
/// </summary>
internal static class BaselineEvaluator
{
    /// <summary>
    /// Judges every package of the inventory; the pending-reboot carry-over is the publisher's (reference 06 §2).
    /// </summary>
    /// <exception cref="Errors.PatchToolsException"><see cref="Errors.PatchErrors.UnknownFilterKey"/>: an rpm family's
    /// baseline filters by a key that has no meaning there.</exception>
    public static ComplianceReport Evaluate(EvaluationRequest request) => Evaluate(request, ShippedFamilies.All);

    /// <inheritdoc cref="Evaluate(EvaluationRequest)"/>
    internal static ComplianceReport Evaluate(EvaluationRequest request, FamilyRegistry families)
    {
        var evaluator = families.Of(request.Inventory.Family).Evaluator(request);
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
}
