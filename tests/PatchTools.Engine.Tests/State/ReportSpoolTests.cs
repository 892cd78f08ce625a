using PatchTools.Engine.Tests.Reporting;
using PatchTools.Files;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Reports.Spool;
using PatchTools.Testing;
using Xunit;

#pragma warning disable CA1416 // Linux only, as the module.

namespace PatchTools.Engine.Tests.State;

public sealed class ReportSpoolTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingObserver _observer = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_kept_report_comes_back_whole_and_is_private()
    {
        var spool = Spool();
        var kept = spool.Add(Unsent(ReportSamples.RpmInstall()));
        Assert.Equal(AtomicFile.PrivateFile, File.GetUnixFileMode(kept.Path));
        var read = Assert.Single(spool.Read());
        Assert.Equal(ReportSpool.Serialize(kept), ReportSpool.Serialize(read));
        Assert.Equal(kept.Compliance.ContentHash, ReportItems.ContentHash(read.Compliance.Content!));
        Assert.Equal("11111111-2222-3333-4444-555555555555", read.SnapshotId);
    }

    [Fact]
    public void The_oldest_beyond_the_bound_is_dropped_with_a_warning_that_says_what_is_lost()
    {
        var spool = Spool();
        for (var i = 0; i <= ReportSpool.Kept; i++)
            spool.Add(Unsent(ReportSamples.UbuntuScan() with { End = ReportSamples.End.AddHours(i) }));
        var reports = spool.Read();
        Assert.Equal(ReportSpool.Kept, reports.Count);
        Assert.Equal("2024-01-02T04:05:06Z", reports[0].CaptureTime);
        var warning = Assert.Single(_observer.Warnings);
        Assert.Contains("20240102T030506Z", warning, StringComparison.Ordinal);
        Assert.Contains(
            $"of {ReportSamples.InstanceId} from 2024-01-02T03:05:06Z (failed 0, missing 1, rejected 0, pending reboot "
                + "0)",
            warning,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_damaged_file_is_set_aside_and_does_not_hold_up_the_others()
    {
        var spool = Spool();
        var kept = spool.Add(Unsent(ReportSamples.UbuntuScan()));
        var damaged = kept.Path.Replace("20240102", "20230102", StringComparison.Ordinal);
        File.WriteAllText(damaged, File.ReadAllText(kept.Path).Replace("HIGH", "LOW", StringComparison.Ordinal));
        Assert.Equal(kept.Path, Assert.Single(spool.Read()).Path);
        Assert.True(File.Exists(damaged + ".damaged"));
        Assert.Contains("does not fit", Assert.Single(_observer.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_mutilated_files_are_read_or_refused()
    {
        byte[][] seeds = [ReportSpool.Serialize(Unsent(ReportSamples.RpmInstall()))];
        var (read, refused) = (0, 0);
        foreach (var content in Mutilated.Cases(seeds, 10_000, seed: 20240104))
        {
            try
            {
                _ = ReportSpool.Parse(content, "x");
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.True(read > 100 && refused > 5_000, $"{read} read, {refused} refused");
    }

    private static SpooledReport Unsent(ComplianceReport report) =>
        new(
            "",
            ReportSamples.InstanceId,
            ReportSamples.Region,
            ReportItems.Summary(report),
            ReportItems.Compliance(report)
        );

    private ReportSpool Spool() => new(ReportSamples.Host(_directory.Path), _observer);
}
