using System.Management.Automation;
using PatchTools.Families.Shared;
using PatchTools.Operations;

namespace PatchTools.Commands;

/// <summary>
/// Gets the real transaction that an install would run on this host now, from the package manager's own resolver: what
/// changes, what comes along, what is left out and why, and whether a reboot is to be expected. Changes nothing.
/// </summary>
[Cmdlet(VerbsCommon.Get, "PatchPlan", DefaultParameterSetName = SnapshotSet)]
[OutputType(typeof(InstallPlan))]
public sealed class GetPatchPlanCommand : ServiceCommand
{
    internal const string HostSet = "Host";

    internal const string SnapshotSet = "Snapshot";

    /// <summary>The baseline, from Get-PatchSnapshot.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = SnapshotSet)]
    [ValidateNotNull]
    public PatchSnapshot? Snapshot { get; set; }

    /// <summary>
    /// Patches to install whatever the baseline says, YAML or JSON: a path, <c>-</c>, https:// or s3://.
    /// </summary>
    [Parameter]
    public string? InstallOverrideList { get; set; }

    /// <summary>
    /// From which dates approveAfterDays and approveUntilDate count on apt. Default: none, the two have no effect
    /// there.
    /// </summary>
    [Parameter]
    public ApprovalDateSource ApprovalDateSource { get; set; }

    /// <summary>Asks the repositories first. Needs root.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>
    /// How old the last refresh of a repository may be before it proves nothing; a bare number counts days. Default: 7
    /// days.
    /// </summary>
    [Parameter]
    [Duration(DurationUnit.Days)]
    public TimeSpan MaxMetadataAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long to wait for the package manager's locks; a bare number counts seconds. Default: 2 minutes.
    /// </summary>
    [Parameter]
    [Duration(DurationUnit.Seconds)]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    protected override void Process()
    {
        var host = HostOf();
        var request = new PlanRequest
        {
            Snapshot = Snapshot!,
            Inventory = InventoryRequest.Of(host, Refresh, MaxMetadataAge, LockTimeout),
            InstallOverrideList = Location(InstallOverrideList),
            ApprovalDateSource = ApprovalDateSource,
            Aws = Aws(),
        };
        WriteObject(Await(host, (run, token) => run.PlanAsync(request, token)));
    }
}
