using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace PatchTools.Tests;

/// <summary>The module as it was staged by the build of these tests, and the repository it came from.</summary>
internal static class StagedModule
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static string Folder { get; } = Path.Combine(RepositoryRoot, "artifacts", "PatchTools");

    public static string Manifest { get; } = Path.Combine(Folder, "PatchTools.psd1");

    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>The host program of the same build.</summary>
    public static string HostProgram { get; } =
        Path.Combine(
            RepositoryRoot,
            "src",
            "PatchTools.Host",
            "bin",
            Metadata("Configuration"),
            "net10.0",
            "patchtools-host"
        );

    /// <summary>The tests' own types and the imported module must be one: both come from the staged folder.</summary>
    [ModuleInitializer]
    internal static void ResolveFromStagedFolder()
    {
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            name.Name is "PatchTools" or "PatchTools.Engine" or "PatchTools.Foundation"
                ? context.LoadFromAssemblyPath(Path.Combine(Folder, "bin", name.Name + ".dll"))
                : null;
    }

    private static string Metadata(string key) =>
        typeof(StagedModule)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;
}
