using PatchTools.Model;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>What dnf and zypper say alike of the repositories that they have read.</summary>
internal static class RpmRepositories
{
    /// <summary>
    /// Which are the operating system's: those that offer a package of its vendor, or where the vendor is not known,
    /// most of what is installed.
    /// </summary>
    /// <param name="repositories">In the order in which the catalog's origins count them.</param>
    /// <param name="catalog">What is installed and offered.</param>
    /// <param name="vendor">Vendor of the package that owns os-release; empty when it is not known.</param>
    public static IReadOnlyList<RepositoryHealth> WithOperatingSystem(
        IReadOnlyList<RepositoryHealth> repositories,
        PackageCatalog catalog,
        string vendor
    )
    {
        var isSystem =
            vendor.Length > 0
                ? OperatingSystemRepository.OfferPackagesOf(catalog, repositories.Count, vendor)
                : OperatingSystemRepository.OfferMostPackages(catalog, repositories.Count);
        return [.. repositories.Select((repository, i) => repository with { IsOperatingSystem = isSystem[i] })];
    }
}
