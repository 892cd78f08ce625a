using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Amazon.Runtime;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>
/// The one place where what the SDK throws becomes a <see cref="PatchServiceException"/>. No exception of the SDK
/// travels on as cause: its type lives in another load context.
/// </summary>
internal static class ServiceFailures
{
    /// <param name="operation">The call.</param>
    /// <param name="endpoint">Host and port that was asked; null when it is unknown, because nothing got so
    /// far.</param>
    /// <param name="exception">What the SDK threw.</param>
    public static PatchServiceException Map(string operation, string? endpoint, Exception exception)
    {
        if (exception is not AmazonServiceException service || service.StatusCode == 0)
            return WithoutAnswer(operation, endpoint, exception);

        var status = (int)service.StatusCode;
        var code = string.IsNullOrEmpty(service.ErrorCode) ? null : service.ErrorCode;
        if (service is AmazonUnmarshallingException || (code is null && status is not (429 or >= 500)))
            return Malformed(operation, status, exception);
        if (code is null)
            return new PatchServiceException(
                status == 429 ? PatchServiceFailure.Throttled : PatchServiceFailure.Service,
                operation,
                null,
                status,
                $"{operation} was answered with HTTP {status}."
            );

        // A refused signature is answered with the request as the service saw it, session token included.
        var failure = KindOf(code, service.Message);
        var reason =
            failure is PatchServiceFailure.ExpiredCredentials or PatchServiceFailure.ClockSkewed
            || string.IsNullOrEmpty(service.Message)
                ? "."
                : $": {service.Message}";
        return new PatchServiceException(
            failure,
            operation,
            code,
            status,
            $"{operation} was refused with {code} (HTTP {status}){reason}"
        );
    }

    public static PatchServiceException Late(string operation, string? endpoint, TimeSpan deadline) =>
        new(
            PatchServiceFailure.Unreachable,
            operation,
            null,
            null,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{operation} was not answered{By(endpoint)} within {deadline.TotalSeconds:0.#} seconds."
            )
        );

    /// <summary>The first cause that is the platform's own, such as a socket's error.</summary>
    public static Exception? Cause(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return cause;
        }

        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException or IOException or SocketException or OperationCanceledException)
                return cause;
        }

        return null;
    }

    /// <summary>Why the server's certificate was refused; null when that is not what happened.</summary>
    public static string? CertificateRefusal(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return cause.Message.TrimEnd('.');
        }

        return null;
    }

    /// <summary>
    /// No connection came about, and asking again soon will not change that: nobody listens, no way leads there, the
    /// name is unknown, the proxy does not let it through, or the certificate is refused.
    /// </summary>
    public static bool IsNoConnection(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
                return true;
            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError })
                return true;
            if (
                cause is SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused
                        or SocketError.HostUnreachable
                        or SocketError.NetworkUnreachable
                        or SocketError.HostDown
                        or SocketError.NetworkDown
                        or SocketError.HostNotFound
                        or SocketError.NoData
                        or SocketError.AddressNotAvailable
                }
            )
                return true;
        }

        return false;
    }

    private static PatchServiceException WithoutAnswer(string operation, string? endpoint, Exception exception)
    {
        if (CertificateRefusal(exception) is { } refusal)
            return new PatchServiceException(
                PatchServiceFailure.Unreachable,
                operation,
                null,
                null,
                $"{operation} was not sent: the certificate of {endpoint ?? "the endpoint"} is refused: {refusal}.",
                Cause(exception)
            );
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AmazonUnmarshallingException or JsonException:
                    return Malformed(operation, null, exception);
                case HttpRequestException
                or IOException
                or SocketException
                or OperationCanceledException
                or TimeoutException:
                    return new PatchServiceException(
                        PatchServiceFailure.Unreachable,
                        operation,
                        null,
                        null,
                        $"{operation} was not answered{By(endpoint)}: {Innermost(cause).Message}",
                        Cause(exception)
                    );
            }
        }

        // Nothing was sent: the SDK refuses a request, an endpoint or a region that it cannot use.
        return new PatchServiceException(
            PatchServiceFailure.InvalidRequest,
            operation,
            null,
            null,
            $"{operation} was refused before it was sent: {exception.Message}"
        );
    }

    private static PatchServiceException Malformed(string operation, int? status, Exception exception) =>
        new(
            PatchServiceFailure.MalformedAnswer,
            operation,
            null,
            status,
            $"The answer to {operation} is not the "
                + $"service's{(status is null or 200 ? "" : $" (HTTP {status})")}: it is damaged, cut short, or "
                + $"comes from something in between.",
            Cause(exception)
        );

    private static string By(string? endpoint) => endpoint is null ? "" : $" by {endpoint}";

    private static PatchServiceFailure KindOf(string code, string? message) =>
        code switch
        {
            "RequestTimeTooSkewed" or "RequestExpired" => PatchServiceFailure.ClockSkewed,
            // The service's words for a signature of another time: "Signature expired: 20260101T000000Z is now earlier
            // than …", "Signature not yet current: …".
            "InvalidSignatureException"
            or "SignatureDoesNotMatch"
                when message is not null
                    && (
                        message.StartsWith("Signature expired", StringComparison.Ordinal)
                        || message.StartsWith("Signature not yet current", StringComparison.Ordinal)
                    ) => PatchServiceFailure.ClockSkewed,
            "UnsupportedOperatingSystem" => PatchServiceFailure.UnsupportedOperatingSystem,
            "AccessDeniedException"
            or "AccessDenied"
            or "UnauthorizedOperation"
            or "NotAuthorized"
            or "OptInRequired" => PatchServiceFailure.AccessDenied,
            "InvalidItemContentException" => PatchServiceFailure.InvalidItemContent,
            "ItemContentMismatchException" => PatchServiceFailure.ItemContentMismatch,
            "ItemSizeLimitExceededException" => PatchServiceFailure.ItemSizeLimitExceeded,
            "TotalSizeLimitExceededException" => PatchServiceFailure.TotalSizeLimitExceeded,
            "ThrottlingException"
            or "Throttling"
            or "ThrottledException"
            or "RequestThrottled"
            or "RequestThrottledException"
            or "RequestLimitExceeded"
            or "TooManyRequestsException"
            or "TooManyUpdates"
            or "SlowDown" => PatchServiceFailure.Throttled,
            "ExpiredTokenException"
            or "ExpiredToken"
            or "TokenRefreshRequired"
            or "InvalidSignatureException"
            or "SignatureDoesNotMatch"
            or "AuthFailure"
            or "UnrecognizedClientException"
            or "InvalidClientTokenId"
            or "MissingAuthenticationToken"
            or "MissingAuthenticationTokenException"
            or "IncompleteSignature" => PatchServiceFailure.ExpiredCredentials,
            _ => PatchServiceFailure.Service,
        };

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
            exception = inner;
        return exception;
    }
}
