using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Reports.Completing;
using PatchTools.Reports.Saving;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Reports.Spool;

namespace PatchTools.Reports;

/// <summary>Makes the service for one instance; called only when something is sent.</summary>
internal delegate IPatchService PatchServiceSource(string instanceId, string region);

/// <summary>
/// Finishes a report, saves what the next run and the reference need of it, and sends it (reference 06 §2, 07 §7). Call
/// it under <see cref="RunLock"/>.
/// </summary>
internal sealed class ReportPublisher(HostContext host, PatchServiceSource service, IRunObserver observer)
{
    private const string Phase = "Publish";

    private readonly PatchStatesFile _states = new(host, observer);
    private readonly SummaryFile _summary = new(host);
    private readonly SummaryHistory _history = new(host, observer);
    private readonly ReportArchive _archive = new(host, observer);
    private readonly CoveredKernelsFile _coveredKernels = new(host, observer);
    private readonly HashMarkers _markers = new(host, observer);
    private readonly ReportSpool _spool = new(host, observer);

    /// <summary>
    /// Why the report must not be sent; null when it may. A baseline override is not an error, see
    /// <see cref="PublishAsync"/>.
    /// </summary>
    public static PatchToolsException? RefusalOf(ComplianceReport report)
    {
        var inventory = report.Inventory;
        if (inventory.Origin != InventoryOrigin.Host)
            return new(
                PatchErrors.InventoryNotOfThisHost,
                $"The report is on an inventory from "
                    + $"{(inventory.Origin == InventoryOrigin.Root ? "another root directory" : "a file")}; it was "
                    + $"neither saved nor sent."
            );
        if (inventory.NotProvenBecause is { Count: > 0 } reasons)
            return new(
                PatchErrors.MetadataNotProven,
                $"The report was saved and not sent, because it proves nothing: {InventoryProof.Clause(reasons)}."
            );

        return report.Snapshot.Origin switch
        {
            SnapshotOrigin.Service or SnapshotOrigin.Override => null,
            SnapshotOrigin.File when report.Snapshot is { CarriesServiceIds: true, BaselineId: not null } => null,
            _ => new(
                PatchErrors.SnapshotNotFromService,
                "The report was saved and not sent: its snapshot does not come from the service.",
                report.Snapshot.SnapshotId
            ),
        };
    }

    /// <summary>
    /// The report after installed-time fallback, pending-reboot carry-over and recount. Pure; doing it twice changes
    /// nothing.
    /// </summary>
    public static ComplianceReport Complete(ComplianceReport report, PatchingOutcome outcome)
    {
        var timed = report with
        {
            Findings = InstalledTimes.Complete(report.Findings, report.Inventory.Facts.PriorStates),
        };
        var findings = PendingReboot.Apply(timed, outcome);
        return timed with
        {
            Findings = findings,
            Counts = ComplianceCounting.Count(findings, report.Counts.NotApplicable),
            NonCompliantSeverity = ComplianceCounting.NonCompliantSeverity(findings),
        };
    }

    /// <summary>Saves the report on the host and sends nothing.</summary>
    /// <returns>The report as saved.</returns>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InventoryNotOfThisHost"/>: the state files describe
    /// this host; <see cref="PatchErrors.StateUnwritable"/>.</exception>
    public ComplianceReport Save(ComplianceReport report, PatchingOutcome? outcome = null)
    {
        var saved = SaveAll(report, outcome ?? PatchingOutcome.Scan);
        if (saved.Failure is not null)
            throw saved.Failure;
        return saved.Report with { UploadNote = Note(report) };
    }

    /// <summary>
    /// Saves the report, then sends it. With a baseline override it is saved and logged, and the receipt is null.
    /// </summary>
    /// <returns>The report as published, and the receipt.</returns>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.InventoryNotOfThisHost"/> before anything is done;
    /// <see cref="PatchErrors.MetadataNotProven"/> and <see cref="PatchErrors.SnapshotNotFromService"/> after saving;
    /// <see cref="PatchErrors.ReportUploadFailed"/> after the report has been spooled;
    /// <see cref="PatchErrors.StateUnwritable"/> at the very end: a full disk does not keep the report from the
    /// service.
    /// </exception>
    public async Task<(ComplianceReport Report, PublishReceipt? Receipt)> PublishAsync(
        ComplianceReport report,
        string instanceId,
        string region,
        CancellationToken cancellationToken,
        PatchingOutcome? outcome = null
    )
    {
        observer.Progress(Phase, "Saving the report", -1);
        var saved = SaveAll(report, outcome ?? PatchingOutcome.Scan);

        // Which says that it was saved.
        if (RefusalOf(report) is { } refusal)
            throw saved.Failure ?? refusal;
        if (report.Snapshot.Origin == SnapshotOrigin.Override)
            return saved.Failure is null
                ? (saved.Report with { UploadNote = Note(report) }, null)
                : throw saved.Failure;

        observer.Progress(Phase, $"Sending the report of {instanceId} to {region}", -1);
        if (report.Association is not null)
        {
            var told = await SendAssociationAsync(saved.Report, instanceId, region, cancellationToken);
            return saved.Failure is null
                ? (saved.Report with { Uploaded = true, UploadNote = null }, told)
                : throw saved.Failure;
        }

        var receipt = await SendAsync(
            Spool(new SpooledReport("", instanceId, region, saved.Summary, saved.Compliance)),
            cancellationToken
        );
        if (saved.Failure is not null)
            throw saved.Failure;
        return (saved.Report with { Uploaded = true, UploadNote = null }, receipt);
    }

    /// <summary>
    /// Sends what earlier runs could not, oldest first. A report that fails does not hold up newer ones. Reports older
    /// than this host's last upload are dropped: sending them would replace what the service knows by something older.
    /// </summary>
    /// <param name="instanceId">Only reports of this instance (a cloned disk carries another's); null for all.</param>
    /// <param name="cancellationToken">Stops; what is not sent stays.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.ReportUploadFailed"/> when the newest report of an
    /// instance could not be sent.</exception>
    public async Task<IReadOnlyList<PublishReceipt>> PublishPendingAsync(
        string? instanceId,
        CancellationToken cancellationToken
    )
    {
        var lastUpload = _markers.LastUpload() is { } upload ? ReportTime.Of(upload) : "";
        List<PublishReceipt> receipts = [];
        Dictionary<string, PatchToolsException> failures = new(StringComparer.Ordinal);
        foreach (var report in _spool.Read())
        {
            if (instanceId is not null && report.InstanceId != instanceId)
            {
                observer.Warning(
                    $"The unsent report of {report.CaptureTime} is about {report.InstanceId}, not "
                        + $"{instanceId}, and stays."
                );
                continue;
            }

            if (string.CompareOrdinal(report.CaptureTime, lastUpload) < 0)
            {
                if (_spool.Remove(report.Path))
                    observer.Verbose(
                        $"The unsent report of {report.CaptureTime} was dropped: this host has uploaded a "
                            + $"newer one since."
                    );
                continue;
            }

            observer.Progress(Phase, $"Sending the report of {report.CaptureTime} to {report.Region}", -1);
            try
            {
                receipts.Add(await SendAsync(report, cancellationToken));
                failures.Remove(report.InstanceId);
            }
            catch (PatchToolsException e) when (e.Error == PatchErrors.ReportUploadFailed)
            {
                observer.Verbose(e.Message);
                failures[report.InstanceId] = e;
            }
        }

        return failures.Count == 0 ? receipts : throw failures.Values.First();
    }

    private static string Note(ComplianceReport report) =>
        report.Snapshot.Origin == SnapshotOrigin.Override
            ? "not sent: the baseline was overridden, so the result stays on the host"
            : RefusalOf(report)?.Message ?? "saved, not sent";

    private (
        ComplianceReport Report,
        InventoryItem Summary,
        InventoryItem Compliance,
        PatchToolsException? Failure
    ) SaveAll(ComplianceReport report, PatchingOutcome outcome)
    {
        if (report.Inventory.Origin != InventoryOrigin.Host)
            throw RefusalOf(report)!;
        var facts = report.Inventory.Facts;
        if (
            facts is { BootTime: null, PriorStates.LastNoRebootInstallOperationTime: not 0 }
            && PendingReboot.PendingTitles(facts.PriorStates).Any()
        )
            observer.Warning(
                "The time of the last boot is unknown, so packages that waited for a reboot still count as waiting."
            );

        var complete = Complete(
            report,
            MakesKernelsWait(report) ? outcome with { RestoredKernels = _coveredKernels.Titles } : outcome
        );
        var summary = ReportItems.Summary(complete);
        var compliance = ReportItems.Compliance(complete);
        PatchToolsException? failure = null;
        try
        {
            _states.Write(PatchStatesFile.StatesOf(complete));
            if (MakesKernelsWait(report))
                _coveredKernels.Remove();
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            failure = e;
        }

        if (report.LivePatching?.CoveredKernel is { } covered)
            Warned(() => _coveredKernels.Add(covered));
        // The summary of the last operation is that of the instance; an association's run leaves it as it is, like the
        // reference.
        if (report.Association is null)
            Warned(() => _summary.Write(summary));
        Warned(() => _history.Add(summary, complete.Verdict));
        Warned(() => complete = complete with { ReportPath = _archive.Add(complete, summary.ContentHash) });
        if (complete.ReportPath is { } path)
            observer.Verbose($"The report is kept in full as {path}.");
        if (report.Snapshot.Origin == SnapshotOrigin.Override)
        {
            foreach (var message in BaselineOverrideLog.Messages(summary, compliance))
                observer.Verbose(message);
        }

        return (complete, summary, compliance, failure);
    }

    /// <summary>
    /// Where live patching was switched off, the kernels that it covered wait for a reboot again (reference 15 §6).
    /// </summary>
    private static bool MakesKernelsWait(ComplianceReport report) =>
        LivePatching.IsKnownTo(report.Inventory) && report.LivePatching is not { IsEnabled: true };

    /// <summary>Before the upload, so that a run killed in it has not lost the report.</summary>
    private SpooledReport Spool(SpooledReport report)
    {
        var kept = report;
        Warned(() => kept = _spool.Add(report));
        return kept;
    }

    private async Task<PublishReceipt> SendAsync(SpooledReport report, CancellationToken cancellationToken)
    {
        try
        {
            var upload = new InventoryUpload(service(report.InstanceId, report.Region), _markers, observer);
            var result = await upload.SendAsync(
                report.InstanceId,
                report.Summary,
                report.Compliance,
                cancellationToken
            );
            _spool.RemoveSent(report);
            return new PublishReceipt
            {
                InstanceId = report.InstanceId,
                Region = report.Region,
                SnapshotId = report.SnapshotId,
                SummaryHash = report.Summary.ContentHash,
                ComplianceHash = result.ComplianceHash,
                ContentSent = result.ContentSent,
                CveIdsDropped = result.Sent.CveIdsDropped,
                Items = report.Compliance.Content!.Count,
                ItemsOmitted = result.Sent.Omitted,
                SentAt = host.Clock.GetUtcNow(),
            };
        }
        catch (PatchServiceException e)
        {
            var code = e.ServiceErrorCode is null ? e.Failure.ToString() : $"{e.Failure}, {e.ServiceErrorCode}";
            var action = ServiceErrors.RowOf(e.Failure) is { } row ? $" {row.RecommendedAction}" : "";
            var kept = report.Path.Length > 0 ? $"It is kept as {report.Path}." : "It could not be kept either.";
            throw new PatchToolsException(
                PatchErrors.ReportUploadFailed,
                $"The report of {report.InstanceId} could not be sent to {report.Region} ({code}): "
                    + $"{e.Message}{action} {kept}",
                report.InstanceId,
                e
            );
        }
    }

    /// <summary>
    /// One line of counts, and worth no place in the spool: what it counts is kept on the host, and the association's
    /// next run tells it again.
    /// </summary>
    private async Task<PublishReceipt> SendAssociationAsync(
        ComplianceReport report,
        string instanceId,
        string region,
        CancellationToken cancellationToken
    )
    {
        var call = AssociationReport.Of(report, instanceId);
        try
        {
            var sent = await new InventoryUpload(service(instanceId, region), _markers, observer).SendAssociationAsync(
                call,
                cancellationToken
            );
            return new PublishReceipt
            {
                InstanceId = instanceId,
                Region = region,
                SnapshotId = report.Snapshot.SnapshotId,
                SummaryHash = call.ContentHash,
                ComplianceHash = call.ContentHash,
                ContentSent = sent,
                Items = 1,
                AssociationId = call.AssociationId,
                SentAt = host.Clock.GetUtcNow(),
            };
        }
        catch (PatchServiceException e)
        {
            var action = ServiceErrors.RowOf(e.Failure) is { } row ? $" {row.RecommendedAction}" : "";
            var kept = report.ReportPath is { } path ? $" It is kept in full as {path}." : "";
            throw new PatchToolsException(
                PatchErrors.AssociationReportFailed,
                $"The report of association {call.AssociationId} for {instanceId} could not be sent to "
                    + $"{region}: {e.Message}{action}{kept}",
                instanceId,
                e
            );
        }
    }

    private void Warned(Action write)
    {
        try
        {
            write();
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.StateUnwritable)
        {
            observer.Warning(e.Message);
        }
    }
}
