using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Testing.Recordings;

namespace PatchTools.Differential.Tests;

/// <summary>Reports of the baseline that approves everything.</summary>
internal static class BaselineReports
{
    public static ComplianceReport Everything(HostInventory inventory) =>
        BaselineEvaluator.Evaluate(
            new EvaluationRequest
            {
                Snapshot = OneRuleSnapshots.Everything(inventory.Family),
                Inventory = inventory,
                Now = TimeProvider.System.GetUtcNow(),
                ExecutionId = "00000000-0000-0000-0000-000000000000",
            }
        );
}

/// <summary>A baseline that lets every dependency come along.</summary>
internal sealed class NothingRefused : IDependencyPolicy
{
    public string? RefusalOf(string name, string architecture, string edition) => null;
}
