using System.Management.Automation;
using PatchTools.Errors;
using PatchTools.Presentation;

namespace PatchTools.Commands;

/// <summary>Writes a report to a file: a page for a browser, CSV, JSON, Markdown, or JUnit's XML.</summary>
[Cmdlet(VerbsData.Export, "PatchReport", DefaultParameterSetName = ReportSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPatchReportCommand : PatchCommand
{
    internal const string ReportSet = "Report";

    private bool _hasWritten;

    /// <summary>The report, from Test-PatchCompliance or Invoke-PatchBaseline.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ReportSet)]
    [ValidateNotNull]
    public ComplianceReport? Report { get; set; }

    /// <summary>The file to write; one that exists is replaced whole.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ReportSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The form. Default: what the ending of the path says.</summary>
    [Parameter(ParameterSetName = ReportSet)]
    public ReportFormat? As { get; set; }

    /// <summary>
    /// Earlier runs for the trend of the page, from Get-PatchSummary. Default: those kept on this host, when the report
    /// is of it.
    /// </summary>
    [Parameter(ParameterSetName = ReportSet)]
    [ValidateNotNull]
    public PatchSummary[]? History { get; set; }

    /// <summary>
    /// Where states and summaries are kept. Default: where SSM's agent keeps them, for other users below
    /// $XDG_STATE_HOME.
    /// </summary>
    [Parameter(ParameterSetName = ReportSet)]
    public string? StateDirectory { get; set; }

    /// <summary>Writes the file to the pipeline.</summary>
    [Parameter(ParameterSetName = ReportSet)]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var path = FilePath(Path)!;
        var format = As ?? ReportExport.FormatOf(path);
        if (_hasWritten)
            throw new PatchToolsException(
                PatchErrors.SeveralReports,
                $"{path} holds one report, and more are given.",
                path
            );
        if (!ShouldProcess(path, "Export the report"))
            return;
        _hasWritten = true;
        Await(
            HostOf(StateDirectory),
            (run, token) =>
            {
                run.ExportReport(Report!, format, History, path, token);
                return Task.FromResult(path);
            }
        );
        if (PassThru)
            WriteFile(path);
    }
}
