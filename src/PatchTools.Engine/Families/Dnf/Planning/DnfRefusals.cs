namespace PatchTools.Families.Dnf.Planning;

/// <summary>
/// What is known of a wanted version before the resolver is asked: the administrator's version locks and excludes
/// (design §4).
/// </summary>
internal sealed class DnfRefusals
{
    private readonly HostInventory _inventory;
    private readonly Dictionary<(string Name, string Architecture), PackageEntry> _packages;

    public DnfRefusals(HostInventory inventory)
    {
        _inventory = inventory;
        _packages = new Dictionary<(string, string), PackageEntry>(inventory.Packages.Count);
        foreach (var package in inventory.Packages)
            _packages[(package.Name, package.Architecture)] = package;
    }

    /// <summary>The setback of a target that the resolver need not be asked about; null when it must be.</summary>
    public PatchSetback? Of(PatchTarget target)
    {
        if (!_packages.TryGetValue((target.Name, target.Architecture), out var package))
            return null;
        var hidden = "";
        foreach (var version in package.Versions)
        {
            if (version.Edition != target.Edition)
                continue;
            foreach (var origin in version.Origins)
            {
                if (origin.IsOffer)
                    return InstalledOf(target) is { IsHeld: true }
                        ? new PatchSetback(
                            target,
                            SetbackKind.Held,
                            $"{target.Name} is locked ({_inventory.PackageManager} versionlock)"
                        )
                        : null;
                if (origin.HiddenBecause is { } because && because != PackageOrigin.NoLongerOffered)
                    hidden = because;
            }
        }

        return hidden.Length > 0
            ? new PatchSetback(target, SetbackKind.Held, $"{target.Name} {target.Edition} is {hidden}")
            : null;
    }

    private InstalledPackage? InstalledOf(PatchTarget target) =>
        _packages.TryGetValue((target.Name, target.InstalledArchitecture), out var package) ? package.Installed : null;

    /// <summary>Editions of a package that a repository offers.</summary>
    public IEnumerable<string> Offered(string name, string architecture) =>
        _packages.TryGetValue((name, architecture), out var package) ? [.. Offered(package)] : [];

    private static IEnumerable<string> Offered(PackageEntry package)
    {
        foreach (var version in package.Versions)
        {
            if (version.Origins.Any(o => o.IsOffer))
                yield return version.Edition;
        }
    }
}
