using PatchTools.Engine.Tests.PackageManagers;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Processes;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.Processes;

/// <summary>
/// Programs lie in directories of root's below one that is made for the test, and say which one they are.
/// </summary>
public sealed class ProgramLocatorTests : IDisposable
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <summary>Not below /tmp, which is everybody's: what root runs lies in directories of root's.</summary>
    private readonly TemporaryDirectory _directory = new(Environment.IsPrivilegedProcess ? "/var/lib" : null);
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_directories_are_the_systems_own_in_the_order_of_a_login()
    {
        Assert.Equal(
            ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"],
            new HostPaths().ProgramDirectories
        );
    }

    [Fact]
    public async Task The_first_directory_that_has_a_program_wins_and_the_callers_are_never_asked()
    {
        Program("second", "rpm");
        Program("third", "rpm");
        Program("elsewhere", "rpm");
        var host = Host() with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = Folder("elsewhere") },
        };

        Assert.Equal("second\n", await RunAsync(host, "rpm"));
    }

    [Fact]
    public async Task A_program_in_the_current_directory_is_not_run()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            RunAsync(Host() with { Paths = new HostPaths { ProgramDirectories = [] } }, "rpm")
        );

        Assert.Same(PatchErrors.PackageManagerFailed, failure.Error);
        await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(Host(), "./rpm"));
    }

    [Theory]
    [InlineData("the program is writable by its group")]
    [InlineData("the program is another user's")]
    [InlineData("the directory is writable by everybody")]
    [InlineData("the directory is another user's")]
    [InlineData("the directory is writable by everybody but sticky")]
    [InlineData("a link leads to another user's program")]
    [InlineData("a link leads through a directory of another user's")]
    public async Task Root_passes_over_what_somebody_else_can_change_and_names_it(string flaw)
    {
        Rig.NeedsRoot();
        Program("second", "rpm");
        Spoil(flaw);

        Assert.Equal("second\n", await RunAsync(Host(), "rpm"));
        Assert.Contains(
            Path.Combine(Folder("first"), "rpm"),
            Assert.Single(_observer.Warnings),
            StringComparison.Ordinal
        );

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            RunAsync(Host() with { Paths = new HostPaths { ProgramDirectories = [Folder("first")] } }, "rpm")
        );
        Assert.Contains("is not run as root", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_a_program_of_roots_is_run()
    {
        Program("elsewhere", "rpm-4");
        Directory.CreateDirectory(Folder("first"), Executable);
        File.CreateSymbolicLink(Path.Combine(Folder("first"), "rpm"), "../elsewhere/rpm-4");

        Assert.Equal("elsewhere\n", await RunAsync(Host(), "rpm"));
        Assert.Empty(_observer.Warnings);
    }

    [Fact]
    public async Task What_cannot_be_executed_is_looked_for_further_on()
    {
        Program("first", "rpm");
        File.SetUnixFileMode(Path.Combine(Folder("first"), "rpm"), UnixFileMode.UserRead);
        Directory.CreateDirectory(Path.Combine(Folder("second"), "rpm"));
        Program("third", "rpm");

        Assert.Equal("third\n", await RunAsync(Host(), "rpm"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_of_the_callers_that_could_change_what_a_program_does_reaches_one_of_roots(bool isQuery)
    {
        string[] hostile =
        [
            "LD_PRELOAD",
            "LD_LIBRARY_PATH",
            "LD_AUDIT",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "PERL5LIB",
            "DNF_SETOPT",
            "APT_CONFIG",
            "ZYPP_CONF",
            "RPM_CONFIGDIR",
            "BASH_ENV",
            "ENV",
            "DPKG_ROOT",
            "TMPDIR",
            "AWS_SECRET_ACCESS_KEY",
        ];
        var environment = hostile.ToDictionary(n => n, _ => "/tmp/planted", StringComparer.Ordinal);
        environment["https_proxy"] = "http://proxy.example:3128";
        environment["PATH"] = "/tmp/planted";
        var host = new HostContext
        {
            Paths = new HostPaths(),
            Environment = environment,
            IsRoot = true,
        };
        var command = new Command("env", [])
        {
            Interruptible = isQuery,
            LogPath = _directory.File("log"),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ZYPP_LOCK_TIMEOUT"] = "5" },
        };

        var result = await new ProcessRunner(host, _observer).RunAsync(command, CancellationToken.None);
        var lines = result.StandardOutput.Split('\n');

        Assert.DoesNotContain("planted", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("https_proxy=http://proxy.example:3128", lines);
        Assert.Contains("ZYPP_LOCK_TIMEOUT=5", lines);
        Assert.Contains("LC_ALL=C.UTF-8", lines);
        Assert.Contains("HOME=/root", lines);
        Assert.Contains("PATH=" + string.Join(':', host.Paths.ProgramDirectories), lines);
    }

    [Fact]
    public async Task The_home_of_whoever_became_root_is_not_roots()
    {
        Rig.NeedsRoot();
        Directory.CreateDirectory(Folder("home"), Executable);
        Give(Folder("home"));
        var host = Host() with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = Folder("home") },
            Paths = new HostPaths(),
        };

        Assert.Equal("/root\n", await RunAsync(host, "sh", "-c", "echo $HOME"));
    }

    private string Folder(string name) => Path.Combine(_directory.Path, name);

    private HostContext Host() =>
        new()
        {
            Paths = new HostPaths { ProgramDirectories = [Folder("first"), Folder("second"), Folder("third")] },
            Environment = new Dictionary<string, string>(StringComparer.Ordinal),
            IsRoot = Environment.IsPrivilegedProcess,
        };

    private void Program(string folder, string name)
    {
        Directory.CreateDirectory(Folder(folder), Executable);
        var file = Path.Combine(Folder(folder), name);
        File.WriteAllText(file, $"#!/bin/sh\necho {folder}\n");
        File.SetUnixFileMode(file, Executable);
    }

    private void Spoil(string flaw)
    {
        var planted = Path.Combine(Folder("first"), "rpm");
        if (flaw.StartsWith("a link", StringComparison.Ordinal))
        {
            Program("theirs", "rpm");
            Give(
                flaw.Contains("directory", StringComparison.Ordinal)
                    ? Folder("theirs")
                    : Path.Combine(Folder("theirs"), "rpm")
            );
            Directory.CreateDirectory(Folder("first"), Executable);
            File.CreateSymbolicLink(planted, "../theirs/rpm");
            return;
        }

        Program("first", "rpm");
        switch (flaw)
        {
            case "the program is writable by its group":
                File.SetUnixFileMode(planted, Executable | UnixFileMode.GroupWrite);
                break;
            case "the program is another user's":
                Give(planted);
                break;
            case "the directory is another user's":
                Give(Folder("first"));
                break;
            default:
                File.SetUnixFileMode(
                    Folder("first"),
                    Executable
                        | UnixFileMode.OtherWrite
                        | (flaw.EndsWith("sticky", StringComparison.Ordinal) ? UnixFileMode.StickyBit : 0)
                );
                break;
        }
    }

    private async Task<string> RunAsync(HostContext host, string program, params string[] arguments) =>
        (
            await new ProcessRunner(host, _observer).RunAsync(new Command(program, arguments), CancellationToken.None)
        ).StandardOutput;

    private static void Give(string path) => RigProcess.Run("chown", "65534:65534", path).Expect();
}
