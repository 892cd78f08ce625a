using System.Globalization;
using PatchTools.Adapters.Aws;
using PatchTools.Ports;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

[Collection(AwsEnvironmentCollection.Name)]
public sealed class ObjectStoreTests
{
    private const long MaxBytes = 1 << 20;

    /// <summary>.NET repeats a GET by itself when a connection ends before any answer.</summary>
    private const int TriesOfTheHandler = 4;

    private static readonly byte[] Content = [.. Enumerable.Range(0, 50_000).Select(i => (byte)i)];

    /// <summary>Mishap, what becomes of it, how many requests it takes.</summary>
    public static TheoryData<FaultKind, ObjectStoreFailure, int> Web =>
        new()
        {
            { FaultKind.Throttle, ObjectStoreFailure.HttpError, 3 },
            { FaultKind.InternalServerError, ObjectStoreFailure.HttpError, 3 },
            { FaultKind.ServiceUnavailable, ObjectStoreFailure.HttpError, 3 },
            { FaultKind.Reset, ObjectStoreFailure.Unreachable, 3 * TriesOfTheHandler },
            { FaultKind.ResetInBody, ObjectStoreFailure.Truncated, 3 },
            { FaultKind.Truncate, ObjectStoreFailure.Truncated, 3 },
            { FaultKind.NotFound, ObjectStoreFailure.NotFound, 1 },
            { FaultKind.Forbidden, ObjectStoreFailure.AccessDenied, 1 },
        };

    public static TheoryData<FaultKind, ObjectStoreFailure, int> Bucket =>
        new()
        {
            { FaultKind.Throttle, ObjectStoreFailure.HttpError, 3 },
            { FaultKind.InternalServerError, ObjectStoreFailure.HttpError, 3 },
            { FaultKind.ServiceUnavailable, ObjectStoreFailure.HttpError, 3 },
            { FaultKind.Reset, ObjectStoreFailure.Unreachable, 3 * TriesOfTheHandler },
            { FaultKind.ResetInBody, ObjectStoreFailure.Truncated, 3 },
            { FaultKind.Truncate, ObjectStoreFailure.Truncated, 3 },
            { FaultKind.ByteOrderMark, ObjectStoreFailure.Truncated, 3 },
            { FaultKind.Halve, ObjectStoreFailure.Truncated, 3 },
            { FaultKind.NotFound, ObjectStoreFailure.NotFound, 1 },
            { FaultKind.Forbidden, ObjectStoreFailure.AccessDenied, 1 },
        };

    [Theory]
    [MemberData(nameof(Web))]
    public async Task Every_mishap_of_a_presigned_download_has_its_kind(
        FaultKind kind,
        ObjectStoreFailure expected,
        int requests
    )
    {
        await using var aws = LoopbackAws.Start();
        aws.Documents["a.json"] = Content;
        aws.Inject(new Fault(LoopbackAws.DocumentTarget, kind, Count: -1));

        var failure = await Failure(null, Document(aws, "a.json"));

        Assert.Equal(expected, failure.Failure);
        Assert.Equal(requests, aws.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Bucket))]
    public async Task Every_mishap_of_a_bucket_has_its_kind(FaultKind kind, ObjectStoreFailure expected, int requests)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Objects["bucket/a.json"] = Content;
        aws.Inject(new Fault(LoopbackAws.S3Target, kind, Count: -1));

        var failure = await Failure(Loopback.Settings(aws), new Uri("s3://bucket/a.json"));

        Assert.Equal(expected, failure.Failure);
        Assert.Equal(requests, aws.Calls.Count);
        Assert.All(aws.Calls, r => Assert.Equal(SignatureVerdict.Valid, r.Signature));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Passing_trouble_is_outlasted_and_the_object_is_whole(bool fromBucket)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Objects["bucket/a.json"] = aws.Documents["a.json"] = Content;
        var target = fromBucket ? LoopbackAws.S3Target : LoopbackAws.DocumentTarget;
        aws.Inject(new Fault(target, FaultKind.ServiceUnavailable));
        aws.Inject(new Fault(target, FaultKind.ResetInBody));

        Assert.Equal(
            Content,
            await Fetch(Loopback.Settings(aws), fromBucket ? new Uri("s3://bucket/a.json") : Document(aws, "a.json"))
        );
        Assert.Equal(3, aws.Calls.Count);
    }

    [Theory]
    [InlineData(false, FaultKind.Stall)]
    [InlineData(true, FaultKind.Stall)]
    [InlineData(false, FaultKind.StallInBody)]
    [InlineData(true, FaultKind.StallInBody)]
    public async Task A_slow_server_is_given_up_at_the_deadline(bool fromBucket, FaultKind kind)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Objects["bucket/a.json"] = aws.Documents["a.json"] = Content;
        aws.Inject(new Fault("*", kind, Count: -1));

        var failure = await Failure(
            Loopback.Settings(aws),
            fromBucket ? new Uri("s3://bucket/a.json") : Document(aws, "a.json"),
            Loopback.Patience with
            {
                Deadline = TimeSpan.FromMilliseconds(400),
            }
        );

        Assert.Equal(ObjectStoreFailure.Unreachable, failure.Failure);
        Assert.Contains("0.4 seconds", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancellation_is_no_failure(bool fromBucket)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Inject(new Fault("*", FaultKind.Stall, Count: -1));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var store = new ObjectStore(Loopback.Settings(aws), Loopback.Patience);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.GetAsync(fromBucket ? new Uri("s3://bucket/a.json") : Document(aws, "a.json"), MaxBytes, stop.Token)
        );
    }

    [Theory]
    [InlineData(false, FaultKind.NoLength)]
    [InlineData(false, null)]
    [InlineData(true, FaultKind.NoLength)]
    [InlineData(true, null)]
    public async Task What_is_over_the_limit_is_refused_with_and_without_an_announced_length(
        bool fromBucket,
        FaultKind? kind
    )
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Objects["bucket/a.json"] = aws.Documents["a.json"] = Content;
        if (kind is { } fault)
            aws.Inject(new Fault("*", fault, Count: -1));
        var location = fromBucket ? new Uri("s3://bucket/a.json") : Document(aws, "a.json");
        using var store = new ObjectStore(Loopback.Settings(aws), Loopback.Patience);

        Assert.Equal(Content, await store.GetAsync(location, Content.Length, default));
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() =>
            store.GetAsync(location, Content.Length - 1, default)
        );
        Assert.Equal(ObjectStoreFailure.TooLarge, failure.Failure);
        Assert.Contains(
            (Content.Length - 1).ToString(CultureInfo.InvariantCulture),
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Equal(2, aws.Calls.Count);
    }

    [Fact]
    public async Task What_follows_an_understated_body_is_not_taken_for_the_next_answer()
    {
        await using var aws = LoopbackAws.Start();
        aws.Documents["a.json"] = "{\"a\":1}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"u8.ToArray();
        aws.Documents["b.json"] = Content;
        aws.Inject(new Fault(LoopbackAws.DocumentTarget, FaultKind.Understate));
        using var store = new ObjectStore(null, Loopback.Patience);

        await store.GetAsync(Document(aws, "a.json"), MaxBytes, default);

        Assert.Equal(Content, await store.GetAsync(Document(aws, "b.json"), MaxBytes, default));
    }

    [Fact]
    public async Task Redirects_are_followed_five_times_at_most()
    {
        await using var aws = LoopbackAws.Start();
        aws.Documents["a.json"] = Content;
        for (var i = 1; i <= 6; i++)
            aws.Redirects[$"{i}"] = new Uri(aws.Url, i == 1 ? "documents/a.json" : $"documents/{i - 1}");

        Assert.Equal(Content, await Fetch(null, Document(aws, "5")));
        var failure = await Failure(null, Document(aws, "6"));
        Assert.Equal((ObjectStoreFailure.HttpError, 302), (failure.Failure, failure.StatusCode));
    }

    [Theory]
    [InlineData("http://192.0.2.1/a.json?X-Amz-Signature=presigned-secret")]
    [InlineData("ftp://127.0.0.1/a.json")]
    [InlineData("file:///etc/passwd")]
    public async Task A_redirect_never_leads_off_the_protected_ways(string elsewhere)
    {
        await using var aws = LoopbackAws.Start();
        aws.Redirects["a"] = new Uri(elsewhere);

        var failure = await Failure(null, Document(aws, "a"));

        Assert.Equal(ObjectStoreFailure.Unreachable, failure.Failure);
        Assert.Contains("redirects there", failure.Message, StringComparison.Ordinal);
        Assert.Single(aws.Calls);
    }

    [Theory]
    [InlineData("http://192.0.2.1/a")]
    [InlineData("ftp://192.0.2.1/a")]
    [InlineData("file:///etc/passwd")]
    public async Task Only_https_and_s3_leave_this_machine(string location) =>
        Assert.Contains(
            "only https:// and s3:// are",
            (await Failure(null, new Uri(location))).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("b/a.json")]
    [InlineData("folder/odd name+?#%é.json")]
    [InlineData("dots/../a")]
    public async Task A_key_reaches_the_bucket_as_it_was_written(string key)
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Objects[$"Old.Bucket_Name/{key}"] = Content;

        Assert.Equal(
            Content,
            await Fetch(
                Loopback.Settings(aws),
                PatchTools.Snapshots.LocationReader.S3Uri($"s3://Old.Bucket_Name/{key}")
            )
        );

        var request = Assert.Single(aws.Calls);
        Assert.Equal("GET", request.Method);
        Assert.StartsWith("/Old.Bucket_Name/", request.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_is_denied()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        environment.Set("AWS_SECRET_ACCESS_KEY", "another");
        aws.Objects["bucket/a.json"] = Content;

        Assert.Equal(
            ObjectStoreFailure.AccessDenied,
            (await Failure(Loopback.Settings(aws), new Uri("s3://bucket/a.json"))).Failure
        );
    }

    [Fact]
    public async Task Without_credentials_or_region_nothing_is_asked()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { HasRole = false });
        using var environment = new EnvironmentScope(aws.EnvironmentWithoutKey);
        environment.Set("AWS_EC2_METADATA_DISABLED", "true");

        Assert.Equal(
            ObjectStoreFailure.NoCredentials,
            (await Failure(Loopback.Settings(aws), new Uri("s3://bucket/a.json"))).Failure
        );
        Assert.Equal(ObjectStoreFailure.NoCredentials, (await Failure(null, new Uri("s3://bucket/a.json"))).Failure);
        Assert.Empty(aws.RequestsOf(LoopbackAws.S3Target));
    }

    [Fact]
    public async Task An_entity_tag_that_is_no_checksum_is_a_typed_error()
    {
        await using var aws = LoopbackAws.Start(new LoopbackAwsOptions { EntityTag = "opaque" });
        using var environment = new EnvironmentScope(aws.Environment);
        aws.Objects["bucket/a.json"] = Content;

        Assert.Equal(
            ObjectStoreFailure.HttpError,
            (await Failure(Loopback.Settings(aws), new Uri("s3://bucket/a.json"))).Failure
        );
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_ends_the_download()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(
            System.Security.Cryptography.ECCurve.NamedCurves.nistP256
        );
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=127.0.0.1",
            key,
            System.Security.Cryptography.HashAlgorithmName.SHA256
        );
        using var certificate = request.CreateSelfSigned(
            TimeProvider.System.GetUtcNow().AddDays(-1),
            TimeProvider.System.GetUtcNow().AddDays(1)
        );
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var received = 0;
        var serving = ServeAsync();

        var failure = await Failure(null, new Uri($"https://{listener.LocalEndpoint}/a.json"));

        await stop.CancelAsync();
        await serving;
        Assert.Equal(ObjectStoreFailure.CertificateRefused, failure.Failure);
        Assert.Contains(
            $"the certificate of {listener.LocalEndpoint} is refused: ",
            failure.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("UntrustedRoot", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be reached", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, received);

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync(stop.Token);
                    await using var tls = new System.Net.Security.SslStream(client.GetStream());
                    try
                    {
                        await tls.AuthenticateAsServerAsync(certificate);
                        received += await tls.ReadAsync(new byte[1], stop.Token);
                    }
                    catch (Exception e)
                        when (e is IOException or System.Security.Authentication.AuthenticationException)
                    {
                        // The client has hung up, as it should.
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }

    [Fact]
    public async Task An_http_endpoint_that_was_given_for_the_service_may_presign_over_http()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        environment.Set("AWS_ENDPOINT_URL_SSM", "http://ssm.invalid/");

        // Tried, and not refused out of hand as any other host is.
        Assert.Contains(
            "cannot be reached",
            (
                await Failure(
                    null,
                    new Uri("http://ssm.invalid/a?secret"),
                    Loopback.Patience with
                    {
                        DownloadRetries = 0,
                    }
                )
            ).Message,
            StringComparison.Ordinal
        );
    }

    private static Uri Document(LoopbackAws aws, string name) =>
        new(aws.Url, $"documents/{name}?X-Amz-Signature=presigned-secret");

    private static async Task<byte[]> Fetch(AwsSettings? settings, Uri location)
    {
        using var store = new ObjectStore(settings, Loopback.Patience);
        return await store.GetAsync(location, MaxBytes, default);
    }

    /// <summary>
    /// Its message names the location and neither query nor key, and no type of the SDK is among its causes.
    /// </summary>
    private static async Task<ObjectStoreException> Failure(
        AwsSettings? settings,
        Uri location,
        CallPatience? patience = null
    )
    {
        using var store = new ObjectStore(settings, patience ?? Loopback.Patience);
        var failure = await Assert.ThrowsAsync<ObjectStoreException>(() => store.GetAsync(location, MaxBytes, default));
        Assert.NotEmpty(failure.Message);
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            Assert.DoesNotContain("secret", e.Message, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Amazon", e.GetType().FullName, StringComparison.Ordinal);
        }

        return failure;
    }
}
