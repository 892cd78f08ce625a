using PatchTools.Reboot;
using Xunit;

namespace PatchTools.Engine.Tests.Reboot;

/// <summary>What a run does that finds an earlier one's request for a reboot (reference 08 §7).</summary>
public sealed class ResumeDecisionTests
{
    private static readonly DateTimeOffset Asked = new(2026, 11, 23, 5, 52, 56, TimeSpan.Zero);

    private const string NotYet =
        "The reboot asked for at 2026-11-23 05:52:56Z has not taken place; it is asked for again ";

    private const string Rebooted =
        "The host has rebooted as this operation asked: it scans and reports, and installs nothing.";

    private const string Given =
        "A reboot was asked for and asked for again 5 times, and the host has not rebooted; "
        + "no further request is made.";

    /// <summary>The boot in seconds after the request; an unknown one proves nothing.</summary>
    [Theory]
    [InlineData(nameof(RebootMarker.Patched), 0, -4, nameof(ResumeStep.AskAgain), 194, NotYet + "(1 of 5).")]
    [InlineData(
        nameof(RebootMarker.PatchedWithFailures),
        4,
        -4,
        nameof(ResumeStep.AskAgain),
        194,
        NotYet + "(5 of 5)."
    )]
    [InlineData(nameof(RebootMarker.Patched), 5, -4, nameof(ResumeStep.GaveUp), 3, Given)]
    [InlineData(nameof(RebootMarker.Patched), 6, 60, nameof(ResumeStep.GaveUp), 3, Given)]
    [InlineData(nameof(RebootMarker.Patched), 0, -3, nameof(ResumeStep.Rebooted), 0, Rebooted)]
    [InlineData(nameof(RebootMarker.Patched), 0, 60, nameof(ResumeStep.Rebooted), 0, Rebooted)]
    [InlineData(nameof(RebootMarker.PatchedWithFailures), 4, 60, nameof(ResumeStep.Rebooted), 1, Rebooted)]
    [InlineData(nameof(RebootMarker.PatchedWithDependencyFailures), 0, 60, nameof(ResumeStep.Rebooted), 2, Rebooted)]
    [InlineData(nameof(RebootMarker.Patched), 0, null, nameof(ResumeStep.Rebooted), 0, Rebooted)]
    public void Visits_and_the_time_of_the_boot_decide(
        string marker,
        int visits,
        int? bootAfter,
        string step,
        int code,
        string reason
    )
    {
        var facts = new ResumeFacts
        {
            Marker = Enum.Parse<RebootMarker>(marker),
            Visits = visits,
            Asked = Asked,
            Boot = bootAfter is { } seconds ? Asked.AddSeconds(seconds) : null,
        };

        var decision = ResumeDecision.Of(facts);

        Assert.Equal(new ResumeDecision(Enum.Parse<ResumeStep>(step), code, reason), decision);
        Assert.Equal(new FinalCode(code), decision.AfterReport(reportOk: true));
        Assert.Equal(new FinalCode(1), decision.AfterReport(reportOk: false));
        if (visits < 5)
        {
            Assert.Equal(ResumeStep.Rebooted, ResumeDecision.Of(facts with { HasOtherBootId = true }).Step);
            Assert.Equal(ResumeStep.Rebooted, ResumeDecision.Of(facts with { Asked = null }).Step);
        }
    }
}
