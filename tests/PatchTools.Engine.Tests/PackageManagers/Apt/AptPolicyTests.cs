using PatchTools.Families.Apt.Reading;
using PatchTools.Versions;
using Xunit;
using static PatchTools.Engine.Tests.PackageManagers.Apt.AptRoot;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>
/// One generated root with every kind of archive and package: PatchTools' candidates against those of the real apt,
/// under many preferences.
/// </summary>
public sealed class AptPolicyTests(AptPolicyTests.Archives archives) : IClassFixture<AptPolicyTests.Archives>
{
    /// <summary>Name, apt.conf, preferences, and preferences.d/50-case.</summary>
    public static TheoryData<string, string, string, string> Cases { get; } =
        new()
        {
            { "no pins", "", "", "" },
            { "default release by suite", "APT::Default-Release \"testing\";", "", "" },
            { "default release by codename", "APT::Default-Release \"bookworm\";", "", "" },
            { "default release as an assignment", "APT::Default-Release \"o=Vendor X\";", "", "" },
            { "default release as an expression", "APT::Default-Release \"/^stable(-security)?$/\";", "", "" },
            { "default release by version", "APT::Default-Release \"12.5\";", "", "" },
            {
                "default release before a pin",
                "APT::Default-Release \"testing\";",
                "",
                Pin("*", "release a=stable", "991")
            },
            { "exact version", "", "", Pin("p-plain", "version 1.1", "600") },
            { "version prefix", "", "", Pin("p-plain p-held", "version 1.*", "600") },
            { "version glob within", "", "", Pin("p-plain", "version *.?", "600") },
            { "version expression", "", "", Pin("p-plain", "version /^1\\.[15]$/", "600") },
            { "archive", "", "", Pin("*", "release a=testing", "900") },
            { "archive glob", "", "", Pin("*", "release a=stable*", "900") },
            { "codename", "", "", Pin("*", "release n=trixie", "900") },
            { "origin field", "", "", Pin("*", "release o=Vendor X", "900") },
            { "label", "", "", Pin("*", "release l=Debian-Security", "900") },
            { "component", "", "", Pin("*", "release c=contrib", "900") },
            { "release version", "", "", Pin("*", "release v=12*", "900") },
            { "architecture of the index", "", "", Pin("*", "release b=i386", "-1") },
            { "several fields", "", "", Pin("*", "release o=Debian,a=testing, c=main", "-5") },
            { "fields that contradict", "", "", Pin("*", "release o=Vendor X,a=testing", "900") },
            { "one word", "", "", Pin("*", "release testing", "900") },
            { "one word that begins with a digit", "", "", Pin("*", "release 12.5", "900") },
            { "field nobody has", "", "", Pin("*", "release q=testing", "900") },
            { "site", "", "", Pin("*", "origin vendor.example", "900") },
            { "site in quotes", "", "", Pin("*", "origin \"vendor.example\"", "900") },
            { "site glob", "", "", Pin("p-plain", "origin *.example", "900") },
            { "local files have no site", "", "", Pin("*", "origin \"\"", "-1") },
            { "what dpkg has", "", "", Pin("*", "release a=now", "1001") },
            { "names as glob", "", "", Pin("lib-*", "release a=backports", "700") },
            { "names as expression", "", "", Pin("/^lib-(one|two)$/", "release a=backports", "700") },
            { "names without regard to case", "", "", Pin("/^LIB-/ P-PLAIN", "release a=backports", "700") },
            { "several names", "", "", Pin("lib-one p-plain nonesuch", "release a=testing", "700") },
            { "name and architecture", "", "", Pin("p-multi:i386", "release a=testing", "700") },
            { "every architecture", "", "", Pin("p-multi:any", "release a=testing", "-1") },
            { "glob and architecture", "", "", Pin("p-*:i386", "release a=testing", "700") },
            { "native by name", "", "", Pin("p-multi:native", "release a=testing", "700") },
            { "source package", "", "", Pin("src:p-source", "version 2.0", "700") },
            { "source package glob", "", "", Pin("src:p-s*", "release a=testing", "-1") },
            { "refused", "", "", Pin("p-plain", "release *", "-1") },
            { "refused everywhere", "", "", Pin("*", "release *", "-10") },
            { "never", "", "", Pin("*", "release a=testing", "never") },
            {
                "never beats a name",
                "",
                "",
                Pin("*", "release a=testing", "never") + Pin("p-plain", "release a=testing", "800")
            },
            { "downgrade above 1000", "", "", Pin("p-newer p-plain", "release a=stable", "1001") },
            { "downgrade at 1000", "", "", Pin("p-newer", "release a=stable", "1000") },
            { "no downgrade at 999", "", "", Pin("p-newer", "release a=stable", "999") },
            { "backports by name", "", "", Pin("p-plain", "release a=backports", "500") },
            { "experimental by name", "", "", Pin("p-plain", "release a=experimental", "501") },
            { "below the installed one", "", "", Pin("*", "release o=Debian", "50") },
            { "between installed and default", "", "", Pin("*", "release a=testing", "100") },
            {
                "first record wins",
                "",
                "",
                Pin("p-plain", "release a=testing", "700") + Pin("p-plain", "release *", "-1")
            },
            {
                "a name beats everything general",
                "",
                "",
                Pin("*", "release a=testing", "990") + Pin("p-plain", "version 1.1", "10")
            },
            {
                "version beats a release record that comes later",
                "",
                "",
                Pin("p-plain", "version 1.1", "600") + Pin("p-plain", "release a=testing", "700")
            },
            {
                "preferences before preferences.d",
                "",
                Pin("p-plain", "release a=testing", "700"),
                Pin("p-plain", "release *", "-1")
            },
            { "general in both files", "", Pin("*", "release a=testing", "-1"), Pin("*", "release a=testing", "900") },
            {
                "explanations and comments",
                "",
                "# text\nExplanation: why\n" + Pin("*", "release a=testing", "900"),
                "Explanation: this one\n" + Pin("lib-one", "version 2.0", "1")
            },
            { "a brand without pin", "", "", "Package: p-plain\n\n" + Pin("lib-one", "version 2.0", "900") },
            { "phased updates in the policy", "", "", Pin("p-phased", "release a=stable", "900") },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Candidates_of_every_package_equal_those_of_apt_cache_policy(
        string name,
        string configuration,
        string preferences,
        string part
    )
    {
        var root = archives.With(configuration, preferences, part);
        var inventory = root.ReadWithPolicy(out var policy);

        var theirs = root.Policy(inventory.Packages.Select(p => p.ToString()));
        Assert.True(theirs.Count >= 20, name);
        var ours = inventory.Packages.ToDictionary(
            p => Spelled(p, inventory),
            p => policy.Candidate(p).Version?.Edition ?? "(none)"
        );
        Assert.Equal(
            theirs.Select(t => $"{t.Key} {t.Value.Candidate}").Order(StringComparer.Ordinal),
            ours.Select(o => $"{o.Key} {o.Value}").Order(StringComparer.Ordinal)
        );
        Assert.All(
            inventory.Installed,
            p =>
                Assert.Equal(
                    p.CandidateEdition ?? "(none)",
                    ours[p.Architecture == "amd64" ? p.Name : $"{p.Name}:{p.Architecture}"]
                )
        );
        Assert.DoesNotContain(inventory.Warnings, w => w.Contains("preferences", StringComparison.Ordinal));

        // apt lists what its policy would move, whatever is held; also to another version of the same text, unless only
        // its size is another.
        List<string> upgradable = [];
        foreach (var package in inventory.Packages)
        {
            if (
                package.Installed is { } installed
                && policy.Candidate(package).Version is { IsInstalled: false } candidate
                && DebianVersion.Order.Compare(candidate.Edition, installed.Edition) is var order
                && (order > 0 || (order == 0 && package.Name != "p-twinsize"))
            )
                upgradable.Add(
                    $"{package.Name}:{(package.Name == "p-all" ? "all" : package.Architecture)} {candidate.Edition}"
                );
        }

        Assert.Equal(root.Upgradable(), upgradable.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Versions_and_the_places_that_offer_them_equal_those_of_apt_cache_policy()
    {
        var root = archives.With("", "", "");
        var inventory = root.ReadWithPolicy(out _);

        foreach (var (name, policy) in root.Policy(inventory.Packages.Select(p => p.ToString())))
        {
            var package = inventory.Packages.Single(p => Spelled(p, inventory) == name);
            List<string> ours = [];
            foreach (var version in package.Versions)
                ours.Add($"{name} {version.Edition} in {version.OriginIndexes.Length} places");
            Assert.Equal(
                policy.Versions.Select(v => $"{name} {v.Edition} in {v.Places} places").Order(StringComparer.Ordinal),
                ours.Order(StringComparer.Ordinal)
            );
        }
    }

    [Fact]
    public void The_note_says_which_pin_decides_and_against_what()
    {
        var root = archives.With("APT::Default-Release \"testing\";", "", Pin("p-plain", "version 1.1", "1001"));
        var inventory = root.ReadWithPolicy(out _);

        var plain = inventory.Installed.Single(p => p.Name == "p-plain");
        Assert.Matches(
            @"^pin 1001 for p-plain in .*/preferences\.d/50-case:1, by which apt takes 1\.1 and not 3\.0 "
                + @"\(its archive is NotAutomatic, priority 1\)$",
            plain.PolicyNote
        );
        var library = inventory.Installed.Single(p => p.Name == "lib-one");
        Assert.Equal(
            "pin 990 for * in APT::Default-Release, by which apt takes 2.0 and not 2.5 (its archive is "
                + "NotAutomatic with ButAutomaticUpgrades, priority 100)",
            library.PolicyNote
        );
    }

    [Fact]
    public void Holds_automatic_marks_phasing_and_half_configured_packages_are_recorded()
    {
        var root = archives.With("", "", "");
        var inventory = root.ReadWithPolicy(out _);

        Assert.Equal(["p-held"], inventory.Installed.Where(p => p.IsHeld).Select(p => p.Name));
        Assert.Equal(["lib-one", "p-multi"], inventory.Installed.Where(p => p.IsAutoInstalled).Select(p => p.Name));
        Assert.Equal(["p-broken"], inventory.Installed.Where(p => p.IsBroken).Select(p => p.Name));
        Assert.Equal(10, inventory.Installed.Single(p => p.Name == "p-phased").PhasedPercentage);
        Assert.DoesNotContain(inventory.Installed, p => p.Name is "p-config" or "p-absent");
        Assert.Contains(inventory.Packages, p => p.Name == "p-config");
    }

    private static string Pin(string packages, string pin, string priority) =>
        $"Package: {packages}\nPin: {pin}\nPin-Priority: {priority}\n\n";

    private static string Spelled(PackageEntry package, HostInventory inventory) =>
        package.Architecture == inventory.Packages.NativeArchitecture ? package.Name : package.ToString();

    public sealed class Archives : IDisposable
    {
        /// <summary>Made by the first test: a fixture cannot skip where apt is missing.</summary>
        private readonly Lazy<AptRoot> _root = new(Make);

        private static AptRoot Make()
        {
            AptRoot root = new("amd64", "i386");
            string[] names =
            [
                "p-plain",
                "p-held",
                "p-newer",
                "p-broken",
                "p-epoch",
                "lib-one",
                "lib-two",
                "p-source-a",
                "p-source-b",
                "p-notinstalled",
            ];
            var source = "Source: p-source (1)\n";
            root.MakeSuite(
                "debian",
                "stable",
                [
                    "Origin=Debian",
                    "Label=Debian",
                    "Suite=stable",
                    "Codename=bookworm",
                    "Version=12.5",
                    "Architectures=amd64 i386 all",
                    "Components=main contrib",
                ],
                (
                    "main/binary-amd64",
                    string.Concat(
                        names.Select(n =>
                            Stanza(n, "1.1", more: n.StartsWith("p-source", StringComparison.Ordinal) ? source : "")
                        )
                    )
                        + Stanza("p-multi", "1.1", more: "Multi-Arch: same\n")
                        + Stanza("p-phased", "1.1", more: "Phased-Update-Percentage: 10\n")
                        + Stanza("p-all", "1.1", "all")
                        + Stanza("p-twin", "1.0", more: "Depends: p-plain\n")
                        + Stanza("p-twinsize", "1.0")
                        + Stanza("p-config", "1.0")
                        + Stanza("p-tilde", "1.0")
                        + Stanza("p-single", "1.0", more: "Multi-Arch: no\n")
                ),
                (
                    "main/binary-i386",
                    Stanza("p-multi", "1.1", "i386", "Multi-Arch: same\n")
                        + Stanza("p-foreign", "1.1", "i386")
                        + Stanza("p-all", "1.1", "all")
                ),
                ("main/binary-all", ""),
                ("contrib/binary-amd64", Stanza("p-plain", "1.15") + Stanza("p-contrib", "2.0")),
                ("contrib/binary-i386", "")
            );
            root.MakeSuite(
                "security",
                "stable-security",
                [
                    "Origin=Debian",
                    "Label=Debian-Security",
                    "Suite=stable-security",
                    "Codename=bookworm-security",
                    "Version=12",
                    "Architectures=amd64 i386",
                    "Components=main",
                ],
                ("main/binary-amd64", Stanza("p-plain", "1.2") + Stanza("p-held", "1.2") + Stanza("p-epoch", "1:0.5")),
                ("main/binary-i386", Stanza("p-multi", "1.2", "i386", "Multi-Arch: same\n"))
            );
            root.MakeSuite(
                "debian",
                "testing",
                [
                    "Origin=Debian",
                    "Label=Debian",
                    "Suite=testing",
                    "Codename=trixie",
                    "Architectures=amd64 i386",
                    "Components=main",
                ],
                (
                    "main/binary-amd64",
                    string.Concat(
                        names.Select(n =>
                            Stanza(n, "2.0", more: n.StartsWith("p-source", StringComparison.Ordinal) ? source : "")
                        )
                    )
                        + Stanza("p-multi", "2.0", more: "Multi-Arch: same\n")
                        + Stanza("p-tilde", "1.1~rc1")
                ),
                ("main/binary-i386", Stanza("p-multi", "2.0", "i386", "Multi-Arch: same\n"))
            );
            root.MakeSuite(
                "debian",
                "backports",
                [
                    "Origin=Debian",
                    "Label=Debian Backports",
                    "Suite=backports",
                    "Codename=bookworm-backports",
                    "NotAutomatic=yes",
                    "ButAutomaticUpgrades=yes",
                    "Architectures=amd64",
                    "Components=main",
                ],
                (
                    "main/binary-amd64",
                    Stanza("p-plain", "2.5")
                        + Stanza("lib-one", "2.5")
                        + Stanza("lib-two", "2.5")
                        + Stanza("p-backported", "2.5")
                )
            );
            root.MakeSuite(
                "debian",
                "experimental",
                [
                    "Origin=Debian",
                    "Label=Debian",
                    "Suite=experimental",
                    "Codename=rc-buggy",
                    "NotAutomatic=yes",
                    "Architectures=amd64",
                    "Components=main",
                ],
                (
                    "main/binary-amd64",
                    Stanza("p-plain", "3.0") + Stanza("p-backported", "3.0") + Stanza("p-onlyexperimental", "3.0")
                )
            );
            root.MakeSuite(
                "vendor",
                "vx",
                [
                    "Origin=Vendor X",
                    "Label=vx",
                    "Suite=vx-stable",
                    "Codename=thing",
                    "Architectures=amd64",
                    "Components=main",
                ],
                (
                    "main/binary-amd64",
                    Stanza("p-plain", "1.5")
                        + Stanza("p-twin", "1.0", more: "Depends: lib-one\n")
                        + Stanza("p-twinsize", "1.0").Replace("Size: 1000", "Size: 1001", StringComparison.Ordinal)
                        + Stanza("p-single", "1.0")
                )
            );
            root.MakeSuite(
                "flat",
                "./",
                ["Origin=Flat"],
                ("", Stanza("p-flat", "1.1") + Stanza("p-flatarm", "1.1", "arm64") + Stanza("p-plain", "0.9"))
            );

            root.Write(
                "etc/apt/sources.list",
                $"""
                deb [trusted=yes] file:{root.Repositories}/debian stable main contrib
                deb [trusted=yes] file:{root.Repositories}/debian testing main
                deb [trusted=yes] file:{root.Repositories}/debian experimental main

                """
            );
            root.Write(
                "etc/apt/sources.list.d/more.sources",
                $"""
                Types: deb
                URIs: file:{root.Repositories}/debian file:{root.Repositories}/security
                Suites: backports
                Components: main
                Trusted: yes
                Enabled: no

                # The ones that count
                Types: deb
                URIs: copy:{root.Repositories}/debian
                Suites: backports
                Components: main
                Trusted: yes

                Types: deb
                URIs: file:{root.Repositories}/security
                Suites: stable-security
                Components: main
                Trusted: yes

                """
            );
            root.Write("etc/apt/sources.list.d/flat.list", $"deb [trusted=yes] file:{root.Repositories}/flat ./\n");
            root.Write(
                "etc/apt/sources.list.d/vendor.list",
                $"deb [trusted=yes] file:{root.Repositories}/vendor vx main\n"
            );
            root.Write(
                "var/lib/dpkg/status",
                string.Concat(
                    Installed("p-plain", "1.0"),
                    Installed("p-held", "1.0", status: "hold ok installed"),
                    Installed("p-newer", "5.0"),
                    Installed("p-broken", "1.0", status: "install ok half-configured"),
                    Installed("p-epoch", "1.0"),
                    Installed("lib-one", "1.0"),
                    Installed("lib-two", "2.4"),
                    Installed("p-source-a", "1.0"),
                    Installed("p-source-b", "1.0"),
                    Installed("p-multi", "1.0", more: "Multi-Arch: same\n"),
                    Installed("p-multi", "1.0", "i386", more: "Multi-Arch: same\n"),
                    Installed("p-foreign", "1.0", "i386"),
                    Installed("p-all", "1.0", "all"),
                    Installed("p-local", "9.0"),
                    Installed("p-phased", "1.0"),
                    Installed("p-twin", "1.0", more: "Depends: lib-one\n"),
                    Installed("p-twinsize", "1.0"),
                    Installed("p-single", "1.0"),
                    Installed("p-tilde", "1.0~beta"),
                    Installed("p-contrib", "1.0"),
                    Installed("p-flat", "1.0"),
                    Installed("p-backported", "2.4"),
                    Installed("p-config", "1.0", status: "deinstall ok config-files"),
                    "Package: p-absent\nStatus: unknown ok not-installed\nPriority: optional\nSection: "
                        + "misc\nArchitecture: amd64\n\n"
                )
            );
            root.Write(
                "var/lib/apt/extended_states",
                "Package: lib-one\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: p-multi\nArchitecture: "
                    + "i386\nAuto-Installed: 1\n\nPackage: p-plain\nArchitecture: amd64\nAuto-Installed: 0\n"
            );
            root.Update();

            // Lists as if a host of the network had been asked.
            var local = AptUri.Parse($"file:{root.Repositories}/vendor")!.AsDirectory().FileName("dists/vx/");
            foreach (var list in Directory.GetFiles(root.Lists, local + "*"))
                File.Copy(
                    list,
                    Path.Combine(
                        root.Lists,
                        "vendor.example:8080_debian_dists_vx_" + Path.GetFileName(list)[local.Length..]
                    )
                );
            root.Write(
                "etc/apt/sources.list.d/vendor.list",
                "deb [trusted=yes] http://user:secret@vendor.example:8080/debian vx main\n"
            );
            return root;
        }

        internal AptRoot With(string configuration, string preferences, string part)
        {
            _root.Value.Write("etc/apt/apt.conf.d/50case", configuration + "\n");
            _root.Value.Write("etc/apt/preferences", preferences);
            _root.Value.Write("etc/apt/preferences.d/50-case", part);
            return _root.Value;
        }

        public void Dispose()
        {
            if (_root.IsValueCreated)
                _root.Value.Dispose();
        }
    }
}
