using System.Text.Json.Nodes;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// What the baseline decides of an install with dnf, and a run that is told to end.
/// </summary>
public abstract class DnfPolicyScenarios : ToolScenarios
{
    private static readonly SyntheticRpm OldGood = new SyntheticRpm("s-good", "1.0-1");
    private static readonly SyntheticRpm NewGood = new SyntheticRpm("s-good", "1.1-1");
    private static readonly SyntheticRpm OldBad = new SyntheticRpm("s-bad", "1.0-1");
    private static readonly SyntheticRpm NewBad = new SyntheticRpm("s-bad", "1.1-1");

    [Theory]
    [Sampled]
    [InlineData("BLOCK")]
    [InlineData("ALLOW_AS_DEPENDENCY")]
    public void A_rejected_dependency_is_blocked_or_comes_along_as_the_baseline_says(string action)
    {
        using var host = DnfHost(
                RpmScenarioHost.Security(baseline =>
                {
                    baseline["rejectedPatches"] = new JsonArray("s-lib");
                    baseline["rejectedPatchesAction"] = action;
                })
            )
            .Installed(OldGood, OldBad)
            .Fixes(NewGood, NewBad.With("Requires", "s-lib"))
            .Offers(new SyntheticRpm("s-lib", "1.0-1"))
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

    [Theory]
    [Sampled]
    [InlineData("Critical", false)]
    [InlineData("*", true)]
    public void An_advisory_without_a_severity_is_approved_by_any_and_not_by_one(string severity, bool isApproved)
    {
        using var host = DnfHost(
                RpmScenarioHost.Security(baseline =>
                    baseline["approvalRules"]!["rules"]![0]!["filterGroup"]!["filters"]![1]!["values"] = new JsonArray(
                        severity
                    )
                )
            )
            .Installed(OldGood, OldBad);
        host.Archive.Add(RpmScenarioHost.Base, NewGood, NewBad);
        host.Archive.Add(RpmScenarioHost.Base, new SyntheticAdvisory("RIG-WITH", NewGood) { Severity = "Critical" })
            .Add(RpmScenarioHost.Base, new SyntheticAdvisory("RIG-WITHOUT", NewBad) { Severity = "" });
        host.Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", isApproved ? "1.1-1" : "1.0-1");
    }

    [Fact]
    [Sampled]
    public void Updates_that_are_no_security_updates_are_installed_where_the_baseline_says_so()
    {
        using var host = DnfHost(
                RpmScenarioHost.Security(baseline =>
                {
                    var rule = baseline["approvalRules"]!["rules"]![0]!;
                    rule["enableNonSecurity"] = true;
                    rule["filterGroup"]!["filters"]![0]!["values"] = new JsonArray("*");
                })
            )
            .Installed(OldGood, OldBad)
            .Fixes(NewGood)
            .Offers(NewBad)
            .Ready();
        host.Install().Expect(0);
        host.AssertInstalled("s-good", "1.1-1");
        host.AssertInstalled("s-bad", "1.1-1");
    }

    [Theory]
    [Sampled]
    [InlineData(true)]
    [InlineData(false)]
    public void A_signal_during_a_transaction_lets_it_finish(bool isInterrupt)
    {
        using var host = DnfHost().Installed(OldGood, OldBad);
        var gate = host.Gate();
        host.Fixes(NewGood, NewBad.WithScript("%post", Gate.Script)).Ready();
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
        var scan = host.Scan("-LockTimeout 300").Expect(0);
        Assert.StartsWith("Installed", scan.Of("s-bad").State, StringComparison.Ordinal);
    }
}
