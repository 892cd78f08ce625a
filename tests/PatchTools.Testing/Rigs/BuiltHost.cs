using System.Reflection;
using System.Runtime.InteropServices;

namespace PatchTools.Testing.Rigs;

/// <summary>The host program of this build with the module beside it, and the .NET that runs it.</summary>
public static class BuiltHost
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    /// <summary>Folder of <c>patchtools-host</c>; the module lies in it as <c>PatchTools/</c>.</summary>
    public static string Folder { get; } =
        Path.Combine(RepositoryRoot, "src", "PatchTools.Host", "bin", Metadata("Configuration"), "net10.0");

    /// <summary>Folder that holds <c>shared/Microsoft.NETCore.App/VERSION</c> and <c>host/fxr</c>.</summary>
    public static string DotnetFolder { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Metadata(string key) =>
        typeof(BuiltHost)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
