namespace PatchTools.Families.Apt.Evaluation;

/// <summary>
/// Whether an origin makes its versions security updates: authenticated, and an archive that contains <c>security</c>,
/// a host that contains <c>security.debian.org</c> (reference 09 §4.1), or, on mirrors that change those, the label
/// <c>Debian-Security</c> or a codename that ends in <c>-security</c> (<c>bullseye-security</c>).
/// </summary>
internal static class AptSecurity
{
    public static bool IsSecurity(PackageOrigin origin) => origin.Trusted && LooksLikeSecurity(origin);

    /// <summary>The test without authentication: tells an untrusted security archive from an ordinary one.</summary>
    public static bool LooksLikeSecurity(PackageOrigin origin) =>
        !origin.IsLocalDatabase
        && (
            origin.Archive.Contains("security", StringComparison.OrdinalIgnoreCase)
            || origin.Site.Contains("security.debian.org", StringComparison.OrdinalIgnoreCase)
            || origin.Label.Equals("Debian-Security", StringComparison.OrdinalIgnoreCase)
            || origin.Codename.EndsWith("-security", StringComparison.OrdinalIgnoreCase)
        );
}
