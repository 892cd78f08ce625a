using System.Text.RegularExpressions;
using System.Xml.Linq;
using PatchTools.Engine.Tests.Reporting;
using PatchTools.Model;
using PatchTools.Presentation;
using PatchTools.Reports.Sinks.Ssm;
using PatchTools.Testing.Rigs;
using Xunit;

namespace PatchTools.Engine.Tests.Presentation;

/// <summary>One table of states, and one order of findings, for everybody who shows or cuts them.</summary>
public sealed partial class StateWordsTests
{
    [Fact]
    public void Each_state_has_one_name_and_is_spelled_on_the_wire_as_AWS_spells_it()
    {
        var states = Enum.GetValues<PatchState>();

        Assert.Equal(states, StateWords.All.Select(word => word.State).Order());
        Assert.Equal(states.Length, StateWords.All.Select(word => word.Name).Distinct().Count());
        Assert.All(
            StateWords.All,
            word =>
            {
                Assert.Equal(word.State.ToString(), word.Wire);
                Assert.Same(word, StateWords.Of(word.State));
                Assert.Same(word, StateWords.OfWire(word.Wire));
                Assert.Same(word, StateWords.All[StateWords.Rank(word.State)]);
                Assert.Equal(ReportSamples.Finding("a.amd64", "1", word.State).IsCompliant, word.IsCompliant);
            }
        );
        Assert.Null(StateWords.OfWire("Pending reboot"));
    }

    [Fact]
    public void Each_count_is_that_of_its_state()
    {
        var counts = new ComplianceCounts
        {
            Failed = 1,
            Missing = 2,
            InstalledRejected = 3,
            InstalledPendingReboot = 4,
            Installed = 5,
            InstalledOther = 6,
            NotApplicable = 7,
        };

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], StateWords.All.Select(word => word.Count(counts)));
    }

    /// <summary>
    /// A name of several words can only mean the state. What shows the names of one word is in the approved views.
    /// </summary>
    [Fact]
    public void No_other_file_spells_a_state_for_people()
    {
        var names = StateWords
            .All.Select(word => word.Name)
            .Where(name => name.Contains(' ', StringComparison.Ordinal));
        List<string> spelled = [];
        foreach (var file in SourceFiles("src", "*.cs").Concat(SourceFiles("module", "*.ps1xml")))
        {
            var text = File.ReadAllText(file);
            if (Path.GetFileName(file) != "StateWords.cs")
                spelled.AddRange(
                    names.Where(name => Regex.IsMatch(text, $"\"{name}\\b")).Select(name => $"{file}: {name}")
                );
        }

        Assert.Empty(spelled);
    }

    [Fact]
    public void Columns_of_counts_are_headed_with_the_names_in_their_order()
    {
        var headings = SourceFiles("module", "*.Format.ps1xml")
            .SelectMany(file => XDocument.Load(file).Descendants("TableHeaders"))
            .Select(table => table.Descendants("Label").Select(label => label.Value).ToList())
            .Where(table => table.Contains("Failed"))
            .ToList();

        Assert.Equal(2, headings.Count);
        Assert.All(
            headings,
            table => Assert.Contains("Failed|Missing|Rejected|Pending reboot", string.Join('|', table))
        );
    }

    [Fact]
    public void Every_form_lists_and_every_cut_keeps_the_same_findings_first()
    {
        var report = ReportSamples.Report(Mixed());
        var order = Importance.Order(report.Findings).Select(finding => finding.Name).ToList();
        var open = order[..report.Findings.Count(finding => !finding.IsCompliant)];

        Assert.Equal("failed-critical", order[0]);
        Assert.Equal(order, CsvReport.Write(report).Split("\r\n")[1..^1].Select(line => line.Split(',')[0]));
        Assert.Equal(
            order,
            XDocument
                .Load(new MemoryStream(JUnitReport.Write(report)))
                .Descendants("testcase")
                .Select(test => (string)test.Attribute("classname")!)
        );
        Assert.Equal(
            open,
            MarkdownReport
                .Write(report)
                .Split("## To do")[1]
                .Split('\n')[4..]
                .TakeWhile(line => line.StartsWith("| ", StringComparison.Ordinal))
                .Select(line => line.Split('|')[1].Trim())
        );
        Assert.Equal(order, HtmlRow().Matches(HtmlReport.Write(report, [])).Select(row => row.Groups[1].Value));
        for (var room = 1; room <= order.Count; room++)
        {
            var fitted = ReportFit.Fit(
                ReportItems.Summary(report),
                ReportItems.Compliance(report),
                UploadLimits.Documented with
                {
                    Entries = room,
                }
            );
            Assert.Equal(
                order[..room].Order(StringComparer.Ordinal),
                fitted
                    .Compliance.Content!.Select(entry => entry.Single(m => m.Key == "Id").Value[..^".amd64".Length])
                    .Order(StringComparer.Ordinal)
            );
        }
    }

    /// <summary>The least important first, so that nothing is in its place by accident.</summary>
    private static IReadOnlyList<PatchFinding> Mixed() =>
        [
            Of("other", PatchState.InstalledOther),
            Of("installed-critical", PatchState.Installed, ComplianceLevel.CRITICAL),
            Of("pending", PatchState.InstalledPendingReboot),
            Of("rejected", PatchState.InstalledRejected),
            Of("missing-unrated", PatchState.Missing),
            Of("missing-low", PatchState.Missing, classification: "Security", severity: "Low"),
            Of("missing-grave", PatchState.Missing, classification: "Security", severity: "Critical"),
            Of("failed", PatchState.Failed),
            Of("pending-high", PatchState.InstalledPendingReboot, ComplianceLevel.HIGH),
            Of("missing-critical", PatchState.Missing, ComplianceLevel.CRITICAL),
            Of("failed-critical", PatchState.Failed, ComplianceLevel.CRITICAL),
        ];

    private static PatchFinding Of(
        string name,
        PatchState state,
        ComplianceLevel level = ComplianceLevel.UNSPECIFIED,
        string classification = "",
        string severity = ""
    ) => ReportSamples.Finding($"{name}.amd64", "1", state, level, classification, severity);

    private static IEnumerable<string> SourceFiles(string folder, string pattern) =>
        Directory
            .EnumerateFiles(Path.Combine(BuiltHost.RepositoryRoot, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !BuildOutput().IsMatch(file));

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();

    [GeneratedRegex("<tr data-state=.*?scope=\"row\">([^<]+)<")]
    private static partial Regex HtmlRow();
}
