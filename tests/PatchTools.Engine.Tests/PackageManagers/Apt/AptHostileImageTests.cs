using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;
using static PatchTools.Engine.Tests.PackageManagers.Apt.AptRoot;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// Images that try to run something on this host, or to reach its files, when the real apt refreshes their lists.
/// </summary>
public sealed class AptHostileImageTests : IDisposable
{
    private static readonly InventoryRequest s_refresh = new() { Refresh = true, Origin = InventoryOrigin.Root };

    private readonly AptRoot _root = new("amd64");
    private readonly TemporaryDirectory _host = new();

    public AptHostileImageTests()
    {
        _root.MakeSuite(
            "live",
            "s",
            ["Suite=s", "Codename=s", "Architectures=amd64", "Components=main"],
            ("main/binary-amd64", Stanza("p", "1.1"))
        );
        _root.Write(
            "etc/apt/sources.list",
            $"deb [trusted=yes] file:{_root.Repositories}/live s main\ndeb [trusted=yes] http://127.0.0.1:1/ s main\n"
        );
        _root.HoldRepositories();
        _root.Write("var/lib/dpkg/status", Installed("p", "1.0"));
        _root.Write("evil/http", $"#!/bin/sh\ntouch {Canary}\n");
        Run("chmod", "-R", "755", Path.Combine(_root.Root, "evil"));
    }

    private string Canary => Path.Combine(_host.Path, "canary");

    public static TheoryData<string, string> Configurations =>
        new()
        {
            { "a hook before updates", "APT::Update::Pre-Invoke { \"touch CANARY\"; };" },
            {
                "hooks after updates",
                "APT::Update::Post-Invoke { \"touch CANARY\"; }; APT::Update::Post-Invoke-Success { \"touch "
                    + "CANARY\"; };"
            },
            { "hooks of dpkg", "DPkg::Pre-Invoke { \"touch CANARY\"; }; DPkg::Post-Invoke { \"touch CANARY\"; };" },
            {
                "programs",
                "Dir::Bin::methods \"ROOT/evil\"; Dir::Bin::gpg \"ROOT/evil/http\"; Dir::Bin::apt-key "
                    + "\"ROOT/evil/http\"; Apt::Key::gpgvcommand \"ROOT/evil/http\";"
            },
            {
                "a finder of proxies",
                "Acquire::http::Proxy-Auto-Detect \"ROOT/evil/http\"; Acquire::http::ProxyAutoDetect "
                    + "\"ROOT/evil/http\";"
            },
            {
                "compressors",
                "Acquire::CompressionTypes::xyz \"evil\"; APT::Compressor::evil::Binary \"ROOT/evil/http\"; "
                    + "APT::Compressor::evil::Name \"evil\";"
            },
            {
                "an encoded name below a proxy",
                "Acquire::http::Proxy::x%22%22%3B%0AAPT::Update::Pre-Invoke::%20%22touch%20CANARY%22%3B%0AX \"http://y/\";"
            },
            {
                "an encoded name below a switch",
                "Acquire::Check-Date::x%20%22%22%3B%0AAPT::Update::Pre-Invoke::%20%22touch%20CANARY%22%3B%0AX \"1\";"
            },
            {
                "an encoded name below the folders",
                "Dir::Etc::x%20%22%22%3B%0AAPT::Update::Pre-Invoke::%20%22touch%20CANARY%22%3B%0AX \"y\";"
            },
            {
                "an encoded value",
                "Acquire::http::Proxy \"http://x%22%3BAPT::Update::Pre-Invoke {%22touch CANARY%22};\";"
            },
            {
                "an encoded language",
                "Acquire::Languages { \"en%22%3B%0AAPT::Update::Pre-Invoke::%20%22touch CANARY\"; };"
            },
        };

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task Nothing_of_its_configuration_runs(string what, string configuration)
    {
        Assert.NotEmpty(what);
        _root.Write(
            "etc/apt/apt.conf.d/99evil",
            configuration
                .Replace("CANARY", Canary, StringComparison.Ordinal)
                .Replace("ROOT", _root.Root, StringComparison.Ordinal)
        );

        var inventory = await _root.ReadAsync(s_refresh, _root.Image);

        Assert.False(File.Exists(Canary));
        Assert.Equal(RepositoryStatus.Ok, inventory.Repositories[0].Status);
        Assert.Equal(RepositoryStatus.RefreshFailed, inventory.Repositories[1].Status);
    }

    [Theory]
    [InlineData("cdrom:[disc]/")]
    [InlineData("ssh://127.0.0.1/x")]
    [InlineData("../../../evil/http://x")]
    public async Task A_kind_of_source_that_runs_something_is_named_and_not_used(string address)
    {
        _root.Write(
            "etc/apt/sources.list",
            $"deb [trusted=yes] file:{_root.Repositories}/live s main\ndeb [trusted=yes] {address} s main\n"
        );

        var inventory = await _root.ReadAsync(s_refresh, _root.Image);

        Assert.Equal(
            [RepositoryStatus.Ok, RepositoryStatus.RefreshFailed],
            inventory.Repositories.Select(r => r.Status)
        );
        Assert.Contains(
            "does not use addresses of the kind",
            inventory.Repositories[1].Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("file:OUTSIDE", "there is no")]
    [InlineData("copy:OUTSIDE", "there is no")]
    [InlineData("file:/../../../../../../../..OUTSIDE", "there is no")]
    [InlineData("file:/links/absolute", "there is no")]
    [InlineData("file:/links/relative", "leads out of the image")]
    [InlineData("file:/links", "could lead out of it")]
    [InlineData("file:/srv%2f..%2f..OUTSIDE", "there is no")]
    [InlineData("file://example.org/srv", "there is no")]
    [InlineData("mirror+file:/srv/mirrors", "'mirror+file:'")]
    public async Task A_source_that_is_a_file_is_one_of_the_image(string address, string reason)
    {
        var outside = Path.Combine(_host.Path, "outside");
        Run("cp", "-a", Path.Combine(_root.Repositories, "live"), outside);
        Directory.CreateDirectory(Path.Combine(_root.Root, "links"));
        File.CreateSymbolicLink(Path.Combine(_root.Root, "links/absolute"), outside);
        File.CreateSymbolicLink(Path.Combine(_root.Root, "links/relative"), "../../../../../../../.." + outside);
        address = address.Replace("OUTSIDE", outside, StringComparison.Ordinal);
        _root.Write(
            "etc/apt/sources.list",
            $"deb [trusted=yes] file:{_root.Repositories}/live s main\ndeb [trusted=yes] {address} s main\n"
        );

        var inventory = await _root.ReadAsync(s_refresh, _root.Image);

        Assert.Equal(
            [RepositoryStatus.Ok, RepositoryStatus.RefreshFailed],
            inventory.Repositories.Select(r => r.Status)
        );
        Assert.Contains(reason, inventory.Repositories[1].Message, StringComparison.Ordinal);
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
    }

    [Theory]
    [InlineData("UPOUTSIDE/")]
    [InlineData("s/UPOUTSIDE/")]
    [InlineData("UPOUTSIDE main")]
    [InlineData("s UPOUTSIDE")]
    [InlineData("s/.. main")]
    public async Task A_suite_or_component_that_climbs_is_named_and_not_used(string climbing)
    {
        var outside = Path.Combine(_host.Path, "outside");
        Run("cp", "-a", Path.Combine(_root.Repositories, "live/dists/s"), outside);
        climbing = climbing.Replace("UP", "../../../../../../../../../..", StringComparison.Ordinal);
        climbing = climbing.Replace("OUTSIDE", outside, StringComparison.Ordinal);
        _root.Write(
            "etc/apt/sources.list",
            $"deb [trusted=yes] file:{_root.Repositories}/live s main\n"
                + $"deb [trusted=yes] file:{_root.Repositories}/live {climbing}\n"
        );

        var inventory = await _root.ReadAsync(s_refresh, _root.Image);

        var refused = Assert.Single(inventory.Repositories, r => r.Status != RepositoryStatus.Ok);
        Assert.Equal(RepositoryStatus.RefreshFailed, refused.Status);
        Assert.Contains("climbs", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(_root.Lists),
            f => Path.GetFileName(f).Contains("outside", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("var/lib/apt/lists", "relative")]
    [InlineData("var/lib/apt/lists", "absolute")]
    [InlineData("var/lib/apt", "absolute")]
    [InlineData("var/lib/apt/lists/partial", "absolute")]
    [InlineData("var/lib/apt/lists/lock", "absolute")]
    [InlineData("var/lib/apt/lists/partial/x_InRelease", "relative")]
    public async Task A_link_where_lists_are_written_is_an_error_that_names_it(string place, string kind)
    {
        File.WriteAllText(_host.File("outside/precious"), "precious");
        var link = Path.Combine(_root.Root, place);
        if (Directory.Exists(link))
            Directory.Delete(link, recursive: true);
        var outside = Path.Combine(_host.Path, "outside");
        var target = kind == "absolute" ? outside : "../../../../../../../../../.." + outside;
        File.CreateSymbolicLink(link, target);

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => _root.ReadAsync(s_refresh, _root.Image));

        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Equal(["precious"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
        Assert.Equal(
            "precious",
            await File.ReadAllTextAsync(Path.Combine(outside, "precious"), CancellationToken.None)
        );
    }

    [Theory]
    [InlineData("var/lib/apt/lists", "")]
    [InlineData("var/lib/apt/lists", "../../../../../../../../../..")]
    [InlineData("var/lib/apt", "")]
    [InlineData("var", "")]
    public async Task A_folder_that_becomes_a_link_while_apt_runs_is_an_error_that_names_it(string place, string climb)
    {
        var precious = _host.File("outside/precious");
        File.WriteAllText(precious, "precious");
        var outside = Path.GetDirectoryName(precious)!;
        Directory.CreateDirectory(Path.Combine(outside, "lists/partial"));
        Directory.CreateDirectory(Path.Combine(outside, "lib/apt/lists/partial"));
        var before = Everything(outside);
        using var server = new ArchiveServer(_root.Repositories);
        _root.Write("etc/apt/sources.list", $"deb [trusted=yes] {server.Address}/live s main\n");
        var link = Path.Combine(_root.Root, place);
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

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => _root.ReadAsync(s_refresh, _root.Image));

        Assert.Equal(1, isSwapped);
        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Everything(outside));
    }

    [Fact]
    public async Task A_list_that_becomes_a_link_while_apt_runs_is_replaced_and_nothing_written_through_it()
    {
        var precious = _host.File("precious");
        File.WriteAllText(precious, "precious");
        using var server = new ArchiveServer(_root.Repositories);
        _root.Write("etc/apt/sources.list", $"deb [trusted=yes] {server.Address}/live s main\n");
        var list = Path.Combine(
            _root.Lists,
            $"{server.Address["http://".Length..]}_live_dists_s_main_binary-amd64_Packages"
        );
        server.Break(
            _ =>
            {
                File.Delete(list);
                File.CreateSymbolicLink(list, precious);
                return false;
            },
            ArchiveFault.NotFound
        );

        var inventory = await _root.ReadAsync(s_refresh, _root.Image);

        Assert.Equal("precious", await File.ReadAllTextAsync(precious, CancellationToken.None));
        Assert.Null(new FileInfo(list).LinkTarget);
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
    }

    [Fact]
    public async Task What_an_image_has_is_not_fetched_again_and_what_it_no_longer_needs_goes()
    {
        using var server = new ArchiveServer(_root.Repositories);
        _root.Write("etc/apt/sources.list", $"deb [trusted=yes] {server.Address}/live s main\n");
        await _root.ReadAsync(s_refresh, _root.Image);
        var stale = Path.Combine(_root.Lists, "example.org_dists_gone_InRelease");
        File.WriteAllText(stale, "stale");
        var asked = server.Asked.Count;

        var inventory = await _root.ReadAsync(s_refresh, _root.Image);

        Assert.DoesNotContain(server.Asked.Skip(asked), p => p.Contains("Packages", StringComparison.Ordinal));
        Assert.False(File.Exists(stale));
        Assert.Equal(["1.1"], inventory.Offers.Select(o => o.Edition));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_root.Image.Paths.DataDirectory, "image")));
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("partial/_x_dists_s_InRelease")]
    [InlineData("NAME_InRelease")]
    public async Task A_second_name_of_a_file_of_this_host_is_not_written_through(string place)
    {
        Rig.NeedsCommands("ln");
        var precious = _host.File("precious");
        File.WriteAllText(precious, "precious");
        var name = $"{_root.Repositories}/live/dists/s".Replace('/', '_');
        var link = Path.Combine(_root.Root, "var/lib/apt/lists", place.Replace("NAME", name, StringComparison.Ordinal));
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.Delete(link);
        Run("ln", precious, link);

        await _root.ReadAsync(s_refresh, _root.Image);

        Assert.Equal("precious", await File.ReadAllTextAsync(precious, CancellationToken.None));
    }

    [Fact]
    public async Task A_keyring_of_this_host_is_not_one_of_the_image()
    {
        File.WriteAllText(_host.File("key.gpg"), "not a key");
        _root.Write(
            "etc/apt/sources.list",
            $"deb [signed-by=/etc/apt/key.gpg] file:{_root.Repositories}/live s main\n"
        );
        File.CreateSymbolicLink(
            Path.Combine(_root.Root, "etc/apt/key.gpg"),
            "../../../../../../../../.." + Path.Combine(_host.Path, "key.gpg")
        );

        var error = await Assert.ThrowsAsync<PatchToolsException>(() => _root.ReadAsync(s_refresh, _root.Image));

        Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
        Assert.Contains("etc/apt/key.gpg", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("etc/apt/apt.conf.d/fifo")]
    [InlineData("etc/apt/sources.list.d/fifo.list")]
    [InlineData("etc/apt/trusted.gpg.d/fifo.gpg")]
    [InlineData("var/lib/apt/lists/fifo")]
    public async Task A_fifo_in_place_of_a_file_is_an_error_at_once(string place)
    {
        Rig.NeedsCommands("mkfifo");
        Run("mkfifo", Path.Combine(_root.Root, place));

        var error = await Assert.ThrowsAsync<PatchToolsException>(() =>
            _root.ReadAsync(s_refresh, _root.Image).WaitAsync(TimeSpan.FromMinutes(2))
        );

        Assert.Equal(PatchErrors.NotPlainFile, error.Error);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _root.Dispose();
        _host.Dispose();
    }

    private static IEnumerable<string> Everything(string folder) =>
        [
            .. new DirectoryInfo(folder)
                .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
                .Select(e => $"{e.FullName} {(e as FileInfo)?.Length}")
                .Order(StringComparer.Ordinal),
        ];

    private static void Run(string command, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(command, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
