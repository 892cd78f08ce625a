using System.Globalization;
using PatchTools.Errors;
using PatchTools.Json;
using PatchTools.Ports;

namespace PatchTools.Snapshots;

/// <summary>Why a location could not be read.</summary>
public enum LocationFailure
{
    NotFound,
    AccessDenied,
    TooLarge,

    /// <summary>Anything else: network, HTTP status, I/O.</summary>
    Unreadable,
}

/// <summary>
/// A location could not be read. What that means is the caller's to say; the message names the location without its
/// query.
/// </summary>
public sealed class LocationException : Exception
{
    public LocationException(LocationFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    public LocationFailure Failure { get; }
}

/// <summary>
/// Reads a small document whole from a local path, <c>-</c> (standard input), <c>https://</c> or
/// <c>s3://bucket/key</c> (reference 05 §1, design §2). The
/// prefixes are case-sensitive; any other scheme is refused.
/// </summary>
/// <param name="standardInput">What <c>-</c> reads; null where there is none.</param>
/// <param name="objectStore">Makes the store for a location that needs one: true for <c>s3://</c>, which needs
/// credentials and a region.</param>
public sealed class LocationReader(Stream? standardInput, Func<bool, CancellationToken, Task<IObjectStore>> objectStore)
{
    private bool _inputTaken;

    /// <summary>Whether a location has a scheme, as no path of a host's files has.</summary>
    public static bool IsOfNetwork(string location) => location.Contains("://", StringComparison.Ordinal);

    /// <summary>Why a location of the network cannot be given where only a file of this host can.</summary>
    public static PatchToolsException OfNetwork(string location) =>
        new(
            PatchErrors.InvalidLocation,
            $"\"{Describe(location)}\" is a location of the network, and only a file of this host can be given here.",
            Describe(location)
        )
        {
            RecommendedAction =
                "Copy it to this host (for example with aws s3 cp or curl), and give the path of the file.",
        };

    /// <summary>
    /// The location as it may be shown and stored: a URL of any scheme loses user, query and fragment, which may hold a
    /// signature. A key of <c>s3://</c> is not a URL and stays.
    /// </summary>
    public static string Describe(string location)
    {
        if (location == "-")
            return "standard input";
        var end = location.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0 || location.StartsWith("s3://", StringComparison.Ordinal))
            return location;

        // Cut before it is parsed: ftp has no query for .NET, and a question mark there is part of the path.
        var plain = location.IndexOfAny(['?', '#']) is var query and >= 0 ? location[..query] : location;
        return Uri.TryCreate(plain, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
            : $"{location[..end]}://…";
    }

    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>.</exception>
    /// <exception cref="LocationException">It is a location, but it cannot be read.</exception>
    public async Task<byte[]> ReadAsync(string location, int maxBytes, CancellationToken cancellationToken)
    {
        if (location == "-")
            return await ReadInputAsync(maxBytes, cancellationToken);
        if (location.StartsWith("https://", StringComparison.Ordinal))
            return await FetchAsync(HttpsUri(location), needsCredentials: false, maxBytes, location, cancellationToken);
        if (location.StartsWith("s3://", StringComparison.Ordinal))
            return await FetchAsync(S3Uri(location), needsCredentials: true, maxBytes, location, cancellationToken);
        return await ReadFileAsync(location, maxBytes, cancellationToken);
    }

    /// <summary>Reads a local path or <c>-</c> only.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>.</exception>
    /// <exception cref="LocationException">It cannot be read.</exception>
    public Task<byte[]> ReadLocalAsync(string path, int maxBytes, CancellationToken cancellationToken) =>
        path == "-" ? ReadInputAsync(maxBytes, cancellationToken) : ReadFileAsync(path, maxBytes, cancellationToken);

    private async Task<byte[]> ReadInputAsync(int maxBytes, CancellationToken cancellationToken)
    {
        if (standardInput is null)
            throw new PatchToolsException(PatchErrors.InvalidLocation, "There is no standard input to read here.", "-")
            {
                RecommendedAction = "Give a path, or pipe the document into a program that reads standard input.",
            };
        if (_inputTaken)
            throw new PatchToolsException(
                PatchErrors.InvalidLocation,
                "Standard input can be read only once, but two locations are -.",
                "-"
            )
            {
                RecommendedAction = "Give one of the two as a path.",
            };
        _inputTaken = true;
        try
        {
            // A read of a terminal or pipe takes no notice of the token; who stops the run must not wait for a line
            // that never comes.
            return await ReadToEndAsync(standardInput, maxBytes, "standard input", cancellationToken)
                .WaitAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new LocationException(LocationFailure.Unreadable, $"Standard input cannot be read: {e.Message}", e);
        }
    }

    private static async Task<byte[]> ReadFileAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        if (
            path.Length == 0
            || path.Contains('\0', StringComparison.Ordinal)
            || path.Contains("://", StringComparison.Ordinal)
        )
        {
            var shown = path.Length == 0 ? "An empty text" : "A path with a NUL character";
            if (path.Split("://") is [var scheme, _, ..])
                shown = $"A location of the scheme {JsonPlace.Quote(scheme)}";
            throw new PatchToolsException(PatchErrors.InvalidLocation, $"{shown} cannot be read here.");
        }

        try
        {
            // A FIFO without a writer takes no notice of the token, neither when it is opened nor when it is read.
            return await Task.Run(ReadAsync, CancellationToken.None).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new LocationException(LocationFailure.NotFound, $"{path} does not exist.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Directory.Exists(path)
                ? new LocationException(LocationFailure.Unreadable, $"{path} is a directory.", e)
                : new LocationException(LocationFailure.AccessDenied, $"{path} may not be read by this user.", e);
        }
        catch (IOException e)
        {
            throw new LocationException(LocationFailure.Unreadable, $"{path} cannot be read: {e.Message}", e);
        }

        async Task<byte[]> ReadAsync()
        {
            await using var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite,
                bufferSize: 0,
                useAsync: false
            );
            return await ReadToEndAsync(file, maxBytes, path, cancellationToken);
        }
    }

    private async Task<byte[]> FetchAsync(
        Uri uri,
        bool needsCredentials,
        int maxBytes,
        string location,
        CancellationToken cancellationToken
    )
    {
        var store = await objectStore(needsCredentials, cancellationToken);
        var shown = Describe(location);
        try
        {
            return await store.GetAsync(uri, maxBytes, cancellationToken);
        }
        catch (ObjectStoreException e)
        {
            throw e.Failure switch
            {
                ObjectStoreFailure.NotFound => new LocationException(
                    LocationFailure.NotFound,
                    $"{shown} does not exist{Status(e)}.",
                    e
                ),
                ObjectStoreFailure.AccessDenied => new LocationException(
                    LocationFailure.AccessDenied,
                    $"Access to {shown} is denied{Status(e)}.",
                    e
                ),
                ObjectStoreFailure.NoCredentials => new LocationException(
                    LocationFailure.AccessDenied,
                    $"No credentials were found for {shown}.",
                    e
                ),
                ObjectStoreFailure.TooLarge => TooLarge(shown, maxBytes),
                ObjectStoreFailure.Truncated => new LocationException(
                    LocationFailure.Unreadable,
                    $"{shown} ended before its announced length.",
                    e
                ),
                ObjectStoreFailure.HttpError => new LocationException(
                    LocationFailure.Unreadable,
                    $"{shown} was answered with an error{Status(e)}.",
                    e
                ),
                ObjectStoreFailure.CertificateRefused => new LocationException(
                    LocationFailure.Unreadable,
                    e.Message,
                    e
                ),
                _ => new LocationException(LocationFailure.Unreadable, $"{shown} cannot be reached.", e),
            };
        }
    }

    private static async Task<byte[]> ReadToEndAsync(
        Stream stream,
        int maxBytes,
        string shown,
        CancellationToken cancellationToken
    )
    {
        using var content = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0; )
        {
            if (content.Length + read > maxBytes)
                throw TooLarge(shown, maxBytes);
            await content.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return content.ToArray();
    }

    private static Uri HttpsUri(string location) =>
        Uri.TryCreate(location, UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? uri
            : throw new PatchToolsException(PatchErrors.InvalidLocation, "The https:// location is not a valid URL.");

    /// <summary>
    /// <c>s3://bucket/key</c> as a URI whose path holds the key percent-escaped, so that a key with <c>?</c>, <c>#</c>,
    /// <c>%</c> or dots survives: the key is <c>Uri.UnescapeDataString(uri.AbsolutePath[1..])</c>, the bucket
    /// <c>uri.Host</c>.
    /// </summary>
    internal static Uri S3Uri(string location)
    {
        var rest = location["s3://".Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (
            slash > 0
            && slash < rest.Length - 1
            && rest[^1] != '/'
            && rest.AsSpan(0, slash).IndexOfAnyExcept(BucketCharacters) < 0
        )
        {
            var parts = rest[(slash + 1)..].Split('/');

            // A key is not a path: Uri must not resolve dots in it. Only then, because a URI made so equals no other.
            var options = new UriCreationOptions
            {
                DangerousDisablePathAndQueryCanonicalization = parts.Any(part => part is "." or ".."),
            };
            if (
                Uri.TryCreate(
                    $"s3://{rest[..slash]}/{string.Join('/', parts.Select(Uri.EscapeDataString))}",
                    options,
                    out var uri
                )
            )
                return uri;
        }

        throw new PatchToolsException(
            PatchErrors.InvalidLocation,
            $"{JsonPlace.Quote(location)} does not have the form s3://bucket/key.",
            location
        );
    }

    private static readonly System.Buffers.SearchValues<char> BucketCharacters = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
    );

    private static LocationException TooLarge(string shown, int maxBytes) =>
        new(
            LocationFailure.TooLarge,
            string.Create(CultureInfo.InvariantCulture, $"{shown} is larger than {maxBytes} bytes.")
        );

    private static string Status(ObjectStoreException e) =>
        e.StatusCode is { } status ? string.Create(CultureInfo.InvariantCulture, $" (HTTP {status})") : "";
}
