using System.Management.Automation;

namespace PatchTools.Commands;

/// <summary>Writes an inventory to a file, for a host that evaluates it without reaching the one it is of.</summary>
[Cmdlet(VerbsData.Export, "PatchInventory", DefaultParameterSetName = InventorySet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportPatchInventoryCommand : PatchCommand
{
    internal const string InventorySet = "Inventory";

    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InventorySet)]
    [ValidateNotNull]
    public HostInventory? Inventory { get; set; }

    /// <summary>The file to write; one that exists is replaced whole.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InventorySet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Writes the file to the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        var path = FilePath(Path)!;
        if (!ShouldProcess(path, "Export the inventory"))
            return;
        Await(
            HostOf(),
            async (run, token) =>
            {
                await run.ExportInventoryAsync(Inventory!, path, token);
                return path;
            }
        );
        if (PassThru)
            WriteFile(path);
    }
}
