using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Errors;
using PatchTools.Hosts;

namespace PatchTools.Commands;

/// <summary>The whole operation: baseline, inventory, comparison, saved states, report to SSM. Never prompts.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PatchBaseline", DefaultParameterSetName = GetPatchSnapshotCommand.ServiceSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(ComplianceReport), typeof(PatchFinding))]
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

    /// <summary>A file with a snapshot, a bare baseline, or what GetPatchBaseline answers; <c>-</c> reads standard input.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GetPatchSnapshotCommand.PathSet)]
    [ArgumentCompleter(typeof(SnapshotFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The predefined baseline of this operating system; the result is saved on the host and not sent.</summary>
    [Parameter(Mandatory = true, ParameterSetName = GetPatchSnapshotCommand.DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>Baselines that replace the registered one: a path, <c>-</c>, https:// or s3://.</summary>
    [Parameter(ParameterSetName = GetPatchSnapshotCommand.ServiceSet)]
    public string? BaselineOverride { get; set; }

    /// <summary>Patches to install whatever the baseline says; a scan ignores the list, and refuses it beside -BaselineOverride.</summary>
    [Parameter(ParameterSetName = GetPatchSnapshotCommand.ServiceSet)]
    public string? InstallOverrideList { get; set; }

    /// <summary>Whether an install may reboot the host; a scan only reports it.</summary>
    [Parameter]
    public RebootOption RebootOption { get; set; }

    /// <summary>Takes the repositories' metadata as it lies on the host. Without it root refreshes it first.</summary>
    [Parameter]
    public SwitchParameter NoRefresh { get; set; }

    /// <summary>How old the last refresh of a repository may be before it proves nothing; a bare number counts days. Default: 7 days.</summary>
    [Parameter]
    [Duration(DurationUnit.Days)]
    public TimeSpan MaxMetadataAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long to wait for another run and for the package manager's locks; a bare number counts seconds. Default: 2 minutes.</summary>
    [Parameter]
    [Duration(DurationUnit.Seconds)]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Where states and summary are kept. Default: where SSM's agent keeps them, for other users below $XDG_STATE_HOME.</summary>
    [Parameter]
    public string? StateDirectory { get; set; }

    /// <summary>Summary writes one report, Detail its findings.</summary>
    [Parameter]
    public ReportDetail As { get; set; }

    protected override void Process()
    {
        if (string.Equals(Operation, Install, StringComparison.OrdinalIgnoreCase))
            throw new PatchToolsException(PatchErrors.OperationNotAvailable, "The operation Install is not available.", Operation);
        var host = HostOf(StateDirectory);
        // Under -WhatIf the scan still runs; it saves, sends and refreshes nothing.
        var isReal = ShouldProcess(host.Paths.StateDirectory, "Refresh the metadata when root, save the patch states and send the report");
        var request = RequestFor(host, isReal);
        try
        {
            Write(Await(host, (run, token) => run.ScanAsync(request, token)), As);
        }
        catch (PatchToolsException failure) when (failure.Target is ComplianceReport report)
        {
            // The scan itself is done and its report kept; only what came after it failed.
            Write(report, As);
            throw;
        }
    }

    private RunRequest RequestFor(HostContext host, bool isReal) => new()
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
        Inventory = InventoryOf(host, refresh: isReal && host.IsRoot && !NoRefresh, MaxMetadataAge, LockTimeout),
        OperationText = Operation,
        RebootOption = RebootOption,
        LockTimeout = LockTimeout,
        DryRun = !isReal,
    };
}
