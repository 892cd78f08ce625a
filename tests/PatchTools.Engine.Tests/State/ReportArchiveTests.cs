using System.Text.Json;
using PatchTools.Engine.Tests.Evaluation;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Reports;
using PatchTools.Reports.Saving;
using PatchTools.Testing;
using Xunit;
using static PatchTools.Engine.Tests.Evaluation.MadeUpBaseline;

namespace PatchTools.Engine.Tests.State;

public sealed class ReportArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_run_with_a_baseline_override_keeps_every_finding_with_its_reason()
    {
        var host = MadeUpHost
            .Apt()
            .Published("SEC", "2026-06-30")
            .Package("a", "1.1 SEC", "1.0*")
            .Package("b", "1.0* REL")
            .Package("c", "1.1 SEC", "1.0*");
        var request = host.Request(
            Ubuntu(Rule(ComplianceLevel.HIGH)).Rejecting(RejectedPatchesAction.ALLOW_AS_DEPENDENCY, "b")
        );
        request = request with
        {
            Operation = PatchOperation.Install,
            OperationText = "Install",
            Snapshot = request.Snapshot with
            {
                Origin = SnapshotOrigin.Override,
                BaselineOverride = "s3://bucket/o.json",
            },
        };
        var report = BaselineEvaluator.Evaluate(request);
        report = Setbacks.Apply(
            report,
            [new PatchSetback(InstallSelection.Of(report).Targets[0], SetbackKind.DownloadFailed, "404 Not Found")]
        );
        var (published, receipt) = await Publisher()
            .PublishAsync(report, "i-0123456789abcdef0", "us-east-1", TestContext.Current.CancellationToken);
        Assert.Null(receipt);
        Assert.Contains($"The report is kept in full as {published.ReportPath}.", _observer.Lines);
        using var document = JsonDocument.Parse(File.ReadAllBytes(published.ReportPath!));
        var root = document.RootElement;
        Assert.Equal(
            ("s3://bucket/o.json", "Install", 2),
            (
                root.GetProperty("baseline").GetProperty("override").GetString(),
                root.GetProperty("operation").GetString(),
                root.GetProperty("counts").GetProperty("failed").GetInt32()
            )
        );
        Assert.Equal(
            [
                ("b.amd64:1.0", "InstalledOther", "rejected by 'b'"),
                ("a.amd64:1.1", "Failed", "apt: 404 Not Found"),
                ("c.amd64:1.1", "Failed", "rule 1 approves the security update"),
            ],
            root.GetProperty("findings")
                .EnumerateArray()
                .Select(f =>
                    (
                        f.GetProperty("title").GetString(),
                        f.GetProperty("state").GetString(),
                        f.GetProperty("why").GetString()
                    )
                )
        );
        var failed = root.GetProperty("findings")[1];
        Assert.Equal(
            ("1.0", "1.1", "DownloadFailed", "404 Not Found"),
            (
                failed.GetProperty("installed").GetString(),
                failed.GetProperty("available").GetString(),
                failed.GetProperty("setback").GetProperty("kind").GetString(),
                failed.GetProperty("setback").GetProperty("reason").GetString()
            )
        );
        Assert.Contains(
            "security: yes, focal-security (archive.ubuntu.com) offers it",
            failed.GetProperty("observations").EnumerateArray().Select(o => o.GetString())
        );
    }

    [Fact]
    public void The_newest_reports_stay()
    {
        var report = ReportSamples.Report([ReportSamples.Finding("a.amd64", "1.0", PatchState.Installed)]);
        var archive = new ReportArchive(ReportSamples.Host(_directory.Path), _observer);
        for (var i = 0; i < ReportArchive.Kept + 3; i++)
            archive.Add(report with { End = ReportSamples.End.AddMinutes(i) }, "0123456789abcdef");
        var names = Directory
            .GetFiles(Path.Combine(_directory.Path, "data", "reports"))
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal)
            .ToList();
        Assert.Equal(ReportArchive.Kept, names.Count);
        Assert.Equal("20240102T030806Z-0123456789ab.json", names[0]);
    }

    [Fact]
    public void A_report_that_cannot_be_kept_in_full_is_a_warning_and_the_rest_is_saved()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "data"));
        File.WriteAllText(Path.Combine(_directory.Path, "data", "reports"), "no directory");
        var saved = Publisher()
            .Save(ReportSamples.Report([ReportSamples.Finding("a.amd64", "1.0", PatchState.Installed)]));
        Assert.Null(saved.ReportPath);
        Assert.Contains(_observer.Warnings, w => w.Contains("reports", StringComparison.Ordinal));
        Assert.True(
            File.Exists(Path.Combine(_directory.Path, "ssm", "patch-configuration", "patch-states-configuration.json"))
        );
    }

    private ReportPublisher Publisher() =>
        new(
            ReportSamples.Host(_directory.Path),
            (_, _) => throw new InvalidOperationException("nothing is to be sent"),
            _observer
        );
}
