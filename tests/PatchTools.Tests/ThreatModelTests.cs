using System.Text.RegularExpressions;
using PatchTools.Testing.Rigs;

namespace PatchTools.Tests;

/// <summary>A promise of the threat model whose test was renamed or removed is an empty one.</summary>
public sealed partial class ThreatModelTests
{
    [Fact]
    public void Every_promise_of_the_threat_model_names_a_test_that_exists()
    {
        var root = BuiltHost.RepositoryRoot;
        var promises = File.ReadLines(Path.Combine(root, "src", "docs", "threat-model.md"))
            .SkipWhile(line => line != "## What PatchTools promises")
            .Where(line => line.StartsWith('|') && !line.StartsWith("| promise", StringComparison.Ordinal))
            .Where(line => !line.StartsWith("| ---", StringComparison.Ordinal))
            .ToList();
        var tests = Directory
            .EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestForm().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(promises);
        Assert.All(
            promises,
            promise =>
            {
                var named = NameForm().Matches(promise.Split('|')[^2]).Select(match => match.Groups[1].Value).ToList();
                Assert.True(named.Count > 0, $"{promise} names no test");
                Assert.All(named, name => Assert.True(tests.Contains(name), $"there is no test {name}"));
            }
        );
    }

    [GeneratedRegex(@"public (?:async Task|void|Task) (\w+)\(")]
    private static partial Regex TestForm();

    [GeneratedRegex("`([A-Za-z0-9_]+)`")]
    private static partial Regex NameForm();
}
