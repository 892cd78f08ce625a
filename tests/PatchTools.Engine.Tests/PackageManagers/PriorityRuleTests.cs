using System.Text;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Model;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers;

/// <summary>
/// What a better repository hides, as the real tools have it: the random hosts of PatchTools.Differential.Tests ask
/// them, and here it is written down.
/// </summary>
public sealed class PriorityRuleTests
{
    [Theory]
    [InlineData("pa-0.9-1.x86_64", "ByName")]
    [InlineData("pa-0.9-1.x86_64", "ByArchitecture")]
    [InlineData("pa-1.1-1.i686", "ByName")]
    [InlineData("pa-1.1-1.i686", "ByArchitecture")]
    [InlineData("pa-1.1-1.i686", "ByArchitectureAtAnyAge")]
    [InlineData("pb-0.9-1.x86_64", "ByArchitectureAtAnyAge")]
    public void A_better_repository_hides_nothing_with_what_cannot_follow(string better, string rule) =>
        Assert.Null(Hidden(better, rule));

    [Theory]
    [InlineData("pa-1.0-1.x86_64", "ByName")]
    [InlineData("pa-1.1-1.noarch", "ByName")]
    [InlineData("pa-1.0-1.x86_64", "ByArchitecture")]
    [InlineData("pa-1.1-1.noarch", "ByArchitecture")]
    [InlineData("pa-0.9-1.x86_64", "ByArchitectureAtAnyAge")]
    [InlineData("pa-0.9-1.noarch", "ByArchitectureAtAnyAge")]
    public void A_better_repository_hides_the_others_where_it_can_follow(string better, string rule) =>
        Assert.Equal("best has priority 90, other 99", Hidden(better, rule));

    /// <summary>
    /// Why pa 1.2-1 of a repository with priority 99 is not seen on a host with pa 1.0-1, where another with priority
    /// 90 offers something; null when it is seen.
    /// </summary>
    private static string? Hidden(string better, string rule)
    {
        var builder = new PackageCatalogBuilder { NativeArchitecture = "x86_64" };
        var local = builder.AddOrigin(new PackageOrigin { Archive = "now" });
        var best = builder.AddOrigin(new PackageOrigin { Archive = "best", Repository = 0 });
        var other = builder.AddOrigin(new PackageOrigin { Archive = "other", Repository = 1 });
        var offers = new RpmOffers(builder, [("best", 90), ("other", 99)]);
        offers.AddInstalled([new RpmPackage("pa", "x86_64", "1.0-1", InstallTime: 0, BuildTime: 0)], local);
        Offer(builder, better, best);
        var asked = Offer(builder, "pa-1.2-1.x86_64", other);

        offers.ApplyPriorities(Enum.Parse<PriorityRule>(rule));

        return builder.Origin(Assert.Single(builder.OriginsOf(asked).ToArray())).HiddenBecause;
    }

    // pa-1.2-1.x86_64
    private static int Offer(PackageCatalogBuilder builder, string nevra, int origin)
    {
        var dot = nevra.LastIndexOf('.');
        var dash = nevra.IndexOf('-', StringComparison.Ordinal);
        return builder.Version(
            builder.Package(Encoding.UTF8.GetBytes(nevra[..dash]), builder.Word(nevra[(dot + 1)..])),
            Encoding.UTF8.GetBytes(nevra[(dash + 1)..dot]),
            0,
            0,
            0,
            origin
        );
    }
}
