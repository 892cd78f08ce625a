using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// Installs with apt beside others who work on the same host, installs that are stopped or killed, and what the
/// baseline and the administrator decide.
/// </summary>
public abstract class AptMishapScenarios : ToolScenarios
{
    private static readonly SyntheticPackage OldGood = new("s-good", "1.0-1");
    private static readonly SyntheticPackage NewGood = new("s-good", "1.1-1");
    private static readonly SyntheticPackage OldBad = new("s-bad", "1.0-1");
    private static readonly SyntheticPackage NewBad = new("s-bad", "1.1-1");

    private ScenarioHost Host(byte[]? snapshot = null, params SyntheticPackage[] security) =>
        AptHost(snapshot)
            .Installed(OldGood, OldBad)
            .Offers(SyntheticSuite.BookwormSecurity, security is [] ? [NewGood, NewBad] : security);

    /// <summary>A script that waits for the test, once.</summary>
    private static string Waiting(string script) => $"test -e /var/tmp/killed || {{ {script}\n}}";

    [Fact]
    [OnEveryTool]
    public void A_lock_that_apt_holds_ends_busy_and_names_it_and_a_run_that_waits_succeeds()
    {
        using var host = Host().Installed(new SyntheticPackage("s-slow", "1.0-1"));
        var gate = host.Gate();
        host.Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-slow", "1.1-1").WithScript("preinst", Gate.Script))
            .Ready();
        host.Root.Run("apt-get", "update").Expect();
        using var other = host.Root.Start("apt-get", "-y", "install", "s-slow");
        gate.WaitUntilReached(other);
        host.Scan("-NoRefresh -LockTimeout 0").Expect(170, "PackageManagerBusy");
        var busy = host.Install("-RebootOption NoReboot -LockTimeout 0").Expect(170, "PackageManagerBusy");
        Assert.Contains("apt-get -y install s-slow", busy.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
        using var waiting = host.StartInstall("-RebootOption NoReboot -LockTimeout 600");
        gate.Open();
        other.Wait().Expect();
        PatchRuns.Result(waiting.Wait()).Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [Sampled]
    [InlineData("update")]
    [InlineData("--simulate")]
    [InlineData("APT::Status-Fd")]
    public void A_lock_that_somebody_takes_between_the_look_and_the_start_ends_the_run_busy(string call)
    {
        using var host = Host().Installed(new SyntheticPackage("s-slow", "1.0-1"));
        var gate = host.Gate();
        host.Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-slow", "1.1-1").WithScript("preinst", Gate.Script))
            .Ready();
        host.Root.Run("apt-get", "update").Expect();
        host.Before(
            call,
            "setsid /usr/bin/apt-get.real -y install s-slow </dev/null >/dev/null 2>&1 & read line < /var/tmp/reached"
        );

        var busy = host.Install("-RebootOption NoReboot -LockTimeout 2").Expect(170, "PackageManagerBusy");

        Assert.Contains("s-slow", busy.Error, StringComparison.Ordinal);
        host.AssertInstalled("s-good", "1.0-1");
        gate.Open();
        host.Install("-RebootOption NoReboot -LockTimeout 600").Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-slow", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [Sampled]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signal_during_a_transaction_lets_it_finish(bool isInterrupt)
    {
        using var host = Host(null, NewGood, NewBad.WithScript("postinst", Waiting(Gate.Script)));
        var gate = host.Gate();
        host.Ready();
        using var process = host.StartInstall();
        gate.WaitUntilReached(process);
        if (isInterrupt)
            process.InterruptGroup();
        else
            process.TerminateInner();
        gate.Open();
        Assert.Equal(isInterrupt ? 130 : 143, process.Wait().ExitCode);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertNothingIsHalfDone();
        host.Scan().Expect(0);
    }

    [Fact]
    [Sampled]
    public void Killed_alone_PatchTools_leaves_a_transaction_that_ends_by_itself()
    {
        using var host = Host(null, NewGood, NewBad.WithScript("postinst", Waiting(Gate.Script)));
        var gate = host.Gate();
        host.Ready();
        using (var first = host.StartInstall())
        {
            gate.WaitUntilReached(first);
            first.KillInner();
            first.Wait();
        }

        using var second = host.StartInstall("-RebootOption NoReboot -LockTimeout 600");
        gate.Open();
        PatchRuns.Result(second.Wait()).Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [Sampled]
    [InlineData(false)]
    [InlineData(true)]
    public void A_transaction_that_was_killed_is_finished_by_the_next_run(bool withPatchTools)
    {
        using var host = Host(null, NewGood, NewBad.WithScript("postinst", Waiting(Gate.ScriptWithParent)));
        var gate = host.Gate();
        host.Ready();
        using (var first = host.StartInstall())
        {
            gate.WaitUntilReached(first);
            host.Root.Write("/var/tmp/killed", "");
            if (withPatchTools)
            {
                host.Root.KillEverything();
                first.Wait();
            }
            else
            {
                // dpkg alone: what it did not finish, apt and this run have to see to.
                gate.KillParent();
                gate.Open();
                Assert.Contains(PatchRuns.Result(first.Wait()).ExitCode, (int[])[0, 1]);
            }
        }

        host.Install("-RebootOption NoReboot -LockTimeout 300").Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [Sampled]
    [InlineData("BLOCK")]
    [InlineData("ALLOW_AS_DEPENDENCY")]
    public void A_rejected_dependency_is_blocked_or_comes_along_as_the_baseline_says(string action)
    {
        using var host = Host(
                Baselines.Security(
                    System.OperatingSystem,
                    baseline =>
                    {
                        baseline["rejectedPatches"] = new JsonArray("s-lib");
                        baseline["rejectedPatchesAction"] = action;
                    }
                ),
                NewGood,
                NewBad.With("Depends", "s-lib")
            )
            .Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-lib", "1.0-1"))
            .Ready();
        var run = host.Install();
        host.AssertInstalled("s-good", "1.1-1");
        if (action == "BLOCK")
        {
            run.Expect(1);
            Assert.Equal("Failed", run.Of("s-bad").State);
            Assert.Contains("s-lib", run.Of("s-bad").Why, StringComparison.Ordinal);
            host.AssertInstalled("s-bad", "1.0-1");
            return;
        }

        run.Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertInstalled("s-lib", "1.0-1");
    }

    [Fact]
    [Sampled]
    public void An_override_list_installs_what_it_names_and_nothing_else()
    {
        using var host = Host().Ready();
        host.Root.Write("/root/list.yaml", "patches:\n  - id: 's-bad'\n    title: 's-bad.amd64:1.1-1'\n");
        host.Root.Write("/root/pattern.yaml", "patches:\n  - id: 's-ba*'\n");
        host.Install("-RebootOption NoReboot -InstallOverrideList /root/pattern.yaml").Expect(0);
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Fact]
    [Sampled]
    public void Sources_of_the_baseline_are_installed_from_and_the_administrators_stay_as_they_are()
    {
        using var host = Host(
                Baselines.Security(
                    System.OperatingSystem,
                    Baselines.Sources("deb [trusted=yes] file:/srv/repo bookworm-security main")
                )
            )
            .Offers(SyntheticSuite.Bookworm, new SyntheticPackage("s-good", "9.0-1"))
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        Assert.Empty(host.Server.Asked);
    }

    [Fact]
    [Sampled]
    public void A_time_budget_that_is_used_up_installs_nothing_and_says_so()
    {
        using var host = Host().Ready();
        var run = host.Install("-RebootOption RebootIfNeeded -TimeBudget ([timespan]::FromMilliseconds(1))")
            .Expect(171);
        Assert.Equal("Missing", run.Of("s-good").State);
        host.AssertInstalled("s-good", "1.0-1");
    }

    [Theory]
    [Sampled]
    [InlineData("Pin: version 1.0-1\nPin-Priority: 1001", false)]
    [InlineData("Pin: release l=Debian-Security\nPin-Priority: 50", false)]
    [InlineData("Pin: release l=Debian-Security\nPin-Priority: -1", true)]
    public void A_pin_of_the_administrator_is_overridden_and_a_refusal_is_not(string pin, bool isRefusal)
    {
        using var host = Host();
        host.Root.Write("/etc/apt/preferences.d/s-bad", $"Package: s-bad\n{pin}\n");
        host.Ready();
        var run = host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", isRefusal ? "1.0-1" : "1.1-1");
        if (isRefusal)
            Assert.Equal("Failed", run.Of("s-bad").State);
    }

    /// <summary>Where apt 3 has a solver of its own, one is as good as the other.</summary>
    [Theory]
    [Sampled]
    [InlineData("3.0")]
    [InlineData("internal")]
    public void Either_solver_of_apt_3_brings_what_is_needed_and_removes_nothing(string solver)
    {
        if (System.Release != DebianRelease.Trixie && System.Release != DebianRelease.Sid)
            Assert.Skip("apt before 3.0 has one solver");
        using var host = Host(
                null,
                NewGood.With("Depends", "s-lib | s-other"),
                NewBad.With("Depends", "s-nowhere | s-lib").With("Breaks", "s-good (<< 1.1)"),
                new SyntheticPackage("s-rival", "2.0-1").With("Conflicts", "s-good")
            )
            .Installed(new SyntheticPackage("s-rival", "1.0-1"))
            .Offers(
                SyntheticSuite.Bookworm,
                new SyntheticPackage("s-lib", "1.0-1"),
                new SyntheticPackage("s-other", "1.0-1")
            );
        host.Root.Write("/etc/apt/apt.conf.d/99solver", $"APT::Solver \"{solver}\";\n");
        host.Ready();
        var run = host.Install().Expect(1);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.1-1");
        host.AssertInstalled("s-lib", "1.0-1");
        host.AssertInstalled("s-rival", "1.0-1");
        Assert.Equal("Failed", run.Of("s-rival").State);
        host.AssertNothingIsHalfDone();
    }

    [Theory]
    [Sampled]
    [InlineData("Signed-By: /etc/apt/keyrings/own.gpg")]
    [InlineData("Signed-By: /etc/apt/keyrings/own.pgp")]
    [InlineData("Signed-By: /etc/apt/keyrings/own.asc")]
    [InlineData("Signed-By: inline")]
    [InlineData("trusted.gpg.d/own.gpg")]
    [InlineData("trusted.gpg.d/own.asc")]
    public void A_key_is_found_where_apt_finds_it(string place)
    {
        using var host = Host();
        var isInline = place.EndsWith("inline", StringComparison.Ordinal);
        if (isInline && System.Release == DebianRelease.Bullseye)
            Assert.Skip("apt 2.2 reads no key in a sources file");
        var file = isInline ? "" : place.Replace("Signed-By: ", "", StringComparison.Ordinal);
        if (file.StartsWith("trusted", StringComparison.Ordinal))
            file = "/etc/apt/" + file;
        var line = place.StartsWith("Signed-By", StringComparison.Ordinal) ? place + "\n" : "";
        if (isInline)
            line =
                "Signed-By:\n"
                + string.Concat(
                    host.ArmouredKey.TrimEnd('\n')
                        .Split('\n')
                        .Select(l => l.Length == 0 ? " .\n" : $" {l.TrimEnd('\r')}\n")
                );
        else if (file.EndsWith(".asc", StringComparison.Ordinal))
            host.Root.Write(file, host.ArmouredKey);
        else
            host.Root.Shell($"mkdir -p $(dirname {file}) && cp /usr/share/keyrings/synthetic.gpg {file}").Expect();
        host.Root.Shell("rm /usr/share/keyrings/synthetic.gpg").Expect();
        host.Root.Write(
            "/etc/apt/sources.list.d/debian.sources",
            $"Types: deb\nURIs: {host.Server.Address}\nSuites: bookworm bookworm-security\nComponents: main\n{line}"
        );
        host.Ready();
        var takes = host.Root.Run("apt-get", "-o", "APT::Update::Error-Mode=any", "update").ExitCode == 0;

        var run = host.Install();

        if (takes)
            run.Expect(0);
        else
            run.Expect(1, "MetadataNotProven");
        host.AssertInstalled("s-good", takes ? "1.1-1" : "1.0-1");
    }
}
