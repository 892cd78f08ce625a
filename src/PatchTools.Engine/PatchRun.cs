using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.PackageManagers;
using PatchTools.Ports;

namespace PatchTools;

/// <summary>How AWS is to be reached and as whom; every member null leaves it to the environment (spec 02 §1, DESIGN §2).</summary>
public sealed record AwsParameters
{
    public string? InstanceId { get; init; }

    public string? Region { get; init; }

    public string? ProfileName { get; init; }

    public Uri? EndpointUrl { get; init; }
}

/// <summary>Which snapshot is wanted.</summary>
public sealed record SnapshotRequest
{
    /// <summary>A file with a snapshot, a bare baseline or GetPatchBaseline's form; <c>-</c> is standard input. Null: ask the service, unless <see cref="UseDefault"/>.</summary>
    public string? Path { get; init; }

    /// <summary>The predefined baseline of the host's operating system.</summary>
    public bool UseDefault { get; init; }

    /// <summary>Null or empty: a new one.</summary>
    public string? SnapshotId { get; init; }

    /// <summary>Path, <c>-</c>, <c>https://</c> or <c>s3://</c> of a baseline override; null or empty for none.</summary>
    public string? BaselineOverride { get; init; }

    /// <summary>Only to refuse the combination (code 167).</summary>
    public string? InstallOverrideList { get; init; }

    public AwsParameters Aws { get; init; } = new();
}

/// <summary>One whole operation.</summary>
public sealed record RunRequest
{
    public required SnapshotRequest Snapshot { get; init; }

    public InventoryRequest Inventory { get; init; } = new();

    /// <summary>As typed; <c>Scan</c> or <c>Install</c> in any case.</summary>
    public string OperationText { get; init; } = nameof(PatchOperation.Scan);

    public RebootOption RebootOption { get; init; } = RebootOption.RebootIfNeeded;

    /// <summary>How long to wait for another run of PatchTools.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Evaluate and return, but save and send nothing (<c>-WhatIf</c>).</summary>
    public bool DryRun { get; init; }
}

/// <summary>
/// The story of a run: snapshot, inventory, evaluation, report. The small cmdlets call its steps, <c>Invoke-PatchBaseline</c> the whole, so that both
/// are the same code (DESIGN §2).
/// </summary>
public sealed class PatchRun(HostContext host, IAdapterFactory adapters, IRunObserver observer)
{
    public Task<PatchSnapshot> GetSnapshotAsync(SnapshotRequest request, CancellationToken cancellationToken) => throw Unfinished();

    /// <summary>Inventory of the host that <see cref="HostPaths.Root"/> names.</summary>
    public Task<HostInventory> GetInventoryAsync(InventoryRequest request, PatchSnapshot? snapshot, CancellationToken cancellationToken) => throw Unfinished();

    /// <summary>Pure comparison; neither saves nor sends.</summary>
    public ComplianceReport Evaluate(PatchSnapshot snapshot, HostInventory inventory, string operationText = nameof(PatchOperation.Scan), RebootOption rebootOption = RebootOption.RebootIfNeeded) => throw Unfinished();

    /// <summary>Pending-reboot carry-over, states, summary, upload, hash marker. Returns the report as published.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ReportUploadFailed"/> after the report has been spooled; <see cref="PatchErrors.SnapshotNotFromService"/>; <see cref="PatchErrors.MetadataNotProven"/>; …</exception>
    public Task<(ComplianceReport Report, PublishReceipt Receipt)> PublishAsync(ComplianceReport report, AwsParameters aws, CancellationToken cancellationToken) => throw Unfinished();

    /// <summary>Sends what earlier runs could not.</summary>
    public Task<IReadOnlyList<PublishReceipt>> PublishPendingAsync(AwsParameters aws, CancellationToken cancellationToken) => throw Unfinished();

    /// <summary>The whole operation under PatchTools' own lock.</summary>
    public Task<ComplianceReport> ScanAsync(RunRequest request, CancellationToken cancellationToken) => throw Unfinished();

    /// <summary>The last saved summary, or with <paramref name="history"/> all that are kept, newest first.</summary>
    public IReadOnlyList<PatchSummary> GetSummaries(bool history) => throw Unfinished();

    /// <summary>Writes an inventory to a file that <see cref="ImportInventoryAsync"/> reads on another host.</summary>
    public Task ExportInventoryAsync(HostInventory inventory, string path, CancellationToken cancellationToken) => throw Unfinished();

    public Task<HostInventory> ImportInventoryAsync(string path, CancellationToken cancellationToken) => throw Unfinished();

    private PatchToolsException Unfinished() => new(PatchErrors.OperationNotAvailable, $"{host.Paths.Root}{adapters}{observer}");
}
