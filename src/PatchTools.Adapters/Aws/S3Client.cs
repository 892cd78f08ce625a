using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.S3;
using Amazon.S3.Internal;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// The SDK's client with waits of ours; it judges what is worth another try, follows a bucket to its region and
/// corrects a skewed clock.
/// </summary>
internal sealed class S3Client(AWSCredentials credentials, S3ClientConfig config) : AmazonS3Client(credentials, config)
{
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);

        // Called by the base constructor, so the configuration is all there is to ask.
        var config = (S3ClientConfig)Config;
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new PatientRetries(config, config.Patience)));
    }

    private sealed class PatientRetries(S3ClientConfig config, CallPatience patience)
        : AmazonS3StandardRetryPolicy(config)
    {
        public override async Task<bool> RetryForExceptionAsync(
            IExecutionContext executionContext,
            Exception exception
        ) =>
            (
                executionContext.RequestContext.Retries < CallPatience.ConnectRetries
                || !ServiceFailures.IsNoConnection(exception)
            ) && await base.RetryForExceptionAsync(executionContext, exception);

        public override Task WaitBeforeRetryAsync(IExecutionContext executionContext)
        {
            var request = executionContext.RequestContext;
            return Task.Delay(patience.WaitBefore(request.Retries), request.CancellationToken);
        }
    }
}

/// <summary>Configuration of one <see cref="S3Client"/>.</summary>
internal sealed class S3ClientConfig : AmazonS3Config
{
    public S3ClientConfig(CallPatience patience)
    {
        Patience = patience;
        RetryMode = RequestRetryMode.Standard;
        MaxErrorRetry = patience.DownloadRetries;
        MaxStaleConnectionRetries = 0;
    }

    public CallPatience Patience { get; }
}
