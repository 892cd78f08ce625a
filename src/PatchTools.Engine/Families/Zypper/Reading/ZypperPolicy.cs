using PatchTools.Families.Rpm.Evaluation;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Reading;

/// <summary>
/// What the host's own policy makes of newer versions of installed packages: zypper stays with a package's vendor
/// unless it is told otherwise, and takes nothing that a lock names. Shown, and never installed against it.
/// </summary>
/// <param name="configuration">zypper's own files.</param>
/// <param name="lockedPatches">Patches that the administrator locked; by reference.</param>
internal sealed class ZypperPolicy(
    ZypperConfiguration configuration,
    IReadOnlyDictionary<Advisory, PackageLock> lockedPatches
)
{
    public void Apply(PackageCatalog catalog)
    {
        var changes = new ArchitectureChanges(catalog);
        for (var i = 0; i < catalog.Count; i++)
        {
            var package = catalog[i];
            if (package.Installed is not { } installed)
                continue;
            List<RefusedEdition> refused = [];
            var candidate = installed.Edition;
            foreach (var version in changes.VersionsOf(package, installed.Edition))
            {
                var edition = version.Edition;
                if (RpmVersion.Order.Compare(edition, installed.Edition) <= 0 || !version.IsOffered)
                    continue;
                if (RefusalOf(installed, version, edition) is { } reason)
                    refused.Add(new RefusedEdition(edition, reason));
                else if (RpmVersion.Order.Compare(edition, candidate) > 0)
                    candidate = edition;
                if (PatchLockOf(package, installed.Edition, edition) is { } patch)
                    refused.Add(new RefusedEdition(edition, patch));
            }

            if (refused.Count > 0)
                catalog.ReplaceInstalled(
                    i,
                    installed with
                    {
                        RefusedEditions = refused,
                        CandidateEdition = candidate,
                        PolicyNote = installed.PolicyNote ?? refused.MaxBy(r => r.Edition, RpmVersion.Order)!.Reason,
                    }
                );
        }
    }

    /// <summary>Null: at least one repository offers it in a way that the policy has nothing against.</summary>
    private string? RefusalOf(InstalledPackage installed, PackageVersion version, string edition)
    {
        string? reason = null;
        foreach (var origin in version.Origins)
        {
            if (!origin.IsOffer)
                continue;
            if ((LockOf(installed.Name, edition, origin) ?? VendorChange(installed, origin)) is not { } refusal)
                return null;
            reason ??= refusal;
        }

        return reason;
    }

    /// <summary>What holds the installed package holds all of it, and is said there.</summary>
    private string? LockOf(string name, string edition, PackageOrigin origin) =>
        configuration.Locks.Entries.FirstOrDefault(l => l.MatchesOffer(name, edition, origin.Archive)) is { } entry
            ? $"lock '{entry.Text}' in {configuration.Locks.File}"
            : null;

    /// <summary>
    /// Null: no patch, or one without a lock asks for the version. <c>zypper update</c> would still take it; <c>zypper
    /// patch</c> calls the locked patch unwanted, and PatchTools installs patches.
    /// </summary>
    private string? PatchLockOf(PackageEntry package, string installed, string edition)
    {
        if (lockedPatches.Count == 0)
            return null;
        string? locked = null;
        foreach (var version in package.Versions)
        {
            if (
                RpmVersion.Order.Compare(version.Edition, installed) <= 0
                || RpmVersion.Order.Compare(version.Edition, edition) > 0
            )
                continue;
            foreach (var advisory in version.Advisories)
            {
                if (!lockedPatches.TryGetValue(advisory, out var entry))
                    return null;
                locked ??=
                    $"lock '{entry.Text}' on patch {advisory.Id} in {configuration.Locks.File} (zypper "
                    + $"removelock -t patch lifts it)";
            }
        }

        return locked;
    }

    private string? VendorChange(InstalledPackage installed, PackageOrigin origin) =>
        configuration.AllowsVendorChange || configuration.Vendors.AreEquivalent(installed.Vendor, origin.Vendor)
            ? null
            : $"a change of vendor from {Named(installed.Vendor)} to {Named(origin.Vendor)} "
                + $"(solver.allowVendorChange in {configuration.MainFile} is off)";

    private static string Named(string vendor) => vendor.Length == 0 ? "none" : $"'{vendor}'";
}
