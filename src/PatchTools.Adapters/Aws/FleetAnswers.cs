using System.Globalization;
using System.Text.RegularExpressions;
using Amazon.SimpleSystemsManagement;
using Amazon.SimpleSystemsManagement.Model;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>What the service's answers about a fleet say, in the words of the ports.</summary>
internal static partial class FleetAnswers
{
    public static FleetOperationProgress ProgressOf(Command command) =>
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
    public static FleetOperationProgress ProgressOf(AssociationExecution execution)
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

    public static FleetInvocation Invocation(CommandInvocation invocation, string operationId) =>
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

    public static FleetInvocation Invocation(AssociationExecutionTarget target, string operationId) =>
        new()
        {
            InstanceId = target.ResourceId,
            Status = target.Status ?? "",
            StatusDetails = target.DetailedStatus ?? "",
            At = Instant(target.LastExecutionDate),
            OperationId = operationId,
        };

    public static InstanceCompliance Compliance(InstancePatchState state) =>
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

    public static InstancePatch Patch(string instanceId, PatchComplianceData patch) =>
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

    public static PatchServiceException Malformed(string operation) =>
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
