using PatchTools.Ports;

namespace PatchTools.Fleet;

/// <summary>Which instances are looked at; nothing given: every managed instance of the region.</summary>
public sealed record FleetScope
{
    public IReadOnlyList<string> InstanceIds { get; init; } = [];

    public IReadOnlyList<string> PatchGroups { get; init; } = [];

    public IReadOnlyList<FleetTag> Tags { get; init; } = [];
}

/// <summary>Which states of which instances are wanted.</summary>
public sealed record FleetComplianceRequest
{
    public required FleetScope Scope { get; init; }

    /// <summary>Conditions of which all must hold.</summary>
    public IReadOnlyList<PatchCountFilter> Filters { get; init; } = [];

    /// <summary>
    /// With <see cref="FleetComplianceRequest"/> as Detail: states, classifications and severities of patches; empty
    /// leaves nothing out.
    /// </summary>
    public IReadOnlyList<string> States { get; init; } = [];

    public IReadOnlyList<string> Classifications { get; init; } = [];

    public IReadOnlyList<string> Severities { get; init; } = [];

    public AwsParameters Aws { get; init; } = new();
}

/// <summary>What is to be started where.</summary>
public sealed record FleetOperationRequest
{
    /// <summary>The command document that ships with the module.</summary>
    public const string DefaultDocument = "PatchTools-RunPatchBaseline";

    public required PatchOperation Operation { get; init; }

    public IReadOnlyList<string> InstanceIds { get; init; } = [];

    public IReadOnlyList<FleetTag> Tags { get; init; } = [];

    /// <summary>Names of resource groups.</summary>
    public IReadOnlyList<string> ResourceGroups { get; init; } = [];

    public string DocumentName { get; init; } = DefaultDocument;

    /// <summary>
    /// Null: a new one for a command, so that all instances go by one; none for an association, whose every run has its
    /// own.
    /// </summary>
    public string? SnapshotId { get; init; }

    public string? InstallOverrideList { get; init; }

    public string? BaselineOverride { get; init; }

    public RebootOption RebootOption { get; init; } = RebootOption.RebootIfNeeded;

    /// <summary>Further parameters of the document.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public string MaxConcurrency { get; init; } = "10%";

    public string MaxErrors { get; init; } = "5%";

    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromHours(1);

    public string? Comment { get; init; }

    /// <summary>Not null: an association.</summary>
    public FleetSchedule? Association { get; init; }

    public AwsParameters Aws { get; init; } = new();

    /// <summary>For people: <c>3 instances</c>, <c>tag Env=prod</c>.</summary>
    public string Describe() =>
        InstanceIds.Count switch
        {
            1 => InstanceIds[0],
            > 1 => $"{InstanceIds.Count} instances "
                + $"({string.Join(", ", InstanceIds.Take(10))}"
                + $"{(InstanceIds.Count > 10 ? $", plus {InstanceIds.Count - 10} more" : "")})",
            _ => string.Join(
                " and ",
                [
                    .. Tags.Select(tag =>
                        tag.Values.Count == 0 ? $"tag {tag.Name}" : $"tag {tag.Name}={string.Join(',', tag.Values)}"
                    ),
                    .. ResourceGroups.Select(group => $"resource group {group}"),
                ]
            ),
        };
}
