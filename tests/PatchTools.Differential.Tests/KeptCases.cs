using Xunit;

namespace PatchTools.Differential.Tests;

/// <summary>Shrunk universes on which PatchTools was wrong once.</summary>
internal static class KeptCases
{
    private static IReadOnlyList<string> Of(string folder)
    {
        folder = Path.Combine(AppContext.BaseDirectory, "Cases", folder);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>
    /// Fails with every line on which a case differs again. Cases in <c>rpm</c> are for each manager of that family.
    /// </summary>
    public static void Compare<T>(string manager, Func<T, Comparison> compare)
    {
        List<string> lines = [];
        foreach (var file in manager == "apt" ? Of(manager) : [.. Of(manager), .. Of("rpm")])
            lines.AddRange(
                compare(Differences.Read<T>(file)).Lines.Select(l => $"{manager}/{Path.GetFileName(file)}: {l}")
            );
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
