using System.Runtime.InteropServices;
using Xunit;

namespace PatchTools.Testing.Rigs;

/// <summary>
/// The natively compiled <c>patchtools</c> in <c>artifacts/native</c>: a build of the solution needs no linker, so it
/// is not made by one.
/// </summary>
public static class NativeProgram
{
    /// <summary>One folder for each platform.</summary>
    public static string Root { get; } = Path.Combine(BuiltHost.RepositoryRoot, "artifacts", "native");

    /// <summary>Folder of the program of this machine's platform.</summary>
    public static string Folder { get; } =
        Path.Combine(Root, $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");

    public static bool Exists => File.Exists(Path.Combine(Folder, "patchtools"));

    /// <summary>Skips the test when the program is not there, and says how it is made.</summary>
    public static void Need() =>
        Assert.SkipUnless(
            Exists,
            $"needs {Folder}/patchtools: dotnet publish src/PatchTools.Native -c Release -o {Folder} makes it"
        );
}
