using System.Text.RegularExpressions;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed partial class DifferencesTests
{
    /// <summary>
    /// Only this direction: tests of other projects may be listed too, and are found where they live.
    /// </summary>
    [Fact]
    public void Every_quirk_test_of_the_engine_is_listed_in_the_differences()
    {
        var listed = TestNames()
            .Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "about_PatchTools_Differences.md")))
            .Select(m => m.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);
        var tests = typeof(DifferencesTests)
            .Assembly.GetTypes()
            .SelectMany(t => t.GetMethods())
            .Select(m => m.Name)
            .Where(n => n.StartsWith("Quirk_", StringComparison.Ordinal))
            .Distinct();
        Assert.Empty(tests.Except(listed));
    }

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex TestNames();
}
