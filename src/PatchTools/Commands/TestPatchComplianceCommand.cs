using System.Management.Automation;
using PatchTools.Families.Shared;
using PatchTools.Operations;

namespace PatchTools.Commands;

/// <summary>Compares a host with a baseline. Neither saves nor sends anything.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchCompliance", DefaultParameterSetName = HostSet)]
[OutputType(typeof(ComplianceReport), typeof(PatchFinding), typeof(bool))]
public sealed class TestPatchComplianceCommand : PatchCommand
{
    internal const string HostSet = "Host";
    internal const string InventorySet = "Inventory";

    /// <summary>The baseline, from Get-PatchSnapshot.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PatchSnapshot? Snapshot { get; set; }

    /// <summary>The host, from Get-PatchInventory. Default: this host, read now.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InventorySet)]
    [ValidateNotNull]
    public HostInventory? Inventory { get; set; }

    /// <summary>Asks the repositories first. Needs root.</summary>
    [Parameter(ParameterSetName = HostSet)]
    public SwitchParameter Refresh { get; set; }

    /// <summary>
    /// How old the last refresh of a repository may be before it proves nothing; a bare number counts days. Default: 7
    /// days.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [Duration(DurationUnit.Days)]
    public TimeSpan MaxMetadataAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long to wait for the package manager's locks; a bare number counts seconds. Default: 2 minutes.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [Duration(DurationUnit.Seconds)]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Summary writes one report, Detail its findings.</summary>
    [Parameter]
    public ReportDetail As { get; set; }

    /// <summary>
    /// Writes only whether the host complies; false also when that cannot be told or the baseline judges nothing. Wins
    /// over -As.
    /// </summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Only carried in the report: a comparison never reboots.</summary>
    [Parameter]
    public RebootOption RebootOption { get; set; }

    /// <summary>
    /// From which dates approveAfterDays and approveUntilDate count on apt. Default: none, the two have no effect
    /// there.
    /// </summary>
    [Parameter]
    public ApprovalDateSource ApprovalDateSource { get; set; }

    protected override void Process()
    {
        var host = HostOf();
        var request = Inventory is null ? InventoryRequest.Of(host, Refresh, MaxMetadataAge, LockTimeout) : null;
        var report = Await(
            host,
            async (run, token) =>
            {
                var inventory = request is null ? Inventory! : await run.GetInventoryAsync(request, Snapshot, token);
                return run.Evaluate(
                    Snapshot!,
                    inventory,
                    new EvaluationTerms { RebootOption = RebootOption, ApprovalDateSource = ApprovalDateSource }
                );
            }
        );
        if (Quiet)
            WriteObject(report.Verdict == ComplianceVerdict.Compliant);
        else
            Write(report, As);
    }
}
