using PatchTools.Errors;
using PatchTools.Testing;
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
            $"[evil]\nname=evil\nenabled=1\nautorefresh=1\ntype=plugin\nurl=file:{root.Path}/usr/lib/zypp/plugins/services/evil\n"
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
    [InlineData("baseurl=dir:/srv?x=/tmp", "no plain path")]
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
}
