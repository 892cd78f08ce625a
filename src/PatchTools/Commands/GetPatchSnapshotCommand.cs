using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Snapshots;

namespace PatchTools.Commands;

/// <summary>
/// Gets the patch baseline that applies to this host: from SSM, from a file, or the predefined one of the operating
/// system.
/// </summary>
[Cmdlet(VerbsCommon.Get, "PatchSnapshot", DefaultParameterSetName = ServiceSet)]
[OutputType(typeof(PatchSnapshot))]
public sealed class GetPatchSnapshotCommand : ServiceCommand
{
    internal const string ServiceSet = "Service";
    internal const string PathSet = "Path";
    internal const string DefaultSet = "Default";
    internal const string BaselineSet = "Baseline";

    /// <summary>
    /// A file with a snapshot, a bare baseline, or what GetPatchBaseline answers; <c>-</c> reads standard input.
    /// </summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ArgumentCompleter(typeof(SnapshotFileCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>A baseline, from New-PatchBaseline or of another snapshot.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = BaselineSet)]
    [ValidateNotNull]
    public PatchBaseline? Baseline { get; set; }

    /// <summary>The predefined baseline of the operating system; needs no network.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DefaultSet)]
    public SwitchParameter Default { get; set; }

    /// <summary>
    /// Root of the host that is to be judged, a mounted image or a chroot: its operating system counts, not this
    /// host's.
    /// </summary>
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = BaselineSet)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>
    /// The host that is to be judged, from Get-PatchInventory: its operating system counts, not this host's. Wins over
    /// -Root.
    /// </summary>
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = BaselineSet)]
    [ValidateNotNull]
    public HostInventory? Inventory { get; set; }

    /// <summary>A snapshot that was made before; a GUID. Default: a new one.</summary>
    [Parameter(ParameterSetName = ServiceSet, ValueFromPipelineByPropertyName = true)]
    public string? SnapshotId { get; set; }

    /// <summary>Baselines that replace the registered one: a path, <c>-</c>, https:// or s3://.</summary>
    [Parameter(ParameterSetName = ServiceSet)]
    public string? BaselineOverride { get; set; }

    protected override void Process()
    {
        var request = new SnapshotRequest
        {
            Path = FilePath(Path),
            Baseline = Baseline,
            UseDefault = Default,
            System = Inventory?.OperatingSystem,
            SnapshotId = Given(SnapshotId),
            BaselineOverride = Location(BaselineOverride),
            Aws = Aws(),
        };
        WriteObject(
            Await(HostOf(root: Inventory is null ? Root : null), (run, token) => run.GetSnapshotAsync(request, token))
        );
    }
}
