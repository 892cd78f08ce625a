using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Native.Table;
using PatchTools.Operations;
using PatchTools.Presentation;
using PatchTools.Text;

namespace PatchTools.Native.Commands;

/// <summary><c>patchtools scan</c> and <c>patchtools install</c>: what <c>Invoke-PatchBaseline</c> does.</summary>
internal static class OperationCommand
{
    public static async Task<int> ScanAsync(CommandCall call)
    {
        var host = call.Host(hasStateDirectory: true);
        var request = RequestFor(call, host, PatchOperation.Scan);
        if (call.FilePath(Options.ImageRoot) is { } root)
            return await ScanImageAsync(call, host with { Paths = host.Paths with { Root = HostPaths.RootOf(root) } });
        var run = call.RunOn(host);
        return await ToldAsync(call, run, () => run.ScanAsync(request, call.Stopping));
    }

    /// <summary>
    /// What <c>Get-PatchSnapshot -Root | Test-PatchCompliance -Inventory (Get-PatchInventory -Root)</c> does.
    /// </summary>
    private static async Task<int> ScanImageAsync(CommandCall call, HostContext host)
    {
        var request = RequestFor(call, host, PatchOperation.Scan);
        if (request.Snapshot is { Path: null, UseDefault: false })
            throw new UsageException("--root needs --path or --default: Systems Manager knows no image.");
        var run = call.RunOn(host);
        return await ToldAsync(
            call,
            run,
            async () =>
            {
                var snapshot = await run.GetSnapshotAsync(request.Snapshot, call.Stopping);
                var inventory = await run.GetInventoryAsync(
                    request.Inventory with
                    {
                        Refresh = false,
                        Origin = host.Paths.IsImage ? InventoryOrigin.Root : InventoryOrigin.Host,
                    },
                    snapshot: null,
                    call.Stopping
                );
                return run.Evaluate(
                    snapshot,
                    inventory,
                    new EvaluationTerms
                    {
                        RebootOption = request.RebootOption,
                        ApprovalDateSource = request.ApprovalDateSource,
                    }
                );
            }
        );
    }

    public static async Task<int> InstallAsync(CommandCall call)
    {
        var host = call.Host(hasStateDirectory: true);
        var request = RequestFor(call, host, PatchOperation.Install);
        var run = call.RunOn(host);
        if (request.DryRun)
        {
            using var planned = await run.PrepareInstallAsync(request, call.Stopping);
            PlanCommand.Write(call, planned.Plan);
            return ExitStatus.Success;
        }

        return await ToldAsync(
            call,
            run,
            async () =>
            {
                using var prepared = await run.PrepareInstallAsync(request, call.Stopping);
                return await run.InstallAsync(prepared, call.Stopping);
            }
        );
    }

    /// <summary>
    /// A report is printed also where only what came after it failed. Whoever is to be told is told last: of the lock
    /// that a run holds nothing is left then.
    /// </summary>
    private static async Task<int> ToldAsync(CommandCall call, PatchRun run, Func<Task<ComplianceReport>> operation)
    {
        var hook = ExecOn.Of(call);
        try
        {
            var report = await operation();
            Write(call, report);
            if (hook is not null)
                await hook.TellAsync(run, report, call.Stopping);
            return report.ExitCode;
        }
        catch (PatchToolsException failure)
        {
            var report = failure.Target as ComplianceReport;
            if (report is not null)
                Write(call, report);
            if (hook is not null)
                await (
                    report is null
                        ? hook.TellAsync(run, failure, call.Stopping)
                        : hook.TellAsync(run, report, call.Stopping)
                );
            throw;
        }
    }

    private static void Write(CommandCall call, ComplianceReport report)
    {
        if (call.Has(Options.Json))
            call.Terminal.WriteDocument(ReportExport.Write(report, ReportFormat.Json, history: []));
        else if (call.Has(Options.Brief))
            call.Terminal.Write([TerminalText.Cell(report.VerdictText)]);
        else if (call.Choice<ReportDetail>(Options.As) == ReportDetail.Detail)
            call.Terminal.Write(FindingLines.Of(report.Findings, call.Terminal.Columns, call.Terminal.Colours));
        else
            call.Terminal.Write(
                ReportLines.Of(report, call.Terminal.Columns, call.Terminal.Colours, listsAll: "--as Detail")
            );
    }

    private static RunRequest RequestFor(CommandCall call, HostContext host, PatchOperation operation)
    {
        // A word that is none of them is told before anything is done.
        call.Choice<ReportDetail>(Options.As);
        var isReal = !call.Has(Options.WhatIf);
        var lockTimeout = call.Duration(Options.LockTimeout) ?? new RunRequest { Snapshot = new() }.LockTimeout;
        return new RunRequest
        {
            Snapshot = call.Snapshot(),
            Inventory = InventoryRequest.Of(
                host,
                refresh: isReal && host.IsRoot && !call.Has(Options.NoRefresh),
                call.Duration(Options.MaxMetadataAge) ?? new InventoryRequest().MaxMetadataAge,
                lockTimeout
            ),
            OperationText = operation.ToString(),
            RebootOption = call.Choice<RebootOption>(Options.Reboot),
            RebootPolicy = call.Choice<RebootPolicy>(Options.Policy),
            ApprovalDateSource = call.Choice<ApprovalDateSource>(Options.DateSource),
            TimeBudget = call.Duration(Options.TimeBudget),
            Association = AssociationReference.Of(
                call.Text(Options.AssociationId),
                call.Choice<ComplianceLevel>(Options.AssociationSeverity)
            ),
            LockTimeout = lockTimeout,
            DryRun = !isReal,
        };
    }
}
