using System.Globalization;
using PatchTools.Model;

namespace PatchTools.Presentation;

/// <summary>How an inventory, summaries and receipts look on a screen, as the module's views show them.</summary>
public static class RecordLines
{
    /// <summary>An inventory as a list, one text a line.</summary>
    /// <param name="inventory">What to show.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    public static IEnumerable<string> Of(HostInventory inventory, int columns, ViewColours colours)
    {
        List<(string Label, IReadOnlyList<string> Lines)> rows =
        [
            ("Host", [inventory.Facts.HostName]),
            ("OperatingSystem", [inventory.OperatingSystem.PrettyName]),
            ("PackageManager", [inventory.PackageManager]),
            ("Origin", [inventory.Origin.ToString()]),
            ("CapturedAt", [Second(inventory.CapturedAt)]),
            ("Installed", [Number(inventory.Installed.Count)]),
            ("Offers", [Number(inventory.Offers.Count)]),
            ("RunningKernel", [inventory.Facts.RunningKernel]),
            ("BootTime", [inventory.Facts.BootTime is { } boot ? Second(boot) : ""]),
            ("Repositories", [Repositories(inventory)]),
            (
                "Problems",
                [
                    .. inventory
                        .Repositories.Where(repository => repository.Status != RepositoryStatus.Ok)
                        .Select(repository => $"{repository.Name}: {repository.Status}"),
                ]
            ),
            ("IsProven", [inventory.IsProven.ToString()]),
            ("NotProven", inventory.NotProvenBecause),
            ("Cautions", inventory.Cautions),
            ("Warnings", inventory.Warnings),
        ];
        rows.RemoveAll(row => row.Lines.Count == 0);
        return List(rows, columns, colours);
    }

    /// <summary>Summaries as a table, one text a line.</summary>
    /// <param name="summaries">In the order in which they are shown.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    public static IEnumerable<string> Of(IReadOnlyList<PatchSummary> summaries, int columns, ViewColours colours)
    {
        var table = FixedTable.For(
            columns,
            "Baseline",
            new FixedColumn("Ended (UTC)", 16),
            new FixedColumn("Operation", 9),
            new FixedColumn("Failed", 6, IsNumber: true),
            new FixedColumn("Missing", 7, IsNumber: true),
            new FixedColumn("Rejected", 8, IsNumber: true),
            new FixedColumn(StateWords.Of(PatchState.InstalledPendingReboot).Name, 7, IsNumber: true)
        );
        return Table(
            table,
            summaries.Select(summary =>
                (IReadOnlyList<string>)
                    [
                        summary.OperationEnd.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                        summary.Operation,
                        Number(summary.Counts.Failed),
                        Number(summary.Counts.Missing),
                        Number(summary.Counts.InstalledRejected),
                        Number(summary.Counts.InstalledPendingReboot),
                        summary.BaselineId,
                    ]
            ),
            colours
        );
    }

    /// <summary>Receipts as a table, one text a line.</summary>
    /// <param name="receipts">In the order in which they are shown.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    public static IEnumerable<string> Of(IReadOnlyList<PublishReceipt> receipts, int columns, ViewColours colours)
    {
        var table = FixedTable.For(
            columns,
            "Content",
            new FixedColumn("Sent", 20),
            new FixedColumn("InstanceId", 20),
            new FixedColumn("Region", 14),
            new FixedColumn("Items", 6, IsNumber: true)
        );
        return Table(
            table,
            receipts.Select(receipt =>
                (IReadOnlyList<string>)
                    [
                        Second(receipt.SentAt),
                        receipt.InstanceId,
                        receipt.Region,
                        Number(receipt.Items),
                        receipt.ContentSent ? "sent" : "same",
                    ]
            ),
            colours
        );
    }

    private static IEnumerable<string> Table(
        FixedTable table,
        IEnumerable<IReadOnlyList<string>> rows,
        ViewColours colours
    )
    {
        var isFirst = true;
        foreach (var row in rows)
        {
            if (isFirst)
            {
                yield return "";
                foreach (var line in table.Heading(colours))
                    yield return line;
                isFirst = false;
            }

            foreach (var line in table.Row(row))
                yield return line;
        }

        if (!isFirst)
            yield return "";
    }

    private static IEnumerable<string> List(
        IReadOnlyList<(string Label, IReadOnlyList<string> Lines)> rows,
        int columns,
        ViewColours colours
    )
    {
        var width = rows.Max(row => row.Label.Length);
        yield return "";
        foreach (var (label, lines) in rows)
        {
            var shown = $"{label.PadRight(width)} : ";
            var heading = colours.Heading.Length == 0 ? shown : $"{colours.Heading}{shown}{colours.Reset}";
            foreach (var line in ListValue.Of(lines, columns, width))
            {
                yield return $"{heading}{line}".TrimEnd();
                heading = new string(' ', shown.Length);
            }
        }

        yield return "";
    }

    private static string Repositories(HostInventory inventory)
    {
        var ok = inventory.Repositories.Count(repository => repository.Status == RepositoryStatus.Ok);
        return string.Create(CultureInfo.InvariantCulture, $"{ok} of {inventory.Repositories.Count} ok");
    }

    private static string Second(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
