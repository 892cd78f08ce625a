using System.Globalization;
using PatchTools.Errors;
using PatchTools.Ports;

namespace PatchTools.Snapshots;

/// <summary>Asks the service for a snapshot and downloads what it grants (reference 02 §3–§5).</summary>
internal sealed class SnapshotCalls(IAdapterFactory adapters, IRunObserver observer)
{
    /// <summary>
    /// The default client, then once the fallback client, but never on a hybrid instance (reference 02 §3, §4). No
    /// credentials leads to the fallback too, where the reference trips over its own exception (QUIRK). An unsupported
    /// system is final whoever asks.
    /// </summary>
    public async Task<SnapshotGrant> AskAsync(
        IPatchService service,
        SnapshotCall call,
        bool isHybrid,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await service.GetDeployablePatchSnapshotAsync(call, ServiceClient.Default, cancellationToken);
        }
        catch (PatchServiceException e)
            when (isHybrid
                || e.Failure == PatchServiceFailure.UnsupportedOperatingSystem
                || !(e.IsServiceError || e.Failure == PatchServiceFailure.NoCredentials)
            )
        {
            throw Translate(e, isFallback: false);
        }
        catch (PatchServiceException e)
        {
            observer.Verbose(
                $"The service refused the snapshot ({Reason(e)}); asking once more with the fallback credentials."
            );
        }

        try
        {
            return await service.GetDeployablePatchSnapshotAsync(call, ServiceClient.Fallback, cancellationToken);
        }
        catch (PatchServiceException e)
        {
            throw Translate(e, isFallback: true);
        }
    }

    private static PatchToolsException Translate(PatchServiceException e, bool isFallback) =>
        e.Failure switch
        {
            PatchServiceFailure.UnsupportedOperatingSystem => new(
                PatchErrors.UnsupportedOperatingSystem,
                "The service does not support this operating system (UnsupportedOperatingSystem).",
                e.Operation,
                e
            ),
            PatchServiceFailure.AccessDenied when isFallback => new(
                PatchErrors.SnapshotAccessDenied,
                e.Message,
                e.Operation,
                e
            ),
            PatchServiceFailure.InvalidRequest => new(
                PatchErrors.SnapshotServiceUnreachable,
                "The request for the snapshot was refused before it was sent: it does not fit the service's model.",
                e.Operation,
                e
            ),
            PatchServiceFailure.Unreachable or PatchServiceFailure.MalformedAnswer => new(
                PatchErrors.SnapshotServiceUnreachable,
                e.Message,
                e.Operation,
                e
            ),
            _ => new(ServiceErrors.RowOf(e.Failure) ?? PatchErrors.SnapshotServiceFailed, e.Message, e.Operation, e),
        };

    private static string Reason(PatchServiceException e)
    {
        var reason = e.ServiceErrorCode ?? e.Failure.ToString();
        return e.StatusCode is { } status
            ? string.Create(CultureInfo.InvariantCulture, $"{reason}, HTTP {status}")
            : reason;
    }

    /// <summary>The URL is a secret: messages name its host only.</summary>
    public async Task<SnapshotDocument> DownloadAsync(Uri url, CancellationToken cancellationToken)
    {
        byte[] content;
        var shown = $"the snapshot on {url.Host}";
        try
        {
            content = await adapters.CreateObjectStore(null).GetAsync(url, SnapshotReader.MaxBytes, cancellationToken);
        }
        catch (ObjectStoreException e)
        {
            throw Failed(url, shown, e);
        }

        var document = SnapshotReader.Read(content, shown);
        return document.Form is SnapshotForm.Service or SnapshotForm.Saved
            ? document
            : throw new PatchToolsException(
                PatchErrors.SnapshotMalformed,
                $"{shown}: $: misses patchBaseline",
                url.Host
            );
    }

    private static PatchToolsException Failed(Uri url, string shown, ObjectStoreException e)
    {
        var status = e.StatusCode is { } code ? string.Create(CultureInfo.InvariantCulture, $" (HTTP {code})") : "";
        return e.Failure switch
        {
            ObjectStoreFailure.TooLarge => new PatchToolsException(
                PatchErrors.SnapshotMalformed,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The download of {shown} is larger than {SnapshotReader.MaxBytes} bytes."
                ),
                url.Host,
                e
            ),
            ObjectStoreFailure.Truncated => Because($"ended before its announced length{status}"),
            ObjectStoreFailure.NotFound => Because($"failed: it is not there{status}"),
            ObjectStoreFailure.AccessDenied => Because($"was denied{status}"),
            ObjectStoreFailure.HttpError => Because($"was answered with an error{status}"),
            ObjectStoreFailure.CertificateRefused => Because(
                $"failed: the certificate of {url.Authority} is refused: {e.InnerException?.Message.TrimEnd('.')}"
            ),
            _ => Because($"failed: {e.InnerException?.Message ?? "no answer"}{status}"),
        };

        PatchToolsException Because(string what) =>
            new(PatchErrors.SnapshotDownloadFailed, $"The download of {shown} {what}.", url.Host, e);
    }
}
