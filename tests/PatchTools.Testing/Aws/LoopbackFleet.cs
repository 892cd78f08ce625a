using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Testing.Aws;

/// <summary>A managed instance that the loopback SSM knows.</summary>
public sealed record LoopbackInstance(string InstanceId)
{
    public string Name { get; init; } = "";

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    public string PatchGroup { get; init; } = "";

    /// <summary>Null: it never reported.</summary>
    public int? Missing { get; init; }

    public int Failed { get; init; }

    /// <summary>Exit code of any command there.</summary>
    public int ExitCode { get; init; }
}

/// <summary>
/// SSM's view of many instances: inventory, patch states, Run Command and State Manager. Pages are as long as they are
/// asked for, at most <see cref="PageSize"/>.
/// </summary>
public sealed class LoopbackFleet
{
    private const long Ended = 1795416243;

    private readonly ConcurrentDictionary<
        string,
        (JsonObject Request, IReadOnlyList<LoopbackInstance> Targets, int Done)
    > _operations = new(StringComparer.Ordinal);

    /// <summary>Made when it is looked at, so that a fleet of any size costs nothing.</summary>
    public IEnumerable<LoopbackInstance> Instances { get; set; } = [];

    public int PageSize { get; set; } = 100;

    /// <summary>How many more instances are done at each look at an operation.</summary>
    public int DonePerLook { get; set; } = int.MaxValue;

    /// <summary>Null: not an operation of fleets.</summary>
    internal JsonObject? Answer(string operation, JsonElement request) =>
        operation switch
        {
            "DescribeInstanceInformation" => Page(
                request,
                "InstanceInformationList",
                Instances
                    .Where(i => FitsAll(i, request, "Filters"))
                    .Select(i => new JsonObject
                    {
                        ["InstanceId"] = i.InstanceId,
                        ["PingStatus"] = "Online",
                        ["PlatformType"] = "Linux",
                    })
            ),
            "DescribeInstancePatchStates" => Page(
                request,
                "InstancePatchStates",
                States(Named(request, "InstanceIds"))
            ),
            "DescribeInstancePatchStatesForPatchGroup" => Page(
                request,
                "InstancePatchStates",
                States(Instances.Where(i => i.PatchGroup == Text(request, "PatchGroup") && FitsCounts(i, request)))
            ),
            "DescribeInstancePatches" => Page(request, "Patches", Patches(request)),
            "SendCommand" => new JsonObject { ["Command"] = Command(Begin(request)) },
            "ListCommands" => new JsonObject
            {
                ["Commands"] = _operations.ContainsKey(Text(request, "CommandId"))
                    ? new JsonArray(Command(Look(Text(request, "CommandId"))))
                    : [],
            },
            "ListCommandInvocations" => Page(
                request,
                "CommandInvocations",
                _operations[Text(request, "CommandId")].Targets.Select(i => Invocation(i, Text(request, "CommandId")))
            ),
            "CreateAssociation" => new JsonObject
            {
                ["AssociationDescription"] = new JsonObject
                {
                    ["AssociationId"] = Begin(request),
                    ["Overview"] = new JsonObject { ["Status"] = "Pending" },
                },
            },
            "DescribeAssociationExecutions" => new JsonObject
            {
                ["AssociationExecutions"] = new JsonArray(Execution(Look(Text(request, "AssociationId")))),
            },
            "DescribeAssociationExecutionTargets" => Page(
                request,
                "AssociationExecutionTargets",
                _operations[Text(request, "AssociationId")]
                    .Targets.Select(i => new JsonObject
                    {
                        ["ResourceId"] = i.InstanceId,
                        ["ResourceType"] = "ManagedInstance",
                        ["Status"] = i.ExitCode == 0 ? "Success" : "Failed",
                        ["DetailedStatus"] = i.ExitCode == 0 ? "Success" : "Failed",
                        ["LastExecutionDate"] = Ended,
                    })
            ),
            _ => null,
        };

    private JsonObject Page(JsonElement request, string member, IEnumerable<JsonObject> all)
    {
        var offset = request.TryGetProperty("NextToken", out var token)
            ? int.Parse(token.GetString()!, CultureInfo.InvariantCulture)
            : 0;
        var length = Math.Min(PageSize, request.TryGetProperty("MaxResults", out var max) ? max.GetInt32() : PageSize);
        List<JsonObject> items = [.. all.Skip(offset).Take(length + 1)];
        var answer = new JsonObject { [member] = new JsonArray([.. items.Take(length)]) };
        if (items.Count > length)
            answer["NextToken"] = (offset + length).ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    private string Begin(JsonElement request)
    {
        var id = Guid.NewGuid().ToString();
        IEnumerable<LoopbackInstance> targets = request.TryGetProperty("InstanceIds", out _)
            ? Named(request, "InstanceIds")
            : request
                .GetProperty("Targets")
                .EnumerateArray()
                .Aggregate(Instances, (left, target) => left.Where(i => Fits(i, target)));
        _operations[id] = (JsonNode.Parse(request.GetRawText())!.AsObject(), [.. targets], 0);
        return id;
    }

    private string Look(string id)
    {
        var (request, targets, done) = _operations[id];
        _operations[id] = (request, targets, (int)Math.Min(targets.Count, (long)done + DonePerLook));
        return id;
    }

    private JsonObject Command(string id)
    {
        var (request, targets, done) = _operations[id];
        var status =
            done == 0 && targets.Count > 0 ? "Pending"
            : done < targets.Count ? "InProgress"
            : targets.Any(t => t.ExitCode != 0) ? "Failed"
            : "Success";
        return new JsonObject
        {
            ["CommandId"] = id,
            ["DocumentName"] = request["DocumentName"]?.DeepClone(),
            ["Status"] = status,
            ["StatusDetails"] = status,
            ["TargetCount"] = targets.Count,
            ["CompletedCount"] = done,
            ["ErrorCount"] = targets.Take(done).Count(t => t.ExitCode != 0),
            ["DeliveryTimedOutCount"] = 0,
        };
    }

    private JsonObject Execution(string id)
    {
        var (_, targets, done) = _operations[id];
        var failed = targets.Take(done).Count(t => t.ExitCode != 0);
        var status =
            done < targets.Count ? "InProgress"
            : failed > 0 ? "Failed"
            : "Success";
        return new JsonObject
        {
            ["AssociationId"] = id,
            ["ExecutionId"] = "e" + id[1..],
            ["Status"] = status,
            ["DetailedStatus"] = status,
            ["ResourceCountByStatus"] =
                $"{{Success={done - failed}, Failed={failed}, InProgress={targets.Count - done}}}",
        };
    }

    private static JsonObject Invocation(LoopbackInstance instance, string id) =>
        new()
        {
            ["CommandId"] = id,
            ["InstanceId"] = instance.InstanceId,
            ["InstanceName"] = instance.Name,
            ["Status"] = instance.ExitCode == 0 ? "Success" : "Failed",
            ["StatusDetails"] = instance.ExitCode == 0 ? "Success" : "NonZeroExitCode",
            ["RequestedDateTime"] = Ended - 60,
            ["CommandPlugins"] = new JsonArray(
                new JsonObject
                {
                    ["Name"] = "CheckPowerShell",
                    ["ResponseCode"] = 0,
                    ["ResponseFinishDateTime"] = Ended - 30,
                },
                new JsonObject
                {
                    ["Name"] = "PatchLinux",
                    ["ResponseCode"] = instance.ExitCode,
                    ["ResponseFinishDateTime"] = Ended,
                }
            ),
        };

    private IEnumerable<LoopbackInstance> Named(JsonElement request, string member)
    {
        HashSet<string> ids = [.. request.GetProperty(member).EnumerateArray().Select(id => id.GetString()!)];
        return Instances.Where(i => ids.Contains(i.InstanceId)).Take(ids.Count);
    }

    private static IEnumerable<JsonObject> States(IEnumerable<LoopbackInstance> instances) =>
        instances
            .Where(i => i.Missing is not null)
            .Select(i => new JsonObject
            {
                ["InstanceId"] = i.InstanceId,
                ["PatchGroup"] = i.PatchGroup,
                ["BaselineId"] = "pb-0123456789abcdef0",
                ["SnapshotId"] = "11111111-2222-4333-8444-555555555555",
                ["Operation"] = "Scan",
                ["OperationStartTime"] = Ended - 10,
                ["OperationEndTime"] = Ended,
                ["MissingCount"] = i.Missing,
                ["FailedCount"] = i.Failed,
                ["InstalledCount"] = 60,
                ["InstalledOtherCount"] = 700,
                ["InstalledPendingRebootCount"] = 0,
                ["InstalledRejectedCount"] = 0,
                ["NotApplicableCount"] = 2000,
                ["CriticalNonCompliantCount"] = 0,
                ["SecurityNonCompliantCount"] = i.Missing,
                ["OtherNonCompliantCount"] = 0,
                ["RebootOption"] = "NoReboot",
            });

    private IEnumerable<JsonObject> Patches(JsonElement request)
    {
        var instance = Instances.First(i => i.InstanceId == Text(request, "InstanceId"));
        var all = Enumerable
            .Range(0, instance.Missing ?? 0)
            .Select(i => ("Missing", $"libexample{i}", "CVE-2026-1000,CVE-2026-1001", 0L))
            .Concat(Enumerable.Range(0, 60).Select(i => ("Installed", $"package{i}", "", Ended)));
        var states = !request.TryGetProperty("Filters", out var filters)
            ? null
            : filters
                .EnumerateArray()
                .Where(f => Text(f, "Key") == "State")
                .SelectMany(f => f.GetProperty("Values").EnumerateArray().Select(v => v.GetString()))
                .ToList();
        return all.Where(p => states is null || states.Contains(p.Item1))
            .Select(p =>
            {
                var patch = new JsonObject
                {
                    ["Title"] = $"{p.Item2}.amd64:1.0-2",
                    ["KBId"] = $"{p.Item2}.amd64",
                    ["Classification"] = "Security",
                    ["Severity"] = "important",
                    ["State"] = p.Item1,
                    ["InstalledTime"] = p.Item4,
                };
                if (p.Item3.Length > 0)
                    patch["CVEIds"] = p.Item3;
                return patch;
            });
    }

    private static bool FitsAll(LoopbackInstance instance, JsonElement request, string member) =>
        !request.TryGetProperty(member, out var filters)
        || filters.EnumerateArray().All(filter => Fits(instance, filter));

    private static bool Fits(LoopbackInstance instance, JsonElement filter)
    {
        var key = Text(filter, "Key");
        var values = filter.GetProperty("Values").EnumerateArray().Select(v => v.GetString()!).ToList();
        return key switch
        {
            "InstanceIds" => values.Contains(instance.InstanceId),
            "tag-key" => values.Any(instance.Tags.ContainsKey),
            "resource-groups:Name" => values.Contains(instance.Tags.GetValueOrDefault("ResourceGroup", "")),
            _ when key.StartsWith("tag:", StringComparison.Ordinal) => instance.Tags.TryGetValue(
                key[4..],
                out var value
            ) && values.Contains(value),
            _ => false,
        };
    }

    private static bool FitsCounts(LoopbackInstance instance, JsonElement request) =>
        !request.TryGetProperty("Filters", out var filters)
        || filters
            .EnumerateArray()
            .All(filter =>
            {
                var value = int.Parse(filter.GetProperty("Values")[0].GetString()!, CultureInfo.InvariantCulture);
                var count = Text(filter, "Key") switch
                {
                    "MissingCount" => instance.Missing ?? 0,
                    "FailedCount" => instance.Failed,
                    var other => throw new NotSupportedException(other),
                };
                return Text(filter, "Type") switch
                {
                    "Equal" => count == value,
                    "NotEqual" => count != value,
                    "LessThan" => count < value,
                    _ => count > value,
                };
            });

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
