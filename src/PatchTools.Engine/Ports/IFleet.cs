namespace PatchTools.Ports;

/// <summary>
/// Operations on many instances by SSM's own engine. Every failure is a <see cref="PatchServiceException"/>; retries of
/// throttling and 5xx are inside.
/// </summary>
public interface IFleetOperations
{
    /// <summary>SendCommand, or CreateAssociation where the call has an association.</summary>
    Task<FleetOperationProgress> StartAsync(FleetOperationCall call, CancellationToken cancellationToken);

    /// <summary>ListCommands, or DescribeAssociationExecutions for the newest execution.</summary>
    /// <param name="operation">As <see cref="StartAsync"/> or an earlier call gave it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<FleetOperationProgress> GetProgressAsync(
        FleetOperationProgress operation,
        CancellationToken cancellationToken
    );

    /// <summary>ListCommandInvocations or DescribeAssociationExecutionTargets, page by page as they arrive.</summary>
    IAsyncEnumerable<IReadOnlyList<FleetInvocation>> GetInvocationsAsync(
        FleetOperationProgress operation,
        CancellationToken cancellationToken
    );
}

/// <summary>
/// What SSM knows of many instances, page by page as it arrives. Failures and retries as in
/// <see cref="IFleetOperations"/>.
/// </summary>
public interface IFleetCompliance
{
    /// <summary>DescribeInstanceInformation: ids of managed instances.</summary>
    /// <param name="tags">Each name with its values; an instance needs one of the values of every name. Empty: all
    /// instances.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    IAsyncEnumerable<IReadOnlyList<string>> FindInstancesAsync(
        IReadOnlyList<FleetTag> tags,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// DescribeInstancePatchStates or DescribeInstancePatchStatesForPatchGroup. Instances that never reported are left
    /// out by the service.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<InstanceCompliance>> GetStatesAsync(
        InstanceStateQuery query,
        CancellationToken cancellationToken
    );

    /// <summary>DescribeInstancePatches.</summary>
    IAsyncEnumerable<IReadOnlyList<InstancePatch>> GetPatchesAsync(
        InstancePatchQuery query,
        CancellationToken cancellationToken
    );
}

/// <summary>A tag with the values that count; none: any value.</summary>
public sealed record FleetTag(string Name, IReadOnlyList<string> Values);

/// <summary>Whose states: exactly one of the two is given.</summary>
public sealed record InstanceStateQuery
{
    /// <summary>At most <see cref="MaxInstances"/> in one call.</summary>
    public const int MaxInstances = 50;

    public IReadOnlyList<string> InstanceIds { get; init; } = [];

    public string? PatchGroup { get; init; }

    /// <summary>Conditions on counts, of which all must hold; the service applies them to a patch group only.</summary>
    public IReadOnlyList<PatchCountFilter> Filters { get; init; } = [];
}

/// <summary>Which patches of an instance; empty lists leave nothing out.</summary>
public sealed record InstancePatchQuery
{
    public required string InstanceId { get; init; }

    /// <summary>As the service spells them: <c>Missing</c>, <c>InstalledPendingReboot</c>.</summary>
    public IReadOnlyList<string> States { get; init; } = [];

    public IReadOnlyList<string> Classifications { get; init; } = [];

    public IReadOnlyList<string> Severities { get; init; } = [];
}

/// <summary>What is to be started on which instances.</summary>
public sealed record FleetOperationCall
{
    public required PatchOperation Operation { get; init; }

    public required string DocumentName { get; init; }

    /// <summary>Parameters of the document by name.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>At most 50; empty: <see cref="Targets"/> say which.</summary>
    public IReadOnlyList<string> InstanceIds { get; init; } = [];

    /// <summary>At most five; an instance must fit all of them.</summary>
    public IReadOnlyList<FleetTarget> Targets { get; init; } = [];

    /// <summary>A number, or a percentage of the targets.</summary>
    public required string MaxConcurrency { get; init; }

    /// <summary>A number, or a percentage of the targets.</summary>
    public required string MaxErrors { get; init; }

    /// <summary>How long an instance may take to fetch the command.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromHours(1);

    public string? Comment { get; init; }

    /// <summary>Not null: State Manager keeps it as an association.</summary>
    public FleetSchedule? Association { get; init; }
}

/// <summary>One condition on the instances of an operation: <c>tag:KEY</c>, <c>resource-groups:Name</c>.</summary>
public sealed record FleetTarget(string Key, IReadOnlyList<string> Values);

/// <summary>An association's name and when it runs.</summary>
/// <param name="Name">Null: it has none.</param>
/// <param name="Expression">A cron or rate expression; null: once, when it is made.</param>
public sealed record FleetSchedule(string? Name, string? Expression);

/// <summary>An operation and how far it is.</summary>
public sealed record FleetOperationProgress
{
    public required string Id { get; init; }

    public bool IsAssociation { get; init; }

    /// <summary>Of the association's newest execution; null before it has begun.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>The service's own word: <c>Pending</c>, <c>InProgress</c>, <c>Success</c>, <c>Failed</c>, …</summary>
    public required string Status { get; init; }

    /// <summary>Nothing changes any more.</summary>
    public bool HasEnded { get; init; }

    public int Targets { get; init; }

    public int Completed { get; init; }

    public int Errors { get; init; }

    public int NotDelivered { get; init; }
}
