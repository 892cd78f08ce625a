using System.Diagnostics;
using PatchTools.Preflight;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Preflight;

/// <summary>Free space as real file systems have it.</summary>
public sealed class FileSystemsTests
{
    /// <summary>
    /// The mount lives in a name space of its own, that of a waiting process; its root is looked at from outside.
    /// </summary>
    [Fact]
    public async Task A_real_small_file_system_has_the_room_it_was_made_with()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("unshare", "mount");
        using var directory = new TemporaryDirectory();
        using var holder = Process.Start(
            new ProcessStartInfo("unshare")
            {
                ArgumentList =
                {
                    "-m",
                    "sh",
                    "-c",
                    $"mount -t tmpfs -o size=1m,nr_inodes=50 none '{directory.Path}' && echo mounted && exec cat",
                },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        try
        {
            if (await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) != "mounted")
                Rig.Lacks(
                    $"mounts in a name space of one's own "
                        + "("
                        + $"{(await holder.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim()}"
                        + ")"
                );
            var inside = $"/proc/{holder.Id}/root{directory.Path}";
            var fileSystems = new FileSystems();
            var empty = fileSystems.SpaceOf(inside)!.Value;
            Assert.Equal((1024 * 1024, 49), (empty.Bytes, empty.Inodes));
            Assert.Equal(empty, fileSystems.SpaceOf(inside + "/not/there/yet"));
            Assert.Null(fileSystems.WriteFailureOf(inside + "/data"));
            Assert.Empty(Directory.GetFileSystemEntries(inside, "*", SearchOption.AllDirectories));

            Assert.ThrowsAny<IOException>(() => File.WriteAllBytes(inside + "/large", new byte[2 * 1024 * 1024]));
            Assert.Equal(0, fileSystems.SpaceOf(inside)!.Value.Bytes);
            Assert.Contains("No space left", fileSystems.WriteFailureOf(inside + "/data"), StringComparison.Ordinal);
            Assert.Equal([inside + "/large"], Directory.GetFileSystemEntries(inside, "*", SearchOption.AllDirectories));
        }
        finally
        {
            holder.StandardInput.Close();
            await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_directory_that_cannot_be_made_is_said_to_be_unwritable()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.File("file"), "");
        Assert.NotNull(new FileSystems().WriteFailureOf(Path.Combine(directory.Path, "file", "data")));
    }
}
