using PatchTools.Evaluation;
using PatchTools.Hosts;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>A release that gets no updates any more is pointed out, on every family alike.</summary>
public sealed class ReleaseLifecycleTests
{
    private static readonly DateTimeOffset _now = MadeUpHost.Now;

    private static readonly RepositoryHealth _own = new()
    {
        Name = "main",
        Status = RepositoryStatus.Ok,
        HasUsableMetadata = true,
        IsOperatingSystem = true,
        PublishedAt = _now.AddDays(-5),
    };

    [Fact]
    public void A_release_that_is_kept_up_is_not_mentioned() => Assert.Empty(Cautions(_own));

    [Theory]
    [InlineData(119, false)]
    [InlineData(121, true)]
    public void A_release_that_has_published_nothing_for_long_is_pointed_out(int days, bool isOld)
    {
        var old = _own with { PublishedAt = _now.AddDays(-days) };
        Assert.Equal(isOld, Cautions(old, old with { PublishedAt = _now.AddDays(-400) }).Count == 1);
        if (isOld)
            Assert.Contains(
                "published nothing since 2026-03-02, 121 days ago",
                Cautions(old)[0],
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void The_newest_of_its_repositories_counts_and_those_of_others_do_not()
    {
        var old = _own with { PublishedAt = _now.AddDays(-400) };
        Assert.Empty(Cautions(old, _own));
        Assert.Single(Cautions(old, _own with { IsOperatingSystem = false }));
        Assert.Empty(Cautions(_own with { PublishedAt = null }));
    }

    [Fact]
    public void An_expired_list_that_the_host_does_not_check_is_pointed_out()
    {
        var expired = _own with { VendorValidUntil = _now.AddDays(-1) };
        Assert.Contains("main says itself", Assert.Single(Cautions(expired)), StringComparison.Ordinal);
        Assert.Empty(Cautions(expired with { Status = RepositoryStatus.Expired }));
        Assert.Empty(Cautions(expired with { VendorValidUntil = _now.AddDays(1) }));
        Assert.Empty(Cautions(expired with { VendorValidUntil = _now }));
    }

    [Theory]
    [InlineData("PRETTY_NAME=\"Fedora 40\"", "Fedora 40")]
    [InlineData("NAME=\"Fedora Linux\"", "Fedora Linux")]
    [InlineData("VERSION_ID=40", "fedora 40")]
    [InlineData("", "fedora")]
    public void A_release_is_called_by_the_best_name_that_it_has(string line, string name)
    {
        var inventory = MadeUpHost.Dnf().Package("bash", "5-1* BASE").Inventory() with
        {
            OperatingSystem = OsReleaseFile.Parse(["ID=fedora", line, "SUPPORT_END=2026-06-30"]) with
            {
                Name = line.StartsWith("NAME", StringComparison.Ordinal) ? name : "",
                PrettyName = line.StartsWith("PRETTY", StringComparison.Ordinal) ? name : "",
            },
        };

        Assert.Equal(
            $"{name} has had no updates since 2026-06-30: compliant means only that there is nothing more to install.",
            Assert.Single(ReleaseLifecycle.Cautions(inventory, _now))
        );
    }

    [Theory]
    [InlineData("2026-06-30", true)]
    [InlineData("2026-07-01", false)]
    [InlineData("2031-01-01", false)]
    [InlineData("soon", false)]
    public void The_end_of_support_of_os_release_is_pointed_out_from_the_day_after(string end, bool isOver)
    {
        var inventory = MadeUpHost.Dnf().Package("bash", "5-1* BASE").Inventory() with
        {
            OperatingSystem = OsReleaseFile.Parse(["ID=fedora", "PRETTY_NAME=\"Fedora 40\"", $"SUPPORT_END={end}"]),
        };

        var cautions = ReleaseLifecycle.Cautions(inventory, _now).ToList();

        Assert.Equal(isOver, cautions.Count == 1);
        if (isOver)
            Assert.StartsWith("Fedora 40 has had no updates since 2026-06-30", cautions[0], StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Cautions(params RepositoryHealth[] repositories) =>
        [
            .. ReleaseLifecycle.Cautions(
                MadeUpHost.Apt().Package("bash", "5-1* REL").Inventory() with
                {
                    Repositories = repositories,
                },
                _now
            ),
        ];
}
