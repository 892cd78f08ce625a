using PatchTools.Native.Table;
using PatchTools.Presentation;

namespace PatchTools.Native.Commands;

/// <summary><c>patchtools reboot-required</c>: what <c>Test-PatchRebootRequired</c> does.</summary>
internal static class RebootRequiredCommand
{
    public static async Task<int> RunAsync(CommandCall call)
    {
        var assessment = await call.RunOn(call.Host(hasStateDirectory: true)).AssessRebootAsync(call.Stopping);
        if (call.Has(Options.Quiet))
        {
            if (assessment.IsRequired is null)
                call.Terminal.Warning(assessment.VerdictText);
            call.Terminal.Write([(assessment.IsRequired == true).ToString()]);
        }
        else if (call.Has(Options.Json))
        {
            call.Terminal.WriteDocument(Documents.Of(assessment));
        }
        else
        {
            call.Terminal.Write(RebootLines.Of(assessment, call.Terminal.Columns, call.Terminal.Colours));
        }

        return ExitStatus.Success;
    }
}
