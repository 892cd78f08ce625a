using PatchTools.Presentation;

namespace PatchTools.Tests.Views;

/// <summary>What the program prints of objects that PowerShell lays out itself is what PowerShell shows.</summary>
public sealed class RecordLinesTests
{
    public static TheoryData<int> Widths => [80, 100];

    [Theory]
    [MemberData(nameof(Widths))]
    public void An_inventory_is_the_list_that_the_module_shows(int width)
    {
        var inventory = Samples.Inventory(
            Samples.Repository("http://dead.example.com/debian bookworm main", RepositoryStatus.RefreshFailed),
            Samples.Repository("http://deb.debian.org/debian bookworm main")
        ) with
        {
            Cautions = [string.Join(' ', Enumerable.Repeat("caution", 20))],
            Warnings = ["one", "two"],
        };
        Same(width, RecordLines.Of(inventory, width, ViewColours.None), inventory);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Summaries_are_the_table_that_the_module_shows(int width)
    {
        var summary = new PatchSummary
        {
            BaselineId = "pb-0123456789abcdef0",
            SnapshotId = "11111111-2222-4333-8444-555555555555",
            ExecutionId = "x",
            Operation = "Install",
            RebootOption = "NoReboot",
            OperationStart = Samples.Noon,
            OperationEnd = Samples.Noon.AddMinutes(3),
            Counts = new ComplianceCounts { Missing = 1234, InstalledRejected = 1 },
            Path = "/x",
        };
        Same(width, RecordLines.Of([summary, summary], width, ViewColours.None), summary, summary);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Receipts_are_the_table_that_the_module_shows(int width)
    {
        var receipt = new PublishReceipt
        {
            InstanceId = "i-0123456789abcdef0",
            Region = "eu-central-1",
            SnapshotId = "x",
            SummaryHash = "x",
            ComplianceHash = "x",
            ContentSent = true,
            Items = 834,
            SentAt = Samples.Noon,
        };
        Same(width, RecordLines.Of([receipt], width, ViewColours.None), receipt);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Findings_are_the_tables_that_the_module_shows(int width)
    {
        var findings = Samples.NonCompliantReport().Findings;
        Same(width, FindingLines.Of(findings, width, ViewColours.None), [.. findings]);
    }

    private static void Same(int width, IEnumerable<string> lines, params object[] objects)
    {
        using var session = new Session(width);
        Assert.Equal(
            session.Show(objects).Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0),
            lines.Where(line => line.Length > 0)
        );
    }
}
