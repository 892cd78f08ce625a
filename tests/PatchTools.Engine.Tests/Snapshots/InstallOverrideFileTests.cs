using System.Text;
using PatchTools.Adapters.Yaml;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Model;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class InstallOverrideFileTests : IDisposable
{
    private const string Denial =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access "
        + "Denied</Message></Error>";

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeAdapters _adapters = new()
    {
        Identity = new InstanceIdentity("i-0123456789abcdef0", "us-east-1"),
    };
    private readonly RecordingObserver _observer = new();
    private readonly MemoryStream _input = new();

    public void Dispose()
    {
        _directory.Dispose();
        _input.Dispose();
    }

    [Theory]
    [InlineData(Denial)]
    [InlineData("\"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\"")]
    public void S3s_refusal_in_the_body_is_no_malformed_list(string content)
    {
        var e = Assert.Throws<PatchToolsException>(() => Parse(content));
        Assert.Equal((PatchErrors.InstallOverrideListAccessDenied, 1), (e.Error, e.ExitCode));
        Assert.Equal(
            "s3://bucket/list.yaml: access to the install override list is denied; the answer was S3's error body.",
            e.Message
        );
    }

    [Theory]
    [InlineData(
        "<Error><Code>NoSuchKey</Code></Error>",
        "s3://bucket/list.yaml: found an XML document with the error code NoSuchKey, wanted YAML with a list "
            + "of patches."
    )]
    [InlineData(
        "just text",
        "s3://bucket/list.yaml: line 1, column 1: The document is text; it must be a mapping with the key patches."
    )]
    [InlineData("patches:\n  - id: a\n  - title: b\n", "s3://bucket/list.yaml: line 3, column 5: An entry has no id.")]
    [InlineData(
        "patches:\n  - a\n",
        "s3://bucket/list.yaml: line 2, column 5: An entry is text; it must be a mapping with an id, as in - "
            + "id: \"kernel*\"."
    )]
    public void What_is_no_list_says_where(string content, string message)
    {
        var e = Assert.Throws<PatchToolsException>(() => Parse(content));
        Assert.Equal((PatchErrors.InstallOverrideListMalformed, 1, message), (e.Error, e.ExitCode, e.Message));
    }

    [Fact]
    public async Task A_list_comes_from_a_path_and_is_reported_under_no_name_that_only_this_host_knows()
    {
        var path = _directory.File("list.yaml");
        await File.WriteAllTextAsync(
            path,
            "patches:\n- id: a\n  title: 1.*\n- id: b",
            TestContext.Current.CancellationToken
        );
        var list = await ReadAsync(path);
        Assert.Equal([new OverrideEntry("a", "1.*", 2), new OverrideEntry("b", null, 4)], list.Entries);
        Assert.Equal((path, ""), (list.Location, list.ReportedAs));
        Assert.Contains($"The install override list {path} has 2 entries.", _observer.Lines);
    }

    [Theory]
    [InlineData("s3://bucket/lists/today.yaml", "s3://bucket/lists/today.yaml")]
    [InlineData("https://user:word@example.org/list.yaml?X-Amz-Signature=secret#x", "https://example.org/list.yaml")]
    public async Task A_location_is_shown_and_reported_without_its_secrets(string location, string shown)
    {
        _adapters.Objects[
            location.StartsWith("s3", StringComparison.Ordinal) ? LocationReader.S3Uri(location) : new Uri(location)
        ] = () => "patches: []"u8.ToArray();
        var list = await ReadAsync(location);
        Assert.Equal((shown, shown), (list.Location, list.ReportedAs));
        Assert.DoesNotContain(_observer.Lines, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_fetched_says_so_and_ends_with_1()
    {
        var absent = await Assert.ThrowsAsync<PatchToolsException>(() => ReadAsync("s3://bucket/none.yaml"));
        Assert.Equal(
            (PatchErrors.InstallOverrideListDownloadFailed, 1, "s3://bucket/none.yaml does not exist (HTTP 404)."),
            (absent.Error, absent.ExitCode, absent.Message)
        );
        _adapters.Objects[LocationReader.S3Uri("s3://bucket/secret.yaml")] = () =>
            throw new ObjectStoreException(ObjectStoreFailure.AccessDenied, 403, "no");
        var denied = await Assert.ThrowsAsync<PatchToolsException>(() => ReadAsync("s3://bucket/secret.yaml"));
        Assert.Equal((PatchErrors.InstallOverrideListAccessDenied, 1), (denied.Error, denied.ExitCode));
        await File.WriteAllBytesAsync(
            _directory.File("large"),
            new byte[(1 << 20) + 1],
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            PatchErrors.InstallOverrideListMalformed,
            (await Assert.ThrowsAsync<PatchToolsException>(() => ReadAsync(_directory.File("large")))).Error
        );
    }

    [Fact]
    public async Task Standard_input_is_the_list_or_the_snapshot_but_not_both()
    {
        _input.Write("{\"patches\":[{\"id\":\"a\"}]}"u8);
        _input.Position = 0;
        var acquisition = Acquisition();
        Assert.Equal("a", Assert.Single((await ReadAsync("-", acquisition)).Entries).Id);
        var e = await Assert.ThrowsAsync<PatchToolsException>(() =>
            acquisition.GetAsync(
                new SnapshotRequest { Path = "-" },
                new OsRelease { Id = "debian" },
                CancellationToken.None
            )
        );
        Assert.Equal(
            (PatchErrors.InvalidLocation, "Standard input can be read only once, but two locations are -."),
            (e.Error, e.Message)
        );
    }

    private static InstallOverrideList Parse(string content) =>
        InstallOverrideFile.Parse(Encoding.UTF8.GetBytes(content), "s3://bucket/list.yaml", new OverrideListReader());

    private Task<InstallOverrideList> ReadAsync(string location, SnapshotAcquisition? acquisition = null) =>
        (acquisition ?? Acquisition()).GetInstallOverrideListAsync(
            location,
            new AwsParameters(),
            TestContext.Current.CancellationToken
        );

    private SnapshotAcquisition Acquisition() =>
        new(
            new HostContext
            {
                Paths = new HostPaths { Root = _directory.Path },
                Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            },
            _adapters,
            _observer,
            _input
        );
}
