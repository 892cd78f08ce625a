using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PatchTools.Errors;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Zypper;

/// <summary>
/// Images that try to run something on this host, or to reach its files, when the real zypper refreshes their metadata.
/// </summary>
[Collection(ZypperUniverseTests.Name)]
public sealed class ZypperHostileImageTests(ZypperUniverse universe) : IDisposable
{
    private readonly TemporaryDirectory _host = new();

    private string Canary => Path.Combine(_host.Path, "canary");

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_service_that_is_a_program_does_not_run()
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        var script = $"#!/bin/sh\ntouch {Canary}\n";
        root.Write("usr/lib/zypp/plugins/services/evil", script);
        root.Write("usr/lib/zypp/plugins/urlresolver/evil", script);
        System.Diagnostics.Process.Start("chmod", ["-R", "755", Path.Combine(root.Path, "usr")]).WaitForExit();
        root.Write(
            "etc/zypp/services.d/evil.service",
            "[evil]\nname=evil\nenabled=1\nautorefresh=1\ntype=plugin\n"
                + $"url=file:{root.Path}/usr/lib/zypp/plugins/services/evil\n"
        );
        root.Repository("plugin", "baseurl=plugin:evil?x=1");

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.False(File.Exists(Canary));
        Assert.Contains(inventory.Repositories, r => r.Status == RepositoryStatus.Ok);
        var refused = Assert.Single(inventory.Repositories, r => r.Name == "plugin");
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains("does not use addresses of the kind 'plugin:'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("baseurl=dir:OUTSIDE", "there is no")]
    [InlineData("baseurl=file://OUTSIDE", "there is no")]
    [InlineData("baseurl=dir:///../../../../../..OUTSIDE", "there is no")]
    [InlineData("baseurl=dir:/link", "there is no")]
    [InlineData("baseurl=dir:/folder", "/folder/repodata")]
    [InlineData("baseurl=dir:/srv?x=/tmp", "not a plain path")]
    [InlineData("baseurl=hd:/?device=/dev/sda1", "kind 'hd:'")]
    [InlineData("baseurl=iso:/?iso=x.iso&url=dir:/srv", "kind 'iso:'")]
    [InlineData("baseurl=http://127.0.0.1:1/\npath=../../x", "climbs")]
    [InlineData("mirrorlist=file:///mirrors", "list of mirrors that is a file")]
    public async Task A_repository_that_is_a_file_is_one_of_the_image(string line, string reason)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        var outside = Path.Combine(_host.Path, "outside");
        RigRpms.Run("cp", "-a", universe.RepositoryFolder("base"), outside);
        File.CreateSymbolicLink(Path.Combine(root.Path, "link"), outside);
        Directory.CreateDirectory(Path.Combine(root.Path, "folder"));
        File.CreateSymbolicLink(Path.Combine(root.Path, "folder/repodata"), Path.Combine(outside, "repodata"));
        root.Repository("other", line.Replace("OUTSIDE", outside, StringComparison.Ordinal));

        var inventory = await root.InventoryAsync(refresh: true);

        var refused = Assert.Single(inventory.Repositories, r => r.Name == "other");
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains(inventory.Repositories, r => r is { Name: not "other", Status: RepositoryStatus.Ok });
    }

    [Theory]
    [InlineData("var/cache/zypp")]
    [InlineData("var/cache/zypp/raw")]
    [InlineData("var/cache/zypp/raw/base")]
    public async Task A_link_where_metadata_is_written_is_an_error_that_names_it(string place)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        File.WriteAllText(_host.File("outside/precious"), "precious");
        var outside = Path.Combine(_host.Path, "outside");
        var link = Path.Combine(root.Path, place);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        if (Directory.Exists(link))
            Directory.Delete(link, recursive: true);
        File.CreateSymbolicLink(link, outside);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync(refresh: true));

        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("var/cache/zypp/raw", "")]
    [InlineData("var/cache/zypp/raw", "../../../../../../../..")]
    [InlineData("var/cache/zypp/raw/base", "")]
    [InlineData("var/cache", "")]
    public async Task A_folder_that_becomes_a_link_while_zypper_runs_is_an_error_that_names_it(
        string place,
        string climb
    )
    {
        using var root = universe.NewRoot();
        using var server = new ArchiveServer(universe.RepositoryFolder("base"));
        root.Repository("base", $"name=base\nbaseurl={server.Address}/");
        await root.InventoryAsync(refresh: true);
        File.WriteAllText(_host.File("outside/precious"), "precious");
        var outside = Path.Combine(_host.Path, "outside");
        var link = Path.Combine(root.Path, place);
        var isSwapped = 0;
        server.Break(
            _ =>
            {
                if (Interlocked.Exchange(ref isSwapped, 1) == 0)
                {
                    Directory.Move(link, link + ".old");
                    File.CreateSymbolicLink(link, climb + outside);
                }

                return false;
            },
            ArchiveFault.NotFound
        );

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => root.InventoryAsync(refresh: true));

        Assert.Equal(1, isSwapped);
        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("dir", "<location href=\"../../../../../../../../../../../..FOLDER/susedata.xml\"/>")]
    [InlineData("dir", "<location xml:base=\"dir:FOLDER/\" href=\"susedata.xml\"/>")]
    [InlineData("dir", "<location href=\"FOLDER/susedata.xml\"/>")]
    [InlineData("http", "<location xml:base=\"dir:FOLDER/\" href=\"susedata.xml\"/>")]
    public async Task A_repository_has_no_file_of_the_host_copied_into_the_image(string kind, string location)
    {
        using var root = universe.NewRoot();
        const string secret = "the-hosts-own-words";
        File.WriteAllText(_host.File("outside/susedata.xml"), $"<susedata>{secret}</susedata>");
        var outside = Path.Combine(_host.Path, "outside");
        var folder = Path.Combine(_host.Path, "repository");
        RigRpms.Run("cp", "-a", universe.RepositoryFolder("base"), folder);
        var contents = Path.Combine(folder, "repodata/repomd.xml");
        var data = location.Replace("FOLDER", outside, StringComparison.Ordinal);
        File.WriteAllText(
            contents,
            File.ReadAllText(contents)
                .Replace(
                    "</repomd>",
                    $"<data type=\"susedata\">{data}</data><data type=\"susedata.en\">{data}</data></repomd>",
                    StringComparison.Ordinal
                )
        );
        using var server = new ArchiveServer(folder);
        if (kind == "dir")
            root.Hold(folder);
        root.Repository("base", $"name=base\nbaseurl={(kind == "dir" ? $"dir:{folder}" : server.Address + "/")}");

        await root.InventoryAsync(refresh: true);

        Assert.All(
            Directory.EnumerateFiles(Path.Combine(root.Path, "var"), "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(secret, File.ReadAllText(file), StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("?credentials={0}")]
    [InlineData("?a=1&credentials=%2E%2E{0}")]
    [InlineData("?%63redentials={0}")]
    [InlineData("?ssl_clientkey={0}")]
    [InlineData("${{x:-?cred}}entials={0}")]
    [InlineData("?$y={0}")]
    [InlineData("$q")]
    public async Task An_address_never_sends_a_file_of_the_host(string query)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        var secret = _host.File("secret");
        File.WriteAllText(secret, "username=host\npassword=secret\n");
        root.Write("etc/zypp/vars.d/q", $"?credentials={secret}");
        root.Write("etc/zypp/vars.d/y", "credentials");
        await using var server = new AskingServer();
        root.Repository(
            "asks",
            $"baseurl=http://127.0.0.1:{server.Port}/"
                + string.Format(System.Globalization.CultureInfo.InvariantCulture, query, secret)
        );

        var inventory = await root.InventoryAsync(refresh: true);

        Assert.Empty(server.Authorizations);
        var asked = Assert.Single(inventory.Repositories, r => r.Name == "asks");
        Assert.Equal(RepositoryStatus.RefreshFailed, asked.Status);
        Assert.Contains(inventory.Repositories, r => r.Status == RepositoryStatus.Ok);
    }

    [Fact]
    public async Task Credentials_of_the_image_are_used_for_its_own_repository()
    {
        using var root = universe.NewRoot();
        root.Write("etc/zypp/credentials.d/own", "username=image\npassword=words\n");
        await using var server = new AskingServer();
        root.Repository("asks", $"baseurl=http://127.0.0.1:{server.Port}/?credentials=own");

        await root.InventoryAsync(refresh: true);

        Assert.Contains("Basic aW1hZ2U6d29yZHM=", server.Authorizations);
    }

    [Theory]
    [InlineData("mirrorlist")]
    [InlineData("metalink")]
    public async Task A_list_of_mirrors_is_named_and_not_used(string option)
    {
        using var root = universe.NewRoot();
        root.OwnRepository("base");
        await using var server = new AskingServer();
        root.Repository("mirrors", $"{option}=http://127.0.0.1:{server.Port}/list");

        var inventory = await root.InventoryAsync(refresh: true);

        var refused = Assert.Single(inventory.Repositories, r => r.Name == "mirrors");
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains("does not use lists of mirrors", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    /// <summary>Answers every request with 401, and keeps what was sent to it in answer to that.</summary>
    private sealed class AskingServer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;
        private int _requests;

        public AskingServer()
        {
            _listener.Start();
            _serving = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public ConcurrentBag<string> Authorizations { get; } = [];

        public int Requests => Volatile.Read(ref _requests);

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            _listener.Dispose();
            await _serving;
            _end.Dispose();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                    await AnswerAsync(client.GetStream());
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
            {
                // The test has ended.
            }
        }

        private async Task AnswerAsync(NetworkStream stream)
        {
            Interlocked.Increment(ref _requests);
            using var reader = new StreamReader(stream, leaveOpen: true);
            while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } line)
            {
                if (line.StartsWith("Authorization: ", StringComparison.OrdinalIgnoreCase))
                    Authorizations.Add(line["Authorization: ".Length..]);
            }

            await stream.WriteAsync(
                (
                    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: "u8
                    + "0\r\nConnection: close\r\n\r\n"u8
                ).ToArray(),
                _end.Token
            );
        }
    }
}
