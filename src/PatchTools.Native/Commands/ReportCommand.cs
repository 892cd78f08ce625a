using PatchTools.Native.Table;
using PatchTools.Presentation;

namespace PatchTools.Native.Commands;

/// <summary><c>patchtools report</c>: what <c>Get-PatchSummary</c> does.</summary>
internal static class ReportCommand
{
    public static Task<int> RunAsync(CommandCall call)
    {
        var summaries = call.RunOn(call.Host(hasStateDirectory: true)).GetSummaries(call.Has(Options.History));
        if (call.Has(Options.Json))
            call.Terminal.WriteDocument(Documents.Of(summaries));
        else
            call.Terminal.Write(RecordLines.Of(summaries, call.Terminal.Columns, call.Terminal.Colours));
        return Task.FromResult(ExitStatus.Success);
    }
}
