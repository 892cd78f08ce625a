using PatchTools.Text;

namespace PatchTools.Model;

/// <summary>
/// Tells the operating system's own repositories from those of others: only they can prove that nothing is missing.
/// Docker's repository alone says nothing of the kernel.
/// </summary>
internal static class OperatingSystemRepository
{
    /// <summary>Launchpad's personal archives; many call themselves after Ubuntu in their label.</summary>
    private const string PersonalArchive = "LP-PPA-";

    /// <summary>apt: whether a Release file names the operating system or one that it is derived from.</summary>
    /// <param name="origin"><c>Origin</c> of the Release file.</param>
    /// <param name="label">Its <c>Label</c>.</param>
    /// <param name="system">What os-release says.</param>
    public static bool IsNamed(string? origin, string? label, OsRelease system)
    {
        if (origin?.StartsWith(PersonalArchive, StringComparison.OrdinalIgnoreCase) == true)
            return false;
        return system.IdLike.Prepend(system.Id).Any(id => Names(origin, id) || Names(label, id));
    }

    /// <summary>rpm: which repositories offer an installed package, by name and architecture, of the vendor.</summary>
    /// <param name="catalog">What is installed and offered.</param>
    /// <param name="repositories">How many repositories there are.</param>
    /// <param name="vendor">Vendor of the package that owns os-release.</param>
    public static IReadOnlyList<bool> OfferPackagesOf(PackageCatalog catalog, int repositories, string vendor)
    {
        var offers = new bool[repositories];
        foreach (var (installed, offering) in Offering(catalog, repositories))
        {
            if (!vendor.Equals(installed.Vendor, StringComparison.OrdinalIgnoreCase))
                continue;
            for (var i = 0; i < repositories; i++)
                offers[i] |= offering[i];
        }

        return offers;
    }

    /// <summary>Which repositories offer more than half of the installed packages, by name and architecture.</summary>
    public static IReadOnlyList<bool> OfferMostPackages(PackageCatalog catalog, int repositories)
    {
        var counts = new int[repositories];
        var installed = 0;
        foreach (var (_, offering) in Offering(catalog, repositories))
        {
            installed++;
            for (var i = 0; i < repositories; i++)
                counts[i] += offering[i] ? 1 : 0;
        }

        return [.. counts.Select(count => count * 2 > installed)];
    }

    /// <summary>
    /// Every installed package with the repositories that offer it. A package that went from noarch to the native
    /// architecture, or back, is the same.
    /// </summary>
    private static List<(InstalledPackage Installed, bool[] Offering)> Offering(
        PackageCatalog catalog,
        int repositories
    )
    {
        Dictionary<string, bool[]> portable = new(StringComparer.Ordinal);
        List<(InstalledPackage Installed, bool[] Offering)> packages = [];
        foreach (var package in catalog)
        {
            if (package.Installed is not { } installed)
                continue;
            var isPortable = IsPortable(package, catalog);
            if (!isPortable || !portable.TryGetValue(installed.Name, out var offering))
                offering = new bool[repositories];
            if (isPortable)
                portable[installed.Name] = offering;
            Mark(package, offering);
            packages.Add((installed, offering));
        }

        var names = new Utf8Set();
        foreach (var name in portable.Keys)
            names.Add(name);
        foreach (var package in catalog)
        {
            if (!package.IsInstalled && names.Contains(package.NameUtf8) && IsPortable(package, catalog))
                Mark(package, portable[package.Name]);
        }

        return packages;
    }

    private static bool IsPortable(PackageEntry package, PackageCatalog catalog) =>
        package.Architecture == "noarch" || package.Architecture == catalog.NativeArchitecture;

    /// <summary>
    /// What the administrator hides from the tool (excludes, priorities) is offered all the same; what only an advisory
    /// names is not.
    /// </summary>
    private static void Mark(PackageEntry package, bool[] offers)
    {
        foreach (var version in package.Versions)
        {
            foreach (var origin in version.Origins)
            {
                if (!origin.IsGone && (uint)origin.Repository < (uint)offers.Length)
                    offers[origin.Repository] = true;
            }
        }
    }

    // Debian, Debian-Security, Raspbian, Ubuntu, UbuntuESM, UbuntuESMApps; but not "microsoft-ubuntu-jammy-prod jammy".
    private static bool Names(string? text, string id)
    {
        if (string.IsNullOrEmpty(text) || id.Length == 0)
            return false;
        if (!text.StartsWith(id, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = text.AsSpan(id.Length);
        return rest.IsEmpty || !char.IsLetterOrDigit(rest[0]) || rest.StartsWith("ESM", StringComparison.Ordinal);
    }
}
