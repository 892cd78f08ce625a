using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text.Json;
using System.Xml.Linq;

namespace PatchTools.Tests;

/// <summary>
/// The other forms of Export-PatchReport, read back by what reads them: Import-Csv, ConvertFrom-Json, an XML reader.
/// </summary>
public sealed class ReportFileTests
{
    [Theory]
    [InlineData("report.html", "<!DOCTYPE html>")]
    [InlineData("report.HTM", "<!DOCTYPE html>")]
    [InlineData("report.csv", "Name,Architecture,State")]
    [InlineData("report.json", "{\"format\":\"patchtools-report/1\"")]
    [InlineData("report.md", "# Patch report of")]
    [InlineData("report.xml", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites ")]
    public void The_ending_of_the_path_says_the_form(string file, string begins)
    {
        using var stage = new Stage();
        stage.Run($"$report | Export-PatchReport {file}");
        Assert.StartsWith(begins, File.ReadAllText(stage.File(file)), StringComparison.Ordinal);
    }

    [Fact]
    public void As_wins_over_the_ending_and_an_unknown_ending_is_an_error_that_says_what_to_do()
    {
        using var stage = new Stage();
        stage.Run("$report | Export-PatchReport report.txt -As Markdown");
        Assert.StartsWith("# Patch report", File.ReadAllText(stage.File("report.txt")), StringComparison.Ordinal);
        var failure = Assert
            .ThrowsAny<RuntimeException>(() => stage.Run("$report | Export-PatchReport report.docx"))
            .ErrorRecord;
        Assert.Equal("ReportFormatUnknown,PatchTools.Commands.ExportPatchReportCommand", failure.FullyQualifiedErrorId);
        Assert.Contains(".html", failure.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.False(File.Exists(stage.File("report.docx")));
    }

    [Fact]
    public void A_second_report_does_not_quietly_replace_the_first()
    {
        using var stage = new Stage();
        var failure = Assert
            .ThrowsAny<RuntimeException>(() => stage.Run("$report, $report | Export-PatchReport report.csv"))
            .ErrorRecord;
        Assert.Equal("SeveralReports,PatchTools.Commands.ExportPatchReportCommand", failure.FullyQualifiedErrorId);
    }

    [Fact]
    public void WhatIf_writes_nothing_and_PassThru_writes_the_file_to_the_pipeline()
    {
        using var stage = new Stage();
        Assert.Empty(stage.Run("$report | Export-PatchReport report.html -WhatIf -PassThru"));
        Assert.False(File.Exists(stage.File("report.html")));
        Assert.Equal(
            stage.File("report.html"),
            Assert
                .IsType<FileInfo>(
                    Assert.Single(stage.Run("$report | Export-PatchReport report.html -PassThru"))!.BaseObject
                )
                .FullName
        );
    }

    [Fact]
    public void CSV_comes_back_from_Import_Csv_and_no_cell_is_a_formula()
    {
        using var stage = new Stage();
        stage.Run("$report | Export-PatchReport plain.csv; $attack | Export-PatchReport attack.csv");
        var rows = stage.Run("Import-Csv plain.csv");
        Assert.Equal(272, rows.Count);
        var kernel = rows.Single(row => (string)row!.Properties["Name"].Value == "kernel")!;
        Assert.Equal(
            ("Missing", "CVE-2026-26642 CVE-2026-26643 CVE-2026-26656 CVE-2026-26675"),
            ((string)kernel.Properties["State"].Value, (string)kernel.Properties["CveIds"].Value)
        );
        var attack = stage.Run("Import-Csv attack.csv");
        Assert.Equal(ReportSamples.Hostile.Count, attack.Count);
        Assert.All(
            attack,
            row =>
                Assert.All(
                    row!.Properties,
                    cell => Assert.DoesNotContain(((string)cell.Value).FirstOrDefault('x'), "=+@-")
                )
        );
        Assert.Contains(attack, row => (string)row!.Properties["Name"].Value == "'=cmd|'/c calc'!A1");
        Assert.Contains(attack, row => (string)row!.Properties["Name"].Value == "a,b\"c\uFFFDd");
    }

    [Fact]
    public void JSON_is_the_report_that_is_kept_on_the_host()
    {
        using var stage = new Stage();
        stage.Run("$attack | Export-PatchReport attack.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(stage.File("attack.json")));
        Assert.Equal("patchtools-report/1", document.RootElement.GetProperty("format").GetString());
        Assert.Equal(ReportSamples.Hostile.Count, document.RootElement.GetProperty("findings").GetArrayLength());
        Assert.Contains(
            document.RootElement.GetProperty("findings").EnumerateArray(),
            finding => finding.GetProperty("name").GetString() == ReportSamples.Hostile[0]
        );
    }

    [Fact]
    public void JUnit_counts_what_it_holds_and_fails_each_package_that_does_not_comply()
    {
        using var stage = new Stage();
        stage.Run("$report | Export-PatchReport report.xml; $attack | Export-PatchReport attack.xml");
        var suite = XDocument.Load(stage.File("report.xml")).Root!.Element("testsuite")!;
        Assert.Equal(
            ("272", "12", "0"),
            (
                (string)suite.Attribute("tests")!,
                (string)suite.Attribute("failures")!,
                (string)suite.Attribute("errors")!
            )
        );
        Assert.Equal(272, suite.Elements("testcase").Count());
        var httpd = suite
            .Elements("testcase")
            .Single(test => (string)test.Attribute("classname")! == "httpd")
            .Element("failure")!;
        Assert.Equal(
            ("Failed", "nothing provides httpd-core = 2.4.57-11.el9_4.1"),
            ((string)httpd.Attribute("type")!, (string)httpd.Attribute("message")!)
        );
        Assert.Equal(
            ReportSamples.Hostile.Count,
            XDocument
                .Load(stage.File("attack.xml"))
                .Root!.Element("testsuite")!
                .Elements("testcase")
                .Count(test => test.Element("failure") is not null)
        );
    }

    [Fact]
    public void JUnit_is_never_green_when_the_metadata_proves_nothing()
    {
        using var stage = new Stage();
        stage.Run("$stale | Export-PatchReport report.xml");
        var suite = XDocument.Load(stage.File("report.xml")).Root!.Element("testsuite")!;
        Assert.Equal("1", (string)suite.Attribute("errors")!);
        Assert.Contains("debian: gone", suite.Element("testcase")!.Element("error")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_escapes_everything_that_would_be_more_than_text()
    {
        using var stage = new Stage();
        stage.Run("$report | Export-PatchReport report.md; $attack | Export-PatchReport attack.md");
        var text = File.ReadAllText(stage.File("report.md"));
        Assert.Contains(
            "**Not compliant: 1 patch failed to install, 9 patches are missing",
            text,
            StringComparison.Ordinal
        );
        Assert.Contains("| httpd | Failed | 2.4.57-8.el9 | 2.4.57-11.el9\\_4.1 |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("audit-libs", text, StringComparison.Ordinal);
        var attack = File.ReadAllText(stage.File("attack.md"));
        Assert.Equal(attack.Count(c => c == '<'), attack.Split("\\<").Length - 1);
        var rows = attack
            .Split('\n')
            .SkipWhile(line => line != "## To do")
            .Skip(4)
            .TakeWhile(line => line.StartsWith("| ", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(ReportSamples.Hostile.Count, rows.Count);
        Assert.All(
            rows,
            row =>
                Assert.Equal(
                    8,
                    row.Replace("\\\\", "", StringComparison.Ordinal)
                        .Replace("\\|", "", StringComparison.Ordinal)
                        .Count(c => c == '|')
                )
        );
    }

    private sealed class Stage : IDisposable
    {
        private readonly TemporaryDirectory _folder = new();
        private readonly Runspace _runspace;

        public Stage()
        {
            var state = InitialSessionState.CreateDefault();
            state.ImportPSModule([StagedModule.Manifest]);
            state.Variables.Add(
                new SessionStateVariableEntry(
                    CompositionOverride.VariableName,
                    new CompositionOverride { Host = Samples.Host() },
                    description: null
                )
            );
            state.Variables.Add(new SessionStateVariableEntry("report", ReportSamples.Plausible(), description: null));
            state.Variables.Add(new SessionStateVariableEntry("attack", ReportSamples.Attack(), description: null));
            state.Variables.Add(
                new SessionStateVariableEntry(
                    "stale",
                    Samples.Report(Samples.Installed("bash")) with
                    {
                        Inventory = Samples.Inventory(
                            Samples.Repository("debian", RepositoryStatus.RefreshFailed, "gone")
                        ),
                    },
                    description: null
                )
            );
            _runspace = RunspaceFactory.CreateRunspace(state);
            _runspace.Open();
            Run($"Set-Location '{_folder.Path}'");
        }

        public string File(string name) => Path.Combine(_folder.Path, name);

        public IReadOnlyList<PSObject?> Run(string script)
        {
            using var shell = PowerShell.Create(_runspace);
            return [.. shell.AddScript("$ErrorActionPreference = 'Stop'\n" + script).Invoke()];
        }

        public void Dispose()
        {
            _runspace.Dispose();
            _folder.Dispose();
        }
    }
}
