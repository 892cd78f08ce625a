using System.Globalization;
using PatchTools.Testing.Rigs;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// What complies is green on every family, with what the reader should know beside it: it changes neither verdict nor
/// exit code, and is in every form of the report.
/// </summary>
[Collection(ProcessEnvironment.Name)]
public sealed class CautionMatrixTests
{
    private static readonly string[] s_rpm = ["dnf", "yum", "zypper"];

    private static readonly Dictionary<string, (string[] Families, string Says, Action<MatrixHost> Do)> s_rows = new()
    {
        ["half-configured"] = (["apt"], "p-dep-app (half-configured)", Status("install ok half-configured")),
        ["unpacked"] = (["apt"], "p-dep-app (unpacked)", Status("install ok unpacked")),
        ["half-installed"] = (
            ["apt"],
            "p-dep-app (half-installed, reinstreq)",
            Status("install reinstreq half-installed")
        ),
        ["triggers are pending"] = (["apt"], "p-dep-app (triggers-pending)", Status("install ok triggers-pending")),
        ["a dependency that nothing meets"] = (
            ["apt"],
            "p-dep-app needs p-not-there (>= 2)",
            Field("Depends: p-not-there (>= 2)")
        ),
        ["a conflict"] = (["apt"], "p-dep-app conflicts with p-arch-all", Field("Conflicts: p-arch-all")),
        ["a package that breaks another"] = (
            ["apt"],
            "p-dep-app breaks p-arch-all (<< 9)",
            Field("Breaks: p-arch-all (<< 9)")
        ),
        ["a requirement that nothing meets"] = (
            s_rpm,
            "rig-broken-1-1.x86_64 needs rig-not-there >= 2",
            host => host.Install(new SyntheticRpm("rig-broken", "1-1").With("Requires", "rig-not-there >= 2"))
        ),
        ["packages that conflict"] = (
            s_rpm,
            "rig-rival-1-1.x86_64 conflicts with r-dep-app",
            host => host.Install(new SyntheticRpm("rig-rival", "1-1").With("Conflicts", "r-dep-app"))
        ),
        ["installed twice"] = (
            s_rpm,
            "rig-twice (1-1, 2-1)",
            host => host.Install(new SyntheticRpm("rig-twice", "1-1"), new SyntheticRpm("rig-twice", "2-1"))
        ),
        ["nothing published for long"] = (MatrixRows.All, "published nothing since 2026-", PublishedLongAgo),
        ["support that has ended"] = (
            MatrixRows.All,
            "has had no updates since 2026-06-30",
            host => host.Append("etc/os-release", "SUPPORT_END=2026-06-30\n")
        ),
        ["a product whose life has ended"] = (
            ["zypper"],
            "has had no updates since 2026-06-30",
            host =>
                host.Write(
                    "etc/products.d/baseproduct",
                    "<?xml version=\"1.0\"?>\n<product schemeversion=\"0\"><vendor>SUSE</vendor><name>SLES</name>"
                        + "<version>15.5</version><endoflife>2026-06-30</endoflife></product>\n"
                )
        ),
        ["Valid-Until that nobody checks"] = (
            ["apt"],
            "not valid any more since 2026-02-01 (Valid-Until), and this host is told not to mind",
            host =>
            {
                host.Append("etc/apt/apt.conf", "Acquire::Check-Valid-Until \"false\";\n");
                host.RewriteText(host.Contents, text => "Valid-Until: Sun, 01 Feb 2026 00:00:00 UTC\n" + text);
            }
        ),
    };

    public static TheoryData<string, string> Rows =>
        MatrixRows.Pairs(s_rows.Select(row => (row.Key, row.Value.Families)));

    public static TheoryData<string> Families => [.. MatrixRows.All];

    [Theory]
    [MemberData(nameof(Families))]
    public void What_complies_is_green_everywhere(string family)
    {
        using var host = Complying(family);
        AssertGreen(MatrixSight.Of(host));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_the_reader_should_know_is_beside_the_verdict_in_every_form(string row, string family)
    {
        using var host = Complying(family);
        var (_, says, spoil) = s_rows[row];
        spoil(host);

        var seen = MatrixSight.Of(host);

        AssertGreen(seen);
        Assert.Contains(seen.Report!.Inventory.Cautions, text => text.Contains(says, StringComparison.Ordinal));
        Assert.Contains(seen.Report.Warnings, text => text.Contains(says, StringComparison.Ordinal));
        Assert.Contains("<p class=\"caution\">", seen.Page, StringComparison.Ordinal);

        // Every form has its own way to write what is special to it: quotes, brackets, "less than".
        var plain = says.Split('(', '<', '>')[0].TrimEnd();
        foreach (var (ending, text) in seen.Exports)
            Assert.True(
                text.Replace("\\", "", StringComparison.Ordinal).Contains(plain, StringComparison.Ordinal),
                $"{ending} does not say: {plain}"
            );
    }

    /// <summary>The security archive alone, or the updates alone, are the operating system's own: they prove.</summary>
    [Theory]
    [MemberData(nameof(Families))]
    public void The_repository_of_updates_alone_proves(string family)
    {
        MatrixHost.NeedsTools(family);
        using var host = new MatrixHost(family);
        host.Rules(MatrixHost.Rule(true));
        if (host.IsRpm)
        {
            const string vendor = "Rig Enterprise";
            host.Install(
                new SyntheticRpm("rig-release", "1-1").With("Vendor", vendor).With("Provides", "system-release"),
                new SyntheticRpm("rig-base", "1-1").With("Vendor", vendor)
            );
            host.RemoveRepositories();
            host.AddRepository("updates", MatrixHost.Package("rig-base", "2"));
        }
        else
        {
            host.Sources("deb [trusted=yes] file:/srv/repo bookworm-security main");
        }

        var seen = MatrixSight.Of(host);

        Assert.True(seen.Report!.Inventory.IsProven, seen.Report.VerdictText);
        Assert.Equal(ComplianceVerdict.NonCompliant, seen.Report.Verdict);
        Assert.False(seen.Quiet);
        Assert.Empty(seen.JUnitErrors);
        Assert.Equal((null, 0, 1), (seen.ScanError, seen.ScanExit, seen.Uploads));
    }

    private static void AssertGreen(MatrixSight seen)
    {
        Assert.Equal(ComplianceVerdict.Compliant, seen.Report!.Verdict);
        Assert.True(seen.Quiet);
        Assert.Empty(seen.JUnitErrors);
        Assert.Contains("class=\"verdict Compliant\"", seen.Page, StringComparison.Ordinal);
        Assert.Equal((null, 0), (seen.ScanError, seen.ScanExit));
        Assert.Equal(1, seen.Uploads);
        Assert.Equal((ComplianceVerdict.Compliant, true), (seen.Summary!.Verdict, seen.Summary.IsCompliant));
    }

    /// <summary>A host whose baseline approves one package, which is current.</summary>
    private static MatrixHost Complying(string family)
    {
        MatrixHost.NeedsTools(family);
        var host = new MatrixHost(family);
        host.Rules();
        host.Approve(host.IsRpm ? "r-sec-current" : "p-sec-current");
        return host;
    }

    private static Action<MatrixHost> Status(string status) =>
        InStanza(stanza => stanza.Replace("install ok installed", status, StringComparison.Ordinal));

    private static Action<MatrixHost> Field(string field) =>
        InStanza(stanza =>
            string.Join(
                '\n',
                stanza
                    .Split('\n')
                    .Where(line => !line.StartsWith(field.Split(' ')[0], StringComparison.Ordinal))
                    .Append(field)
            )
        );

    private static Action<MatrixHost> InStanza(Func<string, string> change) =>
        host =>
            host.RewriteText(
                [host.Database],
                text =>
                    string.Join(
                        "\n\n",
                        text.Split("\n\n")
                            .Select(stanza =>
                                stanza.StartsWith("Package: p-dep-app\n", StringComparison.Ordinal)
                                    ? change(stanza)
                                    : stanza
                            )
                    )
            );

    private static void PublishedLongAgo(MatrixHost host)
    {
        var longAgo = host.Now - TimeSpan.FromDays(130);
        host.RewriteText(
            host.Contents,
            text =>
                host.IsRpm
                    ? MatrixRows
                        .RepomdTime()
                        .Replace(
                            text,
                            string.Create(CultureInfo.InvariantCulture, $"<$1>{longAgo.ToUnixTimeSeconds()}</$1>")
                        )
                    : MatrixRows
                        .ReleaseDate()
                        .Replace(text, $"Date: {longAgo.UtcDateTime.ToString("r", CultureInfo.InvariantCulture)}")
        );
    }
}
