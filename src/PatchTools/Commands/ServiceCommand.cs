using System.Management.Automation;
using PatchTools.Ports;

namespace PatchTools.Commands;

/// <summary>A cmdlet that speaks to AWS in the name of one instance.</summary>
public abstract class ServiceCommand : AwsCommand
{
    /// <summary>
    /// The instance in whose name the service is asked: <c>i-…</c> or <c>mi-…</c>. Default: SSM's environment, then the
    /// instance metadata service.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? InstanceId { get; set; }

    protected sealed override AwsParameters Aws() => base.Aws() with { InstanceId = Given(InstanceId) };
}
