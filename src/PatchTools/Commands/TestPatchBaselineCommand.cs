using System.Management.Automation;

namespace PatchTools.Commands;

/// <summary>Looks for what is wrong with a baseline: by itself, or against a host.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchBaseline", DefaultParameterSetName = BaselineSet)]
[OutputType(typeof(BaselineIssue), typeof(bool))]
public sealed class TestPatchBaselineCommand : PatchCommand
{
    internal const string BaselineSet = "Baseline";

    /// <summary>The baseline; a snapshot brings its own.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = BaselineSet
    )]
    [ValidateNotNull]
    public PatchBaseline? Baseline { get; set; }

    /// <summary>The host to check it against, from Get-PatchInventory.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    [ValidateNotNull]
    public HostInventory? Inventory { get; set; }

    /// <summary>Writes only whether the baseline is free of errors and warnings.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public SwitchParameter Quiet { get; set; }

    protected override void Process()
    {
        var issues = Await(HostOf(), (run, _) => Task.FromResult(run.CheckBaseline(Baseline!, Inventory)));
        if (Quiet)
            WriteObject(issues.All(issue => issue.Level == BaselineIssueLevel.Information));
        else
            WriteObject(issues, enumerateCollection: true);
    }
}
