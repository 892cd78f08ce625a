using System.Security.Cryptography;
using PatchTools.Engine.Tests.Snapshots;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Operations;
using PatchTools.Payloads;
using PatchTools.Ports;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Payloads;

/// <summary>A bundle on its way from its place to <c>PSModulePath</c>.</summary>
public sealed class SavePayloadTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly FakeAdapters _adapters = new();
    private readonly RecordingObserver _observer = new();

    private string Modules => Path.Combine(_folder.Path, "Modules");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("eu-central-1", "s3://patches-eu-central-1/patchtools/PatchTools-1.2.3.tar.gz")]
    [InlineData("cn-northwest-1", "s3://patches-cn-northwest-1/patchtools/PatchTools-1.2.3.tar.gz")]
    [InlineData("us-gov-west-1", "s3://patches-us-gov-west-1/patchtools/PatchTools-1.2.3.tar.gz")]
    public async Task The_bucket_is_the_regions_and_the_key_the_versions(string region, string location) =>
        Assert.Equal(
            location,
            await Run()
                .LocatePayloadAsync(
                    "patches-{region}",
                    "patchtools",
                    "1.2.3",
                    new AwsParameters { Region = region },
                    default
                )
        );

    [Fact]
    public async Task A_bucket_without_a_region_in_its_name_needs_none()
    {
        Assert.Equal(
            "s3://patches/PatchTools-1.2.3.tar.gz",
            await Run().LocatePayloadAsync("patches", "", "1.2.3", new AwsParameters(), default)
        );
        Assert.Equal(0, _adapters.IdentityCalls);
        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Run().LocatePayloadAsync("patches-{region}", "", "1.2.3", new AwsParameters(), default)
        );
        Assert.Equal(PatchErrors.RegionNotFound, failure.Error);
        Assert.Equal(
            PatchErrors.InvalidLocation,
            (
                await Assert.ThrowsAsync<PatchToolsException>(() =>
                    Run().LocatePayloadAsync("Patches/..", "", "1.2.3", new AwsParameters(), default)
                )
            ).Error
        );
    }

    [Fact]
    public async Task A_bundle_is_installed_beside_the_versions_that_are_there()
    {
        var old = await Install(Bundles.Pack(Bundles.Module("1.2.2")));
        var manifest = await Install(Bundles.Pack(Bundles.Module()));

        Assert.Equal(Path.Combine(Modules, "PatchTools", "1.2.3", "PatchTools.psd1"), manifest);
        Assert.True(File.Exists(old) && File.Exists(manifest));
        Assert.Equal(["1.2.2", "1.2.3"], Names(Path.Combine(Modules, "PatchTools")));
    }

    [Fact]
    public async Task The_same_version_is_replaced_whole()
    {
        await Install(Bundles.Pack([.. Bundles.Module(), Bundles.File("PatchTools/only-in-the-old", "x")]));
        var manifest = await Install(
            Bundles.Pack([.. Bundles.Module(), Bundles.File("PatchTools/only-in-the-new", "x")])
        );

        Assert.Equal(["PatchTools.psd1", "bin", "only-in-the-new"], Names(Path.GetDirectoryName(manifest)!));
        Assert.Equal(["1.2.3"], Names(Path.Combine(Modules, "PatchTools")));
    }

    [Fact]
    public async Task A_bundle_that_is_refused_leaves_what_is_installed_and_no_trace()
    {
        var manifest = await Install(Bundles.Pack(Bundles.Module()));
        var before = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Install(Bundles.Pack([.. Bundles.Module(), Bundles.File("PatchTools/../x", "x")]))
        );

        Assert.Equal(PatchErrors.PayloadUnsafe, failure.Error);
        Assert.Equal(["1.2.3"], Names(Path.Combine(Modules, "PatchTools")));
        Assert.Equal(before, await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_a_killed_installation_left_is_swept()
    {
        var leftover = Directory.CreateDirectory(Path.Combine(Modules, "PatchTools", ".patchtools-2000000000-x"));

        await Install(Bundles.Pack(Bundles.Module()));

        Assert.False(Directory.Exists(leftover.FullName));
    }

    [Fact]
    public async Task A_bundle_with_another_checksum_is_neither_kept_nor_unpacked()
    {
        var content = Bundles.Pack(Bundles.Module());
        var request = Request(content) with
        {
            Sha256 = new string('0', 64),
            BundleDirectory = Path.Combine(_folder.Path, "kept"),
        };

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() => Run().SavePayloadAsync(request, default));

        Assert.Equal((nameof(PatchErrors.PayloadChecksumMismatch), 151), (failure.ErrorId, failure.ExitCode));
        Assert.Contains(Hash(content), failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Modules) || Directory.Exists(request.BundleDirectory));
    }

    [Fact]
    public async Task A_bundle_of_another_version_is_refused()
    {
        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Run().SavePayloadAsync(Request(Bundles.Pack(Bundles.Module())) with { Version = "2.0.0" }, default)
        );

        Assert.Equal(PatchErrors.PayloadDamaged, failure.Error);
        Assert.Contains("1.2.3", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Names(Path.Combine(Modules, "PatchTools")));
    }

    [Fact]
    public async Task A_bundle_is_kept_for_another_host_under_its_own_name_without_the_query_of_its_URL()
    {
        var content = Bundles.Pack(Bundles.Module());
        var url = new Uri("https://example.com/x/PatchTools-1.2.3.tar.gz?X-Amz-Signature=secret");
        _adapters.Objects[url] = () => content;
        var kept = Path.Combine(_folder.Path, "kept");

        var path = await Run()
            .SavePayloadAsync(
                new PayloadRequest
                {
                    Location = url.OriginalString,
                    Sha256 = Hash(content).ToUpperInvariant(),
                    BundleDirectory = kept,
                },
                default
            );

        Assert.Equal(Path.Combine(kept, "PatchTools-1.2.3.tar.gz"), path);
        Assert.Equal(content, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
        Assert.DoesNotContain(_observer.Lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ObjectStoreFailure.AccessDenied, 403, "denied")]
    [InlineData(ObjectStoreFailure.NotFound, 404, "does not exist")]
    [InlineData(ObjectStoreFailure.TooLarge, null, "larger than")]
    [InlineData(ObjectStoreFailure.Unreachable, null, "cannot be reached")]
    public async Task A_bundle_that_cannot_be_fetched_says_why(ObjectStoreFailure failure, int? status, string words)
    {
        var url = new Uri("https://example.com/PatchTools-1.2.3.tar.gz?X-Amz-Signature=secret");
        _adapters.Objects[url] = () => throw new ObjectStoreException(failure, status, "said by the adapter");

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Run()
                .SavePayloadAsync(
                    new PayloadRequest
                    {
                        Location = url.OriginalString,
                        Sha256 = new string('0', 64),
                        ModulesDirectory = Modules,
                    },
                    default
                )
        );

        Assert.Equal((nameof(PatchErrors.PayloadDownloadFailed), 1), (error.ErrorId, error.ExitCode));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private Task<string> Install(byte[] content) => Run().SavePayloadAsync(Request(content), default);

    private PayloadRequest Request(byte[] content)
    {
        var path = _folder.File("bundles/bundle.tar.gz");
        File.WriteAllBytes(path, content);
        return new PayloadRequest
        {
            Location = path,
            Sha256 = Hash(content),
            ModulesDirectory = Modules,
        };
    }

    private PatchRun Run() =>
        new(
            new HostContext { Paths = new HostPaths(), Environment = new Dictionary<string, string>() },
            _adapters,
            _observer
        );

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static string[] Names(string directory) =>
        [
            .. Directory
                .GetFileSystemEntries(directory)
                .Select(entry => Path.GetFileName(entry))
                .Order(StringComparer.Ordinal),
        ];
}
