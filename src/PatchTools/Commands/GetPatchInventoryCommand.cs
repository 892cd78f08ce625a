using System.Management.Automation;
using PatchTools.Families.Shared;

namespace PatchTools.Commands;

/// <summary>
/// Gets what is installed and what the repositories offer, at one instant: of this host, of a mounted image, or of an
/// exported file.
/// </summary>
[Cmdlet(VerbsCommon.Get, "PatchInventory", DefaultParameterSetName = HostSet)]
[OutputType(typeof(HostInventory))]
public sealed class GetPatchInventoryCommand : PatchCommand
{
    internal const string HostSet = "Host";
    internal const string PathSet = "Path";

    /// <summary>A file that Export-PatchInventory wrote.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Root of the host to read: a mounted image or a chroot. Default: this host.</summary>
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <summary>Asks the repositories first. Needs root.</summary>
    [Parameter(ParameterSetName = HostSet)]
    public SwitchParameter Refresh { get; set; }

    /// <summary>
    /// How old the last refresh of a repository may be before it proves nothing; a bare number counts days. Default: 7
    /// days.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [Duration(DurationUnit.Days)]
    public TimeSpan MaxMetadataAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long to wait for the package manager's locks; a bare number counts seconds. Default: 2 minutes.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [Duration(DurationUnit.Seconds)]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMinutes(2);

    protected override void Process()
    {
        var host = HostOf(root: Root);
        if (FilePath(Path) is { } path)
        {
            WriteObject(Await(host, (run, token) => run.ImportInventoryAsync(path, token)));
            return;
        }

        var request = InventoryRequest.Of(host, Refresh, MaxMetadataAge, LockTimeout) with
        {
            Origin = Root is null || !host.Paths.IsImage ? InventoryOrigin.Host : InventoryOrigin.Root,
        };
        WriteObject(Await(host, (run, token) => run.GetInventoryAsync(request, snapshot: null, token)));
    }
}
