using System.Text;
using PatchTools.Patterns;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation.Patterns;

public sealed class RangeExpressionTests
{
    [Theory]
    [InlineData("kernel-default", true)]
    [InlineData("kernel-default.x86_64", true)]
    [InlineData("*default", true)]
    [InlineData("kernel-default*", true)]
    [InlineData("default", false)]
    [InlineData("KERNEL-DEFAULT", false)]
    [InlineData("kernel-default = 4.4.5-2.1", true)]
    [InlineData("kernel-default=4.4.5-2.1", true)]
    [InlineData("kernel-default = 4.4.5", false)]
    [InlineData("kernel-default > 4.4.5", true)]
    [InlineData("kernel-default > 4.12", false)]
    [InlineData("kernel-default = 4.*", true)]
    [InlineData("kernel-default < 5.*", true)]
    [InlineData("kernel-default > 4.*", false)]
    [InlineData("kernel-default < 5.* > 3", true)]
    [InlineData("kernel-default < 5.*  > 4.4.0-1", true)]
    [InlineData("kernel-default < 5.* > 4.4.9", false)]
    [InlineData("kernel-default != 4.1", true)]
    [InlineData("kernel-default != 4.4.5-2.1", false)]
    [InlineData("kernel-default >", true)]
    [InlineData("kernel-default-4.4.5", false)]
    [InlineData("= 4.4.5-2.1", false)]
    public void The_vectors_of_the_reference_come_out(string expression, bool matches) =>
        Assert.Equal(matches, Matches(expression));

    [Theory]
    [InlineData("kernel")]
    [InlineData("kern")]
    [InlineData("k")]
    [InlineData("")]
    public void Quirk_a_name_is_matched_whole_not_by_its_beginning(string expression) =>
        Assert.False(Matches(expression));

    [Theory]
    [InlineData("kernel.default", "kernel-default", false)]
    [InlineData("k.*l", "kernel-default", false)]
    [InlineData("libstdc++6", "libstdc++6", true)]
    [InlineData("kernel-default[", "kernel-default", false)]
    [InlineData("kernel-default[", "kernel-default[", true)]
    [InlineData("(", "kernel-default", false)]
    [InlineData("kernel-defaul?", "kernel-default", true)]
    [InlineData("kernel?", "kernel-default", false)]
    public void Quirk_only_star_and_question_mark_are_special(string expression, string name, bool matches) =>
        Assert.Equal(matches, Matches(expression, name));

    [Fact]
    public void Quirk_a_star_may_stand_for_nothing() => Assert.True(Matches("kernel-default*.x86_64"));

    [Theory]
    [InlineData("kernel-default >= 4.4.5-2.1", true)]
    [InlineData("kernel-default >= 4.4.0", true)]
    [InlineData("kernel-default >= 4.4.6", false)]
    [InlineData("kernel-default <= 4.4.5-2.1", true)]
    [InlineData("kernel-default <= 4.4.6", true)]
    [InlineData("kernel-default <= 4.4.0", false)]
    [InlineData("kernel-default == 4.4.5-2.1", true)]
    [InlineData("kernel-default == 4.4.5-2.2", false)]
    public void Quirk_comparisons_with_equality_are_read_as_written(string expression, bool matches) =>
        Assert.Equal(matches, Matches(expression));

    [Theory]
    [InlineData("tool = 1.0-1", true)]
    [InlineData("tool = 2:1.0-1", true)]
    [InlineData("tool > 1:9.0-1", true)]
    [InlineData("tool < 3:0.1-1", true)]
    [InlineData("tool > 0.9", true)]
    public void The_epoch_takes_part_when_the_expression_names_one(string expression, bool matches) =>
        Assert.Equal(matches, Matches(expression, "tool", "2:1.0-1"));

    [Theory]
    [InlineData("kernel-default-4.4.5-2.1.x86_64.rpm", true)]
    [InlineData("kernel-default-4.4.5-*.x86_64.rpm", true)]
    [InlineData("kernel-default-4.4.5-2.2.x86_64.rpm", false)]
    [InlineData("kernel-default-4.4.5-2.1.x86_64", false)]
    public void A_package_file_name_is_an_expression_too(string expression, bool matches) =>
        Assert.Equal(matches, Matches(expression));

    [Theory]
    [InlineData("SUSE-SLE-Module-15-2023-123", true)]
    [InlineData("SUSE-SLE-Module-15-2023-*", true)]
    [InlineData("SUSE-SLE-Module-15-2023", false)]
    [InlineData("SUSE-SLE-Module-15-2023-123 > 1", false)]
    public void A_patch_name_is_an_expression_too(string expression, bool matches) =>
        Assert.Equal(matches, RangeExpression.Parse(expression).MatchesPatch("SUSE-SLE-Module-15-2023-123"));

    private static bool Matches(string expression, string name = "kernel-default", string edition = "4.4.5-2.1") =>
        RangeExpression
            .Parse(expression)
            .Matches(Encoding.UTF8.GetBytes(name), "x86_64", Encoding.UTF8.GetBytes(edition));
}
