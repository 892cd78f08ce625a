using System.Management.Automation;
using PatchTools.Completers;
using PatchTools.Errors;
using PatchTools.Ports;

namespace PatchTools.Commands;

/// <summary>A cmdlet that may speak to AWS: where, and as whom. Empty text means not given.</summary>
public abstract class AwsCommand : PatchCommand
{
    /// <summary>Default: SSM's and AWS's environment, then the instance metadata service.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RegionCompleter))]
    public string? Region { get; set; }

    /// <summary>A profile of the shared AWS configuration. Default: the SDK's own chain.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ProfileNameCompleter))]
    public string? ProfileName { get; set; }

    /// <summary>Endpoint of every AWS service, for VPC endpoints and tests.</summary>
    [Parameter]
    public string? EndpointUrl { get; set; }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>: the endpoint is not an http or
    /// https URL.</exception>
    protected virtual AwsParameters Aws() =>
        new()
        {
            Region = Given(Region),
            ProfileName = Given(ProfileName),
            EndpointUrl = AwsParameters.EndpointOf(EndpointUrl),
        };
}
