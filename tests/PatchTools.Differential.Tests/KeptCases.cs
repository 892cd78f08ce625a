using Xunit;

namespace PatchTools.Differential.Tests;

/// <summary>Shrunk universes on which PatchTools was wrong once.</summary>
internal static class KeptCases
{
    private static IReadOnlyList<string> Of(string manager)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Cases", manager);
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
    }

    /// <summary>Fails with every line on which a case differs again.</summary>
    public static void Compare<T>(string manager, Func<T, Comparison> compare)
    {
        List<string> lines = [];
        foreach (var file in Of(manager))
            lines.AddRange(
                compare(Differences.Read<T>(file)).Lines.Select(l => $"{manager}/{Path.GetFileName(file)}: {l}")
            );
        Assert.True(lines.Count == 0, string.Join('\n', lines));
    }
}
