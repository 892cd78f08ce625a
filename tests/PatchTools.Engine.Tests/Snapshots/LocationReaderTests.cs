using PatchTools.Errors;
using PatchTools.Ports;
using PatchTools.Snapshots;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.Snapshots;

public sealed class LocationReaderTests
{
    private const int Limit = 100;
    private readonly FakeAdapters _store = new();

    [Fact]
    public async Task A_file_is_read_up_to_the_limit()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("x.json");
        await File.WriteAllBytesAsync(path, new byte[Limit]);
        Assert.Equal(Limit, (await Reader().ReadAsync(path, Limit, CancellationToken.None)).Length);
        await File.WriteAllBytesAsync(path, new byte[Limit + 1]);
        Assert.Equal(LocationFailure.TooLarge, await Fails(path));
        Assert.Equal(LocationFailure.TooLarge, await Fails("/dev/zero"));
        Assert.Equal(LocationFailure.NotFound, await Fails(folder.File("absent")));
        Assert.Equal(LocationFailure.NotFound, await Fails(Path.Combine(folder.Path, "no", "such")));
        Assert.Equal(LocationFailure.Unreadable, await Fails(folder.Path));
    }

    [Fact]
    public async Task Waiting_for_the_writer_of_a_fifo_ends_when_the_run_is_stopped()
    {
        using var folder = new TemporaryDirectory();
        var path = folder.File("fifo");
        RigProcess.Run("mkfifo", path).Expect();
        using var stopping = new CancellationTokenSource();
        var reading = Reader().ReadAsync(path, Limit, stopping.Token);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        // Lets the thread go that still waits: a FIFO that is opened for both never waits itself.
        await using var writer = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
    }

    [Fact]
    public async Task Standard_input_is_read_once_and_up_to_the_limit()
    {
        var reader = Reader(new MemoryStream([1, 2, 3]));
        Assert.Equal([1, 2, 3], await reader.ReadAsync("-", Limit, CancellationToken.None));
        Assert.Equal(
            PatchErrors.InvalidLocation,
            (
                await Assert.ThrowsAsync<PatchToolsException>(() =>
                    reader.ReadAsync("-", Limit, CancellationToken.None)
                )
            ).Error
        );
        Assert.Equal(
            PatchErrors.InvalidLocation,
            (
                await Assert.ThrowsAsync<PatchToolsException>(() =>
                    Reader().ReadAsync("-", Limit, CancellationToken.None)
                )
            ).Error
        );
        Assert.Equal(
            LocationFailure.TooLarge,
            (
                await Assert.ThrowsAsync<LocationException>(() =>
                    Reader(new MemoryStream(new byte[Limit + 1])).ReadAsync("-", Limit, CancellationToken.None)
                )
            ).Failure
        );
    }

    [Theory]
    [InlineData("https://example.com/a/b.json?X-Amz-Signature=abc", "https://example.com/a/b.json?X-Amz-Signature=abc")]
    [InlineData("s3://bucket/key", "s3://bucket/key")]
    [InlineData("s3://bucket/a b/ü?x#y%20", "s3://bucket/a%20b/%C3%BC%3Fx%23y%2520")]
    public async Task A_url_is_fetched_with_credentials_only_for_s3(string location, string uri)
    {
        _store.Objects[new Uri(uri)] = () => [7];
        Assert.Equal([7], await Reader().ReadAsync(location, Limit, CancellationToken.None));
        Assert.Equal(
            location.StartsWith("s3", StringComparison.Ordinal),
            Assert.Single(_store.StoreSettings) is not null
        );
    }

    [Theory]
    [InlineData("s3://bucket/key", "key")]
    [InlineData("s3://bucket/a b/ü?x#y%20+&=", "a b/ü?x#y%20+&=")]
    [InlineData("s3://bucket/../up/./x", "../up/./x")]
    [InlineData("s3://my_Bucket.x/a//b", "a//b")]
    public void An_s3_key_is_found_again_in_the_uri(string location, string key)
    {
        var uri = LocationReader.S3Uri(location);
        Assert.Equal("s3", uri.Scheme);
        Assert.Equal(key, Uri.UnescapeDataString(uri.AbsolutePath[1..]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://example.com/x")]
    [InlineData("HTTPS://example.com/x")]
    [InlineData("S3://bucket/key")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://user:secret@example.com/x")]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/")]
    [InlineData("s3://bucket/folder/")]
    [InlineData("s3:///key")]
    [InlineData("s3://user@bucket/key")]
    [InlineData("s3://bucket:80/key")]
    [InlineData("https://")]
    [InlineData("https:///x")]
    [InlineData("a\0b")]
    public async Task Anything_else_is_no_location(string location)
    {
        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            Reader().ReadAsync(location, Limit, CancellationToken.None)
        );
        Assert.Equal(PatchErrors.InvalidLocation, error.Error);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ObjectStoreFailure.NotFound, LocationFailure.NotFound)]
    [InlineData(ObjectStoreFailure.AccessDenied, LocationFailure.AccessDenied)]
    [InlineData(ObjectStoreFailure.NoCredentials, LocationFailure.AccessDenied)]
    [InlineData(ObjectStoreFailure.TooLarge, LocationFailure.TooLarge)]
    [InlineData(ObjectStoreFailure.HttpError, LocationFailure.Unreadable)]
    [InlineData(ObjectStoreFailure.Truncated, LocationFailure.Unreadable)]
    [InlineData(ObjectStoreFailure.Unreachable, LocationFailure.Unreadable)]
    public async Task Failures_keep_their_kind_and_lose_the_query(ObjectStoreFailure failure, LocationFailure expected)
    {
        const string Url = "https://user:secret@example.com/x?X-Amz-Signature=secret#secret";
        _store.Objects[new Uri(Url)] = () => throw new ObjectStoreException(failure, 499, "m");
        var error = await Assert.ThrowsAsync<LocationException>(() =>
            Reader().ReadAsync(Url, Limit, CancellationToken.None)
        );
        Assert.Equal(expected, error.Failure);
        Assert.Contains("https://example.com/x", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-", "standard input")]
    [InlineData("/a/b?c", "/a/b?c")]
    [InlineData("s3://b/k?x", "s3://b/k?x")]
    [InlineData("https://u:p@h.example:8443/a%20b?q#f", "https://h.example:8443/a%20b")]
    [InlineData("https://?secret", "https://…")]
    [InlineData("ftp://u:p@h.example/a?X-Amz-Signature=secret#f", "ftp://h.example/a")]
    [InlineData("HTTP://u:p@h.example/a#secret?q", "http://h.example/a")]
    [InlineData("x y://secret", "x y://…")]
    public void A_location_is_shown_without_secrets(string location, string shown) =>
        Assert.Equal(shown, LocationReader.Describe(location));

    private static readonly AwsSettings Settings = new() { Region = "us-east-1" };

    private LocationReader Reader(Stream? input = null) =>
        new(
            input,
            (needsCredentials, _) => Task.FromResult(_store.CreateObjectStore(needsCredentials ? Settings : null))
        );

    private async Task<LocationFailure> Fails(string location) =>
        (
            await Assert.ThrowsAsync<LocationException>(() =>
                Reader().ReadAsync(location, Limit, CancellationToken.None)
            )
        ).Failure;
}
