using System.Management.Automation;
using System.Xml.Linq;
using PatchTools.Errors;
using PatchTools.Testing;
using PatchTools.Testing.Aws;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// Everything that keeps a host from being proven or judged, on every family, through every way in which somebody
/// learns of it: the report, -Quiet, the whole scan with its upload, JUnit and the page. None of them may be green.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed class ProofMatrixTests
{
    private static readonly string[] _all = ["apt", "dnf", "yum", "zypper"];

    /// <summary>What is done to a healthy host, and on which families.</summary>
    private static readonly Dictionary<string, (string[] Families, Action<MatrixHost> Spoil)> _notProven = new()
    {
        ["no repository"] = (_all, host => host.RemoveRepositories()),
        ["nothing fetched"] = (_all, host => host.Forget()),
        ["fetched too long ago"] = (_all, host => host.Now += TimeSpan.FromDays(30)),
        ["only somebody else's repository"] = (_all, host => host.OnlyForeignRepository()),
        ["dispensable by its section"] = (
            ["dnf", "yum"],
            host =>
            {
                Append(host, "etc/yum.repos.d/fake.repo", "skip_if_unavailable=1\n");
                host.Forget();
            }
        ),
        ["dispensable by the main section"] = (
            ["dnf"],
            host =>
            {
                host.Write("etc/dnf/dnf.conf", "[main]\nskip_if_unavailable=1\n");
                host.Forget();
            }
        ),
        ["lists of zeros"] = (_all, host => Overwrite(host, length => new byte[length])),
        ["lists of random bytes"] = (
            _all,
            host =>
                Overwrite(
                    host,
                    length =>
                    {
                        var bytes = new byte[length];
                        new Random(20261130).NextBytes(bytes);
                        return bytes;
                    }
                )
        ),
    };

    private static readonly Dictionary<
        string,
        (string[] Families, string Because, Action<MatrixHost> Spoil)
    > _judgesNothing = new()
    {
        ["global filters leave out the product"] = (
            _all,
            "global filters leave out this product",
            host => host.GlobalFilter("PRODUCT", "Other1")
        ),
        ["global filters leave out every package"] = (
            _all,
            "global filters leave out every package",
            host => host.GlobalFilter(host.IsRpm ? "CLASSIFICATION" : "SECTION", "Nonsense")
        ),
        ["rules leave out the product"] = (
            _all,
            "approval rules leave out this product",
            host => host.Rules(MatrixHost.Rule(true, """{ "key": "PRODUCT", "values": ["Other1"] }"""))
        ),
        ["neither rules nor lists"] = (_all, "neither approval rules nor approved patches", host => host.Rules()),
        ["security only, and nobody tells which"] = (
            _all,
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
        Pairs(_notProven.Select(row => (row.Key, row.Value.Families)));

    public static TheoryData<string, string> JudgesNothing =>
        Pairs(_judgesNothing.Select(row => (row.Key, row.Value.Families)));

    public static TheoryData<string> Families => [.. _all];

    [Theory]
    [MemberData(nameof(NotProven))]
    public void What_proves_nothing_is_never_green_and_never_sent(string row, string family)
    {
        NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        _notProven[row].Spoil(host);

        var seen = See(host);

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
        NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        var (_, because, spoil) = _judgesNothing[row];
        spoil(host);

        var seen = See(host);

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
        NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        host.MadeFor(system);

        var seen = See(host);

        Assert.Null(seen.Report);
        Assert.Null(seen.Quiet);
        Assert.Equal((PatchErrors.SnapshotForAnotherFamily.Id, 146), (seen.ScanError, seen.ScanExit));
        Assert.Equal(
            (PatchErrors.SnapshotForAnotherFamily.Id, 146),
            ErrorOf(host, "Get-PatchSnapshot | Get-PatchPlan")
        );
        Assert.Equal(
            (PatchErrors.SnapshotForAnotherFamily.Id, 146),
            ErrorOf(host, "Invoke-PatchBaseline -Operation Install -NoRefresh -Confirm:$false")
        );
        Assert.False(seen.IsSaved);
        Assert.Equal(0, seen.Uploads);
    }

    /// <summary>
    /// The other side: what complies is green everywhere, and a release that has published nothing for long is only
    /// pointed out.
    /// </summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void What_complies_is_green_everywhere_with_its_caution_beside_it(string family)
    {
        NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        var current = See(host).Report!.Findings.First(finding => finding.State == PatchState.Installed);
        host.Rules();
        host.Approve(current.Name);
        if (!host.IsRpm)
            host.Now = new DateTimeOffset(2026, 11, 23, 6, 30, 0, TimeSpan.Zero);

        var seen = See(host);

        Assert.Equal(ComplianceVerdict.Compliant, seen.Report!.Verdict);
        Assert.True(seen.Quiet);
        Assert.Empty(seen.JUnitErrors);
        Assert.Contains("class=\"verdict Compliant\"", seen.Page, StringComparison.Ordinal);
        Assert.Equal((null, 0), (seen.ScanError, seen.ScanExit));
        Assert.Equal(1, seen.Uploads);
        Assert.Equal((ComplianceVerdict.Compliant, true), (seen.Summary!.Verdict, seen.Summary.IsCompliant));
        if (host.IsRpm)
            return;

        // Debian's lists are of January, the clock says November.
        var caution = Assert.Single(seen.Report.Inventory.Cautions);
        Assert.Contains("published nothing since 2026-01-01", caution, StringComparison.Ordinal);
        Assert.Contains(caution, seen.Report.Warnings);
        Assert.Contains("<p class=\"caution\">", seen.Page, StringComparison.Ordinal);
        Assert.Contains("published nothing since 2026-01-01", seen.JUnit, StringComparison.Ordinal);
    }

    /// <summary>What somebody sees of a host.</summary>
    private sealed record Sight(
        ComplianceReport? Report,
        bool? Quiet,
        string JUnit,
        string Page,
        string? ScanError,
        int ScanExit,
        bool IsSaved,
        int Uploads,
        PatchSummary? Summary
    )
    {
        public IReadOnlyList<string> JUnitErrors =>
            [.. XDocument.Parse(JUnit).Descendants("error").Select(error => error.Attribute("type")!.Value)];
    }

    private static Sight See(MatrixHost host)
    {
        using var folder = new TemporaryDirectory();
        using var aws = LoopbackAws.Start(
            new LoopbackAwsOptions
            {
                Snapshot = host.Snapshot,
                Product = host.Product,
                StrictHashes = false,
            }
        );
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session(host: host.Context);
        var (report, quiet, junit, page) = ((ComplianceReport?)null, (bool?)null, "<none/>", "");
        try
        {
            report = (ComplianceReport)session.Run(Thrown("Get-PatchSnapshot | Test-PatchCompliance")).Single()!;
            quiet = (bool)session.Run(Thrown("Get-PatchSnapshot | Test-PatchCompliance -Quiet")).Single()!;
            session.Run("$args[0] | Export-PatchReport -Path $args[1]", report, folder.File("report.xml"));
            session.Run("$args[0] | Export-PatchReport -Path $args[1]", report, folder.File("report.html"));
            junit = File.ReadAllText(folder.File("report.xml"));
            page = File.ReadAllText(folder.File("report.html"));
        }
        catch (RuntimeException failure) when (failure.ErrorRecord.Exception is PatchToolsException)
        {
            // Said again by the scan, whose error is looked at.
        }

        var (scanError, scanExit) = Outcome(
            session,
            "(Invoke-PatchBaseline -Operation Scan -SnapshotId 11111111-2222-4333-8444-555555555555 -NoRefresh).ExitCode"
        );
        var states = Path.Combine(host.StateDirectory, "patch-configuration", "patch-states-configuration.json");
        var isSaved = File.Exists(states);
        return new Sight(
            report,
            quiet,
            junit,
            page,
            scanError,
            scanExit,
            isSaved,
            aws.RequestsOf("PutInventory").Count,
            isSaved ? (PatchSummary)session.Run("Get-PatchSummary").Single()! : null
        );
    }

    private static (string? Error, int ExitCode) ErrorOf(MatrixHost host, string script)
    {
        using var aws = LoopbackAws.Start(new LoopbackAwsOptions { Snapshot = host.Snapshot, Product = host.Product });
        using var environment = new EnvironmentScope(aws.Environment);
        using var session = new Session(host: host.Context);
        return Outcome(session, script);
    }

    private static (string? Error, int ExitCode) Outcome(Session session, string script)
    {
        try
        {
            return (null, (int)session.Run(Thrown(script)).Single()!);
        }
        catch (RuntimeException failure) when (failure.ErrorRecord.Exception is PatchToolsException cause)
        {
            return (cause.ErrorId, cause.ExitCode);
        }
    }

    /// <summary>An error ends the script also where it is in the middle of a statement.</summary>
    private static string Thrown(string script) => $"try {{ {script} }} catch {{ throw }}";

    private static void NeedsTools(string family)
    {
        if (family != "apt")
            Rig.NeedsCommands("rpm");
    }

    private static void Append(MatrixHost host, string file, string text) => File.AppendAllText(host.Place(file), text);

    /// <summary>Every list of packages keeps its name, length and time, and none of its content.</summary>
    private static void Overwrite(MatrixHost host, Func<int, byte[]> content)
    {
        foreach (var file in Directory.GetFiles(host.Cache, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetFileName(file);
            if (
                !name.Contains("_Packages", StringComparison.Ordinal)
                && !name.Contains("primary", StringComparison.Ordinal)
            )
                continue;
            var time = File.GetLastWriteTimeUtc(file);
            File.WriteAllBytes(file, content((int)new FileInfo(file).Length));
            File.SetLastWriteTimeUtc(file, time);
        }
    }

    private static TheoryData<string, string> Pairs(IEnumerable<(string Row, string[] Families)> rows)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var (row, families) in rows)
        {
            foreach (var family in families)
                pairs.Add(row, family);
        }

        return pairs;
    }
}
