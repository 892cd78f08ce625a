using System.Text;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Ports;
using PatchTools.Reports.Saving;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Testing;
using Xunit;

namespace PatchTools.Engine.Tests.State;

public sealed class SummaryFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Written_summary_reads_back_and_has_no_new_line_at_its_end()
    {
        var file = new SummaryFile(ReportSamples.Host(_directory.Path));
        file.Write(ReportItems.Summary(ReportSamples.RpmInstall()));
        Assert.EndsWith("    ]\n}", File.ReadAllText(file.Path), StringComparison.Ordinal);
        var summary = file.Read();
        Assert.Equal("pb-0123456789abcdef0", summary.BaselineId);
        Assert.Equal(ReportSamples.End, summary.OperationEnd);
        Assert.Equal(1, summary.Counts.Failed);
        Assert.Equal(ComplianceLevel.HIGH, summary.NonCompliantSeverity);
        Assert.Equal("s3://b/k.yaml", summary.InstallOverrideList);
        Assert.Null(summary.LastNoRebootInstallOperation);
        Assert.Equal(file.Path, summary.Path);
    }

    [Fact]
    public void Recorded_summary_is_understood()
    {
        var summary = SummaryFile.Read(
            ReportSamples.Recorded("scan-prior-pending-reboot/patch-inventory-from-last-operation.json")
        );
        Assert.Equal(31, summary.Counts.Missing);
        Assert.Equal(1, summary.Counts.InstalledPendingReboot);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 6, 30, 42, TimeSpan.Zero), summary.LastNoRebootInstallOperation);
        Assert.False(summary.IsCompliant);
    }

    [Fact]
    public void Absent_and_damaged_summaries_are_two_errors()
    {
        var file = new SummaryFile(ReportSamples.Host(_directory.Path));
        Assert.Equal(PatchErrors.SummaryNotFound, Assert.Throws<PatchToolsException>(() => file.Read()).Error);
        File.WriteAllText(_directory.File("ssm/patch-configuration/patch-inventory-from-last-operation.json"), "{}");
        Assert.Equal(PatchErrors.SummaryMalformed, Assert.Throws<PatchToolsException>(() => file.Read()).Error);
    }

    [Fact]
    public void Ten_thousand_mutilated_summaries_are_read_or_refused()
    {
        byte[][] seeds =
        [
            File.ReadAllBytes(
                ReportSamples.Recorded("scan-prior-pending-reboot/patch-inventory-from-last-operation.json")
            ),
        ];
        int read = 0,
            refused = 0;
        foreach (var content in Mutilated.Cases(seeds, 10_000, seed: 20240103))
        {
            try
            {
                _ = SummaryFile.Parse(content, "x");
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.Equal(10_000, read + refused);
        Assert.True(read > 500 && refused > 500, $"{read} read, {refused} refused");
    }

    [Fact]
    public void History_gives_the_newest_first_with_the_last_run_once_and_is_bounded()
    {
        var host = ReportSamples.Host(_directory.Path);
        var history = new SummaryHistory(host, _observer);
        Assert.Empty(history.Read());
        for (var i = 0; i < SummaryHistory.Kept + 2; i++)
        {
            var summary = ReportItems.Summary(ReportSamples.UbuntuScan() with { End = ReportSamples.End.AddHours(i) });
            history.Add(summary, ComplianceVerdict.NonCompliant);
            new SummaryFile(host).Write(summary);
        }

        var summaries = history.Read();
        Assert.Equal(SummaryHistory.Kept, summaries.Count);
        Assert.Equal(ReportSamples.End.AddHours(SummaryHistory.Kept + 1), summaries[0].OperationEnd);
        Assert.Equal(summaries.OrderByDescending(s => s.OperationEnd), summaries);

        File.WriteAllText(_directory.File("data/history/0-damaged.json"), "{");
        Assert.Equal(SummaryHistory.Kept, history.Read().Count);
        Assert.Contains(_observer.Warnings, w => w.Contains("0-damaged.json", StringComparison.Ordinal));
    }

    [Fact]
    public void History_includes_a_run_of_the_reference()
    {
        var host = ReportSamples.Host(_directory.Path);
        var history = new SummaryHistory(host, _observer);
        history.Add(ReportItems.Summary(ReportSamples.UbuntuScan()), ComplianceVerdict.NotProven);
        File.Copy(
            ReportSamples.Recorded("scan-default/patch-inventory-from-last-operation.json"),
            _directory.File("ssm/patch-configuration/patch-inventory-from-last-operation.json")
        );
        Assert.Equal([2026, 2024], history.Read().Select(s => s.OperationEnd.Year));
    }

    [Fact]
    public void Markers_are_replaced_and_foreign_content_only_logged()
    {
        var host = ReportSamples.Host(_directory.Path);
        var markers = new HashMarkers(host, _observer);
        var foreign = _directory.File("ssm/pb-hashes/full/file");
        File.WriteAllText(foreign, "x");
        Directory.CreateDirectory(_directory.File("ssm/pb-hashes/old"));
        markers.Replace("new");
        Assert.True(markers.Contains("new"));
        Assert.False(markers.Contains("old"));
        Assert.True(File.Exists(foreign));
        Assert.Contains(_observer.Lines, l => l.Contains("full", StringComparison.Ordinal));
    }
}
