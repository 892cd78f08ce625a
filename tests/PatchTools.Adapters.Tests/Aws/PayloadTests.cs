using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using PatchTools.Adapters.Aws;
using PatchTools.Errors;
using PatchTools.Operations;
using PatchTools.Payloads;
using PatchTools.Ports;
using PatchTools.Testing;
using PatchTools.Testing.Aws;
using Xunit;

namespace PatchTools.Adapters.Tests.Aws;

/// <summary>A bundle of the module by <c>s3://</c> and by presigned URL.</summary>
[Collection(AwsEnvironmentCollection.Name)]
public sealed class PayloadTests(RadosGatewayTests.Server server) : IClassFixture<RadosGatewayTests.Server>
{
    private const string Key = "patchtools/PatchTools-1.2.3.tar.gz";

    public static TheoryData<FaultKind, bool, string> Mishaps
    {
        get
        {
            var data = new TheoryData<FaultKind, bool, string>();
            foreach (var fromBucket in new[] { true, false })
            {
                data.Add(FaultKind.Forbidden, fromBucket, "denied");
                data.Add(FaultKind.NotFound, fromBucket, "does not exist");
                data.Add(FaultKind.Throttle, fromBucket, "answered with an error");
                data.Add(FaultKind.ResetInBody, fromBucket, "ended before");
            }

            return data;
        }
    }

    [Fact]
    public async Task A_bundle_of_ten_megabytes_is_installed_from_a_bucket_and_the_checksum_decides()
    {
        using var environment = await server.EnvironmentAsync();
        using var host = new SmallHost();
        using var folder = new TemporaryDirectory();
        var bundle = Bundle(megabytes: 10);
        await server.PutAsync(Key, bundle);
        var location = PayloadLocation.InBucket(RadosGatewayTests.Server.Bucket, "patchtools", "1.2.3", "us-east-1");
        var request = new PayloadRequest
        {
            Location = location,
            Sha256 = Hash(bundle),
            Version = "1.2.3",
            ModulesDirectory = folder.Path,
        };

        var manifest = await host.Run().SavePayloadAsync(request, default);

        Assert.Equal(10 << 20, new FileInfo(Path.Combine(Path.GetDirectoryName(manifest)!, "bin", "noise")).Length);

        // Somebody puts another one under the same key.
        await server.PutAsync(Key, Bundle(megabytes: 1));
        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            host.Run().SavePayloadAsync(request, default)
        );

        Assert.Equal((nameof(PatchErrors.PayloadChecksumMismatch), 151), (failure.ErrorId, failure.ExitCode));
        Assert.Equal(10 << 20, new FileInfo(Path.Combine(Path.GetDirectoryName(manifest)!, "bin", "noise")).Length);
    }

    [Theory]
    [MemberData(nameof(Mishaps))]
    public async Task Every_mishap_of_a_bundle_is_told_and_installs_nothing(
        FaultKind kind,
        bool fromBucket,
        string words
    )
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        using var folder = new TemporaryDirectory();
        var bundle = Bundle(megabytes: 0);
        aws.Objects["patches/" + Key] = bundle;
        aws.Documents[Key] = bundle;
        aws.Inject(new Fault(fromBucket ? LoopbackAws.S3Target : LoopbackAws.DocumentTarget, kind, Count: -1));
        var location = fromBucket
            ? $"s3://patches/{Key}"
            : $"{aws.Url}documents/{Key}?X-Amz-Signature=presigned-secret";

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() => Save(host, location, bundle, folder.Path));

        Assert.Equal(nameof(PatchErrors.PayloadDownloadFailed), failure.ErrorId);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("presigned-secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_redirect_leads_to_the_bundle_and_passing_trouble_is_outlasted()
    {
        await using var aws = LoopbackAws.Start();
        using var environment = new EnvironmentScope(aws.Environment);
        using var host = new SmallHost();
        using var folder = new TemporaryDirectory();
        var bundle = Bundle(megabytes: 1);
        aws.Documents["there.tar.gz"] = bundle;
        aws.Redirects["here.tar.gz"] = new Uri(aws.Url, "documents/there.tar.gz");
        aws.Inject(new Fault(LoopbackAws.DocumentTarget, FaultKind.ServiceUnavailable));

        Assert.True(File.Exists(await Save(host, $"{aws.Url}documents/here.tar.gz", bundle, folder.Path)));
    }

    [Fact]
    public void A_large_object_gets_the_time_that_it_needs_and_a_document_no_more_than_it_had()
    {
        Assert.Equal(TimeSpan.FromSeconds(100), CallPatience.Default.DeadlineFor(16 << 20));
        Assert.Equal(TimeSpan.FromSeconds(100 + 256), CallPatience.Default.DeadlineFor(64 << 20));
    }

    /// <summary>By <c>http://</c> to this machine, which no user can: only the port takes it.</summary>
    private static async Task<string> Save(SmallHost host, string location, byte[] bundle, string modules)
    {
        var request = new PayloadRequest
        {
            Location = location,
            Sha256 = Hash(bundle),
            ModulesDirectory = modules,
        };
        if (location.StartsWith("s3://", StringComparison.Ordinal))
            return await host.Run().SavePayloadAsync(request, default);
        return await new PatchRun(host.Context, new SecureInName(), SilentObserver.Instance).SavePayloadAsync(
            request with
            {
                Location = location.Replace("http://", "https://", StringComparison.Ordinal),
            },
            default
        );
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Bundle(int megabytes)
    {
        var noise = new byte[megabytes << 20];
        new Random(megabytes).NextBytes(noise);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            foreach (
                var (name, content) in new (string, byte[])[]
                {
                    ("PatchTools.psd1", "@{\n    ModuleVersion = '1.2.3'\n}\n"u8.ToArray()),
                    ("bin/PatchTools.dll", [1]),
                    ("bin/noise", noise),
                }
            )
                tar.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, "PatchTools/" + name)
                    {
                        DataStream = new MemoryStream(content),
                    }
                );
        }

        return packed.ToArray();
    }

    /// <summary>The adapters, to whose store <c>https://</c> of this machine means <c>http://</c>: the loopback services speak no TLS.</summary>
    private sealed class SecureInName : Ports.IAdapterFactory, Ports.IObjectStore
    {
        private readonly AdapterFactory _inner = new(Loopback.Patience);

        public Ports.IPatchService CreatePatchService(Ports.AwsSettings settings) =>
            _inner.CreatePatchService(settings);

        public Ports.IFleetOperations CreateFleetOperations(Ports.AwsSettings settings) =>
            _inner.CreateFleetOperations(settings);

        public Ports.IFleetCompliance CreateFleetCompliance(Ports.AwsSettings settings) =>
            _inner.CreateFleetCompliance(settings);

        public Ports.IObjectStore CreateObjectStore(Ports.AwsSettings? settings) => this;

        public Ports.IInstanceIdentitySource CreateIdentitySource(Uri? endpoint) =>
            _inner.CreateIdentitySource(endpoint);

        public Ports.IDecompressor CreateDecompressor() => _inner.CreateDecompressor();

        public Ports.ITomlReader CreateTomlReader() => _inner.CreateTomlReader();

        public Ports.IOverrideListReader CreateOverrideListReader() => _inner.CreateOverrideListReader();

        public async Task<byte[]> GetAsync(Uri location, long maxBytes, CancellationToken cancellationToken)
        {
            using var store = new ObjectStore(null, Loopback.Patience);
            return await store.GetAsync(
                new UriBuilder(location) { Scheme = "http", Port = location.Port }.Uri,
                maxBytes,
                cancellationToken
            );
        }
    }
}
