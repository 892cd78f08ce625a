using System.Management.Automation;

namespace PatchTools.Commands;

/// <summary>
/// Judges from the host itself whether it needs a reboot, and says why. Changes nothing; without root it cannot look
/// into the processes of others.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchRebootRequired", DefaultParameterSetName = HostSet)]
[OutputType(typeof(RebootAssessment), typeof(bool))]
public sealed class TestPatchRebootRequiredCommand : PatchCommand
{
    internal const string HostSet = "Host";

    /// <summary>
    /// Writes only whether a reboot is needed; where that cannot be told, false and a warning that says why.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    public SwitchParameter Quiet { get; set; }

    /// <summary>
    /// Where the patches that wait for a reboot are kept. Default: where SSM's agent keeps them, for other users below
    /// $XDG_STATE_HOME.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    public string? StateDirectory { get; set; }

    protected override void Process()
    {
        var assessment = Await(HostOf(StateDirectory), (run, token) => run.AssessRebootAsync(token));
        if (!Quiet)
        {
            WriteObject(assessment);
            return;
        }

        if (assessment.IsRequired is null)
            WriteWarning(assessment.VerdictText);
        WriteObject(assessment.IsRequired == true);
    }
}
