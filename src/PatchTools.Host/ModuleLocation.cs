namespace PatchTools.Host;

/// <summary>Finds the module: named by <c>PATCHTOOLS_MODULE</c>, else beside the program.</summary>
internal static class ModuleLocation
{
    private const string Manifest = "PatchTools.psd1";

    public static string Find()
    {
        var named = Environment.GetEnvironmentVariable("PATCHTOOLS_MODULE");
        var path = named switch
        {
            null or "" => Path.Combine(AppContext.BaseDirectory, "PatchTools", Manifest),
            _ when named.EndsWith(".psd1", StringComparison.OrdinalIgnoreCase) => Path.GetFullPath(named),
            _ => Path.Combine(Path.GetFullPath(named), Manifest),
        };
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException(
                $"The module is not at {path}; set PATCHTOOLS_MODULE to its folder.",
                path
            );
    }
}
