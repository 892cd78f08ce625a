using PatchTools.Families.Shared;
using PatchTools.Native.Table;
using PatchTools.Operations;
using PatchTools.Presentation;

namespace PatchTools.Native.Commands;

/// <summary><c>patchtools plan</c>: what <c>Get-PatchSnapshot | Get-PatchPlan</c> does.</summary>
internal static class PlanCommand
{
    public static async Task<int> RunAsync(CommandCall call)
    {
        var host = call.Host(hasStateDirectory: false);
        var run = call.RunOn(host);
        var defaults = new InventoryRequest();
        var inventory = InventoryRequest.Of(
            host,
            call.Has(Options.Refresh),
            call.Duration(Options.MaxMetadataAge) ?? defaults.MaxMetadataAge,
            call.Duration(Options.LockTimeout) ?? defaults.LockTimeout
        );
        var wanted = call.Snapshot();
        var dates = call.Choice<ApprovalDateSource>(Options.DateSource);
        var request = new PlanRequest
        {
            Snapshot = await run.GetSnapshotAsync(wanted with { InstallOverrideList = null }, call.Stopping),
            Inventory = inventory,
            InstallOverrideList = wanted.InstallOverrideList,
            ApprovalDateSource = dates,
            Aws = wanted.Aws,
        };
        Write(call, await run.PlanAsync(request, call.Stopping));
        return ExitStatus.Success;
    }

    /// <summary>A plan as text, or as a document.</summary>
    public static void Write(CommandCall call, InstallPlan plan)
    {
        if (call.Has(Options.Json))
            call.Terminal.WriteDocument(Documents.Of(plan));
        else
            call.Terminal.Write(PlanLines.Of(plan, call.Terminal.Columns, call.Terminal.Colours));
    }
}
