namespace PatchTools.Ports;

/// <summary>
/// How AWS is to be reached and as whom; every member null leaves it to the environment (reference 02 §1, design §2).
/// </summary>
public sealed record AwsParameters
{
    public string? InstanceId { get; init; }

    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public Uri? EndpointUrl { get; init; }
}
