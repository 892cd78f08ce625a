namespace PatchTools.Engine.Tests.Snapshots;

/// <summary>
/// Documents under <c>Snapshots/Recorded</c>: what the service's snapshot URL and the override locations served in
/// recorded runs.
/// </summary>
internal static class RecordedDocuments
{
    private static readonly string Folder = Find();

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static IEnumerable<string> Snapshots =>
        Directory
            .EnumerateFiles(Folder, "*.json")
            .Select(p => Path.GetFileName(p)!)
            .Where(n => !n.StartsWith("override", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var recorded = Path.Combine(folder.FullName, "tests", "PatchTools.Engine.Tests", "Snapshots", "Recorded");
            if (Directory.Exists(recorded))
                return recorded;
        }

        throw new DirectoryNotFoundException("Snapshots/Recorded is not above the test assembly.");
    }
}
