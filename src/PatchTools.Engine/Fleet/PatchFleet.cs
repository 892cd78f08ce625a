using System.Globalization;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Snapshots;

namespace PatchTools.Fleet;

/// <summary>
/// Many instances through SSM's own engine: what it knows of them, and operations on them. Nothing is collected: what a
/// page brings is handed on before the next page is asked for, so that memory does not grow with the fleet.
/// </summary>
/// <param name="host">Clock and environment of where the administrator sits.</param>
/// <param name="adapters">Make the ports.</param>
/// <param name="observer">Told of progress.</param>
/// <param name="pollInterval">Between two looks at an operation that runs; null for five seconds.</param>
public sealed class PatchFleet(
    HostContext host,
    IAdapterFactory adapters,
    IRunObserver observer,
    TimeSpan? pollInterval = null
)
{
    private const string Phase = "Fleet";

    /// <summary>SendCommand and targets of an association take so many values.</summary>
    private const int MaxInstances = 50;

    private readonly TimeSpan _pollInterval = pollInterval ?? TimeSpan.FromSeconds(5);

    /// <summary>
    /// Hands on what SSM knows of each instance. Instances that were named, or found by tags, and never reported come
    /// as <see cref="InstanceComplianceStatus.NotReported"/>.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RegionNotFound"/>, and the rows of fleet
    /// calls.</exception>
    public async Task GetComplianceAsync(
        FleetComplianceRequest request,
        Func<InstanceCompliance, Task> write,
        CancellationToken cancellationToken
    )
    {
        var service = adapters.CreateFleetCompliance(await SettingsAsync(request.Aws, cancellationToken));
        var told = 0;
        await Guarded(async () =>
        {
            await foreach (var instance in FleetStates.OfAsync(service, request, cancellationToken))
            {
                if (!request.Filters.All(filter => filter.Fits(instance)))
                    continue;
                await write(instance);
                if (++told % 100 == 0)
                    observer.Progress(Phase, string.Create(CultureInfo.InvariantCulture, $"{told} instances"), -1);
            }
        });
    }

    /// <summary>Hands on the patches of each instance, instance by instance.</summary>
    /// <exception cref="PatchToolsException">As <see cref="GetComplianceAsync"/>.</exception>
    public async Task GetPatchesAsync(
        FleetComplianceRequest request,
        Func<InstancePatch, Task> write,
        CancellationToken cancellationToken
    )
    {
        var service = adapters.CreateFleetCompliance(await SettingsAsync(request.Aws, cancellationToken));
        await Guarded(async () =>
        {
            await foreach (var instance in FleetStates.OfAsync(service, request, cancellationToken))
            {
                if (instance.Status == InstanceComplianceStatus.NotReported)
                {
                    observer.Verbose($"{instance.InstanceId} has never reported.");
                    continue;
                }

                if (!request.Filters.All(filter => filter.Fits(instance)))
                    continue;
                observer.Progress(Phase, $"Patches of {instance.InstanceId}", -1);
                var query = new InstancePatchQuery
                {
                    InstanceId = instance.InstanceId,
                    States = request.States,
                    Classifications = request.Classifications,
                    Severities = request.Severities,
                };
                await foreach (var page in service.GetPatchesAsync(query, cancellationToken))
                {
                    foreach (var patch in page)
                        await write(patch);
                }
            }
        });
    }

    /// <summary>Starts the operation: one command or association, of named instances one for every fifty.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.FleetTargetInvalid"/> before anything is asked, and
    /// the rows of fleet calls.</exception>
    public async Task<IReadOnlyList<FleetOperation>> StartAsync(
        FleetOperationRequest request,
        CancellationToken cancellationToken
    )
    {
        var targets = OperationCheck.TargetsOf(request);
        OperationCheck.Check(request, targets);
        var settings = await SettingsAsync(request.Aws, cancellationToken);
        var service = adapters.CreateFleetOperations(settings);
        var snapshotId = request.SnapshotId ?? (request.Association is null ? SnapshotIds.New() : null);
        var call = new FleetOperationCall
        {
            Operation = request.Operation,
            DocumentName = request.DocumentName,
            Parameters = OperationCheck.ParametersOf(request, snapshotId),
            Targets = targets,
            MaxConcurrency = request.MaxConcurrency,
            MaxErrors = request.MaxErrors,
            DeliveryTimeout = request.DeliveryTimeout,
            Comment = request.Comment,
            Association = request.Association,
        };
        List<IReadOnlyList<string>> batches =
            request.InstanceIds.Count == 0
                ?
                [
                    [],
                ]
                : [.. request.InstanceIds.Distinct(StringComparer.Ordinal).Chunk(MaxInstances)];
        if (batches.Count > 1)
            observer.Warning(
                $"{request.InstanceIds.Count} named instances are reached by {batches.Count} commands of at "
                    + $"most {MaxInstances}; concurrency and errors are counted for each. A tag or a resource group "
                    + $"needs one."
            );
        List<FleetOperation> started = [];
        foreach (var batch in batches)
        {
            var part = request with { InstanceIds = batch };
            observer.Verbose(
                $"{request.DocumentName} ({request.Operation}) on {part.Describe()}, {request.MaxConcurrency} "
                    + $"at once, at most {request.MaxErrors} errors."
            );
            FleetOperationProgress progress = null!;
            await Guarded(async () =>
                progress = await service.StartAsync(
                    call with
                    {
                        InstanceIds = batch,
                        Targets = batch.Count > 0 ? [] : targets,
                    },
                    cancellationToken
                )
            );
            started.Add(Started(part, progress, snapshotId, settings.Region));
        }

        return started;
    }

    private FleetOperation Started(
        FleetOperationRequest request,
        FleetOperationProgress progress,
        string? snapshotId,
        string region
    ) =>
        new()
        {
            Kind = progress.IsAssociation ? FleetOperationKind.Association : FleetOperationKind.Command,
            Id = progress.Id,
            Operation = request.Operation,
            Region = region,
            DocumentName = request.DocumentName,
            SnapshotId = snapshotId,
            Targets = request.Describe(),
            Status = progress.Status,
            StartedAt = host.Clock.GetUtcNow(),
        };

    /// <summary>Waits until an operation has ended and hands on how it ended on each instance.</summary>
    /// <param name="operation">From <see cref="StartAsync"/>.</param>
    /// <param name="timeout">How long to wait; the operation itself goes on.</param>
    /// <param name="aws">As it was started with.</param>
    /// <param name="write">Takes one instance.</param>
    /// <param name="cancellationToken">Ends the waiting, not the operation.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.FleetWaitTimedOut"/>, and the rows of fleet
    /// calls.</exception>
    public async Task WaitAsync(
        FleetOperation operation,
        TimeSpan timeout,
        AwsParameters aws,
        Func<FleetInvocation, Task> write,
        CancellationToken cancellationToken
    )
    {
        var service = adapters.CreateFleetOperations(
            await SettingsAsync(aws with { Region = operation.Region }, cancellationToken)
        );
        var deadline = host.Clock.GetUtcNow() + timeout;
        var progress = new FleetOperationProgress
        {
            Id = operation.Id,
            IsAssociation = operation.Kind == FleetOperationKind.Association,
            Status = operation.Status,
        };
        await Guarded(async () =>
        {
            while (true)
            {
                progress = await service.GetProgressAsync(progress, cancellationToken);
                var percent = progress.Targets > 0 ? progress.Completed * 100 / progress.Targets : 0;
                observer.Progress(
                    Phase,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{operation.Operation}: {progress.Completed} of {progress.Targets} instances, "
                            + $"{progress.Errors} failed, {progress.Status}"
                    ),
                    percent
                );
                if (progress.HasEnded)
                    break;
                if (host.Clock.GetUtcNow() >= deadline)
                    throw new PatchToolsException(
                        PatchErrors.FleetWaitTimedOut,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{operation.Id} is {progress.Status} after {timeout.TotalMinutes:0.#} minutes: "
                                + $"{progress.Completed} of {progress.Targets} instances are done. It goes on."
                        ),
                        operation.Id
                    );
                await Task.Delay(Jittered(_pollInterval), host.Clock, cancellationToken);
            }

            if (progress is { IsAssociation: true, ExecutionId: null })
                return;
            await foreach (var page in service.GetInvocationsAsync(progress, cancellationToken))
            {
                foreach (var invocation in page)
                    await write(invocation);
            }
        });
    }

    private async Task<AwsSettings> SettingsAsync(AwsParameters aws, CancellationToken cancellationToken)
    {
        // Who this host is does not matter: only for the region is anybody asked.
        var identification = new InstanceIdentification(host, adapters, observer);
        var region =
            identification.Local(aws).Region
            ?? (await identification.FindAsync(aws, cancellationToken)).Region
            ?? throw new PatchToolsException(
                PatchErrors.RegionNotFound,
                "The region of the fleet is unknown: no parameter, none of AWS_SSM_REGION_NAME, AWS_REGION, "
                    + "AWS_DEFAULT_REGION, and the instance metadata service does not answer."
            );
        return new AwsSettings
        {
            Region = region,
            ProfileName = aws.ProfileName,
            EndpointUrl = aws.EndpointUrl,
        };
    }

    /// <summary>Half of the interval to one and a half: a thousand prompts must not ask in step.</summary>
    private static TimeSpan Jittered(TimeSpan interval)
    {
#pragma warning disable CA5394 // Jitter keeps no secret.
        return interval * (0.5 + Random.Shared.NextDouble());
#pragma warning restore CA5394
    }

    /// <summary>Null: the row of the error says it.</summary>
    private static string? ActionFor(PatchServiceException failure) =>
        failure switch
        {
            { ServiceErrorCode: "InvalidDocument" } =>
                "Make the documents of PatchTools in this region first, see about_PatchTools_Documents.",
            { StatusCode: >= 500 } =>
                "Run the command again in some minutes: the service could not answer. The AWS Health Dashboard "
                    + "shows longer outages.",
            _ => null,
        };

    private static async Task Guarded(Func<Task> calls)
    {
        try
        {
            await calls();
        }
        catch (PatchServiceException e)
        {
            var row =
                ServiceErrors.RowOf(e.Failure)
                ?? e.Failure switch
                {
                    PatchServiceFailure.AccessDenied => PatchErrors.FleetAccessDenied,
                    PatchServiceFailure.Unreachable or PatchServiceFailure.MalformedAnswer =>
                        PatchErrors.FleetServiceUnreachable,
                    _ => PatchErrors.FleetRequestRefused,
                };
            throw new PatchToolsException(row, e.Message, e.Operation, e)
            {
                RecommendedAction = ActionFor(e) ?? row.RecommendedAction,
            };
        }
    }
}
