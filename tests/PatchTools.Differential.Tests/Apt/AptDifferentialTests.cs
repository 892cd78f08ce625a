using PatchTools.Testing;
using Xunit;

namespace PatchTools.Differential.Tests.Apt;

/// <summary>The real apt and PatchTools on the same random hosts.</summary>
public sealed class AptDifferentialTests
{
    private static readonly string[] Needed =
    [
        "several architectures",
        "several archives",
        "several components",
        "pin by version",
        "pin by origin",
        "pin by release",
        "negative pin",
        "pin above 1000",
        "Default-Release",
        "deb822",
        "one-line sources",
        "NotAutomatic",
        "ButAutomaticUpgrades",
        "archive without signature",
        "damaged list",
        "stale list",
        "hold",
        "phasing",
        "epoch",
        "tilde",
        "letters in versions",
        "dependencies",
        "Multi-Arch",
        "one version, two builds",
    ];

    [Fact]
    public void Apt_and_PatchTools_agree_on_random_hosts()
    {
        Rig.NeedsCommands("apt", "apt-get", "apt-cache", "dpkg");
        Differences.Search(
            "apt",
            Differences.Count(usual: 300, many: 6000),
            AptGenerator.Make,
            AptComparison.Compare,
            Needed
        );
    }

    [Fact]
    public void Apt_and_PatchTools_agree_on_every_kept_case()
    {
        Rig.NeedsCommands("apt", "apt-get", "apt-cache", "dpkg");
        KeptCases.Compare<AptUniverse>("apt", AptComparison.Compare);
    }
}
