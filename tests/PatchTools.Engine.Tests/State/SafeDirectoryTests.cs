using System.Net.Sockets;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Reports.Saving;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.State;

/// <summary>What another user puts in the way of root, in directories of root's own.</summary>
public sealed class SafeDirectoryTests : IDisposable
{
    private const UnixFileMode GroupWritable = (UnixFileMode)0b111_111_101;
    private const string Nobody = "65534";
    private readonly TemporaryDirectory _folder = new(Environment.IsPrivilegedProcess ? "/var/lib" : null);
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a directory of another user's")]
    [InlineData("a directory that its group can write")]
    [InlineData("a link in a directory that its group can write")]
    [InlineData("another user's link in a directory of everybody's")]
    public void Root_writes_nothing_below(string what)
    {
        Rig.NeedsRoot();
        var target = Path.Combine(Prepare(what), "patch-configuration", "states.json");

        var failure = Assert.Throws<PatchToolsException>(() => AtomicFile.Write(target, "x"u8));

        Assert.Same(PatchErrors.StateUnwritable, failure.Error);
        Assert.Contains(Path.Combine(_folder.Path, "amazon"), failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.json", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("a directory of another user's")]
    [InlineData("a directory that its group can write")]
    [InlineData("a link to a directory of another user's")]
    public void Root_takes_no_such_state_directory(string what)
    {
        Rig.NeedsRoot();
        var directory = Prepare(what);
        foreach (var path in new[] { directory, Path.Combine(directory, "below") })
        {
            var failure = Assert.Throws<PatchToolsException>(() => StateDirectoryCheck.Require(Host(path)));
            Assert.Same(PatchErrors.StateDirectoryUnsafe, failure.Error);
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Root_takes_a_state_directory_of_its_own_below_one_of_everybodys()
    {
        var parent = Path.Combine(_folder.Path, "everybodys");
        Directory.CreateDirectory(Path.Combine(parent, "state"));
        File.SetUnixFileMode(parent, (UnixFileMode)0b001_111_111_111);
        StateDirectoryCheck.Require(Host(Path.Combine(parent, "state")));
        StateDirectoryCheck.Require(Host(Path.Combine(_folder.Path, "not yet there")));
        if (!Environment.IsPrivilegedProcess)
            return;
        Assert.Throws<PatchToolsException>(() => StateDirectoryCheck.Require(Host(parent)));
    }

    [Fact]
    public void A_link_of_roots_own_on_the_way_is_followed()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "big disk"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "state"), "big disk");

        AtomicFile.Write(Path.Combine(_folder.Path, "state", "a", "file"), "x"u8);

        Assert.Equal("x", File.ReadAllText(Path.Combine(_folder.Path, "big disk", "a", "file")));
    }

    [Theory]
    [InlineData("mkfifo")]
    [InlineData("ln -s /etc/hostname")]
    [InlineData("mkdir")]
    [InlineData("mknod -m 666", "c 1 3")]
    public void What_is_no_file_in_the_place_of_one_is_an_error_at_once(string make, string rest = "")
    {
        var path = Path.Combine(_folder.Path, "ssm", "patch-configuration", "patch-states-configuration.json");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (make.StartsWith("mknod", StringComparison.Ordinal))
            Rig.NeedsRoot();
        RigProcess.Run("sh", "-c", $"{make} \"$1\" {rest}", "sh", path).Expect();

        var failure = Assert.Throws<PatchToolsException>(() => AtomicFile.Write(path, "x"u8));
        var reading = new PatchStatesFile(Host(Path.Combine(_folder.Path, "ssm")), _observer).Read();

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Contains("where a file should be", failure.Message, StringComparison.Ordinal);
        Assert.Contains("where a file should be", reading.Warning, StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task A_fifo_in_the_place_of_the_lock_is_an_error_at_once()
    {
        var host = ReportSamples.Host(_folder.Path);
        var path = RunLock.PathOf(host.Paths);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        RigProcess.Run("mkfifo", path).Expect();

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            RunLock.AcquireAsync(host, "x", TimeSpan.FromMinutes(5), _observer, CancellationToken.None)
        );

        Assert.Same(PatchErrors.StateUnwritable, failure.Error);
        Assert.Contains("a FIFO", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_in_the_place_of_the_lock_is_an_error_at_once()
    {
        var host = ReportSamples.Host(_folder.Path);
        var path = RunLock.PathOf(host.Paths);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        var failure = await Assert.ThrowsAsync<PatchToolsException>(() =>
            RunLock.AcquireAsync(host, "x", TimeSpan.FromMinutes(5), _observer, CancellationToken.None)
        );

        Assert.Same(PatchErrors.StateUnwritable, failure.Error);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_cannot_hold_the_lock_of_roots()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("setpriv", "flock");
        File.SetUnixFileMode(_folder.Path, AtomicFile.PublicDirectory);
        var host = ReportSamples.Host(_folder.Path);
        using (await RunLock.AcquireAsync(host, "x", TimeSpan.Zero, _observer, CancellationToken.None)) { }

        var run = RigProcess.Run(
            "setpriv",
            "--reuid",
            Nobody,
            "--regid",
            Nobody,
            "--clear-groups",
            "flock",
            "--nonblock",
            RunLock.PathOf(host.Paths),
            "true"
        );

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("Permission denied", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lock_and_spool_are_their_owners_alone_and_what_others_read_stays_readable()
    {
        var host = ReportSamples.Host(_folder.Path);

        // Of a version that left them open.
        Directory.CreateDirectory(Path.Combine(host.Paths.DataDirectory, "lock"), AtomicFile.PublicDirectory);
        using (await RunLock.AcquireAsync(host, "x", TimeSpan.Zero, _observer, CancellationToken.None)) { }

        AtomicFile.Write(Path.Combine(host.Paths.DataDirectory, "history", "x.json"), "{}"u8);

        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(RunLock.PathOf(host.Paths)));
        Assert.Equal(AtomicFile.PrivateDirectory, Mode("lock"));
        Assert.Equal(AtomicFile.PublicDirectory, File.GetUnixFileMode(host.Paths.DataDirectory));
        Assert.Equal(AtomicFile.PublicDirectory, Mode("history"));

        UnixFileMode Mode(string name) => File.GetUnixFileMode(Path.Combine(host.Paths.DataDirectory, name));
    }

    [Fact]
    public void A_sweep_leaves_what_is_not_its_own()
    {
        Rig.NeedsRoot();
        string[] names =
        [
            ".patchtools-2147483647-0badcafe-1.tmp",
            ".patchtools-2147483647-0badcafe-2.tmp",
            ".patchtools-2147483647-0badcafe-3.tmp",
            ".patchtools-notes-2026-final.tmp",
            ".patchtools-2147483647-much too long-1.tmp",
        ];
        string[] paths = [.. names.Select(n => Path.Combine(_folder.Path, n))];
        File.WriteAllText(paths[0], "mine");
        File.WriteAllText(paths[1], "somebody else's");
        RigProcess.Run("chown", Nobody, paths[1]).Expect();
        RigProcess.Run("mkfifo", paths[2]).Expect();
        File.WriteAllText(paths[3], "notes");
        File.WriteAllText(paths[4], "notes");

        AtomicFile.Sweep(_folder.Path);

        Assert.Equal(paths[1..].Order(), Directory.GetFileSystemEntries(_folder.Path).Order());
    }

    [Fact]
    public void Without_a_home_nothing_of_a_users_goes_to_a_directory_of_everybodys()
    {
        var paths = HostPaths.For(isRoot: false, null, new Dictionary<string, string>());

        Assert.StartsWith("/nonexistent/", paths.StateDirectory, StringComparison.Ordinal);
        Assert.StartsWith("/nonexistent/", paths.DataDirectory, StringComparison.Ordinal);
    }

    /// <summary>A directory below the folder, with what is wrong.</summary>
    private string Prepare(string what)
    {
        var amazon = Path.Combine(_folder.Path, "amazon");
        if (!what.Contains("link", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(amazon);
            if (what.Contains("group", StringComparison.Ordinal))
                File.SetUnixFileMode(amazon, GroupWritable);
            else
                RigProcess.Run("chown", Nobody, amazon).Expect();
            return amazon;
        }

        var elsewhere = Path.Combine(_folder.Path, "elsewhere");
        Directory.CreateDirectory(elsewhere);
        if (what.StartsWith("a link to", StringComparison.Ordinal))
        {
            RigProcess.Run("chown", Nobody, elsewhere).Expect();
            File.CreateSymbolicLink(amazon, elsewhere);
            return amazon;
        }

        Directory.CreateDirectory(amazon);
        var link = Path.Combine(amazon, "ssm");
        File.CreateSymbolicLink(link, elsewhere);
        if (what.Contains("everybody", StringComparison.Ordinal))
        {
            RigProcess.Run("chown", "-h", Nobody, link).Expect();
            File.SetUnixFileMode(amazon, (UnixFileMode)0b001_111_111_111);
        }
        else
        {
            File.SetUnixFileMode(amazon, GroupWritable);
        }

        return link;
    }

    private static HostContext Host(string stateDirectory) =>
        new()
        {
            Paths = HostPaths.For(Environment.IsPrivilegedProcess, stateDirectory, new Dictionary<string, string>()),
            Environment = new Dictionary<string, string>(),
            IsRoot = Environment.IsPrivilegedProcess,
        };
}
