using System.Management.Automation;
using PatchTools.Errors;
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

    /// <summary>The association that a run or a report belongs to.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidAssociationId"/>.</exception>
    protected static AssociationReference? AssociationOf(string? associationId, ComplianceLevel severity)
    {
        if (Given(associationId) is not { } id)
            return null;
        return Guid.TryParseExact(id, "D", out _)
            ? new AssociationReference(id, severity)
            : throw new PatchToolsException(
                PatchErrors.InvalidAssociationId,
                $"-AssociationId \"{id}\" is not the id of an association.",
                id
            );
    }

    protected sealed override AwsParameters Aws() => base.Aws() with { InstanceId = Given(InstanceId) };
}
