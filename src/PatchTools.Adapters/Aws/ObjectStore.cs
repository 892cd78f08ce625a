using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>Small documents by <c>https://</c> (anonymous or presigned) and <c>s3://</c> (signed), each within one deadline and a few tries.</summary>
internal sealed class ObjectStore(AwsSettings? settings, CallPatience patience) : IObjectStore, IDisposable
{
    private readonly Lazy<WebObjects> _web = new(() => new WebObjects(settings, patience));

    public async Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var deadline = patience.DeadlineFor(maxBytes);
        limit.CancelAfter(deadline);
        try
        {
            for (var retry = 1; ; retry++)
            {
                try
                {
                    return location.Scheme == "s3"
                        ? await new BucketObjects(settings, patience).GetAsync(location, maxBytes, limit.Token)
                        : await _web.Value.GetAsync(location, maxBytes, limit.Token);
                }
                catch (ObjectStoreException e) when (retry <= Retries(e) && MayPass(e, location))
                {
                    await Task.Delay(patience.WaitBefore(retry), limit.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectStoreException(
                ObjectStoreFailure.Unreachable,
                null,
                $"{ObjectBody.Describe(location)} did not arrive within {deadline.TotalSeconds:0.#} seconds."
            );
        }
    }

    private int Retries(ObjectStoreException e) =>
        e.InnerException is { } cause && ServiceFailures.IsNoConnection(cause)
            ? CallPatience.ConnectRetries
            : patience.DownloadRetries;

    /// <summary>
    /// A body that broke off, and for the web what the SDK retries by itself for S3: no answer, 429 and 5xx.
    /// </summary>
    private static bool MayPass(ObjectStoreException e, Uri location) =>
        e.Failure == ObjectStoreFailure.Truncated
        || (
            location.Scheme != "s3"
            && (
                e is { Failure: ObjectStoreFailure.Unreachable, InnerException: not null }
                || e.StatusCode is 429 or >= 500
            )
        );

    public void Dispose()
    {
        if (_web.IsValueCreated)
            _web.Value.Dispose();
    }
}
