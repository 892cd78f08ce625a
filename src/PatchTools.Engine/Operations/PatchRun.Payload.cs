using PatchTools.Checksums;
using PatchTools.Errors;
using PatchTools.Files;
using PatchTools.Hosts;
using PatchTools.Payloads;
using PatchTools.Ports;
using PatchTools.Snapshots;

namespace PatchTools.Operations;

/// <content>The module's own bundle: fetched, verified, kept and installed.</content>
public sealed partial class PatchRun
{
    /// <summary>
    /// Where the bundle of a version lies; asks for the region only where the bucket's name needs it.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.RegionNotFound"/>,
    /// <see cref="PatchErrors.InvalidLocation"/>.</exception>
    public async Task<string> LocatePayloadAsync(
        string bucket,
        string keyPrefix,
        string version,
        AwsParameters aws,
        CancellationToken cancellationToken
    )
    {
        var region = "";
        if (PayloadLocation.NeedsRegion(bucket))
        {
            var identification = new InstanceIdentification(host, adapters, observer);
            region =
                identification.Local(aws).Region
                ?? (await identification.FindAsync(aws, cancellationToken)).Region
                ?? throw new PatchToolsException(
                    PatchErrors.RegionNotFound,
                    $"The bucket {bucket} is named by the region, and none is known."
                );
        }

        return PayloadLocation.InBucket(bucket, keyPrefix, version, region);
    }

    /// <summary>Fetches the bundle, compares its checksum, keeps it and installs it, whichever is asked for.</summary>
    /// <returns>The manifest that was installed, else the bundle that was kept.</returns>
    /// <exception cref="PatchToolsException">
    /// <see cref="PatchErrors.PayloadDownloadFailed"/>, <see cref="PatchErrors.PayloadChecksumMismatch"/>,
    /// <see cref="PatchErrors.PayloadUnsafe"/>, <see cref="PatchErrors.PayloadDamaged"/>,
    /// <see cref="PatchErrors.StateUnwritable"/>, <see cref="PatchErrors.InvalidLocation"/>.
    /// </exception>
    public async Task<string> SavePayloadAsync(PayloadRequest request, CancellationToken cancellationToken)
    {
        var shown = LocationReader.Describe(request.Location);
        observer.Progress("Payload", $"Fetching {shown}", 0);
        byte[] content;
        try
        {
            content = await Acquisition()
                .Locations(request.Aws)
                .ReadAsync(request.Location, BundleLimits.Default.PackedBytes, cancellationToken);
        }
        catch (LocationException e)
        {
            throw new PatchToolsException(PatchErrors.PayloadDownloadFailed, e.Message, shown, e);
        }

        var hash = Convert.ToHexString(Sha256.Of(content)).ToLowerInvariant();
        if (!hash.Equals(request.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new PatchToolsException(
                PatchErrors.PayloadChecksumMismatch,
                $"{shown} has the SHA-256 {hash}, wanted is {request.Sha256.ToLowerInvariant()}. It was thrown away.",
                shown
            );
        observer.Verbose($"{shown}: {content.Length} bytes, SHA-256 as wanted.");

        observer.Progress("Payload", "Unpacking", 60);
        string? installed = null;
        if (request.ModulesDirectory is { } modules)
        {
            installed = Path.Combine(
                new ModulesDirectory(modules, observer).Install(directory => Unpack(content, directory)),
                "PatchTools.psd1"
            );
            observer.Verbose($"Installed as {installed}.");
        }

        if (request.BundleDirectory is not { } bundles)
            return installed!;
        var path = Path.Combine(bundles, NameOf(request));
        NamedFile.Write(path, content, cancellationToken);
        return installed ?? path;

        string Unpack(byte[] bundle, string directory)
        {
            var version = BundleArchive.Unpack(bundle, directory, BundleLimits.Default, cancellationToken);
            return request.Version is null || request.Version == version
                ? version
                : throw new PatchToolsException(
                    PatchErrors.PayloadDamaged,
                    $"{shown} holds version {version}, wanted is {request.Version}.",
                    shown
                );
        }
    }

    /// <summary>The file's own name, without what a URL has beside it.</summary>
    private static string NameOf(PayloadRequest request)
    {
        var path = LocationReader.Describe(request.Location);
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.Length > 0 && name is not ("-" or "." or "..") && !name.Any(char.IsControl)
            ? name
            : PayloadLocation.FileName(request.Version ?? "bundle");
    }
}
