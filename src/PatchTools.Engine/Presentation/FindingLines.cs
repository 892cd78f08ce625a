namespace PatchTools.Presentation;

/// <summary>All findings of a report as a table, one for each state.</summary>
public static class FindingLines
{
    /// <summary>The view, one text a line.</summary>
    /// <param name="findings">In the order in which they are shown.</param>
    /// <param name="columns">Width of the screen.</param>
    /// <param name="colours">Its colours, or <see cref="ViewColours.None"/>.</param>
    public static IEnumerable<string> Of(IReadOnlyList<PatchFinding> findings, int columns, ViewColours colours)
    {
        var table = FixedTable.For(
            columns,
            "Why",
            new FixedColumn("Name", FindingCells.NameWidth),
            new FixedColumn($"Installed {FindingCells.Arrow} Available", FindingCells.VersionsWidth),
            new FixedColumn("Severity", FindingCells.SeverityWidth)
        );
        PatchState? state = null;
        foreach (var finding in findings)
        {
            if (finding.State != state)
            {
                state = finding.State;
                yield return "";
                yield return $"   State: {state}";
                yield return "";
                foreach (var line in table.Heading(colours))
                    yield return line;
            }

            string[] cells =
            [
                FindingCells.Name(finding),
                FindingCells.Versions(finding),
                FindingCells.Severity(finding),
                FindingCells.Why(finding, columns),
            ];
            foreach (var line in table.Row(cells))
                yield return line;
        }

        if (findings.Count > 0)
            yield return "";
    }
}
