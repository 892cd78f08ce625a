using PatchTools.Errors;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// Everything that keeps a host from being proven or judged, on every family, through every way in which somebody
/// learns of it: the report, -Quiet, the whole scan with its upload, JUnit and the page. None of them may be green.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed class ProofMatrixTests
{
    private static readonly Dictionary<
        string,
        (string[] Families, string Because, Action<MatrixHost> Spoil)
    > _judgesNothing = new()
    {
        ["global filters leave out the product"] = (
            MatrixRows.All,
            "global filters leave out this product",
            host => host.GlobalFilter("PRODUCT", "Other1")
        ),
        ["global filters leave out every package"] = (
            MatrixRows.All,
            "global filters leave out every package",
            host => host.GlobalFilter(host.IsRpm ? "CLASSIFICATION" : "SECTION", "Nonsense")
        ),
        ["rules leave out the product"] = (
            MatrixRows.All,
            "approval rules leave out this product",
            host => host.Rules(MatrixHost.Rule(true, """{ "key": "PRODUCT", "values": ["Other1"] }"""))
        ),
        ["neither rules nor lists"] = (
            MatrixRows.All,
            "neither approval rules nor approved patches",
            host => host.Rules()
        ),
        ["security only, and nobody tells which"] = (
            MatrixRows.All,
            "security",
            host =>
            {
                host.ForgetSecurity();
                host.Rules(
                    MatrixHost.Rule(false, host.IsRpm ? """{ "key": "CLASSIFICATION", "values": ["Security"] }""" : "")
                );
            }
        ),
    };

    public static TheoryData<string, string> NotProven =>
        MatrixRows.Pairs(MatrixRows.NotProven.Select(row => (row.Key, row.Value.Families)));

    public static TheoryData<string, string> JudgesNothing =>
        MatrixRows.Pairs(_judgesNothing.Select(row => (row.Key, row.Value.Families)));

    [Theory]
    [MemberData(nameof(NotProven))]
    public void What_proves_nothing_is_never_green_and_never_sent(string row, string family)
    {
        MatrixHost.NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        MatrixRows.NotProven[row].Spoil(host);

        var seen = MatrixSight.Of(host);

        Assert.Equal(ComplianceVerdict.NotProven, seen.Report!.Verdict);
        Assert.StartsWith("Cannot tell: ", seen.Report.VerdictText, StringComparison.Ordinal);
        Assert.Contains(seen.Report.Warnings, warning => warning.StartsWith("Not proven: ", StringComparison.Ordinal));
        Assert.False(seen.Quiet);
        Assert.Equal("NotProven", Assert.Single(seen.JUnitErrors));
        Assert.Contains("class=\"verdict NotProven\"", seen.Page, StringComparison.Ordinal);
        Assert.Equal((PatchErrors.MetadataNotProven.Id, 1), (seen.ScanError, seen.ScanExit));
        Assert.True(seen.IsSaved);
        Assert.Equal(0, seen.Uploads);
        Assert.Equal((ComplianceVerdict.NotProven, false), (seen.Summary!.Verdict, seen.Summary.IsCompliant));
    }

    [Theory]
    [MemberData(nameof(JudgesNothing))]
    public void A_baseline_that_judges_nothing_is_sent_and_never_green(string row, string family)
    {
        MatrixHost.NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        var (_, because, spoil) = _judgesNothing[row];
        spoil(host);

        var seen = MatrixSight.Of(host);

        Assert.Equal(ComplianceVerdict.NothingJudged, seen.Report!.Verdict);
        Assert.Contains(because, seen.Report.VerdictText, StringComparison.Ordinal);
        Assert.False(seen.Quiet);
        Assert.Equal("NothingJudged", Assert.Single(seen.JUnitErrors));
        Assert.Contains("class=\"verdict NothingJudged\"", seen.Page, StringComparison.Ordinal);
        Assert.Equal((null, 0), (seen.ScanError, seen.ScanExit));
        Assert.True(seen.IsSaved);
        Assert.Equal(1, seen.Uploads);
        Assert.Equal((ComplianceVerdict.NothingJudged, false), (seen.Summary!.Verdict, seen.Summary.IsCompliant));
    }

    [Theory]
    [InlineData("apt", "SUSE")]
    [InlineData("dnf", "DEBIAN")]
    [InlineData("yum", "UBUNTU")]
    [InlineData("zypper", "REDHAT_ENTERPRISE_LINUX")]
    public void A_snapshot_for_another_package_family_is_refused_before_anything(string family, string system)
    {
        MatrixHost.NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        host.MadeFor(system);

        var seen = MatrixSight.Of(host);

        Assert.Null(seen.Report);
        Assert.Null(seen.Quiet);
        Assert.Equal((PatchErrors.SnapshotForAnotherFamily.Id, 146), (seen.ScanError, seen.ScanExit));
        Assert.Equal(
            (PatchErrors.SnapshotForAnotherFamily.Id, 146),
            MatrixSight.ErrorOf(host, "Get-PatchSnapshot | Get-PatchPlan")
        );
        Assert.Equal(
            (PatchErrors.SnapshotForAnotherFamily.Id, 146),
            MatrixSight.ErrorOf(host, "Invoke-PatchBaseline -Operation Install -NoRefresh -Confirm:$false")
        );
        Assert.False(seen.IsSaved);
        Assert.Equal(0, seen.Uploads);
    }
}
