using PatchTools.Testing;
using Xunit;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>The real dnf, the real zypper and PatchTools on the same random hosts.</summary>
public sealed class RpmDifferentialTests
{
    private static readonly string[] Shared =
    [
        "several repositories",
        "priorities",
        "dead repository",
        "damaged repository",
        "obsoletes",
        "epoch",
        "noarch and native",
        "other architecture",
        "advisory security",
        "retracted advisory",
        "advisory without severity",
        "advisory of severity Critical",
        "advisory of severity Important",
        "advisory of severity Moderate",
        "advisory of severity Low",
        "advisory of a package that nobody offers",
        "superseded advisory",
        "several collections",
        "locks",
    ];

    private static readonly string[] OfDnf =
    [
        .. Shared,
        "cost",
        "skip_if_unavailable",
        "install-only",
        "excludes",
        "modules",
        "default stream",
        "enabled stream",
        "advisory bugfix",
        "advisory enhancement",
        "advisory newpackage",
    ];

    private static readonly string[] OfZypper =
    [
        .. Shared,
        "advisory recommended",
        "advisory optional",
        "advisory feature",
    ];

    [Fact]
    public void Dnf_and_PatchTools_agree_on_random_hosts()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("dnf", "rpm", "rpmbuild");
        Differences.Search(
            "dnf",
            Differences.Count(usual: 60, many: 1500),
            RpmGenerator.OfDnf,
            DnfComparison.Compare,
            OfDnf
        );
    }

    /// <summary>Debian's unstable release is fetched for it, so it is part of the long run alone.</summary>
    [Fact]
    public void Dnf5_and_PatchTools_agree_on_random_hosts()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATCHTOOLS_LONG") == "1", "part of .ci/long");
        Rig.NeedsRoot();
        Rig.NeedsCommands("rpm", "rpmbuild", "unshare", "mount");
        Differences.Search(
            "dnf5",
            Differences.Count(usual: 60, many: 1500),
            RpmGenerator.OfDnf,
            DnfComparison.CompareDnf5,
            OfDnf
        );
    }

    [Fact]
    public void Zypper_and_PatchTools_agree_on_random_hosts()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("zypper", "rpm", "rpmbuild");
        Differences.Search(
            "zypper",
            Differences.Count(usual: 100, many: 1500),
            RpmGenerator.OfZypper,
            ZypperComparison.Compare,
            OfZypper
        );
    }

    [Fact]
    public void Dnf_and_PatchTools_agree_on_every_kept_case()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("dnf", "rpm", "rpmbuild");
        KeptCases.Compare<RpmUniverse>("dnf", DnfComparison.Compare);
    }

    /// <summary>Those of dnf 4 too: what it does otherwise its own judge says.</summary>
    [Fact]
    public void Dnf5_and_PatchTools_agree_on_every_kept_case()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATCHTOOLS_LONG") == "1", "part of .ci/long");
        Rig.NeedsRoot();
        Rig.NeedsCommands("rpm", "rpmbuild", "unshare", "mount");
        KeptCases.Compare<RpmUniverse>("dnf5", DnfComparison.CompareDnf5);
        KeptCases.Compare<RpmUniverse>("dnf", DnfComparison.CompareDnf5);
    }

    [Fact]
    public void Zypper_and_PatchTools_agree_on_every_kept_case()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands("zypper", "rpm", "rpmbuild");
        KeptCases.Compare<RpmUniverse>("zypper", ZypperComparison.Compare);
    }
}
