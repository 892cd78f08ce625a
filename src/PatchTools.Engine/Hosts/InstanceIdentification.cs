using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Ports;

namespace PatchTools.Hosts;

/// <summary>Who this instance is and in which region: both known.</summary>
internal sealed record ResolvedInstance(string InstanceId, string Region)
{
    public bool IsHybrid => InstanceIdentity.IsHybrid(InstanceId);

    /// <summary>How AWS is spoken to for this instance.</summary>
    public AwsSettings Settings(AwsParameters aws) =>
        new()
        {
            Region = Region,
            ProfileName = aws.ProfileName,
            EndpointUrl = aws.EndpointUrl,
            IsHybrid = IsHybrid,
        };
}

/// <summary>
/// Instance id and region, each from the first that has it: parameter; <c>AWS_SSM_INSTANCE_ID</c> and
/// <c>AWS_SSM_REGION_NAME</c>; for the region <c>AWS_REGION</c> and <c>AWS_DEFAULT_REGION</c>; the instance metadata
/// service, which is asked at most once and not at all under <c>AWS_EC2_METADATA_DISABLED=true</c>.
/// </summary>
internal sealed partial class InstanceIdentification(HostContext host, IAdapterFactory adapters, IRunObserver observer)
{
    private InstanceIdentity? _metadata;

    /// <summary>What parameters and environment say, without the network.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidInstanceId"/>,
    /// <see cref="PatchErrors.InvalidRegion"/>.</exception>
    public InstanceIdentity Local(AwsParameters aws)
    {
        var (instanceId, idFrom) = First(
            ("the parameter -InstanceId", aws.InstanceId),
            Variable("AWS_SSM_INSTANCE_ID")
        );
        var (region, regionFrom) = First(
            ("the parameter -Region", aws.Region),
            Variable("AWS_SSM_REGION_NAME"),
            Variable("AWS_REGION"),
            Variable("AWS_DEFAULT_REGION")
        );
        return new InstanceIdentity(ValidInstanceId(instanceId, idFrom), ValidRegion(region, regionFrom));
    }

    /// <summary>What can be found out; either may be null.</summary>
    public async Task<InstanceIdentity> FindAsync(AwsParameters aws, CancellationToken cancellationToken)
    {
        var local = Local(aws);
        if (local is { InstanceId: not null, Region: not null })
            return local;
        var metadata = await MetadataAsync(cancellationToken);
        const string From = "the instance metadata service";
        return new InstanceIdentity(
            local.InstanceId ?? ValidInstanceId(metadata.InstanceId, From),
            local.Region ?? ValidRegion(metadata.Region, From)
        );
    }

    /// <summary>Both, or an error that says which is missing.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InstanceIdNotFound"/>,
    /// <see cref="PatchErrors.RegionNotFound"/> and those of <see cref="Local"/>.</exception>
    public async Task<ResolvedInstance> RequireAsync(AwsParameters aws, CancellationToken cancellationToken)
    {
        var found = await FindAsync(aws, cancellationToken);
        if (found.InstanceId is null)
            throw new PatchToolsException(
                PatchErrors.InstanceIdNotFound,
                "The id of this instance is unknown: no parameter, no AWS_SSM_INSTANCE_ID, and the instance "
                    + "metadata service does not answer."
            );
        if (found.Region is null)
            throw new PatchToolsException(
                PatchErrors.RegionNotFound,
                "The region is unknown: no parameter, none of AWS_SSM_REGION_NAME, AWS_REGION, "
                    + "AWS_DEFAULT_REGION, and the instance metadata service does not answer."
            );
        return new ResolvedInstance(found.InstanceId, found.Region);
    }

    private async Task<InstanceIdentity> MetadataAsync(CancellationToken cancellationToken)
    {
        if (_metadata is not null)
            return _metadata;
        if ("true".Equals(host.Variable("AWS_EC2_METADATA_DISABLED"), StringComparison.OrdinalIgnoreCase))
            return _metadata = new InstanceIdentity(null, null);
        var endpoint = Uri.TryCreate(host.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT"), UriKind.Absolute, out var uri)
            ? uri
            : null;
        observer.Verbose("Asking the instance metadata service for instance id and region.");
        return _metadata = await adapters.CreateIdentitySource(endpoint).GetAsync(cancellationToken);
    }

    private (string Origin, string? Value) Variable(string name) => (name, host.Variable(name));

    private static (string? Value, string Origin) First(params ReadOnlySpan<(string Origin, string? Value)> candidates)
    {
        foreach (var (origin, value) in candidates)
        {
            if (!string.IsNullOrEmpty(value))
                return (value, origin);
        }

        return (null, "");
    }

    private static string? ValidInstanceId(string? instanceId, string origin) =>
        instanceId is null || InstanceIdForm().IsMatch(instanceId)
            ? instanceId
            : throw new PatchToolsException(
                PatchErrors.InvalidInstanceId,
                $"'{Shown(instanceId)}' from {origin} is not an instance id.",
                instanceId
            );

    private static string? ValidRegion(string? region, string origin) =>
        region is null || RegionForm().IsMatch(region)
            ? region
            : throw new PatchToolsException(
                PatchErrors.InvalidRegion,
                $"'{Shown(region)}' from {origin} is not the name of a region.",
                region
            );

    private static string Shown(string text) => string.Concat(text.Take(64).Select(c => char.IsControl(c) ? '?' : c));

    /// <summary>SSM's pattern for an instance or managed instance.</summary>
    [GeneratedRegex(@"^(i-([0-9A-Za-z_]{8}|[0-9A-Za-z_]{17})|mi-[0-9A-Za-z_]{17})\z", RegexOptions.CultureInvariant)]
    private static partial Regex InstanceIdForm();

    /// <summary>It becomes part of a host name, so nothing else may slip in.</summary>
    [GeneratedRegex(@"^[a-z]{2,8}(-[a-z0-9]{1,16}){1,5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionForm();
}
