using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3.Model;
using PatchTools.Ports;

namespace PatchTools.Adapters.Aws;

/// <summary>Objects in S3, signed, in the instance's region (reference 05 §1); one GET, no HEAD.</summary>
internal sealed class BucketObjects(AwsSettings? settings, CallPatience patience)
{
    public async Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
    {
        if (settings is null)
            throw new ObjectStoreException(
                ObjectStoreFailure.NoCredentials,
                null,
                $"{ObjectBody.Describe(location)}: neither region nor credentials are known."
            );
        try
        {
            using var s3 = Client(
                settings,
                await Credentials.ProviderAsync("GetObject", settings.ProfileName, cancellationToken)
            );
            return await ReadAsync(s3, location, maxBytes, cancellationToken);
        }
        catch (PatchServiceException e)
        {
            throw new ObjectStoreException(
                ObjectStoreFailure.NoCredentials,
                null,
                $"{ObjectBody.Describe(location)}: {e.Message}"
            );
        }
        catch (AmazonServiceException e) when (e.StatusCode != 0)
        {
            throw Refused(location, e);
        }
        catch (FormatException)
        {
            throw new ObjectStoreException(
                ObjectStoreFailure.HttpError,
                null,
                $"{ObjectBody.Describe(location)} was answered with an entity tag that is not S3's."
            );
        }
        catch (Exception e)
            when (e is AmazonClientException or AmazonServiceException or HttpRequestException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            throw ObjectBody.WithoutAnswer(location, e);
        }
    }

    private static async Task<byte[]> ReadAsync(
        S3Client s3,
        Uri location,
        long maxBytes,
        CancellationToken cancellationToken
    )
    {
        using var response = await s3.GetObjectAsync(
            new GetObjectRequest
            {
                BucketName = Bucket(location),
                Key = Uri.UnescapeDataString(location.AbsolutePath[1..]),
            },
            cancellationToken
        );
        try
        {
            // The SDK says 0 also where no length was announced.
            return await ObjectBody.ReadAsync(
                location,
                response.ResponseStream,
                response.ContentLength is > 0 and var announced ? announced : null,
                maxBytes,
                cancellationToken
            );
        }
        catch (AmazonClientException)
        {
            // The SDK's own comparison with the hash that the server gave.
            throw new ObjectStoreException(
                ObjectStoreFailure.Truncated,
                null,
                $"{ObjectBody.Describe(location)} arrived damaged: its checksum is another."
            );
        }
    }

    private static ObjectStoreException Refused(Uri location, AmazonServiceException e)
    {
        var failure = e.StatusCode switch
        {
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => ObjectStoreFailure.AccessDenied,
            HttpStatusCode.NotFound => ObjectStoreFailure.NotFound,
            _ => ObjectStoreFailure.HttpError,
        };
        return new ObjectStoreException(
            failure,
            (int)e.StatusCode,
            $"{ObjectBody.Describe(location)} was refused with {e.ErrorCode} (HTTP {(int)e.StatusCode}).",
            ServiceFailures.Cause(e)
        );
    }

    /// <summary>As written: <see cref="Uri.Host"/> is in lower case, old bucket names need not be.</summary>
    private static string Bucket(Uri location)
    {
        var rest = location.OriginalString["s3://".Length..];
        return rest[..rest.IndexOf('/', StringComparison.Ordinal)];
    }

    private S3Client Client(AwsSettings aws, AWSCredentials credentials)
    {
        var config = new S3ClientConfig(patience)
        {
            Timeout = patience.AttemptTimeout,
            ConnectTimeout = patience.ConnectTimeout,
        };
        if ((aws.EndpointUrl ?? Endpoints.FromEnvironment("S3")) is { } endpoint)
        {
            // Other servers than AWS rarely answer to bucket names in front of theirs, and know fewer checksums.
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = aws.Region;
            config.ForcePathStyle = true;
            config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
            config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(aws.Region);

            // As the reference does there (reference 01 §4.5); elsewhere AWS_USE_FIPS_ENDPOINT decides.
            if (aws.Region.StartsWith("us-gov-", StringComparison.Ordinal))
                config.UseFIPSEndpoint = true;
        }

        return new S3Client(credentials, config);
    }
}
