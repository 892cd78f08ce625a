using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Testing;

/// <summary>
/// What a test needs of the machine beside the .NET SDK. A missing rig skips the test and says what it lacks; where
/// <c>PATCHTOOLS_REQUIRE_RIGS=1</c> (continuous integration) it fails instead. <c>PATCHTOOLS_WITHOUT_RIGS=1</c> leaves
/// all rigs out, as on a machine that has none: mutants and coverage are measured by the tests that are left.
/// </summary>
public static class Rig
{
    public static bool IsRequired => Environment.GetEnvironmentVariable("PATCHTOOLS_REQUIRE_RIGS") == "1";

    private static bool IsLeftOut => Environment.GetEnvironmentVariable("PATCHTOOLS_WITHOUT_RIGS") == "1";

    /// <summary>Commands that must be on the PATH.</summary>
    public static void NeedsCommands(params string[] commands)
    {
        foreach (var command in commands)
        {
            if (!IsOnPath(command))
                Lacks($"the command {command}");
        }
    }

    public static void NeedsRoot()
    {
        if (IsLeftOut || Environment.UserName != "root")
            Lacks("root");
    }

    public static void NeedsFile(string path)
    {
        if (IsLeftOut || (!File.Exists(path) && !Directory.Exists(path)))
            Lacks(path);
    }

    public static void Lacks(string what)
    {
        if (IsRequired && !IsLeftOut)
            Assert.Fail($"The rig lacks {what}, and rigs are required here.");
        Assert.Skip($"needs {what}");
    }

    public static bool IsOnPath(string command) =>
        !IsLeftOut
        && (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Append("/usr/sbin")
            .Append("/sbin")
            .Any(folder => File.Exists(Path.Combine(folder, command)));
}

/// <summary>A folder of one test, removed with it.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <param name="parent">Where; null for the machine's place for temporary files.</param>
    public TemporaryDirectory(string? parent = null) =>
        Path = parent is null
            ? Directory.CreateTempSubdirectory("patchtools-test-").FullName
            : Directory
                .CreateDirectory(
                    System.IO.Path.Combine(parent, $"patchtools-test-{Guid.NewGuid():N}"),
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                )
                .FullName;

    public string Path { get; }

    public string File(string relative)
    {
        var full = System.IO.Path.Combine(Path, relative);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        return full;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
