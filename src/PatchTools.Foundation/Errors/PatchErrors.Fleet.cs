namespace PatchTools.Errors;

/// <content>What goes wrong with operations on many instances.</content>
public static partial class PatchErrors
{
    public static readonly PatchError FleetTargetInvalid = Row(
        1,
        PatchErrorCategory.InvalidArgument,
        "Give -InstanceId, up to five -Tag, or one -ResourceGroup, and locations that every instance can read."
    );
    public static readonly PatchError FleetAccessDenied = Row(
        1,
        PatchErrorCategory.PermissionDenied,
        "Your role needs ssm:SendCommand, ssm:ListCommands and ssm:ListCommandInvocations (of associations: "
            + "ssm:CreateAssociation and ssm:DescribeAssociationExecution*), to read ssm:DescribeInstancePatch* "
            + "and ssm:DescribeInstanceInformation."
    );
    public static readonly PatchError FleetServiceUnreachable = Row(
        1,
        PatchErrorCategory.ConnectionError,
        "Check that this host reaches the SSM endpoint that the message names (route, proxy, VPC endpoint, "
            + "-EndpointUrl)."
    );
    public static readonly PatchError FleetRequestRefused = Row(
        1,
        PatchErrorCategory.ResourceUnavailable,
        "Correct what the service's error code in the message names, and run the command again."
    );
    public static readonly PatchError FleetWaitTimedOut = Row(
        1,
        PatchErrorCategory.OperationTimeout,
        "Look at the operation in Run Command or State Manager, where it goes on, or give a longer -WaitTimeout."
    );
}
