using PatchTools.Ports;

namespace PatchTools.Payloads;

/// <summary>Which bundle of the module is wanted, and where it goes.</summary>
public sealed record PayloadRequest
{
    /// <summary>Path, <c>https://</c> (also presigned) or <c>s3://</c> of the bundle.</summary>
    public required string Location { get; init; }

    /// <summary>SHA-256 of the bundle, 64 hexadecimal digits in any case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The version that the bundle must have; null: whatever it has.</summary>
    public string? Version { get; init; }

    /// <summary>Directory that the bundle itself is kept in; null: it is not kept.</summary>
    public string? BundleDirectory { get; init; }

    /// <summary>
    /// A directory of <c>PSModulePath</c> that the module is installed in, as <c>PatchTools/VERSION</c>; null: it is
    /// not installed.
    /// </summary>
    public string? ModulesDirectory { get; init; }

    public AwsParameters Aws { get; init; } = new();
}
