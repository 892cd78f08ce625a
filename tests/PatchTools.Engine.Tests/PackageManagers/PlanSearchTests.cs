using PatchTools.Families.Shared;
using PatchTools.Ports;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>What a repository calls its packages stands on command lines of root's.</summary>
public sealed class PlanSearchTests
{
    [Theory]
    [InlineData("-y", "1.0-1", "amd64")]
    [InlineData("--setopt=pluginpath=/tmp", "1.0-1", "x86_64")]
    [InlineData("-oDpkg::Pre-Invoke::=id", "1.0-1", "amd64")]
    [InlineData("*", "1.0-1", "noarch")]
    [InlineData("~nlinux", "1.0-1", "noarch")]
    [InlineData("a b", "1.0-1", "noarch")]
    [InlineData("a\n-y", "1.0-1", "noarch")]
    [InlineData("/etc/passwd", "1.0-1", "noarch")]
    [InlineData("./local.deb", "1.0-1", "noarch")]
    [InlineData("@core", "1.0-1", "noarch")]
    [InlineData("https://example.org/a.rpm", "1.0-1", "noarch")]
    [InlineData("", "1.0-1", "noarch")]
    [InlineData("a", "1.0-1 -y", "noarch")]
    [InlineData("a", "*", "noarch")]
    [InlineData("a", "1.0-1\n", "noarch")]
    [InlineData("a", "1.0-1", "no arch")]
    [InlineData("a", "1.0-1", "x86_64 -y")]
    public async Task A_package_whose_name_is_none_stands_on_no_command_line(string name, string edition, string arch)
    {
        List<string> asked = [];
        var search = new PlanSearch<Answer>(
            (targets, _) =>
            {
                asked.AddRange(targets.Select(t => t.Name));
                return Task.FromResult(new Answer());
            },
            SilentObserver.Instance,
            "apt-get"
        );
        var good = Target("g++-12_x.y%z", "1:2.0~rc1+b1^git-1", "x86_64");
        var bad = Target(name, edition, arch);

        await search.RunAsync([bad, good], TestContext.Current.CancellationToken);

        Assert.Equal([good.Name], asked);
        Assert.Equal([good], search.Accepted);
        var setback = Assert.Single(search.Setbacks);
        Assert.Equal(bad, setback.Target);
        Assert.Contains("apt-get was not asked", setback.Reason, StringComparison.Ordinal);
    }

    private static PatchTarget Target(string name, string edition, string architecture) =>
        new()
        {
            Id = name,
            Name = name,
            Edition = edition,
            Architecture = architecture,
        };

    private sealed record Answer : IPlanAnswer
    {
        public bool IsAcceptable => true;

        public bool IsHopeless => false;

        public bool Blames(PatchTarget target) => false;

        public bool Mentions(PatchTarget target) => false;

        public PatchSetback SetbackOf(PatchTarget target) => throw new InvalidOperationException();
    }
}
