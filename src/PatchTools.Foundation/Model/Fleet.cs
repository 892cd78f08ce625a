using PatchTools.Model;

namespace PatchTools;

/// <summary>Whether an instance complies, as far as SSM knows.</summary>
public enum InstanceComplianceStatus
{
    Compliant,
    NonCompliant,

    /// <summary>SSM knows the instance and has never had a patch report of it.</summary>
    NotReported,
}

/// <summary>What SSM knows of an instance from its last report (reference 20 §13, InstancePatchState).</summary>
public sealed record InstanceCompliance : ShownRecord
{
    public required string InstanceId { get; init; }

    /// <summary>
    /// Non-compliant when anything is missing, failed, rejected and installed, or waiting for a reboot.
    /// </summary>
    public InstanceComplianceStatus Status
    {
        get
        {
            if (OperationEnd is null)
                return InstanceComplianceStatus.NotReported;
            return MissingCount + FailedCount + InstalledRejectedCount + InstalledPendingRebootCount > 0
                ? InstanceComplianceStatus.NonCompliant
                : InstanceComplianceStatus.Compliant;
        }
    }

    public string PatchGroup { get; init; } = "";

    public string BaselineId { get; init; } = "";

    public string? SnapshotId { get; init; }

    /// <summary><c>Scan</c> or <c>Install</c>; empty without a report.</summary>
    public string Operation { get; init; } = "";

    public DateTimeOffset? OperationStart { get; init; }

    public DateTimeOffset? OperationEnd { get; init; }

    public int MissingCount { get; init; }

    public int FailedCount { get; init; }

    public int InstalledCount { get; init; }

    public int InstalledOtherCount { get; init; }

    public int InstalledPendingRebootCount { get; init; }

    public int InstalledRejectedCount { get; init; }

    public int NotApplicableCount { get; init; }

    public int CriticalNonCompliantCount { get; init; }

    public int SecurityNonCompliantCount { get; init; }

    public int OtherNonCompliantCount { get; init; }

    public string? RebootOption { get; init; }

    public string? InstallOverrideList { get; init; }

    public DateTimeOffset? LastNoRebootInstallTime { get; init; }
}

/// <summary>One patch of one instance as SSM knows it (PatchComplianceData).</summary>
public sealed record InstancePatch : ShownRecord
{
    public required string InstanceId { get; init; }

    /// <summary><c>name.arch</c> on Linux.</summary>
    public required string Id { get; init; }

    /// <summary><c>name.arch:epoch:version-release</c>, on apt <c>name.arch:version</c>.</summary>
    public required string Title { get; init; }

    /// <summary>As in reports: <c>Missing</c>, <c>InstalledPendingReboot</c>.</summary>
    public required string State { get; init; }

    public string Classification { get; init; } = "";

    public string Severity { get; init; } = "";

    /// <summary>Null: not installed, or the host did not know.</summary>
    public DateTimeOffset? InstalledTime { get; init; }

    /// <summary>Only of missing and failed patches.</summary>
    public IReadOnlyList<string> CveIds
    {
        get;
        init => field = Indexable.Of(value);
    } = [];
}

/// <summary>Who carries an operation out.</summary>
public enum FleetOperationKind
{
    /// <summary>Run Command, once.</summary>
    Command,

    /// <summary>State Manager, by its schedule.</summary>
    Association,
}

/// <summary>An operation that was started on many instances.</summary>
public sealed record FleetOperation : ShownRecord
{
    public required FleetOperationKind Kind { get; init; }

    /// <summary>Of the command or the association.</summary>
    public required string Id { get; init; }

    public required PatchOperation Operation { get; init; }

    public required string Region { get; init; }

    public required string DocumentName { get; init; }

    /// <summary>Freezes the approved patches of all instances; null: each asks again.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Which instances, for people.</summary>
    public required string Targets { get; init; }

    /// <summary>The service's word.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>How an operation ended on one instance.</summary>
public sealed record FleetInvocation : ShownRecord
{
    public required string InstanceId { get; init; }

    /// <summary>The instance's name tag; empty when SSM says none.</summary>
    public string InstanceName { get; init; } = "";

    /// <summary>The service's word: <c>Success</c>, <c>Failed</c>, <c>TimedOut</c>, …</summary>
    public required string Status { get; init; }

    /// <summary>The service's longer word: <c>DeliveryTimedOut</c>, <c>Undeliverable</c>, …</summary>
    public string StatusDetails { get; init; } = "";

    /// <summary>Exit code of the step that patches; null while it has none.</summary>
    public int? ExitCode { get; init; }

    public DateTimeOffset? At { get; init; }

    /// <summary>Of the command or the association.</summary>
    public required string OperationId { get; init; }
}

/// <summary>How a count is compared.</summary>
public enum PatchCountComparison
{
    Equal,
    NotEqual,
    LessThan,
    GreaterThan,
}

/// <summary>A condition on one of an instance's counts, such as <c>MissingCount&gt;0</c>.</summary>
public sealed record PatchCountFilter(string Count, PatchCountComparison Comparison, int Value) : ShownRecord
{
    private static readonly Dictionary<string, Func<InstanceCompliance, int>> Counts = new(
        StringComparer.OrdinalIgnoreCase
    )
    {
        [nameof(InstanceCompliance.InstalledCount)] = i => i.InstalledCount,
        [nameof(InstanceCompliance.InstalledOtherCount)] = i => i.InstalledOtherCount,
        [nameof(InstanceCompliance.InstalledPendingRebootCount)] = i => i.InstalledPendingRebootCount,
        [nameof(InstanceCompliance.InstalledRejectedCount)] = i => i.InstalledRejectedCount,
        [nameof(InstanceCompliance.MissingCount)] = i => i.MissingCount,
        [nameof(InstanceCompliance.FailedCount)] = i => i.FailedCount,
        [nameof(InstanceCompliance.NotApplicableCount)] = i => i.NotApplicableCount,
    };

    /// <summary>The counts that the service can compare.</summary>
    public static IReadOnlyCollection<string> Names => Counts.Keys;

    /// <summary>
    /// Reads <c>NAME=N</c>, <c>NAME!=N</c>, <c>NAME&lt;N</c>, <c>NAME&gt;N</c>, with blanks as one likes; null: it is
    /// none of these.
    /// </summary>
    public static PatchCountFilter? TryParse(string text)
    {
        var at = text.AsSpan().IndexOfAny("!=<>");
        if (at <= 0)
            return null;
        var (comparison, length) = text[at] switch
        {
            '<' => (PatchCountComparison.LessThan, 1),
            '>' => (PatchCountComparison.GreaterThan, 1),
            '=' => (PatchCountComparison.Equal, 1),
            _ => (PatchCountComparison.NotEqual, text.AsSpan(at).StartsWith("!=") ? 2 : 0),
        };
        var name = Counts.Keys.FirstOrDefault(key => key.Equals(text[..at].Trim(), StringComparison.OrdinalIgnoreCase));
        return
            name is not null
            && length > 0
            && int.TryParse(
                text.AsSpan(at + length).Trim(),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var value
            )
            ? new PatchCountFilter(name, comparison, value)
            : null;
    }

    /// <summary>An instance that never reported has no counts and fits nothing.</summary>
    public bool Fits(InstanceCompliance instance)
    {
        var count = Counts[Count](instance);
        return instance.Status != InstanceComplianceStatus.NotReported
            && Comparison switch
            {
                PatchCountComparison.Equal => count == Value,
                PatchCountComparison.NotEqual => count != Value,
                PatchCountComparison.LessThan => count < Value,
                _ => count > Value,
            };
    }
}
