namespace PatchTools.Ports;

/// <summary>
/// Which credentials a call is made with (reference 02 §3): the fallback is only used off hybrid instances.
/// </summary>
public enum ServiceClient
{
    /// <summary>
    /// Credentials resolved once by the SDK's chain and passed explicitly; hybrid instances: the chain itself.
    /// </summary>
    Default,

    /// <summary>The SDK's chain again, at every call.</summary>
    Fallback,
}

/// <summary>
/// SSM as the engine needs it. Every failure is a <see cref="PatchServiceException"/>; retries of throttling and 5xx
/// are inside.
/// </summary>
public interface IPatchService
{
    Task<SnapshotGrant> GetDeployablePatchSnapshotAsync(
        SnapshotCall call,
        ServiceClient client,
        CancellationToken cancellationToken
    );

    /// <summary>Sends inventory items in one call.</summary>
    Task PutInventoryAsync(
        string instanceId,
        IReadOnlyList<InventoryItem> items,
        ServiceClient client,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Sends the report of an association; other associations' reports and the inventory stay as they are.
    /// </summary>
    Task PutComplianceItemsAsync(AssociationReportCall call, ServiceClient client, CancellationToken cancellationToken);
}

/// <summary>
/// Request of <c>PutComplianceItems</c> (reference 07 §8): type <c>Association</c>, upload <c>PARTIAL</c>.
/// </summary>
public sealed record AssociationReportCall
{
    public required string InstanceId { get; init; }

    public required string AssociationId { get; init; }

    public required DateTimeOffset ExecutionTime { get; init; }

    public required string ContentHash { get; init; }

    /// <summary>Null: the service has it already, and the hash is enough.</summary>
    public AssociationItem? Item { get; init; }
}

/// <summary>The one entry of an association's report.</summary>
public sealed record AssociationItem
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    public required string Severity { get; init; }

    public required string Status { get; init; }

    /// <summary>In the order that the hash covers.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Details { get; init; }
}

/// <summary>
/// Request of <c>GetDeployablePatchSnapshotForInstance</c>. The override travels as parsed by the engine; absent
/// members stay absent (reference 05 §3.2 QUIRK).
/// </summary>
public sealed record SnapshotCall(string InstanceId, string SnapshotId, PatchBaseline? BaselineOverride);

/// <summary>
/// Answer of <c>GetDeployablePatchSnapshotForInstance</c>. The URL is a secret: it never reaches a log or a message.
/// </summary>
public sealed record SnapshotGrant(string Product, Uri SnapshotDownloadUrl);

/// <summary>One inventory item (reference 07). <see cref="Content"/> null sends the hash only.</summary>
public sealed record InventoryItem
{
    public required string TypeName { get; init; }

    public required string SchemaVersion { get; init; }

    public required string ContentHash { get; init; }

    public required string CaptureTime { get; init; }

    /// <summary>
    /// Entries with their members in the order that the hash covers; null: content is left out of the call.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<KeyValuePair<string, string>>>? Content { get; init; }

    public IReadOnlyDictionary<string, string>? Context { get; init; }
}

/// <summary>What kind of answer the service gave.</summary>
public enum PatchServiceFailure
{
    /// <summary>The service answered with an error that has no kind of its own here.</summary>
    Service,
    UnsupportedOperatingSystem,
    AccessDenied,
    InvalidItemContent,
    ItemContentMismatch,
    ItemSizeLimitExceeded,
    TotalSizeLimitExceeded,

    /// <summary>Throttled until the retries were used up.</summary>
    Throttled,

    /// <summary>No credentials resolve.</summary>
    NoCredentials,

    /// <summary>Credentials are expired, or not known where they were sent.</summary>
    ExpiredCredentials,

    /// <summary>
    /// The signature's time is not the service's, also after the correction by the service's own clock.
    /// </summary>
    ClockSkewed,

    /// <summary>No answer: name, route, TLS, reset, deadline.</summary>
    Unreachable,

    /// <summary>An answer that is none: garbage, truncated.</summary>
    MalformedAnswer,

    /// <summary>The request was refused before it was sent (client-side validation).</summary>
    InvalidRequest,
}

/// <summary>A call to the service failed. Made by the adapter from whatever the SDK threw.</summary>
public sealed class PatchServiceException : Exception
{
    public PatchServiceException(
        PatchServiceFailure failure,
        string operation,
        string? serviceErrorCode,
        int? statusCode,
        string message,
        Exception? innerException = null
    )
        : base(message, innerException)
    {
        Failure = failure;
        Operation = operation;
        ServiceErrorCode = serviceErrorCode;
        StatusCode = statusCode;
    }

    public PatchServiceFailure Failure { get; }

    public string Operation { get; }

    /// <summary>The service's own error code, e.g. <c>ThrottlingException</c>.</summary>
    public string? ServiceErrorCode { get; }

    public int? StatusCode { get; }

    /// <summary>True when the service itself answered (reference 02 §4 "service error").</summary>
    public bool IsServiceError =>
        Failure
            is not (
                PatchServiceFailure.NoCredentials
                or PatchServiceFailure.Unreachable
                or PatchServiceFailure.MalformedAnswer
                or PatchServiceFailure.InvalidRequest
            );
}

/// <summary>Fetches small documents by <c>https://</c> (plain or presigned) and <c>s3://</c>.</summary>
public interface IObjectStore
{
    /// <summary>The whole object, or an <see cref="ObjectStoreException"/>; never part of one.</summary>
    Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken);
}

/// <summary>Why an object could not be fetched.</summary>
public enum ObjectStoreFailure
{
    NotFound,
    AccessDenied,
    TooLarge,

    /// <summary>HTTP status ≥ 400 that is none of the above.</summary>
    HttpError,

    /// <summary>Shorter than announced.</summary>
    Truncated,
    Unreachable,
    NoCredentials,

    /// <summary>The server's certificate is not trusted; the message says why.</summary>
    CertificateRefused,
}

/// <summary>An object could not be fetched. The message names the location without its query.</summary>
public sealed class ObjectStoreException : Exception
{
    public ObjectStoreException(
        ObjectStoreFailure failure,
        int? statusCode,
        string message,
        Exception? innerException = null
    )
        : base(message, innerException)
    {
        Failure = failure;
        StatusCode = statusCode;
    }

    public ObjectStoreFailure Failure { get; }

    public int? StatusCode { get; }
}

/// <summary>Instance id and region from the instance metadata service (IMDSv2, v1 as last resort).</summary>
public interface IInstanceIdentitySource
{
    /// <summary>
    /// Either may be null: not on EC2, or the service is off. Never throws for that; bounded in time (about two seconds
    /// off EC2).
    /// </summary>
    Task<InstanceIdentity> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Who this instance is.</summary>
public sealed record InstanceIdentity(string? InstanceId, string? Region)
{
    /// <summary>Hybrid (managed) instance: the id starts with <c>mi-</c> (reference 02 §1).</summary>
    public static bool IsHybrid(string instanceId) => instanceId.StartsWith("mi-", StringComparison.Ordinal);
}

/// <summary>Compression formats of package lists that the BCL does not read.</summary>
public enum CompressionFormat
{
    Lz4,
    Xz,
    Zstd,
    Bzip2,
}

/// <summary>Opens compressed streams.</summary>
public interface IDecompressor
{
    /// <summary>
    /// A stream of the plain bytes; owns <paramref name="compressed"/>. Damaged input throws
    /// <see cref="InvalidDataException"/> while reading.
    /// </summary>
    Stream Open(CompressionFormat format, Stream compressed);
}

/// <summary>How AWS is spoken to.</summary>
public sealed record AwsSettings
{
    public required string Region { get; init; }

    public string? ProfileName { get; init; }

    /// <summary>
    /// Endpoint for every service; null: the SDK's own rules (which honour <c>AWS_ENDPOINT_URL_SSM</c> and
    /// <c>AWS_ENDPOINT_URL_S3</c>).
    /// </summary>
    public Uri? EndpointUrl { get; init; }

    /// <summary>Whether the instance is hybrid, see <see cref="InstanceIdentity.IsHybrid"/>.</summary>
    public bool IsHybrid { get; init; }
}

/// <summary>
/// Makes the adapters. Implemented once, in PatchTools.Adapters, and loaded by the module into a private context.
/// </summary>
public interface IAdapterFactory
{
    IPatchService CreatePatchService(AwsSettings settings);

    IFleetOperations CreateFleetOperations(AwsSettings settings);

    IFleetCompliance CreateFleetCompliance(AwsSettings settings);

    /// <param name="settings">Region and credentials for <c>s3://</c>; null serves <c>https://</c> only.</param>
    IObjectStore CreateObjectStore(AwsSettings? settings);

    /// <param name="endpoint">Null: <c>AWS_EC2_METADATA_SERVICE_ENDPOINT</c>, else the link-local address.</param>
    IInstanceIdentitySource CreateIdentitySource(Uri? endpoint);

    IDecompressor CreateDecompressor();

    ITomlReader CreateTomlReader();

    IOverrideListReader CreateOverrideListReader();
}
