using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Apt.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Processes;
using PatchTools.Reboot;
using PatchTools.Reports;
using PatchTools.Reports.Completing;
using PatchTools.Reports.Saving;
using PatchTools.Snapshots;

namespace PatchTools.Operations;

/// <summary>
/// The story of a run: snapshot, inventory, evaluation, report. The small cmdlets call its steps,
/// <c>Invoke-PatchBaseline</c> the whole, so that both are the same code (design §2).
/// </summary>
public sealed partial class PatchRun(HostContext host, IAdapterFactory adapters, IRunObserver observer)
{
    private HostSession? _session;
    private HostMemory? _memory;

    /// <summary>Among which the host's package manager is looked for.</summary>
    internal FamilyRegistry Families { get; init; } = ShippedFamilies.All;

    /// <summary>The host, found out once for this run.</summary>
    private HostSession Session =>
        _session ??= new HostSession(
            host,
            new ProcessRunner(host, observer),
            new DeferredDecompressor(adapters),
            new DeferredTomlReader(adapters),
            Families,
            _memory
        );

    /// <summary>The baseline that applies here.</summary>
    /// <exception cref="PatchToolsException">Codes 143 to 150 and 160 to 167 of design §6.</exception>
    public Task<PatchSnapshot> GetSnapshotAsync(SnapshotRequest request, CancellationToken cancellationToken) =>
        GetSnapshotAsync(Acquisition(), request, cancellationToken);

    /// <summary>
    /// Inventory of the host that <see cref="HostPaths.Root"/> names, with the sources of the snapshot's baseline where
    /// it brings some.
    /// </summary>
    public async Task<HostInventory> GetInventoryAsync(
        InventoryRequest request,
        PatchSnapshot? snapshot,
        CancellationToken cancellationToken
    )
    {
        observer.Progress("Inventory", "Reading packages and repositories", 20);
        var inventory = await Session
            .Manager()
            .GetInventoryAsync(
                snapshot is null
                    ? request
                    : request with
                    {
                        CustomSources = CustomSources.For(snapshot, JudgedProduct.OfThisHost(snapshot, Session.System)),
                    },
                observer,
                cancellationToken
            );
        inventory = inventory with
        {
            Cautions = [.. inventory.Cautions, .. ReleaseLifecycle.Cautions(inventory, host.Clock.GetUtcNow())],
            Doubts = HostClock.Doubt(host.Clock.GetUtcNow(), inventory.Repositories) is { } clock
                ? [.. inventory.Doubts, clock]
                : inventory.Doubts,
        };
        if (inventory.Origin != InventoryOrigin.Host)
            return inventory;
        var states = new PatchStatesFile(host, observer).Read();
        return inventory with
        {
            Facts = inventory.Facts with { PriorStates = states.States },
            Warnings = states.Warning is null ? inventory.Warnings : [.. inventory.Warnings, states.Warning],
        };
    }

    /// <summary>
    /// Pure comparison at this instant; sends nothing, and saves nothing but first-seen dates where the terms say so.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.SnapshotForAnotherFamily"/> before anything is
    /// judged.</exception>
    public ComplianceReport Evaluate(PatchSnapshot snapshot, HostInventory inventory, EvaluationTerms terms)
    {
        snapshot = AsJudged(snapshot, inventory);
        SnapshotFit.Demand(snapshot, inventory, Families);
        observer.Progress(
            "Evaluate",
            $"Comparing {inventory.Installed.Count} installed packages with the baseline",
            60
        );
        var report = BaselineEvaluator.Evaluate(
            new EvaluationRequest
            {
                Snapshot = snapshot,
                Inventory = inventory,
                Now = host.Clock.GetUtcNow(),
                Operation = terms.Operation,
                OperationText = terms.OperationText,
                InstallOverrideList = terms.InstallOverrideList,
                ApprovalDateSource = terms.ApprovalDateSource,
                FirstSeen =
                    terms.ApprovalDateSource == ApprovalDateSource.FirstSeen
                        ? new FirstSeenFile(host, observer).Advance(inventory, terms.SavesFirstSeen)
                        : FirstSeenDates.Empty,
                RebootOption = terms.RebootOption,
                ExecutionId = host.Variable("SSM_COMMAND_ID") ?? Guid.NewGuid().ToString(),
            },
            Families
        );
        observer.Verbose(
            $"{report.VerdictText} Baseline {snapshot.BaselineId ?? snapshot.Baseline.Name}, "
                + $"{inventory.Packages.VersionCount} versions of {inventory.Packages.Count} packages judged."
        );
        return report with { ExitCode = inventory.IsProven ? 0 : PatchErrors.MetadataNotProven.ExitCode };
    }

    /// <summary>
    /// A baseline that names no product is for that of the inventory, which may be an image or another host; the
    /// predefined baseline is that of its system.
    /// </summary>
    private PatchSnapshot AsJudged(PatchSnapshot snapshot, HostInventory inventory)
    {
        if (snapshot.NamesProduct || OperatingSystemIdentity.TryFrom(inventory.OperatingSystem) is not { } identity)
            return snapshot;
        snapshot = snapshot with { Product = identity.Product };
        if (snapshot.Origin != SnapshotOrigin.Default || identity.AwsName == snapshot.OperatingSystem)
            return snapshot;
        observer.Verbose(
            $"The inventory is of {identity.Product}: the predefined baseline of {identity.AwsName} applies."
        );
        return snapshot with { Baseline = DefaultBaselines.For(identity.AwsName) };
    }

    /// <summary>Pending-reboot carry-over, states, summary, upload, hash marker, under PatchTools' own lock.</summary>
    /// <returns>The report as published; the receipt is null when nothing was to be sent (baseline override).</returns>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.ReportUploadFailed"/> after the report has been kept;
    /// <see cref="PatchErrors.SnapshotNotFromService"/> and <see cref="PatchErrors.MetadataNotProven"/> after it has
    /// been saved; <see cref="PatchErrors.InventoryNotOfThisHost"/>; <see cref="PatchErrors.RunInProgress"/>.
    /// </exception>
    public async Task<(ComplianceReport Report, PublishReceipt? Receipt)> PublishAsync(
        ComplianceReport report,
        AwsParameters aws,
        CancellationToken cancellationToken
    )
    {
        using var held = await RunLock.AcquireAsync(
            host,
            "Publish-PatchSummary",
            LockTimeout,
            observer,
            cancellationToken
        );
        return await PublishLockedAsync(report, aws, cancellationToken);
    }

    /// <summary>Sends what earlier runs could not.</summary>
    public async Task<IReadOnlyList<PublishReceipt>> PublishPendingAsync(
        AwsParameters aws,
        CancellationToken cancellationToken
    )
    {
        using var held = await RunLock.AcquireAsync(
            host,
            "Publish-PatchSummary -Pending",
            LockTimeout,
            observer,
            cancellationToken
        );
        return await Publisher(aws)
            .PublishPendingAsync(aws.InstanceId ?? host.Variable("AWS_SSM_INSTANCE_ID"), cancellationToken);
    }

    /// <summary>The whole operation under PatchTools' own lock.</summary>
    /// <exception cref="PatchToolsException">
    /// Where the scan itself was done and only what came after it failed, <see cref="PatchToolsException.Target"/> is
    /// the <see cref="ComplianceReport"/>.
    /// </exception>
    public async Task<ComplianceReport> ScanAsync(RunRequest request, CancellationToken cancellationToken)
    {
        if (request.DryRun)
            return await ScanLockedAsync(request, cancellationToken);
        using var held = await RunLock.AcquireAsync(
            host,
            $"Invoke-PatchBaseline -Operation {request.OperationText}",
            request.LockTimeout,
            observer,
            cancellationToken
        );
        // A scan never asks for a reboot, so a marker that lies there is another operation's; the reference lets it
        // swallow the scan (reference 08 §7).
        var markers = new RebootMarkers(host, observer);
        markers.Resume(PatchOperation.Scan);
        var report = await ScanLockedAsync(request, cancellationToken);
        markers.Finish(new FinalCode(report.ExitCode));
        return report;
    }

    private async Task<ComplianceReport> ScanLockedAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var snapshot = await GetSnapshotAsync(request.Snapshot, cancellationToken);
        var inventory = await GetInventoryAsync(request.Inventory, snapshot, cancellationToken);
        var report = Evaluate(snapshot, inventory, TermsOf(request, PatchOperation.Scan)) with
        {
            Association = request.Association,
        };
        if (request.DryRun)
            return report with { UploadNote = "neither saved nor sent" };
        if (StaysOnHost(snapshot))
        {
            observer.Verbose("The report is not sent: its snapshot does not come from the service.");
            return Saved(report, inventory);
        }

        try
        {
            return (await PublishLockedAsync(report, request.Snapshot.Aws, cancellationToken)).Report;
        }
        catch (PatchToolsException failure) when (failure.Target is not ComplianceReport)
        {
            throw new PatchToolsException(
                failure.Error,
                failure.Message,
                ReportPublisher.Complete(report, PatchingOutcome.Scan) with
                {
                    ExitCode = failure.ExitCode,
                    UploadNote = failure.Message,
                },
                failure
            );
        }
    }

    /// <summary>Whether the host needs a reboot, judged from the host itself; changes nothing.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.PackageDatabaseUnreadable"/>.</exception>
    public Task<RebootAssessment> AssessRebootAsync(CancellationToken cancellationToken)
    {
        observer.Progress("Reboot", "Looking at kernel, processes and pending patches", 50);
        var states = new PatchStatesFile(host, observer).Read();
        if (states.Warning is not null)
            observer.Warning(states.Warning);
        return new RebootAssessor(host, Session.FindManager(), Session.FileOwners()).AssessAsync(
            states.States,
            cancellationToken
        );
    }

    /// <summary>
    /// AWS's name of the operating system of the host: what a baseline is for when nobody says otherwise.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.UnsupportedOperatingSystem"/>.</exception>
    public string GetOperatingSystem() => OperatingSystemIdentity.From(Session.System).AwsName;

    /// <summary>How long the small cmdlets wait for another run.</summary>
    private static TimeSpan LockTimeout => TimeSpan.FromMinutes(2);

    private ComplianceReport Saved(ComplianceReport report, HostInventory inventory)
    {
        if (inventory.Origin != InventoryOrigin.Host)
            return report with { UploadNote = "neither saved nor sent: the inventory is not of this host" };
        observer.Progress("Publish", "Saving the report", 90);
        return Publisher(new AwsParameters()).Save(report);
    }

    /// <summary>
    /// The predefined baseline and a bare one are nothing the service knows: the report is saved and never sent.
    /// </summary>
    private static bool StaysOnHost(PatchSnapshot snapshot) =>
        snapshot.Origin is SnapshotOrigin.Default or SnapshotOrigin.File && !snapshot.CarriesServiceIds;

    private static EvaluationTerms TermsOf(RunRequest request, PatchOperation operation) =>
        new()
        {
            Operation = operation,
            OperationText = request.OperationText,
            RebootOption = request.RebootOption,
            ApprovalDateSource = request.ApprovalDateSource,
            SavesFirstSeen = !request.DryRun,
        };

    private SnapshotAcquisition Acquisition() => new(host, adapters, observer, Console.OpenStandardInput());

    private Task<PatchSnapshot> GetSnapshotAsync(
        SnapshotAcquisition acquisition,
        SnapshotRequest request,
        CancellationToken cancellationToken
    )
    {
        observer.Progress("Snapshot", "Getting the baseline", 0);
        FamilyRegistry.RequireRoot(host);
        return acquisition.GetAsync(request, request.System ?? Session.System, cancellationToken);
    }

    private async Task<(ComplianceReport Report, PublishReceipt? Receipt)> PublishLockedAsync(
        ComplianceReport report,
        AwsParameters aws,
        CancellationToken cancellationToken,
        PatchingOutcome? patching = null
    )
    {
        var instanceId = aws.InstanceId ?? report.Snapshot.InstanceId ?? "";
        var region = aws.Region ?? report.Snapshot.Region ?? "";
        if (ReportPublisher.RefusalOf(report) is null && report.Snapshot.Origin != SnapshotOrigin.Override)
        {
            var known = aws with
            {
                InstanceId = instanceId.Length > 0 ? instanceId : null,
                Region = region.Length > 0 ? region : null,
            };
            (instanceId, region) = await new InstanceIdentification(host, adapters, observer).RequireAsync(
                known,
                cancellationToken
            );
        }

        return await Publisher(aws).PublishAsync(report, instanceId, region, cancellationToken, patching);
    }

    private ReportPublisher Publisher(AwsParameters aws) =>
        new(
            host,
            (instanceId, region) =>
                adapters.CreatePatchService(
                    new AwsSettings
                    {
                        Region = region,
                        ProfileName = aws.ProfileName,
                        EndpointUrl = aws.EndpointUrl,
                        IsHybrid = InstanceIdentity.IsHybrid(instanceId),
                    }
                ),
            observer
        );
}
