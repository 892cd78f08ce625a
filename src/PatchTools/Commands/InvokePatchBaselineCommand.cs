using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Operations;
using PatchTools.Snapshots;

namespace PatchTools.Commands;

/// <summary>
/// The whole operation: baseline, inventory, comparison, installing what is missing when asked to, saved states, report
/// to SSM. Never prompts.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "PatchBaseline",
    DefaultParameterSetName = GetPatchSnapshotCommand.ServiceSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium
)]
[OutputType(typeof(ComplianceReport), typeof(PatchFinding), typeof(InstallPlan))]
public sealed class InvokePatchBaselineCommand : ServiceCommand
{
    private const string Install = nameof(PatchOperation.Install);

    /// <summary>Scan or Install, in any case; goes on the wire as typed.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateSet(nameof(PatchOperation.Scan), Install)]
    public string Operation { get; set; } = nameof(PatchOperation.Scan);

    /// <summary>A snapshot that was made before; a GUID. Default: a new one.</summary>
    [Parameter(ParameterSetName = GetPatchSnapshotCommand.ServiceSet)]
    public string? SnapshotId { get; set; }

    /// <summary>
    /// A file with a snapshot, a bare baseline, or what GetPatchBaseline answers; <c>-</c> reads standard input.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = GetPatchSnapshotCommand.PathSet)]
    [ArgumentCompleter(typeof(SnapshotFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// The predefined baseline of this operating system; the result is saved on the host and not sent.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = GetPatchSnapshotCommand.DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>Baselines that replace the registered one: a path, <c>-</c>, https:// or s3://.</summary>
    [Parameter(ParameterSetName = GetPatchSnapshotCommand.ServiceSet)]
    public string? BaselineOverride { get; set; }

    /// <summary>
    /// Patches to install whatever the baseline says, YAML or JSON: a path, <c>-</c>, https:// or s3://. A scan
    /// ignores the list; refused beside -BaselineOverride.
    /// </summary>
    [Parameter]
    public string? InstallOverrideList { get; set; }

    /// <summary>Whether an install asks for a reboot, by exit code 194; a scan only reports it.</summary>
    [Parameter]
    public RebootOption RebootOption { get; set; }

    /// <summary>
    /// When RebootIfNeeded asks for one: Any after any installed patch, as AWS does; HostNeed only when
    /// Test-PatchRebootRequired says so.
    /// </summary>
    [Parameter]
    public RebootPolicy RebootPolicy { get; set; }

    /// <summary>
    /// From which dates approveAfterDays and approveUntilDate count on apt. Default: none, the two have no effect
    /// there.
    /// </summary>
    [Parameter]
    public ApprovalDateSource ApprovalDateSource { get; set; }

    /// <summary>
    /// An install begins nothing that is not expected to end within this time; a bare number counts minutes. Default:
    /// no limit.
    /// </summary>
    [Parameter]
    [Duration(DurationUnit.Minutes)]
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>
    /// The State Manager association in whose name the result is reported, with PutComplianceItems in the place of the
    /// instance's summary.
    /// </summary>
    [Parameter]
    public string? AssociationId { get; set; }

    /// <summary>The severity that the association's report has. Default: UNSPECIFIED.</summary>
    [Parameter]
    public ComplianceLevel AssociationSeverity { get; set; }

    /// <summary>Takes the repositories' metadata as it lies on the host. Without it root refreshes it first.</summary>
    [Parameter]
    public SwitchParameter NoRefresh { get; set; }

    /// <summary>
    /// How old the last refresh of a repository may be before it proves nothing; a bare number counts days. Default: 7
    /// days.
    /// </summary>
    [Parameter]
    [Duration(DurationUnit.Days)]
    public TimeSpan MaxMetadataAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long to wait for another run and for the package manager's locks; a bare number counts seconds. Default: 2
    /// minutes.
    /// </summary>
    [Parameter]
    [Duration(DurationUnit.Seconds)]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Where states and summary are kept. Default: where SSM's agent keeps them, for other users below $XDG_STATE_HOME.
    /// </summary>
    [Parameter]
    public string? StateDirectory { get; set; }

    /// <summary>Summary writes one report, Detail its findings.</summary>
    [Parameter]
    public ReportDetail As { get; set; }

    protected override void Process()
    {
        var host = HostOf(StateDirectory);
        try
        {
            if (string.Equals(Operation, Install, StringComparison.OrdinalIgnoreCase))
                InstallPatches(host);
            else
                Scan(host);
        }
        catch (PatchToolsException failure) when (failure.Target is ComplianceReport report)
        {
            // The operation itself is done and its report kept; only what came after it failed.
            Write(report, As);
            throw;
        }
    }

    private void Scan(HostContext host)
    {
        // Under -WhatIf the scan still runs; it saves, sends and refreshes nothing.
        var isReal = ShouldProcess(
            host.Paths.StateDirectory,
            "Refresh the metadata when root, save the patch states and send the report"
        );
        var request = RequestFor(host, isReal);
        Write(Await(host, (run, token) => run.ScanAsync(request, token)), As);
    }

    private void InstallPatches(HostContext host)
    {
        var isDryRun = MyInvocation.BoundParameters.TryGetValue("WhatIf", out var whatIf)
            ? LanguagePrimitives.IsTrue(whatIf)
            : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
        var request = RequestFor(host, isReal: !isDryRun);
        var prepared = Await(host, (run, token) => run.PrepareInstallAsync(request, token));
        try
        {
            if (isDryRun)
                WriteObject(prepared.Plan);
#pragma warning disable CA2025 // Await returns when the task has ended, not before.
            else if (
                prepared.IsResumed
                || prepared.Plan.IsEmpty
                || ShouldProcess(PlanText.Of(prepared.Plan), "Install")
            )
                Write(Await(host, (run, token) => run.InstallAsync(prepared, token)), As);
#pragma warning restore CA2025
        }
        finally
        {
            prepared.Dispose();
        }
    }

    private RunRequest RequestFor(HostContext host, bool isReal) =>
        new()
        {
            Snapshot = new SnapshotRequest
            {
                Path = FilePath(Path),
                UseDefault = Default,
                SnapshotId = Given(SnapshotId),
                BaselineOverride = Location(BaselineOverride),
                InstallOverrideList = Location(InstallOverrideList),
                Aws = Aws(),
            },
            Inventory = InventoryRequest.Of(
                host,
                refresh: isReal && host.IsRoot && !NoRefresh,
                MaxMetadataAge,
                LockTimeout
            ),
            OperationText = Operation,
            RebootOption = RebootOption,
            RebootPolicy = RebootPolicy,
            ApprovalDateSource = ApprovalDateSource,
            TimeBudget = TimeBudget,
            Association = AssociationReference.Of(AssociationId, AssociationSeverity),
            LockTimeout = LockTimeout,
            DryRun = !isReal,
        };
}
