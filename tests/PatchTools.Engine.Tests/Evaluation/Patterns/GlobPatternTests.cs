using System.Text;
using CsCheck;
using PatchTools.Patterns;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation.Patterns;

public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*", "")]
    [InlineData("*", "a/b.c:d")]
    [InlineData("a*c", "abbc")]
    [InlineData("a*c", "ac")]
    [InlineData("*a*b*", "xxaxxbxx")]
    [InlineData("?", "é")]
    [InlineData("[é-ü]", "ö")]
    [InlineData("[]]", "]")]
    [InlineData("[!]]", "a")]
    [InlineData("[]-a]", "^")]
    [InlineData("[a-]", "-")]
    [InlineData("[-a]", "-")]
    [InlineData("[^a]", "^")]
    [InlineData("[^a]", "a")]
    [InlineData("[a-cx]", "b")]
    [InlineData("[!b-a]", "b")]
    [InlineData("[x", "[x")]
    [InlineData("[!", "[!")]
    [InlineData("a.b", "a.b")]
    [InlineData("\\*", "\\x")]
    [InlineData("{a,b}", "{a,b}")]
    public void It_matches(string pattern, string text) => Assert.True(Matches(pattern, text));

    [Theory]
    [InlineData("?", "")]
    [InlineData("?", "ab")]
    [InlineData("a*c", "abcd")]
    [InlineData("[!]]", "]")]
    [InlineData("[b-a]", "a")]
    [InlineData("[ab]", "c")]
    [InlineData("[!ab]", "a")]
    [InlineData("a.b", "axb")]
    [InlineData("a+", "aa")]
    [InlineData("^a$", "a")]
    [InlineData("A", "a")]
    [InlineData("{a,b}", "a")]
    public void It_does_not_match(string pattern, string text) => Assert.False(Matches(pattern, text));

    [Theory]
    [InlineData("a*", true)]
    [InlineData("?", true)]
    [InlineData("[a]", true)]
    [InlineData("x[]]", true)]
    [InlineData("[]", false)]
    [InlineData("[x", false)]
    [InlineData("a]b[", false)]
    [InlineData("plain.name", false)]
    public void A_text_is_a_glob_when_it_has_a_star_a_question_mark_or_a_closed_set(string text, bool isGlob) =>
        Assert.Equal(isGlob, GlobPattern.IsGlob(text));

    [Fact]
    public void It_agrees_with_a_naive_matcher() =>
        Gen.Select(Gen.String[Gen.Char["ab*?[]!-"], 0, 8], Gen.String[Gen.Char["ab-]!["], 0, 8])
            .ForAll((pattern, text) => Matches(pattern, text) == Naive(pattern, text), cases: 100_000);

    [Fact]
    public void Without_sets_brackets_are_literal()
    {
        Assert.True(GlobPattern.Compile("a[b]*", sets: false).Matches("a[b]c"u8));
        Assert.False(GlobPattern.Compile("a[b]*", sets: false).Matches("ab"u8));
    }

    /// <summary>A backtracking matcher would need longer than the universe lasts.</summary>
    [Fact]
    public void Many_stars_cost_no_more_than_pattern_times_text()
    {
        var pattern = GlobPattern.Compile(string.Concat(Enumerable.Repeat("*a", 50)) + "*b");
        Assert.False(pattern.Matches(Encoding.UTF8.GetBytes(new string('a', 20_000))));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var pattern = GlobPattern.Compile("*a?[b-d]*z");
        var text = Encoding.UTF8.GetBytes("xxxaécyyyyz");
        Assert.True(pattern.Matches(text));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            pattern.Matches(text);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static bool Matches(string pattern, string text) =>
        GlobPattern.Compile(pattern).Matches(Encoding.UTF8.GetBytes(text));

    /// <summary>The definition, recursively.</summary>
    private static bool Naive(string pattern, string text)
    {
        if (pattern.Length == 0)
            return text.Length == 0;
        if (pattern[0] == '*')
            return Naive(pattern[1..], text) || (text.Length > 0 && Naive(pattern, text[1..]));
        if (text.Length == 0)
            return false;
        if (pattern[0] == '?')
            return Naive(pattern[1..], text[1..]);
        if (pattern[0] == '[')
        {
            var negated = pattern.Length > 1 && pattern[1] == '!';
            var first = negated ? 2 : 1;
            var end = first + 1 <= pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
            if (end >= 0)
            {
                var found = false;
                for (var i = first; i < end; i++)
                {
                    if (i + 2 < end && pattern[i + 1] == '-')
                    {
                        found |= text[0] >= pattern[i] && text[0] <= pattern[i + 2];
                        i += 2;
                    }
                    else
                    {
                        found |= text[0] == pattern[i];
                    }
                }

                return found != negated && Naive(pattern[(end + 1)..], text[1..]);
            }
        }

        return pattern[0] == text[0] && Naive(pattern[1..], text[1..]);
    }
}
