using PatchTools.Native.Table;
using PatchTools.Presentation;

namespace PatchTools.Native.Commands;

/// <summary><c>patchtools publish</c>: what <c>Publish-PatchSummary -Pending -PassThru</c> does.</summary>
internal static class PublishCommand
{
    public static async Task<int> RunAsync(CommandCall call)
    {
        var run = call.RunOn(call.Host(hasStateDirectory: true));
        var receipts = await run.PublishPendingAsync(call.Aws(), call.Stopping);
        if (call.Has(Options.Json))
            call.Terminal.WriteDocument(Documents.Of(receipts));
        else
            call.Terminal.Write(RecordLines.Of(receipts, call.Terminal.Columns, call.Terminal.Colours));
        return ExitStatus.Success;
    }
}
