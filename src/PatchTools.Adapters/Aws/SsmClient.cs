using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SimpleSystemsManagement;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// The SDK's client with the reference's retries: it judges what is worth one and corrects a skewed clock; count, waits
/// and no shared quota are ours.
/// </summary>
internal sealed class SsmClient(AWSCredentials credentials, SsmClientConfig config)
    : AmazonSimpleSystemsManagementClient(credentials, config)
{
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        base.CustomizeRuntimePipeline(pipeline);

        // Called by the base constructor, so the configuration is all there is to ask.
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(new PatientRetries(((SsmClientConfig)Config).Patience)));
        pipeline.AddHandlerAfter<Unmarshaller>(new AnswerCheck());
    }

    private sealed class PatientRetries(CallPatience patience) : StandardRetryPolicy(patience.Retries)
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

/// <summary>Configuration of one <see cref="SsmClient"/>.</summary>
internal sealed class SsmClientConfig : AmazonSimpleSystemsManagementConfig
{
    public SsmClientConfig(CallPatience patience)
    {
        Patience = patience;
        RetryMode = RequestRetryMode.Standard;
        MaxErrorRetry = patience.Retries;
        MaxStaleConnectionRetries = 0;
        Timeout = patience.AttemptTimeout;
        ConnectTimeout = patience.ConnectTimeout;
    }

    public CallPatience Patience { get; }
}
