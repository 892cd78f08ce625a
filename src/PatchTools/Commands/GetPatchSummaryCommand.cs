using System.Management.Automation;

namespace PatchTools.Commands;

/// <summary>Gets the summary that the last run left on this host, or all that are kept.</summary>
[Cmdlet(VerbsCommon.Get, "PatchSummary", DefaultParameterSetName = SummarySet)]
[OutputType(typeof(PatchSummary))]
public sealed class GetPatchSummaryCommand : PatchCommand
{
    internal const string SummarySet = "Summary";

    /// <summary>All that are kept, newest first.</summary>
    [Parameter(ParameterSetName = SummarySet)]
    public SwitchParameter History { get; set; }

    /// <summary>
    /// Where states and summary are kept. Default: where SSM's agent keeps them, for other users below $XDG_STATE_HOME.
    /// </summary>
    [Parameter(ParameterSetName = SummarySet)]
    public string? StateDirectory { get; set; }

    protected override void Process() =>
        WriteObject(
            Await(HostOf(StateDirectory), (run, _) => Task.FromResult(run.GetSummaries(History))),
            enumerateCollection: true
        );
}
