using System.Diagnostics;

namespace PatchTools.Tests;

/// <summary>What is kept in the repository.</summary>
public sealed class RepositoryTests
{
    /// <summary>
    /// A copy is changed in one place and forgotten in the other. Only lock files may be alike: NuGet writes one for
    /// each project.
    /// </summary>
    [Fact]
    public void No_two_files_are_the_same()
    {
        Assert.SkipUnless(
            Path.Exists(Path.Combine(StagedModule.RepositoryRoot, ".git")),
            "This is no checkout of the repository: git cannot list its files."
        );
        var files = Files().ToList();
        var copies = files
            .Where(file => Path.GetFileName(file.Path) is not ("packages.lock.json" or "PublicAPI.Unshipped.txt"))
            .GroupBy(file => file.Hash)
            .Where(group => group.Count() > 1)
            .Select(group => string.Join(" = ", group.Select(file => file.Path)))
            .ToList();

        Assert.InRange(files.Count, 500, int.MaxValue);
        Assert.True(copies.Count == 0, string.Join('\n', copies));
    }

    private static IEnumerable<(string Hash, string Path)> Files()
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["ls-files", "--stage", "-z"])
            {
                WorkingDirectory = StagedModule.RepositoryRoot,
                RedirectStandardOutput = true,
            }
        )!;
        var listed = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        foreach (var line in listed.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            yield return (line[..tab].Split(' ')[1], line[(tab + 1)..]);
        }
    }
}
