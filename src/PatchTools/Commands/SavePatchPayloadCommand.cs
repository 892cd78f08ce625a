using System.Management.Automation;
using PatchTools.Payloads;

namespace PatchTools.Commands;

/// <summary>Fetches a bundle of the module, verifies its SHA-256, and keeps or installs it.</summary>
[Cmdlet(
    VerbsData.Save,
    "PatchPayload",
    DefaultParameterSetName = SourceSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium
)]
[OutputType(typeof(FileInfo))]
public sealed class SavePatchPayloadCommand : AwsCommand
{
    internal const string SourceSet = "Source";
    internal const string BucketSet = "Bucket";

    /// <summary>The bundle: a path, https:// (also presigned) or s3://.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SourceSet)]
    [ValidateNotNullOrEmpty]
    public string? Source { get; set; }

    /// <summary>
    /// A bucket of your own with <c>PREFIX/PatchTools-VERSION.tar.gz</c> in it; <c>{region}</c> in its name is the
    /// region of this host.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = BucketSet)]
    [ValidateNotNullOrEmpty]
    public string? BucketName { get; set; }

    /// <summary>What stands before the file's name in the bucket. Default: patchtools.</summary>
    [Parameter(ParameterSetName = BucketSet)]
    public string? KeyPrefix { get; set; } = PayloadLocation.DefaultPrefix;

    /// <summary>The version that is wanted; a bundle of another one is refused.</summary>
    [Parameter(Mandatory = true, ParameterSetName = BucketSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [ValidatePattern(@"^[0-9]+(\.[0-9]+){1,3}\z")]
    public string? Version { get; set; }

    /// <summary>SHA-256 of the bundle, 64 hexadecimal digits.</summary>
    [Parameter(Mandatory = true)]
    [ValidatePattern(@"^[0-9A-Fa-f]{64}\z")]
    public string? Sha256 { get; set; }

    /// <summary>The directory that keeps the bundle. Default: the current one; with -Install none.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Installs the module beside the versions that are there.</summary>
    [Parameter]
    public SwitchParameter Install { get; set; }

    /// <summary>
    /// A directory of PSModulePath to install in. Default: PowerShell's own for all users, without root the user's.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ModulePath { get; set; }

    protected override void Process()
    {
        var host = HostOf();
        var aws = Aws();
        var location =
            ParameterSetName == SourceSet
                ? Location(Source)!
                : Await(
                    host,
                    (run, token) => run.LocatePayloadAsync(BucketName!, KeyPrefix ?? "", Version!, aws, token)
                );
        var modules = Install ? FilePath(ModulePath) ?? PayloadLocation.DefaultModules(host) : null;
        var bundles = Path is not null || !Install ? FilePath(Path ?? ".") : null;
        var target = modules ?? bundles!;
        if (!ShouldProcess(target, $"{(Install ? "Install" : "Save")} the bundle {PayloadLocation.Describe(location)}"))
            return;
        var request = new PayloadRequest
        {
            Location = location,
            Sha256 = Sha256!,
            Version = Version,
            BundleDirectory = bundles,
            ModulesDirectory = modules,
            Aws = aws,
        };
        var saved = Await(host, (run, token) => run.SavePayloadAsync(request, token));
        WriteObject(InvokeProvider.Item.Get([saved], force: true, literalPath: true), enumerateCollection: true);
    }
}
