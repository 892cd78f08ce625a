using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.EventStreams;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// Holds an answer with HTTP 200 against what the service sends: one JSON object that is not an error. The SDK takes an
/// empty list, or an error with a status of success from something in between, for an answer without members, and a
/// report would count as sent that never arrived.
/// </summary>
internal sealed class AnswerCheck : PipelineHandler
{
    private const int MaxBytes = 16 * 1024 * 1024;

    public override async Task<T> InvokeAsync<T>(IExecutionContext executionContext)
    {
        var result = await base.InvokeAsync<T>(executionContext);
        var response = executionContext.ResponseContext;
        if (response.HttpResponse is { StatusCode: HttpStatusCode.OK } answer)
        {
            var body = await ReadAsync(answer, executionContext.RequestContext.CancellationToken);
            if (!IsAnswer(body))
                throw new AmazonUnmarshallingException(
                    "",
                    "$",
                    new JsonException("The answer is not a JSON object, or it is an error with HTTP 200.")
                );
            response.HttpResponse = new BufferedAnswer(answer, body);
        }

        return result;
    }

    private static async Task<byte[]> ReadAsync(IWebResponseData answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.ResponseBody.OpenResponseAsync();
        using var body = new MemoryStream();
        var buffer = new byte[81920];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0; )
            {
                if (body.Length + read > MaxBytes)
                    throw new AmazonUnmarshallingException("", "$", new JsonException("The answer is too large."));
                await body.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The answer began and broke off: the SDK asks again, and says that it is malformed.
            throw new AmazonUnmarshallingException("", "$", e);
        }

        if (answer.ContentLength > 0 && body.Length != answer.ContentLength)
            throw new AmazonUnmarshallingException("", "$", new JsonException("The answer was cut short."));
        return body.ToArray();
    }

    private static bool IsAnswer(byte[] body)
    {
        try
        {
            var text = body.AsMemory(body.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0);
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && !json.RootElement.TryGetProperty("__type", out _);
        }
        catch (JsonException)
        {
            // What is not JSON at all the SDK finds itself, and asks again.
            return body.Length > 0;
        }
    }

    /// <summary>The same answer, its body in memory.</summary>
    private sealed class BufferedAnswer(IWebResponseData answer, byte[] body) : IWebResponseData, IHttpResponseBody
    {
        public long ContentLength => body.Length;

        public string ContentType => answer.ContentType;

        public HttpStatusCode StatusCode => answer.StatusCode;

        public bool IsSuccessStatusCode => answer.IsSuccessStatusCode;

        public IHttpResponseBody ResponseBody => this;

        public string[] GetHeaderNames() => answer.GetHeaderNames();

        public bool IsHeaderPresent(string headerName) => answer.IsHeaderPresent(headerName);

        public string GetHeaderValue(string headerName) => answer.GetHeaderValue(headerName);

        public IEventStreamHeader GetEventStreamHeader(string headerName) => answer.GetEventStreamHeader(headerName);

        public bool IsEventHeaderPresent(string headerName) => answer.IsEventHeaderPresent(headerName);

        public Stream OpenResponse() => new MemoryStream(body, writable: false);

        public Task<Stream> OpenResponseAsync() => Task.FromResult(OpenResponse());

        public void Dispose() => answer.ResponseBody.Dispose();
    }
}
