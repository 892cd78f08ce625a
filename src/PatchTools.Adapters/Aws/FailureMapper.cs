using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>The single place where an SDK exception becomes a <see cref="PatchServiceException"/>.</summary>
internal static class FailureMapper
{
    public static PatchServiceException Of(string operation, Exception exception)
    {
        if (exception is AmazonUnmarshallingException or JsonException || exception.InnerException is AmazonUnmarshallingException or JsonException)
            return new PatchServiceException(PatchServiceFailure.MalformedAnswer, operation, null, null, $"The answer to {operation} is not what the service sends: truncated, or from something else than SSM.", exception);
        if (exception is AmazonServiceException service && service.StatusCode != 0 && !IsTransport(service.InnerException))
        {
            var failure = Kind(service.ErrorCode, service.StatusCode);
            return new PatchServiceException(failure, operation, service.ErrorCode, (int)service.StatusCode, $"{operation} was answered with {service.ErrorCode} ({(int)service.StatusCode}): {service.Message}", exception);
        }

        return exception switch
        {
            AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException when IsCredentials(exception) =>
                new PatchServiceException(PatchServiceFailure.NoCredentials, operation, null, null, "No credentials resolve: neither environment, profile, container nor instance role has any.", exception),
            ArgumentException or InvalidOperationException => new PatchServiceException(PatchServiceFailure.InvalidRequest, operation, null, null, $"{operation} was refused before it was sent: {exception.Message}", exception),
            _ => new PatchServiceException(PatchServiceFailure.Unreachable, operation, null, null, $"No answer to {operation}: {Innermost(exception).Message}", exception),
        };
    }

    private static PatchServiceFailure Kind(string? code, HttpStatusCode status) => code switch
    {
        "UnsupportedOperatingSystem" or "UnsupportedOperatingSystemException" => PatchServiceFailure.UnsupportedOperatingSystem,
        "AccessDeniedException" or "AccessDenied" or "UnauthorizedOperation" => PatchServiceFailure.AccessDenied,
        "InvalidItemContentException" => PatchServiceFailure.InvalidItemContent,
        "ItemContentMismatchException" => PatchServiceFailure.ItemContentMismatch,
        "ItemSizeLimitExceededException" => PatchServiceFailure.ItemSizeLimitExceeded,
        "TotalSizeLimitExceededException" => PatchServiceFailure.TotalSizeLimitExceeded,
        "ThrottlingException" or "Throttling" or "TooManyUpdates" or "RequestLimitExceeded" or "TooManyRequestsException" => PatchServiceFailure.Throttled,
        "ExpiredTokenException" or "ExpiredToken" or "RequestExpired" or "InvalidSignatureException" or "UnrecognizedClientException" or "InvalidClientTokenId" => PatchServiceFailure.ExpiredCredentials,
        _ when status == HttpStatusCode.TooManyRequests => PatchServiceFailure.Throttled,
        _ => PatchServiceFailure.Service,
    };

    private static bool IsTransport(Exception? inner) => inner is HttpRequestException or IOException && Innermost(inner) is not AmazonUnmarshallingException && inner is not Amazon.Runtime.Internal.HttpErrorResponseException;

    private static bool IsCredentials(Exception exception) => exception.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase);

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
