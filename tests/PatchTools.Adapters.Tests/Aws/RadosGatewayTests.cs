using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using PatchTools.Adapters.Aws;
using PatchTools.Errors;
using PatchTools.Operations;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>The object store against an S3 server of other make.</summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class RadosGatewayTests(RadosGatewayTests.Server server) : IClassFixture<RadosGatewayTests.Server>
{
    private const long MaxBytes = 1 << 20;
    private static readonly byte[] Content = [.. Enumerable.Range(0, 50_000).Select(i => (byte)i)];

    private static readonly byte[] Override = Encoding.UTF8.GetBytes(
        """
        [{"OperatingSystem":"DEBIAN","GlobalFilters":{"PatchFilters":[{"Key":"PRODUCT","Values":["*"]}]},
        "ApprovalRules":{"PatchRules":[{"PatchFilterGroup":{"PatchFilters":[{"Key":"PRIORITY","Values":["*"]}]},"ComplianceLevel":"CRITICAL","ApproveAfterDays":0,"EnableNonSecurity":true}]},
        "ApprovedPatches":[],"ApprovedPatchesComplianceLevel":"UNSPECIFIED","ApprovedPatchesEnableNonSecurity":false,"RejectedPatches":[],"RejectedPatchesAction":"BLOCK","Sources":[]}]
        """
    );

    [Theory]
    [InlineData("a.json")]
    [InlineData("folder/odd name+?#%é.json")]
    [InlineData("dots/../a")]
    public async Task An_object_is_fetched_whole(string key)
    {
        using var environment = await server.EnvironmentAsync();
        await server.PutAsync(key, Content);

        Assert.Equal(Content, await Fetch(PatchTools.Snapshots.LocationReader.S3Uri($"s3://{Server.Bucket}/{key}")));
    }

    [Fact]
    public async Task An_empty_object_and_one_in_parts_are_fetched()
    {
        using var environment = await server.EnvironmentAsync();
        await server.PutAsync("empty", []);
        await server.PutInPartsAsync("parts", Content);

        Assert.Empty(await Fetch(Object("empty")));
        Assert.Equal(Content, await Fetch(Object("parts")));
    }

    [Fact]
    public async Task A_presigned_url_needs_no_credentials()
    {
        using var environment = await server.EnvironmentAsync();
        await server.PutAsync("presigned.json", Content);
        var url = server.Presigned("presigned.json", TimeSpan.FromHours(1));
        environment.Set("AWS_ACCESS_KEY_ID", null);
        environment.Set("AWS_SECRET_ACCESS_KEY", null);

        using var store = new ObjectStore(null, Loopback.Patience);
        Assert.Equal(Content, await store.GetAsync(url, MaxBytes, default));
    }

    [Fact]
    public async Task A_presigned_url_that_is_expired_or_changed_is_denied_without_a_word_of_its_signature()
    {
        using var environment = await server.EnvironmentAsync();
        await server.PutAsync("presigned.json", Content);
        var expired = server.Presigned("presigned.json", TimeSpan.FromMinutes(-1));
        var changed = new Uri(
            server
                .Presigned("presigned.json", TimeSpan.FromHours(1))
                .AbsoluteUri.Replace("presigned.json", "other.json", StringComparison.Ordinal)
        );

        foreach (var url in new[] { expired, changed })
        {
            var failure = await Failure(url);
            Assert.Equal((ObjectStoreFailure.AccessDenied, 403), (failure.Failure, failure.StatusCode));
            Assert.DoesNotContain("ignature", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        using var environment = await server.EnvironmentAsync();

        Assert.Equal(ObjectStoreFailure.NotFound, (await Failure(Object("missing.json"))).Failure);
        Assert.Equal(ObjectStoreFailure.NotFound, (await Failure(new Uri("s3://no-such-bucket/a.json"))).Failure);
    }

    [Theory]
    [InlineData("AWS_SECRET_ACCESS_KEY", "wrongSecretOfTheProfile000000000000000000")]
    [InlineData("AWS_ACCESS_KEY_ID", "AKIANOBODY0000EXAMPLE")]
    public async Task Wrong_keys_are_denied(string variable, string value)
    {
        using var environment = await server.EnvironmentAsync();
        await server.PutAsync("a.json", Content);
        environment.Set(variable, value);

        var failure = await Failure(Object("a.json"));

        Assert.Equal(ObjectStoreFailure.AccessDenied, failure.Failure);
        Assert.DoesNotContain(value, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_over_the_limit_is_too_large()
    {
        using var environment = await server.EnvironmentAsync();
        await server.PutAsync("large", new byte[MaxBytes + 1]);
        await server.PutAsync("limit", new byte[MaxBytes]);

        Assert.Equal(ObjectStoreFailure.TooLarge, (await Failure(Object("large"))).Failure);
        Assert.Equal(MaxBytes, (await Fetch(Object("limit"))).Length);
    }

    [Fact]
    public async Task A_scan_takes_its_baseline_override_from_the_bucket()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = await server.EnvironmentAsync(aws);
        await server.PutAsync("baselines/override.json", Override);
        using var host = new SmallHost();

        var report = await host.Run()
            .ScanAsync(
                new RunRequest
                {
                    Snapshot = new SnapshotRequest
                    {
                        BaselineOverride = $"s3://{Server.Bucket}/baselines/override.json",
                    },
                },
                default
            );

        Assert.Equal((0, SnapshotOrigin.Override, 1), (report.ExitCode, report.Snapshot.Origin, report.Counts.Missing));
        Assert.Equal($"s3://{Server.Bucket}/baselines/override.json", report.Snapshot.BaselineOverride);
        var request = Assert.Single(aws.RequestsOf("GetDeployablePatchSnapshotForInstance"));
        Assert.Empty(request.ModelErrors);
        Assert.Equal(
            "CRITICAL",
            request
                .Json!.Value.GetProperty("BaselineOverride")
                .GetProperty("ApprovalRules")
                .GetProperty("PatchRules")[0]
                .GetProperty("ComplianceLevel")
                .GetString()
        );
        Assert.Empty(aws.RequestsOf("PutInventory"));
    }

    [Fact]
    public async Task A_baseline_override_that_may_not_be_read_is_code_160()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = await server.EnvironmentAsync(aws);
        await server.PutAsync("baselines/override.json", Override);
        environment.Set("AWS_SECRET_ACCESS_KEY", "wrongSecretOfTheProfile000000000000000000");
        using var host = new SmallHost();

        var failure = await Assert.ThrowsAsync<PatchTools.Errors.PatchToolsException>(() =>
            host.Run()
                .ScanAsync(
                    new RunRequest
                    {
                        Snapshot = new SnapshotRequest
                        {
                            BaselineOverride = $"s3://{Server.Bucket}/baselines/override.json",
                        },
                    },
                    default
                )
        );

        Assert.Equal(
            (nameof(PatchTools.Errors.PatchErrors.BaselineOverrideAccessDenied), 160),
            (failure.ErrorId, failure.ExitCode)
        );
        Assert.Empty(aws.Calls);
    }

    private static Uri Object(string key) => new($"s3://{Server.Bucket}/{key}");

    private static async Task<byte[]> Fetch(Uri location)
    {
        using var store = new ObjectStore(new AwsSettings { Region = "us-east-1" }, Loopback.Patience);
        return await store.GetAsync(location, MaxBytes, default);
    }

    private static async Task<ObjectStoreException> Failure(Uri location) =>
        await Assert.ThrowsAsync<ObjectStoreException>(() => Fetch(location));

    /// <summary>The server of all tests here, started by the first, with one bucket.</summary>
    public sealed class Server : IAsyncLifetime
    {
        public const string Bucket = "patchtools-tests";

        private RadosGateway? _gateway;
        private AmazonS3Client? _client;

        public ValueTask InitializeAsync() => default;

        /// <summary>The environment of a host that finds S3 here, and SSM there where it is given.</summary>
        public async Task<EnvironmentScope> EnvironmentAsync(LoopbackAws? aws = null)
        {
            var key = LoopbackAws.ProfileKey;
            if (_gateway is null)
            {
                _gateway = await RadosGateway.StartAsync(key);
                _client = new AmazonS3Client(
                    new BasicAWSCredentials(key.AccessKeyId, key.SecretAccessKey),
                    new AmazonS3Config
                    {
                        ServiceURL = _gateway.Url.AbsoluteUri,
                        AuthenticationRegion = "us-east-1",
                        ForcePathStyle = true,
                        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
                    }
                );
                await _client.PutBucketAsync(new PutBucketRequest { BucketName = Bucket });
            }

            return new EnvironmentScope(
                new Dictionary<string, string>(aws?.EnvironmentWithoutKey ?? new Dictionary<string, string>())
                {
                    ["AWS_REGION"] = "us-east-1",
                    ["AWS_ENDPOINT_URL_S3"] = _gateway.Url.AbsoluteUri,
                    ["AWS_ACCESS_KEY_ID"] = key.AccessKeyId,
                    ["AWS_SECRET_ACCESS_KEY"] = key.SecretAccessKey,
                    ["AWS_CONFIG_FILE"] = "/dev/null",
                    ["AWS_SHARED_CREDENTIALS_FILE"] = LoopbackAws.SharedFile,
                    ["NO_PROXY"] = "127.0.0.1",
                }
            );
        }

        public async Task PutAsync(string key, byte[] content)
        {
            using var body = new MemoryStream(content);
            await _client!.PutObjectAsync(
                new PutObjectRequest
                {
                    BucketName = Bucket,
                    Key = key,
                    InputStream = body,
                }
            );
        }

        public async Task PutInPartsAsync(string key, byte[] content)
        {
            var upload = await _client!.InitiateMultipartUploadAsync(
                new InitiateMultipartUploadRequest { BucketName = Bucket, Key = key }
            );
            using var body = new MemoryStream(content);
            var part = await _client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = Bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartNumber = 1,
                    InputStream = body,
                }
            );
            await _client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = Bucket,
                    Key = key,
                    UploadId = upload.UploadId,
                    PartETags = [new PartETag(1, part.ETag)],
                }
            );
        }

        public Uri Presigned(string key, TimeSpan validity) =>
            new(
                _client!.GetPreSignedURL(
                    new GetPreSignedUrlRequest
                    {
                        BucketName = Bucket,
                        Key = key,
                        Verb = HttpVerb.GET,
                        Protocol = Protocol.HTTP,
                        Expires = (TimeProvider.System.GetUtcNow() + validity).UtcDateTime,
                    }
                )
            );

        public async ValueTask DisposeAsync()
        {
            _client?.Dispose();
            if (_gateway is not null)
                await _gateway.DisposeAsync();
        }
    }
}
