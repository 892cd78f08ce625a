using CsCheck;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Testing;
using PatchTools.Versions;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.Evaluation;

public sealed class InstallSelectionTests
{
    private static readonly PatchBaseline _security = Ubuntu(Rule(ComplianceLevel.HIGH));

    private static readonly string[] _archives = ["", "SEC", "UPD", "SEC UPD", "UNTRUSTED"];

    private static readonly string[] _entries = ["*", "p1", "p?|1.3", "p*.amd64|*:1.[24]", "nothing"];

    [Fact]
    public void Without_a_list_the_missing_packages_are_wanted_at_the_versions_the_baseline_approves()
    {
        var host = MadeUpHost
            .Apt()
            .Package("a", "2.0 UPD", "1.10 SEC", "1.9 SEC", "1.0*")
            .Package("b", "1.0* SEC")
            .Package("c", "1.1 SEC")
            .Package(
                new MadeUpPackage
                {
                    Name = "libc6",
                    Architecture = "i386",
                    Versions = ["1.1 SEC", "1.0*"],
                }
            );
        PatchTarget[] wanted =
        [
            new()
            {
                Name = "a",
                Architecture = "amd64",
                InstalledEdition = "1.0",
                Edition = "1.10",
                Id = "a.amd64",
            },
            new()
            {
                Name = "libc6",
                Architecture = "i386",
                InstalledEdition = "1.0",
                Edition = "1.1",
                Id = "libc6:i386.i386",
            },
        ];
        Assert.Equal(wanted, InstallSelection.Of(host.Evaluate(_security)).Targets);
        Assert.Equal(
            wanted,
            InstallSelection
                .Of(BaselineEvaluator.Evaluate(host.Request(_security) with { Operation = PatchOperation.Install }))
                .Targets
        );
    }

    [Fact]
    public void With_a_list_only_what_it_names_is_wanted_whatever_the_baseline_says()
    {
        var host = MadeUpHost
            .Apt()
            .Package("a", "1.2 UPD", "1.1 SEC", "1.0*")
            .Package("b", "1.1 SEC", "1.0*")
            .Package("c", "1.1 UPD");
        var selection = InstallSelection.Of(
            InstallOverrideTests.Install(host, _security.Rejecting(RejectedPatchesAction.BLOCK, "a"), "a", "c")
        );
        Assert.Equal(["a 1.0 → 1.2"], selection.Targets.Select(t => t.ToString()));
        var intermediate = InstallSelection.Of(InstallOverrideTests.Install(host, _security, "a|1.1"));
        Assert.Equal(["a 1.0 → 1.1"], intermediate.Targets.Select(t => t.ToString()));
    }

    [Fact]
    public void Quirk_a_held_package_is_wanted_and_not_asked_for()
    {
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    IsHeld = true,
                }
            )
            .Package("b", "1.1 SEC", "1.0*");
        var report = BaselineEvaluator.Evaluate(host.Request(_security) with { Operation = PatchOperation.Install });
        var selection = InstallSelection.Of(report);
        Assert.Equal("b", Assert.Single(selection.Targets).Name);
        var held = Assert.Single(selection.Held);
        Assert.Equal(
            ("a", SetbackKind.Held, "held by the administrator", false),
            (held.Target.Name, held.Kind, held.Reason, held.IsDependencyFailure)
        );
        var finding = Setbacks.Apply(report, selection.Held).Findings.Single(f => f.Name == "a");
        Assert.Equal((PatchState.Failed, "held by the administrator"), (finding.State, finding.Why));
    }

    [Fact]
    public void A_version_that_a_negative_pin_keeps_away_is_not_asked_for()
    {
        RefusedEdition[] refused = [new("1.1", "pin -1 for a (version 1.1) in /etc/apt/preferences.d/a")];
        var host = MadeUpHost
            .Apt()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.1 SEC", "1.0*"],
                    Refused = refused,
                }
            )
            .Package(
                new MadeUpPackage
                {
                    Name = "b",
                    Versions = ["1.2 SEC", "1.1 SEC", "1.0*"],
                    Refused = refused,
                }
            );
        var selection = InstallSelection.Of(host.Evaluate(_security));
        Assert.Equal("b 1.0 → 1.2", Assert.Single(selection.Targets).ToString());
        Assert.Equal(
            "kept away by pin -1 for a (version 1.1) in /etc/apt/preferences.d/a",
            Assert.Single(selection.Held).Reason
        );
    }

    [Fact]
    public void Where_the_newest_version_alone_is_refused_the_one_before_it_is_asked_for()
    {
        var report = MadeUpHost
            .Dnf()
            .Package(
                new MadeUpPackage
                {
                    Name = "a",
                    Versions = ["1.0-1*", "1.0.5-1 BASE", "1.1-1 BASE", "1.2-1 BASE"],
                    Refused = [new RefusedEdition("1.2-1", "a lock"), new RefusedEdition("1.2-1", "another lock")],
                }
            )
            .Evaluate(
                RedHat(Rule(ComplianceLevel.LOW, Filter("CLASSIFICATION", "*")) with { EnableNonSecurity = true })
            );

        var selection = InstallSelection.Of(report);

        Assert.Equal("a 1.0-1 → 1.1-1", Assert.Single(selection.Targets).ToString());
        var held = Assert.Single(selection.Held);
        Assert.Equal(("1.2-1", "kept away by a lock"), (held.Target.Edition, held.Reason));
    }

    [Fact]
    public void What_nobody_offers_is_not_asked_for()
    {
        var report = MadeUpHost.Apt().Package("a", "1.1 SEC", "1.0*").Evaluate(_security);
        Assert.False(InstallSelection.Of(report).IsEmpty);

        var needed = report with { Findings = [.. report.Findings.Select(f => f with { AvailableVersion = "" })] };

        Assert.True(InstallSelection.Of(needed).IsEmpty);
    }

    /// <summary>
    /// Any baseline, any host, with and without a list: what is asked for is newer, offered, never held, at most one
    /// for each package, and approved or named.
    /// </summary>
    [Fact]
    public void An_install_asks_for_an_offered_newer_version_that_is_approved_or_named_and_not_rejected_or_held() =>
        Gen.Select(
                Gen.Select(Gen.Int[0, 5].Array[1, 4], Gen.Int[0, 4].Array[4], Gen.Int[0, 3], Gen.Bool).Array[1, 5],
                Gen.Int[0, 4],
                Gen.Bool,
                Gen.Int[0, 4].Select(i => _entries[i])
            )
            .ForAll(
                (packages, rejected, hasList, entry) =>
                {
                    var host = MadeUpHost.Apt();
                    for (var i = 0; i < packages.Length; i++)
                    {
                        var (versions, archives, installed, isHeld) = packages[i];
                        var texts = versions
                            .Distinct()
                            .Select(
                                (v, j) =>
                                    j == installed
                                        ? $"1.{v}* {_archives[archives[j]]}"
                                        : $"1.{v} {(archives[j] == 0 ? "REL" : _archives[archives[j]])}"
                            );
                        host.Package(
                            new MadeUpPackage
                            {
                                Name = $"p{i}",
                                Versions = [.. texts],
                                IsHeld = isHeld,
                            }
                        );
                    }

                    var baseline = _security.Rejecting(
                        RejectedPatchesAction.ALLOW_AS_DEPENDENCY,
                        "p0",
                        $"*:1.{rejected}"
                    );
                    var request = host.Request(baseline) with
                    {
                        Operation = PatchOperation.Install,
                        InstallOverrideList = hasList ? InstallOverrideTests.List(entry) : null,
                    };
                    var selection = InstallSelection.Of(BaselineEvaluator.Evaluate(request));
                    Assert.Equal(selection.Targets.Count, selection.Targets.Select(t => t.Id).Distinct().Count());
                    foreach (var target in selection.Targets.Concat(selection.Held.Select(h => h.Target)))
                    {
                        var package = request.Inventory.Packages.Single(p => p.Name == target.Name);
                        var version = package.Versions.First(v => v.Edition == target.Edition);
                        Assert.Equal(package.Installed!.Edition, target.InstalledEdition);
                        Assert.True(DebianVersion.Order.Compare(target.Edition, target.InstalledEdition) > 0);
                        Assert.Contains(version.Origins, o => !o.IsLocalDatabase);
                        Assert.Equal(selection.Held.Any(h => h.Target == target), package.Installed.IsHeld);
                        if (hasList)
                            continue;
                        Assert.NotEqual("p0", target.Name);
                        Assert.NotEqual($"1.{rejected}", target.Edition);
                        Assert.Contains(version.Origins, o => o.Archive == "focal-security");
                    }
                },
                cases: 2_000
            );
}
