using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Native.Table;
using PatchTools.Operations;
using PatchTools.Presentation;

namespace PatchTools.Native.Commands;

/// <summary>
/// <c>patchtools inventory</c>: what <c>Get-PatchInventory</c> does, and with <c>--export</c> also
/// <c>Export-PatchInventory</c>.
/// </summary>
internal static class InventoryCommand
{
    public static async Task<int> RunAsync(CommandCall call)
    {
        var host = call.Host(hasStateDirectory: false);
        if (call.FilePath(Options.Root) is { } root)
            host = host with { Paths = host.Paths with { Root = HostPaths.RootOf(root) } };
        var run = call.RunOn(host);
        var export = call.FilePath(Options.Export);
        var inventory = await ReadAsync(call, host, run);
        if (export is not null)
            await run.ExportInventoryAsync(inventory, export, call.Stopping);
        else if (call.Has(Options.Json))
            call.Terminal.WriteDocument(Documents.Of(inventory));
        else
            call.Terminal.Write(RecordLines.Of(inventory, call.Terminal.Columns, call.Terminal.Colours));
        return ExitStatus.Success;
    }

    private static async Task<HostInventory> ReadAsync(CommandCall call, HostContext host, PatchRun run)
    {
        var defaults = new InventoryRequest();
        var request = InventoryRequest.Of(
            host,
            call.Has(Options.Refresh),
            call.Duration(Options.MaxMetadataAge) ?? defaults.MaxMetadataAge,
            call.Duration(Options.LockTimeout) ?? defaults.LockTimeout
        );
        if (call.FilePath(Options.InventoryPath) is not { } path)
            return await run.GetInventoryAsync(
                request with
                {
                    Origin = host.Paths.IsImage ? InventoryOrigin.Root : InventoryOrigin.Host,
                },
                snapshot: null,
                call.Stopping
            );
        if (host.Paths.IsImage || request.Refresh)
            throw new UsageException("--path is a file; --root and --refresh are of a host. Give one of them.");
        return await run.ImportInventoryAsync(path, call.Stopping);
    }
}
