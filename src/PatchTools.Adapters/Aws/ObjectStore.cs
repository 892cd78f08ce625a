using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>Small documents by <c>https://</c> (anonymous or presigned) and <c>s3://</c> (signed), each within one deadline.</summary>
internal sealed class ObjectStore(AwsSettings? settings, CallPatience patience) : IObjectStore, IDisposable
{
    private readonly Lazy<WebObjects> _web = new(() => new WebObjects(settings, patience));

    public async Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience.Deadline);
        try
        {
            return location.Scheme == "s3"
                ? await new BucketObjects(settings, patience).GetAsync(location, maxBytes, limit.Token)
                : await _web.Value.GetAsync(location, maxBytes, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ObjectStoreException(ObjectStoreFailure.Unreachable, null, $"{ObjectBody.Describe(location)} did not arrive within {patience.Deadline.TotalSeconds:0.#} seconds.");
        }
    }

    public void Dispose()
    {
        if (_web.IsValueCreated)
            _web.Value.Dispose();
    }
}
