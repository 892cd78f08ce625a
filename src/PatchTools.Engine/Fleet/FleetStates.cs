using System.Runtime.CompilerServices;
using PatchTools.Ports;

namespace PatchTools.Fleet;

/// <summary>
/// What the service knows of the instances of a request: named instances by fifties, groups as the service lists them,
/// and otherwise the instances that the service finds.
/// </summary>
internal static class FleetStates
{
    public static IAsyncEnumerable<InstanceCompliance> OfAsync(
        IFleetCompliance service,
        FleetComplianceRequest request,
        CancellationToken cancellationToken
    )
    {
        var scope = request.Scope;
        if (scope.InstanceIds.Count > 0)
            return OfInstancesAsync(service, scope.InstanceIds.Distinct(StringComparer.Ordinal), cancellationToken);
        return scope.PatchGroups.Count > 0 && scope.Tags.Count == 0
            ? OfGroupsAsync(service, request, cancellationToken)
            : OfFoundAsync(service, scope, cancellationToken);
    }

    private static async IAsyncEnumerable<InstanceCompliance> OfInstancesAsync(
        IFleetCompliance service,
        IEnumerable<string> instanceIds,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var batch in instanceIds.Chunk(InstanceStateQuery.MaxInstances))
        {
            HashSet<string> silent = [.. batch];
            var query = new InstanceStateQuery { InstanceIds = batch };
            await foreach (var page in service.GetStatesAsync(query, cancellationToken))
            {
                foreach (var instance in page)
                {
                    silent.Remove(instance.InstanceId);
                    yield return instance;
                }
            }

            foreach (var instanceId in batch.Where(silent.Contains))
                yield return new InstanceCompliance { InstanceId = instanceId };
        }
    }

    private static async IAsyncEnumerable<InstanceCompliance> OfGroupsAsync(
        IFleetCompliance service,
        FleetComplianceRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        foreach (var patchGroup in request.Scope.PatchGroups.Distinct(StringComparer.Ordinal))
        {
            var query = new InstanceStateQuery { PatchGroup = patchGroup, Filters = request.Filters };
            await foreach (var page in service.GetStatesAsync(query, cancellationToken))
            {
                foreach (var instance in page)
                    yield return instance;
            }
        }
    }

    private static async IAsyncEnumerable<InstanceCompliance> OfFoundAsync(
        IFleetCompliance service,
        FleetScope scope,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var found in service.FindInstancesAsync(scope.Tags, cancellationToken))
        {
            await foreach (var instance in OfInstancesAsync(service, found, cancellationToken))
            {
                if (scope.PatchGroups.Count == 0 || scope.PatchGroups.Contains(instance.PatchGroup))
                    yield return instance;
            }
        }
    }
}
