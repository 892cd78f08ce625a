using PatchTools.Versions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

public sealed class DebianVersionTests
{
    [Theory]
    [InlineData("1.0~rc1-1", "1.0-1")]
    [InlineData("1.9-1", "1.10-1")]
    [InlineData("9.5", "1:0.5")]
    [InlineData("1.0-1", "1.0-1+deb12u1")]
    [InlineData("1.0a", "1.0+")]
    [InlineData("1.0~~", "1.0~")]
    [InlineData("1.0~", "1.0")]
    [InlineData("1.0-9", "1.0-10")]
    [InlineData("-1", "1")]
    [InlineData("20240101000000000000000001", "20240101000000000000000002")]
    public void Older_sorts_before_newer(string older, string newer)
    {
        Assert.True(DebianVersion.Order.Compare(older, newer) < 0);
        Assert.True(DebianVersion.Order.Compare(newer, older) > 0);
    }

    [Theory]
    [InlineData("1.0", "1.0-0")]
    [InlineData("0:1.0", "1.0")]
    [InlineData("1.010", "1.10")]
    [InlineData("00:1", "1")]
    [InlineData(":1", "1")]
    public void Equal_texts_in_other_spelling_are_equal(string left, string right) =>
        Assert.Equal(0, DebianVersion.Order.Compare(left, right));

    [Fact]
    public void No_version_is_older_than_any()
    {
        Assert.True(DebianVersion.Order.Compare(null, "") < 0);
        Assert.True(DebianVersion.Order.Compare("", null) > 0);
        Assert.Equal(0, DebianVersion.Order.Compare(null, null));
    }
}
