using System.Management.Automation;
using PatchTools.Baselines;

namespace PatchTools.Commands;

/// <summary>
/// Writes baselines to a file: as a snapshot, as GetPatchBaseline answers, or as a baseline override.
/// </summary>
[Cmdlet(VerbsData.Export, "PatchBaseline", DefaultParameterSetName = BaselineSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPatchBaselineCommand : PatchCommand
{
    internal const string BaselineSet = "Baseline";

    private readonly List<PatchBaseline> _baselines = [];

    /// <summary>The baselines; a snapshot brings its own. More than one only with <c>-As Override</c>.</summary>
    [Parameter(
        Mandatory = true,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        ParameterSetName = BaselineSet
    )]
    [ValidateNotNull]
    public PatchBaseline[] Baseline { get; set; } = [];

    /// <summary>The file to write; one that exists is replaced whole.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = BaselineSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The shape of the file.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public BaselineForm As { get; set; }

    /// <summary>Writes the file to the pipeline.</summary>
    [Parameter(ParameterSetName = BaselineSet)]
    public SwitchParameter PassThru { get; set; }

    protected override void Process() => _baselines.AddRange(Baseline);

    protected override void Complete()
    {
        if (_baselines.Count == 0)
            return;
        var path = FilePath(Path)!;
        if (!ShouldProcess(path, "Export the baseline"))
            return;
        Await(
            HostOf(),
            (run, token) =>
            {
                run.ExportBaselines(_baselines, As, path, token);
                return Task.FromResult(path);
            }
        );
        if (PassThru)
            WriteFile(path);
    }
}
