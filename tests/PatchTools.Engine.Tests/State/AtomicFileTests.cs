using System.Text;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Testing;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.State;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_writer_killed_at_any_instant_leaves_old_or_new_content_and_the_next_run_sweeps_the_rest()
    {
        var path = _directory.File("state/target.json");
        var random = new Random(7);
        var leftovers = 0;
        for (var kill = 0; kill < 20; kill++)
        {
            using var writer = KillableWriter.StartWriting(path);
            for (var line = random.Next(1, 40); line > 0; line--)
                Assert.NotNull(await writer.StandardOutput.ReadLineAsync());
            // A round ends with its line, so an immediate kill would always meet the same instant.
            Thread.SpinWait(random.Next(60_000));
            writer.Kill();
            await writer.WaitForExitAsync();

            var content = await File.ReadAllTextAsync(path);
            var rounds = content.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(KillableWriter.Lines, rounds.Length);
            Assert.Single(rounds.Distinct());
            leftovers += Directory.GetFiles(Path.GetDirectoryName(path)!).Length > 1 ? 1 : 0;
        }

        AtomicFile.Write(path, "new"u8);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal("new", await File.ReadAllTextAsync(path));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{leftovers} of 20 kills fell into the writing of the new file."
        );
    }

    [Fact]
    public void Files_are_0644_and_directories_0755_private_ones_0600_and_0700()
    {
        var path = Path.Combine(_directory.Path, "a", "b", "file");
        AtomicFile.Write(path, "x"u8);
        Assert.Equal(AtomicFile.PublicFile, File.GetUnixFileMode(path));
        Assert.Equal(AtomicFile.PublicDirectory, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        Assert.Equal(AtomicFile.PublicDirectory, File.GetUnixFileMode(Path.Combine(_directory.Path, "a")));
        var secret = Path.Combine(_directory.Path, "spool", "file");
        AtomicFile.Write(secret, "x"u8, AtomicFile.PrivateFile);
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(secret));
        Assert.Equal(AtomicFile.PrivateDirectory, File.GetUnixFileMode(Path.GetDirectoryName(secret)!));
    }

    [Fact]
    public void Leftovers_of_living_writers_and_foreign_files_are_not_swept()
    {
        var living = _directory.File(".patchtools-1-0badcafe-1.tmp");
        var sameIdEarlier = _directory.File($".patchtools-{Environment.ProcessId}-0badcafe-1.tmp");
        var dead = _directory.File(".patchtools-2147483647-0badcafe-1.tmp");
        var foreign = _directory.File("other.tmp");
        foreach (var file in new[] { living, sameIdEarlier, dead, foreign })
            File.WriteAllText(file, "");
        AtomicFile.Sweep(_directory.Path);
        Assert.Equal(new[] { living, foreign }.Order(), Directory.GetFiles(_directory.Path).Order());
    }

    [Fact]
    public void A_failure_keeps_the_old_content_and_names_the_path()
    {
        var path = _directory.File("folder/file");
        Directory.CreateDirectory(Path.Combine(path, "in the way"));
        var error = Assert.Throws<PatchToolsException>(() => AtomicFile.Write(path, Encoding.ASCII.GetBytes("x")));
        Assert.Equal(PatchErrors.StateUnwritable, error.Error);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }
}
