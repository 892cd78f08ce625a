using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;
using static PatchTools.Adapters.Aws.FleetAnswers;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// The calls of an administrator, as <see cref="SsmCalls"/> makes them. No page is asked for before the one before it
/// has been taken.
/// </summary>
internal sealed class SsmFleet(AwsSettings settings, CallPatience patience)
    : IFleetOperations,
        IFleetCompliance,
        IDisposable
{
    private const int PageOfPatches = 100;
    private const int PageOfInvocations = 50;

    /// <summary>One answer and what leads to the next.</summary>
    private sealed record Page<T>(IReadOnlyList<T> Items, string? NextToken);

    // An operation on a fleet outlives temporary credentials: the provider renews what it gives.
    private readonly SsmCalls _ssm = new(settings with { IsHybrid = true }, patience);

    public async Task<FleetOperationProgress> StartAsync(FleetOperationCall call, CancellationToken cancellationToken)
    {
        if (call.Association is { } association)
            return await CreateAssociationAsync(call, association, cancellationToken);
        var request = new SendCommandRequest
        {
            DocumentName = call.DocumentName,
            Parameters = Parameters(call),
            MaxConcurrency = call.MaxConcurrency,
            MaxErrors = call.MaxErrors,
            TimeoutSeconds = (int)call.DeliveryTimeout.TotalSeconds,
            Comment = call.Comment,
        };
        if (call.InstanceIds.Count > 0)
            request.InstanceIds = [.. call.InstanceIds];
        else
            request.Targets = Targets(call);
        var answer = await _ssm.SendAsync(
            "SendCommand",
            ServiceClient.Default,
            request,
            (ssm, r, token) => ssm.SendCommandAsync(r, token),
            cancellationToken
        );
        return ProgressOf(answer.Command ?? throw Malformed("SendCommand"));
    }

    public async Task<FleetOperationProgress> GetProgressAsync(
        FleetOperationProgress operation,
        CancellationToken cancellationToken
    )
    {
        if (operation.IsAssociation)
        {
            var executions = new DescribeAssociationExecutionsRequest { AssociationId = operation.Id, MaxResults = 1 };
            var executed = await _ssm.SendAsync(
                "DescribeAssociationExecutions",
                ServiceClient.Default,
                executions,
                (ssm, r, token) => ssm.DescribeAssociationExecutionsAsync(r, token),
                cancellationToken
            );
            return executed.AssociationExecutions?.FirstOrDefault() is { } execution
                ? ProgressOf(execution)
                : operation;
        }

        var request = new ListCommandsRequest { CommandId = operation.Id };
        var answer = await _ssm.SendAsync(
            "ListCommands",
            ServiceClient.Default,
            request,
            (ssm, r, token) => ssm.ListCommandsAsync(r, token),
            cancellationToken
        );

        // A command that was sent just now may not be listed yet.
        return answer.Commands?.FirstOrDefault() is { } command ? ProgressOf(command) : operation;
    }

    public IAsyncEnumerable<IReadOnlyList<FleetInvocation>> GetInvocationsAsync(
        FleetOperationProgress operation,
        CancellationToken cancellationToken
    )
    {
        if (operation.IsAssociation)
        {
            var targets = new DescribeAssociationExecutionTargetsRequest
            {
                AssociationId = operation.Id,
                ExecutionId = operation.ExecutionId,
                MaxResults = PageOfInvocations,
            };
            return PagesAsync(
                async token =>
                {
                    targets.NextToken = token;
                    var answer = await _ssm.SendAsync(
                        "DescribeAssociationExecutionTargets",
                        ServiceClient.Default,
                        targets,
                        (ssm, r, cancel) => ssm.DescribeAssociationExecutionTargetsAsync(r, cancel),
                        cancellationToken
                    );
                    return new Page<FleetInvocation>(
                        [.. (answer.AssociationExecutionTargets ?? []).Select(t => Invocation(t, operation.Id))],
                        answer.NextToken
                    );
                },
                cancellationToken
            );
        }

        var request = new ListCommandInvocationsRequest
        {
            CommandId = operation.Id,
            MaxResults = PageOfInvocations,
            Details = true,
        };
        return PagesAsync(
            async token =>
            {
                request.NextToken = token;
                var answer = await _ssm.SendAsync(
                    "ListCommandInvocations",
                    ServiceClient.Default,
                    request,
                    (ssm, r, cancel) => ssm.ListCommandInvocationsAsync(r, cancel),
                    cancellationToken
                );
                return new Page<FleetInvocation>(
                    [.. (answer.CommandInvocations ?? []).Select(i => Invocation(i, operation.Id))],
                    answer.NextToken
                );
            },
            cancellationToken
        );
    }

    public IAsyncEnumerable<IReadOnlyList<string>> FindInstancesAsync(
        IReadOnlyList<FleetTag> tags,
        CancellationToken cancellationToken
    )
    {
        var request = new DescribeInstanceInformationRequest { MaxResults = 50 };
        if (tags.Count > 0)
        {
            request.Filters =
            [
                .. tags.Select(tag =>
                    tag.Values.Count > 0
                        ? new InstanceInformationStringFilter { Key = "tag:" + tag.Name, Values = [.. tag.Values] }
                        : new InstanceInformationStringFilter { Key = "tag-key", Values = [tag.Name] }
                ),
            ];
        }

        return PagesAsync(
            async token =>
            {
                request.NextToken = token;
                var answer = await _ssm.SendAsync(
                    "DescribeInstanceInformation",
                    ServiceClient.Default,
                    request,
                    (ssm, r, cancel) => ssm.DescribeInstanceInformationAsync(r, cancel),
                    cancellationToken
                );
                return new Page<string>(
                    [.. (answer.InstanceInformationList ?? []).Select(i => i.InstanceId)],
                    answer.NextToken
                );
            },
            cancellationToken
        );
    }

    public IAsyncEnumerable<IReadOnlyList<InstanceCompliance>> GetStatesAsync(
        InstanceStateQuery query,
        CancellationToken cancellationToken
    )
    {
        if (query.PatchGroup is { } patchGroup)
            return StatesOfGroup(patchGroup, query, cancellationToken);
        var request = new DescribeInstancePatchStatesRequest
        {
            InstanceIds = [.. query.InstanceIds],
            MaxResults = PageOfPatches,
        };
        return PagesAsync(
            async token =>
            {
                request.NextToken = token;
                var answer = await _ssm.SendAsync(
                    "DescribeInstancePatchStates",
                    ServiceClient.Default,
                    request,
                    (ssm, r, cancel) => ssm.DescribeInstancePatchStatesAsync(r, cancel),
                    cancellationToken
                );
                return new Page<InstanceCompliance>(
                    [.. (answer.InstancePatchStates ?? []).Select(Compliance)],
                    answer.NextToken
                );
            },
            cancellationToken
        );
    }

    private IAsyncEnumerable<IReadOnlyList<InstanceCompliance>> StatesOfGroup(
        string patchGroup,
        InstanceStateQuery query,
        CancellationToken cancellationToken
    )
    {
        var request = new DescribeInstancePatchStatesForPatchGroupRequest
        {
            PatchGroup = patchGroup,
            MaxResults = PageOfPatches,
        };
        if (query.Filters.Count > 0)
            request.Filters =
            [
                .. query.Filters.Select(f => new InstancePatchStateFilter
                {
                    Key = f.Count,
                    Type = f.Comparison.ToString(),
                    Values = [f.Value.ToString(CultureInfo.InvariantCulture)],
                }),
            ];
        return PagesAsync(
            async token =>
            {
                request.NextToken = token;
                var answer = await _ssm.SendAsync(
                    "DescribeInstancePatchStatesForPatchGroup",
                    ServiceClient.Default,
                    request,
                    (ssm, r, cancel) => ssm.DescribeInstancePatchStatesForPatchGroupAsync(r, cancel),
                    cancellationToken
                );
                return new Page<InstanceCompliance>(
                    [.. (answer.InstancePatchStates ?? []).Select(Compliance)],
                    answer.NextToken
                );
            },
            cancellationToken
        );
    }

    public IAsyncEnumerable<IReadOnlyList<InstancePatch>> GetPatchesAsync(
        InstancePatchQuery query,
        CancellationToken cancellationToken
    )
    {
        var request = new DescribeInstancePatchesRequest { InstanceId = query.InstanceId, MaxResults = PageOfPatches };
        List<PatchOrchestratorFilter> filters =
        [
            .. Filters(
                ("State", query.States),
                ("Classification", query.Classifications),
                ("Severity", query.Severities)
            ),
        ];
        if (filters.Count > 0)
            request.Filters = filters;
        return PagesAsync(
            async token =>
            {
                request.NextToken = token;
                var answer = await _ssm.SendAsync(
                    "DescribeInstancePatches",
                    ServiceClient.Default,
                    request,
                    (ssm, r, cancel) => ssm.DescribeInstancePatchesAsync(r, cancel),
                    cancellationToken
                );
                return new Page<InstancePatch>(
                    [.. (answer.Patches ?? []).Select(p => Patch(query.InstanceId, p))],
                    answer.NextToken
                );
            },
            cancellationToken
        );
    }

    public void Dispose() => _ssm.Dispose();

    private async Task<FleetOperationProgress> CreateAssociationAsync(
        FleetOperationCall call,
        FleetSchedule schedule,
        CancellationToken cancellationToken
    )
    {
        var request = new CreateAssociationRequest
        {
            Name = call.DocumentName,
            Parameters = Parameters(call),
            AssociationName = schedule.Name,
            ScheduleExpression = schedule.Expression,
            MaxConcurrency = call.MaxConcurrency,
            MaxErrors = call.MaxErrors,
            Targets =
                call.InstanceIds.Count > 0
                    ? [new Target { Key = "InstanceIds", Values = [.. call.InstanceIds] }]
                    : Targets(call),
        };
        var answer = await _ssm.SendAsync(
            "CreateAssociation",
            ServiceClient.Default,
            request,
            (ssm, r, token) => ssm.CreateAssociationAsync(r, token),
            cancellationToken
        );
        var made = answer.AssociationDescription ?? throw Malformed("CreateAssociation");
        return new FleetOperationProgress
        {
            Id = made.AssociationId,
            IsAssociation = true,
            Status = made.Overview?.Status ?? "Pending",
        };
    }

    private static async IAsyncEnumerable<IReadOnlyList<T>> PagesAsync<T>(
        Func<string?, Task<Page<T>>> ask,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        string? next = null;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = await ask(next);
            if (page.Items.Count > 0)
                yield return page.Items;

            // A service that answers with the token it was asked with would never end.
            next = string.IsNullOrEmpty(page.NextToken) || page.NextToken == next ? null : page.NextToken;
        } while (next is not null);
    }

    private static Dictionary<string, List<string>> Parameters(FleetOperationCall call) =>
        call.Parameters.ToDictionary(p => p.Key, p => new List<string> { p.Value }, StringComparer.Ordinal);

    private static List<Target> Targets(FleetOperationCall call) =>
        [.. call.Targets.Select(t => new Target { Key = t.Key, Values = [.. t.Values] })];

    private static IEnumerable<PatchOrchestratorFilter> Filters(
        params IEnumerable<(string Key, IReadOnlyList<string> Values)> filters
    ) =>
        filters
            .Where(f => f.Values.Count > 0)
            .Select(f => new PatchOrchestratorFilter { Key = f.Key, Values = [.. f.Values] });
}
