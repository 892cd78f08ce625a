using PatchTools.Ports;

namespace PatchTools.Reports.Sinks.Ssm;

/// <summary>What was sent in the end.</summary>
/// <param name="ComplianceHash">Hash of the content that the service has now.</param>
/// <param name="ContentSent">False when the hash alone was enough.</param>
/// <param name="Sent">The item that the service has now, and what had to go that it fits.</param>
internal sealed record UploadResult(string ComplianceHash, bool ContentSent, FittedItem Sent);

/// <summary>
/// One report's PutInventory with its two attempts (reference 07 §7, QUIRKs in their correct reading).
/// </summary>
internal sealed class InventoryUpload(IPatchService service, HashMarkers markers, IRunObserver observer)
{
    private const int Attempts = 2;

    /// <summary>
    /// Sends the summary in full and the compliance item, made to fit, in full or, when the service has the content
    /// already, as its hash. A mismatch forces the whole content; a size limit (of the item or of the total) drops the
    /// CVE ids, goes by the strictest documented size and recomputes the hash; any other answer of the service, or no
    /// credentials, is tried once more with the fallback client, except on hybrid instances. Success replaces the
    /// marker.
    /// </summary>
    /// <exception cref="PatchServiceException">The last failure.</exception>
    public async Task<UploadResult> SendAsync(
        string instanceId,
        InventoryItem summary,
        InventoryItem compliance,
        CancellationToken cancellationToken
    )
    {
        var force = false;
        var fitted = ReportFit.Fit(summary, compliance, UploadLimits.Documented);
        for (var attempt = 1; ; attempt++)
        {
            var item = fitted.Compliance;
            var full = force || !markers.Contains(item.ContentHash);
            InventoryItem[] items = [summary, full ? item : item with { Content = null }];
            observer.Verbose(
                full
                    ? $"PutInventory for {instanceId}: summary and {item.Content!.Count} items"
                    : $"PutInventory for {instanceId}: summary and the hash of items that the service has already"
            );
            try
            {
                await PutAsync(
                    instanceId,
                    "PutInventory",
                    client => service.PutInventoryAsync(instanceId, items, client, cancellationToken)
                );
                markers.Replace(item.ContentHash);
                Tell(fitted, compliance.Content!.Count);
                return new UploadResult(item.ContentHash, full, fitted);
            }
            catch (PatchServiceException e)
                when (attempt < Attempts
                    && e.Failure is PatchServiceFailure.InvalidItemContent or PatchServiceFailure.ItemContentMismatch
                )
            {
                observer.Verbose($"The service does not have that content ({e.Failure}); sending all of it.");
                force = true;
            }
            catch (PatchServiceException e)
                when (attempt < Attempts
                    && e.Failure
                        is PatchServiceFailure.ItemSizeLimitExceeded
                            or PatchServiceFailure.TotalSizeLimitExceeded
                )
            {
                observer.Verbose($"The report is too large for the service ({e.Failure}); sending it without CVE ids.");
                fitted = ReportFit.Fit(summary, compliance, UploadLimits.Strict, withCveIds: false);
                force = true;
            }
        }
    }

    /// <summary>
    /// What the service does not get, it will not show: that is worth a warning. Lost CVE ids are what the reference
    /// loses too.
    /// </summary>
    private void Tell(FittedItem fitted, int entries)
    {
        if (fitted.CveIdsDropped)
            observer.Verbose("The report was sent without CVE ids, because it is too large with them.");
        if (fitted.ValuesCut > 0)
            observer.Warning(
                $"{fitted.ValuesCut} values of the report are longer than the service takes (4096 characters) "
                    + $"and were cut; the report on this host has them whole."
            );
        if (fitted.Omitted > 0)
        {
            var complying = fitted.Omitted - fitted.OmittedNonCompliant;
            var what =
                fitted.OmittedNonCompliant == 0
                    ? $"{complying} of them, all compliant,"
                    : $"{complying} compliant and {fitted.OmittedNonCompliant} non-compliant of them";
            observer.Warning(
                $"The service takes no report as large as this one of {entries} packages: {what} were left "
                    + $"out, the least severe first. The counts that it shows are those of all packages, and the "
                    + $"report on this host is whole."
            );
        }
    }

    /// <summary>
    /// Sends the report of an association, in full or, when the service has it already, as its hash; otherwise as
    /// <see cref="SendAsync"/>, without its answer to a size limit.
    /// </summary>
    /// <returns>Whether the entry was sent.</returns>
    /// <exception cref="PatchServiceException">The last failure.</exception>
    public async Task<bool> SendAssociationAsync(AssociationReportCall report, CancellationToken cancellationToken)
    {
        var force = false;
        for (var attempt = 1; ; attempt++)
        {
            var full = force || !markers.Contains(report.ContentHash);
            observer.Verbose(
                $"PutComplianceItems for {report.InstanceId}, association "
                    + $"{report.AssociationId}{(full ? "" : ": the hash of what the service has already")}"
            );
            try
            {
                await PutAsync(
                    report.InstanceId,
                    "PutComplianceItems",
                    client =>
                        service.PutComplianceItemsAsync(
                            full ? report : report with { Item = null },
                            client,
                            cancellationToken
                        )
                );
                markers.Replace(report.ContentHash);
                return full;
            }
            catch (PatchServiceException e)
                when (attempt < Attempts
                    && e.Failure is PatchServiceFailure.InvalidItemContent or PatchServiceFailure.ItemContentMismatch
                )
            {
                observer.Verbose($"The service does not have that report ({e.Failure}); sending all of it.");
                force = true;
            }
        }
    }

    private async Task PutAsync(string instanceId, string operation, Func<ServiceClient, Task> put)
    {
        try
        {
            await put(ServiceClient.Default);
        }
        catch (PatchServiceException e) when (HasFallback(e) && !InstanceIdentity.IsHybrid(instanceId))
        {
            observer.Verbose($"{operation} failed ({e.Failure}); once more with new credentials.");
            try
            {
                await put(ServiceClient.Fallback);
            }
            catch (PatchServiceException fallback) when (RetriesOtherwise(fallback))
            {
                // The fallback's answer ends the upload, whatever it is.
                throw new PatchServiceException(
                    PatchServiceFailure.Service,
                    fallback.Operation,
                    fallback.ServiceErrorCode,
                    fallback.StatusCode,
                    fallback.Message,
                    fallback
                );
            }
        }
    }

    private static bool HasFallback(PatchServiceException e) =>
        (e.IsServiceError && !RetriesOtherwise(e)) || e.Failure == PatchServiceFailure.NoCredentials;

    private static bool RetriesOtherwise(PatchServiceException e) =>
        e.Failure
            is PatchServiceFailure.InvalidItemContent
                or PatchServiceFailure.ItemContentMismatch
                or PatchServiceFailure.ItemSizeLimitExceeded
                or PatchServiceFailure.TotalSizeLimitExceeded;
}
