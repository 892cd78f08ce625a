namespace PatchTools.Differential.Tests;

/// <summary>Shrunk universes on which PatchTools was wrong once.</summary>
internal static class KeptCases
{
    public static IReadOnlyList<string> Of(string manager)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Cases", manager);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
    }
}
