using System.Reflection;
using System.Runtime.Loader;
using PatchTools.Errors;
using PatchTools.Ports;

namespace PatchTools;

/// <summary>
/// Private home of the adapters and their packages, so that another module's AWSSDK in the same session changes
/// nothing. The rules that keep it so:
/// <list type="number">
/// <item>nothing with a NuGet dependency goes in PatchTools, PatchTools.Engine or PatchTools.Foundation;</item>
/// <item>no type of a package crosses the border, neither as output, parameter nor exception: the ports speak types of
/// the BCL, Engine and Foundation;</item>
/// <item>PatchTools.Engine and PatchTools.Foundation are never resolved privately, or every port would exist
/// twice;</item>
/// <item>a test loads a decoy AWSSDK.Core first, another imports the module again with -Force.</item>
/// </list>
/// </summary>
internal sealed class AdaptersLoadContext : AssemblyLoadContext
{
    private const string AssemblyFile = "PatchTools.Adapters.dll";
    private const string FactoryType = "PatchTools.Adapters.AdapterFactory";

    private static readonly Lazy<IAdapterFactory> Loaded = new(() => LoadFrom(ModuleFolder));

    /// <summary>What both sides of the border speak: the ports, and the model in them.</summary>
    private static readonly Assembly[] s_shared = [typeof(IAdapterFactory).Assembly, typeof(PatchBaseline).Assembly];

    private readonly AssemblyDependencyResolver _packages;

    private AdaptersLoadContext(string assemblyPath)
        : base("PatchTools.Adapters") => _packages = new AssemblyDependencyResolver(assemblyPath);

    /// <summary>The adapters beside this assembly, loaded at the first call and once for the process.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.AdaptersNotLoaded"/>.</exception>
    public static IAdapterFactory Factory => Loaded.Value;

    private static string ModuleFolder =>
        Path.Combine(Path.GetDirectoryName(typeof(AdaptersLoadContext).Assembly.Location) ?? "", "adapters");

    /// <summary>Loads the adapters of a folder into a context of their own.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.AdaptersNotLoaded"/>: the folder is missing,
    /// incomplete or of another build.</exception>
    internal static IAdapterFactory LoadFrom(string folder)
    {
        var path = Path.Combine(folder, AssemblyFile);
        if (!File.Exists(path))
            throw new PatchToolsException(
                PatchErrors.AdaptersNotLoaded,
                $"The module's adapters are not in {folder}.",
                path
            );
        try
        {
            var assembly = new AdaptersLoadContext(path).LoadFromAssemblyPath(path);
            return (IAdapterFactory)Activator.CreateInstance(assembly.GetType(FactoryType, throwOnError: true)!)!;
        }
        catch (Exception e)
            when (e
                    is BadImageFormatException
                        or IOException
                        or TypeLoadException
                        or InvalidCastException
                        or MissingMethodException
                        or InvalidOperationException
                        or TargetInvocationException
            )
        {
            throw new PatchToolsException(
                PatchErrors.AdaptersNotLoaded,
                $"The module's adapters in {folder} cannot be loaded: {e.Message}",
                path,
                e
            );
        }
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        foreach (var shared in s_shared)
        {
            if (string.Equals(assemblyName.Name, shared.GetName().Name, StringComparison.Ordinal))
                return shared;
        }

        return _packages.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;
    }
}
