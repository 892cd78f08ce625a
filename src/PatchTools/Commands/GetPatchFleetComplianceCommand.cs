using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Fleet;
using PatchTools.Ports;

namespace PatchTools.Commands;

/// <summary>Gets what SSM knows of the patch compliance of many instances, from their last reports.</summary>
[Cmdlet(VerbsCommon.Get, "PatchFleetCompliance", DefaultParameterSetName = FleetSet)]
[OutputType(typeof(InstanceCompliance), typeof(InstancePatch))]
public sealed class GetPatchFleetComplianceCommand : FleetCommand
{
    private readonly List<string> _instanceIds = [];

    /// <summary>The instances by their patch groups.</summary>
    [Parameter(Position = 0, ParameterSetName = FleetSet)]
    [ValidateNotNullOrEmpty]
#pragma warning disable CA1819 // Parameters of cmdlets are arrays.
    public string[]? PatchGroup { get; set; }

    /// <summary>
    /// Conditions on counts of which all must hold: <c>MissingCount&gt;0</c>; with <c>=</c>, <c>!=</c>, <c>&lt;</c> or
    /// <c>&gt;</c>.
    /// </summary>
    [Parameter]
    [ArgumentCompleter(typeof(PatchCountFilterCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Filter { get; set; }

    /// <summary>With -As Detail: only patches in one of these states.</summary>
    [Parameter]
    public PatchState[]? State { get; set; }

    /// <summary>With -As Detail: only patches of one of these classifications.</summary>
    [Parameter]
    public string[]? Classification { get; set; }

    /// <summary>With -As Detail: only patches of one of these severities.</summary>
    [Parameter]
    public string[]? Severity { get; set; }
#pragma warning restore CA1819

    /// <summary>Summary writes one object for each instance, Detail one for each patch.</summary>
    [Parameter]
    public ReportDetail As { get; set; }

    protected override void Process()
    {
        if (ParameterSetName == FleetSet)
        {
            Write(new FleetScope { PatchGroups = PatchGroup ?? [], Tags = Tags() });
            return;
        }

        // The service answers for fifty at once; what comes by the pipeline is asked for when there are as many.
        _instanceIds.AddRange(InstanceId!);
        while (_instanceIds.Count >= InstanceStateQuery.MaxInstances)
            WriteCollected(InstanceStateQuery.MaxInstances);
    }

    protected override void Complete()
    {
        if (_instanceIds.Count > 0)
            WriteCollected(_instanceIds.Count);
    }

    private void WriteCollected(int count)
    {
        var batch = _instanceIds.GetRange(0, count);
        _instanceIds.RemoveRange(0, count);
        Write(new FleetScope { InstanceIds = batch });
    }

    private void Write(FleetScope scope)
    {
        var request = new FleetComplianceRequest
        {
            Scope = scope,
            Filters = [.. (Filter ?? []).Select(ParseFilter)],
            States = [.. (State ?? []).Select(state => state.ToString())],
            Classifications = Classification ?? [],
            Severities = Severity ?? [],
            Aws = Aws(),
        };
        AwaitFleet(
            HostOf(),
            async (fleet, write, token) =>
            {
                if (As == ReportDetail.Detail)
                    await fleet.GetPatchesAsync(request, write, token);
                else
                    await fleet.GetComplianceAsync(request, write, token);
                return true;
            }
        );
    }

    private static PatchCountFilter ParseFilter(string text) =>
        PatchCountFilter.TryParse(text)
        ?? throw new PatchTools.Errors.PatchToolsException(
            PatchTools.Errors.PatchErrors.FleetTargetInvalid,
            $"-Filter \"{text}\" is not a condition on a count, such as MissingCount>0; the counts are "
                + $"{string.Join(", ", PatchCountFilter.Names)}.",
            text
        );
}
