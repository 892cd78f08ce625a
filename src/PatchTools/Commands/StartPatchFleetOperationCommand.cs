using System.Collections;
using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Fleet;
using PatchTools.Ports;

namespace PatchTools.Commands;

/// <summary>
/// Starts a scan or an install on many instances through SSM Run Command, or keeps it as an association of State
/// Manager.
/// </summary>
[Cmdlet(
    VerbsLifecycle.Start,
    "PatchFleetOperation",
    DefaultParameterSetName = FleetSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium
)]
[OutputType(typeof(FleetOperation), typeof(FleetInvocation))]
public sealed class StartPatchFleetOperationCommand : FleetCommand
{
    private readonly List<string> _instanceIds = [];

    /// <summary>Scan or Install.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public PatchOperation Operation { get; set; }

    /// <summary>The instances by a resource group.</summary>
    [Parameter(ParameterSetName = FleetSet)]
    [ValidateNotNullOrEmpty]
#pragma warning disable CA1819 // Parameters of cmdlets are arrays.
    public string[]? ResourceGroup { get; set; }
#pragma warning restore CA1819

    /// <summary>The snapshot that all instances go by; a GUID. Default: a new one, for an association none.</summary>
    [Parameter]
    public string? SnapshotId { get; set; }

    /// <summary>Patches that an install goes by in the baseline's place: https:// or s3://.</summary>
    [Parameter]
    public string? InstallOverrideList { get; set; }

    /// <summary>Baselines that replace the registered ones: https:// or s3://.</summary>
    [Parameter]
    public string? BaselineOverride { get; set; }

    /// <summary>Whether an install reboots the instances.</summary>
    [Parameter]
    public RebootOption RebootOption { get; set; }

    /// <summary>How many instances at once: a number, or a percentage such as 10%.</summary>
    [Parameter]
    [ValidatePattern("^([1-9][0-9]{0,6}|[1-9][0-9]?%|100%)\\z")]
    public string MaxConcurrency { get; set; } = "10%";

    /// <summary>After how many failed instances no further one begins: a number, or a percentage.</summary>
    [Parameter]
    [ValidatePattern("^(0|[1-9][0-9]{0,6}|[0-9]%|[1-9][0-9]%|100%)\\z")]
    public string MaxErrors { get; set; } = "5%";

    /// <summary>
    /// How long an instance may take to fetch the command; a bare number counts minutes. Default: one hour.
    /// </summary>
    [Parameter]
    [Duration(DurationUnit.Minutes)]
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The command document. Default: PatchTools-RunPatchBaseline, which ships with the module.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PatchDocumentCompleter))]
    [ValidateNotNullOrEmpty]
    public string DocumentName { get; set; } = FleetOperationRequest.DefaultDocument;

    /// <summary>Further parameters of the document, such as PayloadBucket.</summary>
    [Parameter]
#pragma warning disable CA2227 // Parameters of cmdlets are set.
    public Hashtable? DocumentParameter { get; set; }
#pragma warning restore CA2227

    /// <summary>Shown with the command, at most 100 characters.</summary>
    [Parameter]
    [ValidateLength(1, 100)]
    public string? Comment { get; set; }

    /// <summary>Keeps the operation as an association of this name.</summary>
    [Parameter]
    [ValidatePattern(@"^[a-zA-Z0-9_\-.]{3,128}\z")]
    public string? AssociationName { get; set; }

    /// <summary>When the association runs: a cron or rate expression. Default: once, when it is made.</summary>
    [Parameter]
    [ValidateLength(1, 256)]
    public string? Schedule { get; set; }

    /// <summary>Waits until every instance is done, and writes how it ended on each.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long to wait; a bare number counts minutes. The operation goes on. Default: two hours.</summary>
    [Parameter]
    [Duration(DurationUnit.Minutes)]
    public TimeSpan WaitTimeout { get; set; } = TimeSpan.FromHours(2);

    protected override void Process()
    {
        if (ParameterSetName == FleetSet)
            Start([]);
        else
            _instanceIds.AddRange(InstanceId!);
    }

    protected override void Complete()
    {
        if (_instanceIds.Count > 0)
            Start(_instanceIds);
    }

    private void Start(IReadOnlyList<string> instanceIds)
    {
        var request = RequestOf(instanceIds);
        var asWhat = request.Association is null ? "" : " as an association";
        if (
            !ShouldProcess(
                request.Describe() is { Length: > 0 } targets ? targets : "no instance",
                $"{Operation} with {DocumentName}{asWhat}, {MaxConcurrency} at once, at most {MaxErrors} errors"
            )
        )
            return;
        AwaitFleet(
            HostOf(),
            async (fleet, write, token) =>
            {
                foreach (var operation in await fleet.StartAsync(request, token))
                {
                    if (Wait)
                        await fleet.WaitAsync(operation, WaitTimeout, request.Aws, write, token);
                    else
                        await write(operation);
                }

                return true;
            }
        );
    }

    private FleetOperationRequest RequestOf(IReadOnlyList<string> instanceIds) =>
        new()
        {
            Operation = Operation,
            InstanceIds = instanceIds,
            Tags = Tags(),
            ResourceGroups = ResourceGroup ?? [],
            DocumentName = DocumentName,
            SnapshotId = Given(SnapshotId),
            InstallOverrideList = Given(InstallOverrideList),
            BaselineOverride = Given(BaselineOverride),
            RebootOption = RebootOption,
            Parameters = DocumentParameter is null
                ? new Dictionary<string, string>()
                : DocumentParameter
                    .Keys.Cast<object>()
                    .ToDictionary(
                        key => key.ToString() ?? "",
                        key => DocumentParameter[key]?.ToString() ?? "",
                        StringComparer.Ordinal
                    ),
            MaxConcurrency = MaxConcurrency,
            MaxErrors = MaxErrors,
            DeliveryTimeout = DeliveryTimeout,
            Comment = Given(Comment),
            Association =
                AssociationName is null && Schedule is null
                    ? null
                    : new FleetSchedule(Given(AssociationName), Given(Schedule)),
            Aws = Aws(),
        };
}
