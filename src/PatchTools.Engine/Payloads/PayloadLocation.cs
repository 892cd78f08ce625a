using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Hosts;
using PatchTools.Snapshots;

namespace PatchTools.Payloads;

/// <summary>
/// Where the bundle of a version lies in a bucket. The bucket is always somebody's own: AWS's payload buckets never
/// hold it (design §3). A fleet of many regions has one bucket in each, and says <c>{region}</c> in its name where the
/// names differ.
/// </summary>
public static partial class PayloadLocation
{
    /// <summary>What stands before the file's name in a bucket where nothing else is said.</summary>
    public const string DefaultPrefix = "patchtools";

    private const string RegionPart = "{region}";

    /// <summary><c>PatchTools-VERSION.tar.gz</c>: a name that never holds two contents.</summary>
    public static string FileName(string version) => $"PatchTools-{version}.tar.gz";

    /// <summary><c>s3://BUCKET/PREFIX/PatchTools-VERSION.tar.gz</c>.</summary>
    /// <param name="bucket">Name of the bucket, in which <c>{region}</c> stands for the region.</param>
    /// <param name="keyPrefix">Empty: the bundle lies at the bucket's top.</param>
    /// <param name="version">As in the manifest.</param>
    /// <param name="region">Where this host is.</param>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InvalidLocation"/>.</exception>
    public static string InBucket(string bucket, string keyPrefix, string version, string region)
    {
        var name = bucket.Replace(RegionPart, region, StringComparison.Ordinal);
        if (!BucketForm().IsMatch(name))
            throw new PatchToolsException(PatchErrors.InvalidLocation, $"\"{name}\" is not the name of a bucket.", name)
            {
                RecommendedAction =
                    "Give a name of 3 to 63 lower-case letters, digits, dots and hyphens; {region} becomes the region.",
            };
        var prefix = keyPrefix.Trim('/');
        return $"s3://{name}/{(prefix.Length > 0 ? prefix + "/" : "")}{FileName(version)}";
    }

    /// <summary>The location as it may be shown: a URL without user and query.</summary>
    public static string Describe(string location) => LocationReader.Describe(location);

    /// <summary>Where PowerShell looks for modules of all users, and of this one (about_PSModulePath).</summary>
    public static string DefaultModules(HostContext host) =>
        host.IsRoot
            ? "/usr/local/share/powershell/Modules"
            : Path.Combine(host.Variable("HOME") ?? HostPaths.NoHome, ".local", "share", "powershell", "Modules");

    public static bool NeedsRegion(string bucket) => bucket.Contains(RegionPart, StringComparison.Ordinal);

    /// <summary>S3's rules for names of buckets of today.</summary>
    [GeneratedRegex(@"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z", RegexOptions.CultureInvariant)]
    private static partial Regex BucketForm();
}
