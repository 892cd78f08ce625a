using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// The calls of an administrator, as <see cref="SsmCalls"/> makes them. No page is asked for before the one before it
/// has been taken.
/// </summary>
internal sealed partial class SsmFleet(AwsSettings settings, CallPatience patience)
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
        {
            var ofGroup = new DescribeInstancePatchStatesForPatchGroupRequest
            {
                PatchGroup = patchGroup,
                MaxResults = PageOfPatches,
            };
            if (query.Filters.Count > 0)
                ofGroup.Filters =
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
                    ofGroup.NextToken = token;
                    var answer = await _ssm.SendAsync(
                        "DescribeInstancePatchStatesForPatchGroup",
                        ServiceClient.Default,
                        ofGroup,
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

    private static FleetOperationProgress ProgressOf(Command command) =>
        new()
        {
            Id = command.CommandId,
            Status = command.StatusDetails is { Length: > 0 } details ? details : command.Status?.Value ?? "Pending",
            HasEnded =
                command.Status is { } status
                && (
                    status == CommandStatus.Success
                    || status == CommandStatus.Failed
                    || status == CommandStatus.Cancelled
                    || status == CommandStatus.TimedOut
                ),
            Targets = command.TargetCount ?? 0,
            Completed = command.CompletedCount ?? 0,
            Errors = command.ErrorCount ?? 0,
            NotDelivered = command.DeliveryTimedOutCount ?? 0,
        };

    // ResourceCountByStatus: {Success=3, Failed=1}
    private static FleetOperationProgress ProgressOf(AssociationExecution execution)
    {
        var counts = CountForm()
            .Matches(execution.ResourceCountByStatus ?? "")
            .ToLookup(
                m => m.Groups[1].Value,
                m => int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture),
                StringComparer.OrdinalIgnoreCase
            );
        var open = counts["Pending"].Sum() + counts["InProgress"].Sum();
        var all = counts.Sum(group => group.Sum());
        return new FleetOperationProgress
        {
            Id = execution.AssociationId,
            IsAssociation = true,
            ExecutionId = execution.ExecutionId,
            Status = execution.DetailedStatus is { Length: > 0 } details ? details : execution.Status ?? "Pending",
            HasEnded = execution.Status is "Success" or "Failed" or "TimedOut" or "Cancelled",
            Targets = all,
            Completed = all - open,
            Errors = counts["Failed"].Sum(),
            NotDelivered = counts["TimedOut"].Sum(),
        };
    }

    private static FleetInvocation Invocation(CommandInvocation invocation, string operationId) =>
        new()
        {
            InstanceId = invocation.InstanceId,
            InstanceName = invocation.InstanceName ?? "",
            Status = invocation.Status?.Value ?? "",
            StatusDetails = invocation.StatusDetails ?? "",

            // Of the last step that has run: the one that patches.
            ExitCode = invocation
                .CommandPlugins?.LastOrDefault(p => p.ResponseFinishDateTime is not null)
                ?.ResponseCode,
            At = Instant(
                invocation
                    .CommandPlugins?.LastOrDefault(p => p.ResponseFinishDateTime is not null)
                    ?.ResponseFinishDateTime
                    ?? invocation.RequestedDateTime
            ),
            OperationId = operationId,
        };

    private static FleetInvocation Invocation(AssociationExecutionTarget target, string operationId) =>
        new()
        {
            InstanceId = target.ResourceId,
            Status = target.Status ?? "",
            StatusDetails = target.DetailedStatus ?? "",
            At = Instant(target.LastExecutionDate),
            OperationId = operationId,
        };

    private static InstanceCompliance Compliance(InstancePatchState state) =>
        new()
        {
            InstanceId = state.InstanceId,
            PatchGroup = state.PatchGroup ?? "",
            BaselineId = state.BaselineId ?? "",
            SnapshotId = state.SnapshotId is { Length: > 0 } id ? id : null,
            Operation = state.Operation?.Value ?? "",
            OperationStart = Instant(state.OperationStartTime),
            OperationEnd = Instant(state.OperationEndTime),
            MissingCount = state.MissingCount ?? 0,
            FailedCount = state.FailedCount ?? 0,
            InstalledCount = state.InstalledCount ?? 0,
            InstalledOtherCount = state.InstalledOtherCount ?? 0,
            InstalledPendingRebootCount = state.InstalledPendingRebootCount ?? 0,
            InstalledRejectedCount = state.InstalledRejectedCount ?? 0,
            NotApplicableCount = state.NotApplicableCount ?? 0,
            CriticalNonCompliantCount = state.CriticalNonCompliantCount ?? 0,
            SecurityNonCompliantCount = state.SecurityNonCompliantCount ?? 0,
            OtherNonCompliantCount = state.OtherNonCompliantCount ?? 0,
            RebootOption = state.RebootOption?.Value,
            InstallOverrideList = state.InstallOverrideList,
            LastNoRebootInstallTime = Instant(state.LastNoRebootInstallOperationTime),
        };

    private static InstancePatch Patch(string instanceId, PatchComplianceData patch) =>
        new()
        {
            InstanceId = instanceId,
            Id = patch.KBId ?? "",
            Title = patch.Title ?? "",
            State = StateOf(patch.State?.Value ?? ""),
            Classification = patch.Classification ?? "",
            Severity = patch.Severity ?? "",

            // The service says 1970 of what was never installed.
            InstalledTime =
                Instant(patch.InstalledTime) is { } installed && installed > DateTimeOffset.UnixEpoch
                    ? installed
                    : null,
            CveIds =
                patch.CVEIds?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
        };

    /// <summary>
    /// The model's enumeration says <c>INSTALLED_OTHER</c> and the service <c>InstalledOther</c>; reports say the
    /// latter.
    /// </summary>
    private static string StateOf(string state) =>
        Enum.TryParse<PatchState>(state.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var known)
            ? known.ToString()
            : state;

    private static DateTimeOffset? Instant(DateTime? time) =>
        time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : null;

    private static PatchServiceException Malformed(string operation) =>
        new(
            PatchServiceFailure.MalformedAnswer,
            operation,
            null,
            null,
            $"The answer to {operation} lacks what it should say."
        );

    [GeneratedRegex("([A-Za-z]+)=([0-9]{1,9})", RegexOptions.CultureInvariant)]
    private static partial Regex CountForm();
}
