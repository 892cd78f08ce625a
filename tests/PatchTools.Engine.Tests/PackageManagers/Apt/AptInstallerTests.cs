using System.Text.Json;
using PatchTools.Testing;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>Installs by the real apt and dpkg in a throw-away Debian, this assembly running inside.</summary>
public sealed class AptInstallerTests : IDisposable
{
    private readonly SyntheticArchive _archive = new();
    private readonly OverlayRoot _root;

    public AptInstallerTests()
    {
        Rig.NeedsFile(BuiltHost.Folder);
        _root = new OverlayRoot(
            new OverlayOptions
            {
                Binds = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["/srv/repo"] = _archive.Folder,
                    ["/opt/rig/tests"] = AppContext.BaseDirectory,
                },
            }
        );
        _root.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        _root.Shell("rm -f /etc/apt/sources.list.d/*").Expect();
        _root.Write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/repo bookworm main\n");
    }

    public void Dispose()
    {
        _root.Dispose();
        _archive.Dispose();
    }

    [Fact]
    public void One_transaction_installs_everything_and_keeps_what_apt_knows_and_the_administrator_wrote()
    {
        Upgradable("s-one", "s-two", "s-three");
        var old = new SyntheticPackage("s-conf", "1.0").WithConffile("/etc/s-conf.conf", "one\n");
        Installed(old);
        Offers((old with { Version = "1.1" }).WithConffile("/etc/s-conf.conf", "two\n"));
        _root.Write("/etc/s-conf.conf", "the administrator's\n");
        _root.Run("apt-mark", "auto", "s-two").Expect();

        var report = Install(new InstallOrder { Targets = ["s-one", "s-two", "s-three", "s-conf"] });

        Assert.Empty(report.Outcome!.Setbacks);
        Assert.Empty(report.Outcome.Problems);
        Assert.True(report.Outcome.HasChanged);
        Assert.All(["s-one", "s-two", "s-three", "s-conf"], name => Assert.Equal("1.1", report.Installed[name]));
        Assert.Equal("the administrator's\n", _root.Read("/etc/s-conf.conf"));
        Assert.Equal("s-two\n", _root.Run("apt-mark", "showauto", "s-one", "s-two", "s-three", "s-conf").Output);
        Assert.Single(
            report.Commands,
            c => c.StartsWith("apt-get", StringComparison.Ordinal) && c.Contains("Status-Fd", StringComparison.Ordinal)
        );
        Assert.Contains(report.Progress, p => p.EndsWith(" Install Installed s-one (amd64)", StringComparison.Ordinal));
        Assert.Contains("Setting up s-one (1.1)", _root.Read(report.Outcome.LogPath!), StringComparison.Ordinal);
    }

    [Fact]
    public void Failing_scripts_are_set_aside_with_their_words_and_the_rest_is_installed()
    {
        Upgradable("s-a", "s-b", "s-c");
        Installed(
            new SyntheticPackage("s-post", "1.0"),
            new SyntheticPackage("s-pre", "1.0"),
            new SyntheticPackage("s-needs", "1.0")
        );
        Offers(
            new SyntheticPackage("s-post", "1.1").WithScript("postinst", "echo the database is away >&2; exit 3"),
            new SyntheticPackage("s-pre", "1.1").WithScript("preinst", "echo not today; exit 1"),
            new SyntheticPackage("s-needs", "1.1").With("Depends", "s-post (>= 1.1)")
        );

        var report = Install(new InstallOrder { Targets = ["s-a", "s-post", "s-b", "s-pre", "s-needs", "s-c"] });

        var reasons = report.Outcome!.Setbacks.ToDictionary(s => s.Target.Name, s => $"{s.Kind}: {s.Reason}");
        Assert.Equal(
            "InstallFailed: installed s-post package post-installation script subprocess returned error exit "
                + "status 3 (the database is away)",
            reasons["s-post"]
        );
        Assert.Equal(
            "InstallFailed: new s-pre package pre-installation script subprocess returned error exit status "
                + "1 (not today)",
            reasons["s-pre"]
        );
        Assert.StartsWith(
            "InstallFailed: dependency problems - leaving unconfigured (s-needs depends on s-post (>= 1.1)",
            reasons["s-needs"],
            StringComparison.Ordinal
        );
        Assert.Equal(3, reasons.Count);
        Assert.All(["s-a", "s-b", "s-c"], name => Assert.Equal("1.1", report.Installed[name]));
        Assert.Equal("1.0", report.Installed["s-pre"]);
    }

    [Fact]
    public void A_damaged_archive_fails_alone_and_so_does_what_needs_it()
    {
        Upgradable("s-good", "s-damaged");
        Installed(new SyntheticPackage("s-needs", "1.0"));
        Offers(new SyntheticPackage("s-needs", "1.1").With("Depends", "s-lib"), new SyntheticPackage("s-lib", "1.0"));
        _archive.Publish();
        foreach (var name in new[] { "s-damaged_1.1", "s-lib_1.0" })
            File.AppendAllText(Path.Combine(_archive.Folder, $"pool/bookworm/amd64/{name}_amd64.deb"), "x");

        var report = Install(new InstallOrder { Targets = ["s-good", "s-damaged", "s-needs"] });

        Assert.Equal("1.1", report.Installed["s-good"]);
        var damaged = Assert.Single(report.Outcome!.Setbacks, s => s.Target.Name == "s-damaged");
        Assert.Equal(
            (SetbackKind.DownloadFailed, "s-damaged_1.1_amd64.deb: Hash Sum mismatch"),
            (damaged.Kind, damaged.Reason)
        );
        var needs = Assert.Single(report.Outcome.Setbacks, s => s.Target.Name == "s-needs");
        Assert.Contains("s-lib", needs.Reason, StringComparison.Ordinal);
        Assert.Contains("Hash Sum mismatch", needs.Reason, StringComparison.Ordinal);
        Assert.Equal(2, report.Outcome.Setbacks.Count);
    }

    [Fact]
    public void What_others_left_unconfigured_is_finished_first_or_reported()
    {
        Upgradable("s-good");
        var fails = new SyntheticPackage("s-fails", "1.0").WithScript("postinst", "echo still no; exit 4");
        var late = new SyntheticPackage("s-late", "1.0");
        Publish(fails, late);
        _root
            .Shell(
                "dpkg --unpack /srv/repo/pool/bookworm/amd64/s-fails_1.0_amd64.deb "
                    + "/srv/repo/pool/bookworm/amd64/s-late_1.0_amd64.deb"
            )
            .Expect();

        var report = Install(new InstallOrder { Targets = ["s-good"] });

        Assert.Equal("1.0", report.Installed["s-late"]);
        Assert.Equal("1.1", report.Installed["s-good"]);
        Assert.Empty(report.Outcome!.Setbacks);
        Assert.Equal(
            "s-fails was left unconfigured earlier and still is: installed s-fails package post-installation "
                + "script subprocess returned error exit status 4 (still no)",
            Assert.Single(report.Outcome.Problems)
        );
        Assert.Contains(report.Warnings, w => w.Contains("dpkg --configure -a", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lock_that_is_not_given_up_ends_the_run_and_names_its_holder()
    {
        Upgradable("s-good");
        _root.Shell("mkfifo /var/tmp/held /var/tmp/release").Expect();
        _root.WriteScript(
            "/var/tmp/hold.pl",
            "#!/usr/bin/perl\nopen(my $f, '+>', '/var/lib/dpkg/lock-frontend'); my $lock = pack('s s x4 q q "
                + "l x4', 1, 0, 0, 0, 0); fcntl($f, 6, $lock); open(my $h, '>', '/var/tmp/held'); close $h; "
                + "open(my $r, '<', '/var/tmp/release'); <$r>;\n"
        );
        using var holder = _root.Start("/usr/bin/perl", "/var/tmp/hold.pl");
        _root.Run("cat", "/var/tmp/held").Expect();

        var report = Install(new InstallOrder { Targets = ["s-good"], LockTimeoutSeconds = 0.5 });
        _root.Shell("echo go > /var/tmp/release").Expect();

        Assert.Equal("PackageManagerBusy", report.ErrorId);
        Assert.Contains("/var/tmp/hold.pl", report.Error, StringComparison.Ordinal);
        Assert.Contains(
            report.Progress,
            p =>
                p.Contains("Waiting for process", StringComparison.Ordinal)
                && p.Contains("/var/tmp/hold.pl", StringComparison.Ordinal)
        );
        Assert.Equal("1.0", report.Installed["s-good"]);
    }

    [Fact]
    public void With_a_time_budget_nothing_begins_that_is_not_expected_to_end()
    {
        Upgradable([.. Enumerable.Range(0, 12).Select(i => $"s-{i:00}")]);

        var some = Install(
            new InstallOrder { BudgetSeconds = 50, Targets = [.. Enumerable.Range(0, 12).Select(i => $"s-{i:00}")] }
        );
        var none = Install(new InstallOrder { BudgetSeconds = 0, Targets = ["linked"] }, () => Upgradable("linked"));

        Assert.True(
            some.Commands.Count(c => c.Contains("Status-Fd", StringComparison.Ordinal)) > 1
                || some.Outcome!.Setbacks.Count > 0
        );
        Assert.All(some.Outcome!.Setbacks, s => Assert.Equal(SetbackKind.TimeBudget, s.Kind));
        Assert.Equal("1.1", some.Installed["s-00"]);
        Assert.Equal(SetbackKind.TimeBudget, Assert.Single(none.Outcome!.Setbacks).Kind);
        Assert.NotNull(none.Outcome.StoppedBecause);
        Assert.Equal("1.0", none.Installed["linked"]);
    }

    [Fact]
    public void Custom_sources_are_used_and_the_administrators_stay_untouched()
    {
        Upgradable("s-good");
        _archive.Publish();
        _root.Write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/none bookworm main\n");
        var before = _root.Fingerprint("/etc/apt");

        var report = Install(
            new InstallOrder { Targets = ["s-good"], CustomSources = "deb [trusted=yes] file:/srv/repo bookworm main" }
        );

        Assert.Null(report.ErrorId);
        Assert.Equal("1.1", report.Installed["s-good"]);
        Assert.Equal(before, _root.Fingerprint("/etc/apt"));
    }

    private void Upgradable(params string[] names)
    {
        Installed([.. names.Select(n => new SyntheticPackage(n, "1.0"))]);
        Offers([.. names.Select(n => new SyntheticPackage(n, "1.1"))]);
    }

    private void Installed(params SyntheticPackage[] packages)
    {
        foreach (var package in packages)
        {
            _root.Write($"/var/tmp/debs/{package.FileName}", "");
            File.WriteAllBytes(_root.Path($"/var/tmp/debs/{package.FileName}"), package.Build());
        }

        _root.Shell("dpkg -i /var/tmp/debs/*.deb && rm -r /var/tmp/debs").Expect();
    }

    private void Offers(params SyntheticPackage[] packages) => _archive.Add(SyntheticSuite.Bookworm, packages);

    private void Publish(params SyntheticPackage[] packages)
    {
        Offers(packages);
        _archive.Publish();
    }

    private InstallReport Install(InstallOrder order, Action? first = null)
    {
        first?.Invoke();
        if (!File.Exists(Path.Combine(_archive.Folder, "dists/bookworm/Release")) || first is not null)
            _archive.Publish();
        _root.Environment[InstallingProcess.Variable] = JsonSerializer.Serialize(order);
        var run = _root.Run("/opt/rig/dotnet/dotnet", "/opt/rig/tests/PatchTools.Engine.Tests.dll").Expect();
        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        return JsonSerializer.Deserialize<InstallReport>(run.Output)!;
    }
}
