using System.Text;
using CsCheck;
using PatchTools.Patterns;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>A list of very many patterns finds what each of its patterns alone would find.</summary>
public sealed class ManyPatternsTests
{
    [Fact]
    public void The_index_of_globs_finds_what_trying_each_of_them_finds()
    {
        string[] parts = ["a", "b", "-", "1", "é", "*", "[", "?", "[ab]", "[!a]"];
        var pattern = Gen.Int[0, 9].Array[1, 7].Select(chosen => string.Concat(chosen.Select(i => parts[i])));
        var text = Gen.Int[0, 6].Array[1, 8].Select(chosen => string.Concat(chosen.Select(i => parts[i])));
        Gen.Select(pattern.Array[0, 12], text)
            .ForAll(sample =>
            {
                var (patterns, words) = sample;
                var bytes = Encoding.UTF8.GetBytes(words);
                var entries = patterns.Select(p => new[] { new IdentityPattern(p) }).ToArray();
                var expected = Array.FindIndex(entries, entry => entry[0].IsGlob && entry[0].Matches(bytes));
                var found = new GlobIndex(entries).FirstMatch(bytes, int.MaxValue);
                Assert.Equal(expected < 0 ? int.MaxValue : expected, found);
            });
    }

    /// <summary>
    /// Steps, not seconds: of two hundred thousand globs only those that share an anchor with the text are tried.
    /// </summary>
    [Theory]
    [InlineData("python3-module-{0}*")]
    [InlineData("*-module-{0}")]
    [InlineData("lib*-module-{0}*")]
    [InlineData("*{0}-dev*")]
    public void Two_hundred_thousand_patterns_are_one_look_up_each(string form)
    {
        var entries = Enumerable
            .Range(0, 200_000)
            .Select(i =>
                new[]
                {
                    new IdentityPattern(
                        string.Format(System.Globalization.CultureInfo.InvariantCulture, form, $"{i:d6}")
                    ),
                }
            )
            .ToArray();
        var index = new GlobIndex(entries);

        for (var i = 0; i < 20_000; i++)
            Assert.Equal(
                int.MaxValue,
                index.FirstMatch(Encoding.UTF8.GetBytes($"python3-module-x{i:d6}"), int.MaxValue)
            );
        Assert.Equal(123_456, index.FirstMatch(Text(form), int.MaxValue));
    }

    private static byte[] Text(string form) =>
        Encoding.UTF8.GetBytes(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, form, "123456").Replace('*', 'x')
        );
}
