using System.Diagnostics;
using System.Net.Sockets;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.Files;

/// <summary>Links of an image, resolved by the kernel (openat2) and by our own walk: both must agree.</summary>
public sealed class ImageRootTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public ImageRootTests()
    {
        Write("image/usr/lib/os-release", "image");
        Write("image/etc/own", "own");
        Write("os-release", "outside");
        Write("usr/lib/os-release", "outside");
        _ = new HostPaths { Root = Root };
    }

    private string Root => Path.Combine(_folder.Path, "image");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/usr/lib/os-release")]
    [InlineData("../usr/lib/os-release")]
    [InlineData("../../../../../usr/lib/os-release")]
    [InlineData("./.././usr//lib/os-release")]
    public void A_link_is_resolved_below_the_root(string target)
    {
        Link("etc/os-release", target);

        Assert.All(Ways, way => Assert.Equal("image", way("/etc/os-release")));
        Assert.Equal("image", HostFiles.ReadAllText(Path.Combine(Root, "etc/os-release")));
    }

    [Fact]
    public void A_chain_of_links_through_folders_is_resolved_below_the_root()
    {
        Link("etc/os-release", "/a/b/os-release");
        Link("a", "/srv/../srv/c");
        Write("image/srv/c/x", "");
        Link("srv/c/b", "../../usr/lib");

        Assert.All(Ways, way => Assert.Equal("image", way("etc/os-release")));
    }

    [Theory]
    [InlineData("etc/../../../etc/own")]
    [InlineData("/../etc/own")]
    public void A_path_that_climbs_stays_below_the_root(string path) =>
        Assert.All(Ways, way => Assert.Equal("own", way(path)));

    [Fact]
    public void A_link_that_leads_out_is_an_error_that_names_it()
    {
        Link("etc/os-release", "../../os-release");

        foreach (var walks in new[] { false, true })
        {
            var error = Assert.Throws<PatchToolsException>(() => new ImageRoot(Root, walks).Open("etc/os-release"));
            Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
            Assert.Contains($"{Root}/etc/os-release", error.Message, StringComparison.Ordinal);
            Assert.Contains("../../os-release", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Links_in_a_circle_are_an_error_that_names_one()
    {
        Link("etc/a", "/etc/b");
        Link("etc/b", "/etc/a");

        foreach (var walks in new[] { false, true })
        {
            var error = Assert.Throws<PatchToolsException>(() => new ImageRoot(Root, walks).Open("etc/a"));
            Assert.Equal(PatchErrors.ImagePathRefused, error.Error);
            Assert.Contains("in a circle", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("etc/none")]
    [InlineData("none/none")]
    [InlineData("etc/own/below")]
    [InlineData("etc/dangling")]
    public void What_is_not_there_is_not_there(string path)
    {
        Link("etc/dangling", "/usr/lib/none");

        Assert.All(Ways, way => Assert.Null(way(path)));
    }

    [Fact]
    public void Links_of_proc_lead_nowhere_else()
    {
        // As in an image that was written while its /proc was mounted.
        Link("etc/magic", $"/proc/self/root{_folder.Path}/os-release");
        Write("image/proc/self/x", "");
        Link("proc/self/root", "/");

        Assert.All(Ways, way => Assert.Null(way("etc/magic")));
    }

    [Fact]
    public void A_fifo_in_place_of_a_file_is_an_error_at_once()
    {
        Rig.NeedsCommands("mkfifo");
        var fifo = Path.Combine(Root, "etc/fifo");
        using (var made = Process.Start("mkfifo", [fifo]))
            made.WaitForExit();

        var error = Assert.Throws<PatchToolsException>(() => HostFiles.ReadAllText(fifo));

        Assert.Equal(PatchErrors.NotPlainFile, error.Error);
        Assert.Contains(fifo, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a socket")]
    [InlineData("a device")]
    public void A_socket_or_a_device_in_place_of_a_file_is_an_error_at_once(string what)
    {
        var place = Path.Combine(Root, "etc/special");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        if (what == "a socket")
        {
            socket.Bind(new UnixDomainSocketEndPoint(place));
        }
        else
        {
            Rig.NeedsRoot();
            RigProcess.Run("mknod", place, "c", "1", "5").Expect();
        }

        foreach (
            var read in new Action<string>[]
            {
                path => HostFiles.ReadAllText(path),
                path => Assert.Empty(HostFiles.ReadAllLines(path)),
                path => HostFiles.OpenRead(path).Dispose(),
            }
        )
        {
            var error = Assert.Throws<PatchToolsException>(() => read(place));

            Assert.Equal(PatchErrors.NotPlainFile, error.Error);
            Assert.Contains(place, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Links_to_folders_are_not_among_the_files_of_a_folder()
    {
        Write("image/etc/d/a.conf", "");
        Link("etc/d/b.conf", "/etc/own");
        Link("etc/d/folder.conf", "/usr");
        Link("etc/d/gone.conf", "/none");
        Link("conf", "/etc/d");

        Assert.Equal(
            ["a.conf", "b.conf", "gone.conf"],
            HostFiles.FilesIn(Path.Combine(Root, "conf"), "*.conf").Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void Facts_are_those_of_what_a_link_leads_to()
    {
        var time = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(Root, "etc/own"), time);
        Link("link", "/etc/own");
        var link = Path.Combine(Root, "link");

        Assert.Equal(3, HostFiles.Length(link));
        Assert.Equal(time, HostFiles.LastWriteTimeUtc(link));
        Assert.Equal(Path.Combine(Root, "etc/own"), HostFiles.RealPath(link));
    }

    /// <summary>Content of a file by each way; null when it is not there.</summary>
    private IReadOnlyList<Func<string, string?>> Ways =>
        [path => Content(new ImageRoot(Root), path), path => Content(new ImageRoot(Root, walks: true), path)];

    private static string? Content(ImageRoot root, string path)
    {
        using var handle = root.Open(path);
        return handle is null ? null : File.ReadAllText($"/proc/self/fd/{handle.DangerousGetHandle()}");
    }

    private void Write(string path, string text) => File.WriteAllText(_folder.File(path), text);

    private void Link(string path, string target) =>
        File.CreateSymbolicLink(_folder.File(Path.Combine("image", path)), target);
}
