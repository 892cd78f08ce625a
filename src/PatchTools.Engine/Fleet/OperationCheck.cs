using PatchTools.Errors;
using PatchTools.Ports;
using PatchTools.Snapshots;

namespace PatchTools.Fleet;

/// <summary>
/// Checks an operation on a fleet before the service is called: its targets, and the parameters of its document.
/// </summary>
internal static class OperationCheck
{
    private const int MaxTargets = 5;

    public static List<FleetTarget> TargetsOf(FleetOperationRequest request) =>
        [
            .. request.Tags.Select(TargetOf),
            .. request.ResourceGroups.Select(group => new FleetTarget("resource-groups:Name", [group])),
        ];

    private static FleetTarget TargetOf(FleetTag tag) =>
        tag.Values.Count == 0 ? new FleetTarget("tag-key", [tag.Name]) : new FleetTarget("tag:" + tag.Name, tag.Values);

    public static void Check(FleetOperationRequest request, List<FleetTarget> targets)
    {
        if (request.InstanceIds.Count == 0 && targets.Count == 0)
            throw new PatchToolsException(PatchErrors.FleetTargetInvalid, "It is not said which instances are meant.");
        if (targets.Count > MaxTargets)
            throw new PatchToolsException(
                PatchErrors.FleetTargetInvalid,
                $"{targets.Count} tags and resource groups are given; the service takes {MaxTargets}."
            );
        if (request.ResourceGroups.Count > 0 && targets.Count > 1)
            throw new PatchToolsException(
                PatchErrors.FleetTargetInvalid,
                "A resource group is a target of its own: the service takes no other target with it."
            );
        if (!string.IsNullOrEmpty(request.InstallOverrideList) && !string.IsNullOrEmpty(request.BaselineOverride))
            throw new PatchToolsException(
                PatchErrors.BothOverridesGiven,
                "Both a baseline override and an install override list are given."
            );
        foreach (
            var location in new[] { request.InstallOverrideList, request.BaselineOverride }
                .OfType<string>()
                .Where(l => l.Length > 0)
        )
        {
            if (
                !location.StartsWith("https://", StringComparison.Ordinal)
                && !location.StartsWith("s3://", StringComparison.Ordinal)
            )
                throw new PatchToolsException(
                    PatchErrors.FleetTargetInvalid,
                    $"\"{LocationReader.Describe(location)}\" is a place of this host, where no instance of the fleet "
                        + "can read it; give https://… or s3://bucket/key.",
                    LocationReader.Describe(location)
                );
        }

        SnapshotIds.Check(request.SnapshotId);
        DocumentParameters.Check(ParametersOf(request, request.SnapshotId));
    }

    public static Dictionary<string, string> ParametersOf(FleetOperationRequest request, string? snapshotId)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal)
        {
            ["Operation"] = request.Operation.ToString(),
            ["RebootOption"] = request.RebootOption.ToString(),
        };
        if (snapshotId is not null)
            parameters["SnapshotId"] = snapshotId;
        if (!string.IsNullOrEmpty(request.InstallOverrideList))
            parameters["InstallOverrideList"] = request.InstallOverrideList;
        if (!string.IsNullOrEmpty(request.BaselineOverride))
            parameters["BaselineOverride"] = request.BaselineOverride;
        foreach (var (name, value) in request.Parameters)
            parameters[name] = value;
        return parameters;
    }
}
