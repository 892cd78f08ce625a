using System.Globalization;
using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.Files;

/// <summary>What becomes of whatever lies where an export is to be written.</summary>
public sealed class NamedFileTests : IDisposable
{
    private const UnixFileMode Odd = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private readonly TemporaryDirectory _folder = new();

    private string Target => Path.Combine(_folder.Path, "report.html");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_file_has_what_the_umask_leaves()
    {
        var expected = RigProcess.Run("sh", "-c", "umask").Expect().Output.Trim();

        Write(Target);

        Assert.Equal(0x1B6 & ~Convert.ToInt32(expected, 8), (int)File.GetUnixFileMode(Target));
        AssertWritten(Target);
    }

    [Fact]
    public void A_file_that_exists_is_replaced_in_one_step_and_keeps_its_mode()
    {
        File.WriteAllText(Target, "before");
        File.SetUnixFileMode(Target, Odd);
        using var reader = File.OpenRead(Target);

        Write(Target);

        Assert.Equal(Odd, File.GetUnixFileMode(Target));
        Assert.Equal("before", new StreamReader(reader).ReadToEnd());
        AssertWritten(Target);
    }

    [Fact]
    public void A_file_of_another_users_stays_his_with_its_mode()
    {
        Rig.NeedsRoot();
        File.WriteAllText(Target, "before");
        File.SetUnixFileMode(Target, Odd);
        RigProcess.Run("chown", "65534:65533", Target).Expect();

        Write(Target);

        Assert.Equal("65534:65533 640", RigProcess.Run("stat", "-c", "%u:%g %a", Target).Expect().Output.Trim());
        AssertWritten(Target);
    }

    [Fact]
    public void A_link_stays_and_its_target_is_written()
    {
        var real = Path.Combine(_folder.Path, "elsewhere", "real.html");
        Directory.CreateDirectory(Path.GetDirectoryName(real)!);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "second"), "elsewhere/real.html");
        File.CreateSymbolicLink(Target, "second");

        Write(Target);
        Write(Target);

        Assert.Equal("second", new FileInfo(Target).LinkTarget);
        AssertWritten(real);
        Assert.Equal([real], Directory.GetFileSystemEntries(Path.GetDirectoryName(real)!));
    }

    [Fact]
    public void A_link_of_another_users_in_a_directory_of_everybodys_is_refused()
    {
        Rig.NeedsRoot();
        var victim = Path.Combine(_folder.Path, "victim");
        var shared = Path.Combine(_folder.Path, "shared");
        Directory.CreateDirectory(shared);
        File.SetUnixFileMode(shared, (UnixFileMode)0b001_111_111_111);
        File.WriteAllText(victim, "before");
        File.CreateSymbolicLink(Path.Combine(shared, "report.html"), victim);
        RigProcess.Run("chown", "-h", "65534", Path.Combine(shared, "report.html")).Expect();

        var failure = Assert.Throws<PatchToolsException>(() => Write(Path.Combine(shared, "report.html")));

        Assert.Contains("link of user 65534", failure.Message, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(victim));
    }

    [Fact]
    public async Task A_fifo_gets_the_content_also_when_its_reader_comes_late()
    {
        RigProcess.Run("mkfifo", Target).Expect();
        var writing = Task.Run(() => Write(Target, bytes: 1_000_000));

        var read = await File.ReadAllBytesAsync(Target);
        await writing;

        Assert.Equal(1_000_000, read.Length);
        Assert.Equal("fifo", RigProcess.Run("stat", "-c", "%F", Target).Expect().Output.Trim());
    }

    [Fact]
    public async Task Waiting_for_the_reader_of_a_fifo_ends_when_the_run_is_stopped()
    {
        RigProcess.Run("mkfifo", Target).Expect();
        using var stopping = new CancellationTokenSource();
        var writing = Task.Run(() => NamedFile.Write(Target, "x"u8, stopping.Token));

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public void A_device_stays_a_device()
    {
        Rig.NeedsRoot();
        RigProcess.Run("mknod", Target, "c", "1", "3").Expect();

        Write(Target);

        Assert.Equal("character special file", RigProcess.Run("stat", "-c", "%F", Target).Expect().Output.Trim());
        Write("/dev/null");
        Assert.Equal("character special file", RigProcess.Run("stat", "-c", "%F", "/dev/null").Expect().Output.Trim());
    }

    [Fact]
    public void An_open_descriptor_is_written_to_and_its_file_stays()
    {
        using (var file = new FileStream(Target, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        {
            file.Write("first\n"u8);
            file.Flush();
            NamedFile.Write(
                $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}",
                "report\n"u8,
                CancellationToken.None
            );
        }

        Assert.EndsWith("report\n", File.ReadAllText(Target), StringComparison.Ordinal);
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_full_device_is_an_error()
    {
        Rig.NeedsFile("/dev/full");

        var failure = Assert.Throws<PatchToolsException>(() => Write("/dev/full"));

        Assert.Same(PatchErrors.StateUnwritable, failure.Error);
        Assert.Equal("/dev/full could not be written: No space left on device", failure.Message);
    }

    [Fact]
    public async Task A_file_that_is_exchanged_for_a_fifo_again_and_again_is_written_or_an_error_and_never_a_wait()
    {
        const int rounds = 400;
        var part = Target + ".part";
        using var swapper = System.Diagnostics.Process.Start(
            "sh",
            [
                "-c",
                """
                i=0; while [ "$i" -lt "$1" ]; do
                  mkfifo "$2"; mv -f "$2" "$3"; : > "$2"; mv -f "$2" "$3"; i=$((i+1))
                done
                """,
                "sh",
                rounds.ToString(CultureInfo.InvariantCulture),
                part,
                Target,
            ]
        );
        var written = 0;
        while (!swapper.HasExited)
        {
            // Nothing ever reads the FIFO: what waited for a reader would wait for a minute.
            var writing = Task.Run(() => Write(Target));
            try
            {
                await writing.WaitAsync(TimeSpan.FromSeconds(50), TestContext.Current.CancellationToken);
                written++;
            }
            catch (PatchToolsException e)
            {
                Assert.Same(PatchErrors.StateUnwritable, e.Error);
                Assert.StartsWith($"{Target} could not be written: ", e.Message, StringComparison.Ordinal);
            }
        }

        Assert.True(written > 0);
    }

    [Fact]
    public void Directories_and_links_to_themselves_are_errors_and_stay()
    {
        Directory.CreateDirectory(Target);
        var loop = Path.Combine(_folder.Path, "loop");
        File.CreateSymbolicLink(loop, "loop");

        Assert.Contains(
            "directory",
            Assert.Throws<PatchToolsException>(() => Write(Target)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<PatchToolsException>(() => Write(loop));
        Assert.Equal(new[] { loop, Target }.Order(), Directory.GetFileSystemEntries(_folder.Path).Order());
    }

    [Fact]
    public void What_a_killed_export_left_is_swept_by_the_next()
    {
        var leftover = Path.Combine(_folder.Path, ".patchtools-2147483647-0badcafe-1.tmp");
        File.WriteAllText(leftover, "half");

        Write(Target);

        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
    }

    private static void Write(string path, int bytes = 7) =>
        NamedFile.Write(path, Encoding.ASCII.GetBytes(new string('x', bytes)), CancellationToken.None);

    private static void AssertWritten(string path) => Assert.Equal("xxxxxxx", File.ReadAllText(path));
}
