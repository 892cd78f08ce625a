namespace PatchTools.Engine.Tests.PackageManagers.Dnf;

/// <summary>Recorded output of yum 3 and dnf 5; where each is from says Fixtures/README.md.</summary>
internal static class Recording
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "PackageManagers", "Dnf", "Fixtures");

    /// <param name="name"><c>tool-version/name</c>, without the extension.</param>
    public static string Of(string name) => File.ReadAllText(Path.Combine(Folder, name + ".txt"));

    public static string Sources => File.ReadAllText(Path.Combine(Folder, "README.md"));

    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.txt", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f));
}
