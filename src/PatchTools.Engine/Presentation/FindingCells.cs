using PatchTools.Model;
using PatchTools.Text;

namespace PatchTools.Presentation;

/// <summary>
/// Cells of the table of findings. They come wrapped at words, because PowerShell itself breaks a cell wherever its
/// column ends; the widths are those of the format file.
/// </summary>
public static class FindingCells
{
    internal const string Arrow = "→";
    internal const int NameWidth = 22;
    internal const int VersionsWidth = 24;
    internal const int SeverityWidth = 10;
    private const int NarrowestWhy = 16;

    /// <summary>The name, wrapped behind hyphens.</summary>
    public static string Name(PatchFinding finding) => string.Join('\n', TextTable.WrapName(finding.Name, NameWidth));

    /// <summary><c>installed → available</c>, one above the other where the column is too narrow for both.</summary>
    public static string Versions(PatchFinding finding)
    {
        var text = TerminalText.Cell(VersionsOnOneLine(finding));
        return text.Length <= VersionsWidth
            ? text
            : text.Replace($" {Arrow} ", $" {Arrow}\n", StringComparison.Ordinal);
    }

    /// <summary>Everything that ranks a finding, a word a line.</summary>
    public static string Severity(PatchFinding finding) =>
        string.Join('\n', SeverityWords.Of(finding).Select(TerminalText.Cell));

    /// <summary>The explanation, wrapped for what the other columns leave of the screen.</summary>
    /// <param name="finding">What to show.</param>
    /// <param name="columns">Width of the screen.</param>
    public static string Why(PatchFinding finding, int columns) =>
        string.Join(
            '\n',
            TextTable.Wrap(
                finding.Why,
                Math.Max(columns - 1 - NameWidth - VersionsWidth - SeverityWidth - 3, NarrowestWhy)
            )
        );

    internal static string VersionsOnOneLine(PatchFinding finding) =>
        (finding.InstalledVersion, finding.AvailableVersion) switch
        {
            (var installed, "") => installed,
            ("", var available) => $"{Arrow} {available}",
            var (installed, available) => $"{installed} {Arrow} {available}",
        };
}
